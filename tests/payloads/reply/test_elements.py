"""Cards and buttons: each is checked where it is made, with all that is wrong and where."""

from __future__ import annotations

import pytest

import chatbot_nb as cb
from chatbot_nb.payloads import limits
from chatbot_nb.payloads.buttons import Goto, Phone, Postback, Url, Webview
from chatbot_nb.payloads.responses import CardElement

BLOCK = "0e1a2425-76e3-49fd-bfc0-547603ab1fe3"
WEB = "https://a.example"
IMAGE = "https://a.example/a.png"
POSTBACK = {"type": "postback", "title": "a", "value": "b"}


def web(length):
    return "https://".ljust(length, "x") if length > 8 else "x" * length


def card(title="a", subtitle="b", number=1, image=IMAGE):
    return cb.card(title, subtitle, *[cb.postback("a", "b")] * number, image=image)


# What is made, from a length; the documented size; where the finding is.
SIZED = [
    pytest.param(lambda n: cb.postback("x" * n, "a"), limits.POSTBACK_TITLE, "/title", id="postback title"),
    pytest.param(lambda n: cb.postback("a", "x" * n), limits.POSTBACK_VALUE, "/value", id="postback value"),
    pytest.param(lambda n: cb.goto("x" * n, BLOCK), limits.GOTO_TITLE, "/title", id="goto title"),
    pytest.param(lambda n: cb.goto("a", BLOCK[:n].ljust(n, "0")), limits.GOTO_VALUE, "/value", id="goto value"),
    pytest.param(lambda n: cb.url("x" * n, WEB), limits.URL_TITLE, "/title", id="url title"),
    pytest.param(lambda n: cb.url("a", web(n)), limits.URL_VALUE, "/value", id="url value"),
    pytest.param(lambda n: cb.webview("x" * n, WEB), limits.WEBVIEW_TITLE, "/title", id="webview title"),
    pytest.param(lambda n: cb.webview("a", web(n)), limits.WEBVIEW_VALUE, "/value", id="webview value"),
    pytest.param(lambda n: cb.phone("x" * n, "+12"), limits.PHONE_TITLE, "/title", id="phone title"),
    pytest.param(lambda n: cb.phone("a", "+".ljust(n, "1")), limits.PHONE_VALUE, "/value", id="phone value"),
    pytest.param(lambda n: card(title="x" * n), limits.CARD_TITLE, "/title", id="card title"),
    pytest.param(lambda n: card(subtitle="x" * n), limits.CARD_SUBTITLE, "/subtitle", id="card subtitle"),
    pytest.param(lambda n: card(image=web(n)), limits.CARD_IMAGE_URL, "/imageUrl", id="card image"),
    pytest.param(lambda n: card(number=n), limits.CARD_BUTTONS, "/buttons", id="card buttons"),
]


@pytest.mark.parametrize(("make", "size", "pointer"), SIZED)
def test_sizes(make, size, pointer):
    """Every documented bound is allowed, and one beyond it refused, with place, limit and what was there."""
    make(size.min)
    make(size.max)
    beyond = [(size.max + 1, "at most", size.max), *([(size.min - 1, "at least", size.min)] if size.min else [])]
    for length, bound, limit in beyond:
        with pytest.raises(cb.PayloadError) as caught:
            make(length)
        found = [finding for finding in caught.value.findings if finding.code.startswith("too_")]
        noun = ("entry" if length == 1 else "entries") if pointer == "/buttons" else "character"
        noun += "s" if noun == "character" and length != 1 else ""
        assert [(each.pointer, each.message, each.limit, each.actual) for each in found] == [
            (pointer, f"{length} {noun}, {bound} {limit}", limit, length)
        ]


@pytest.mark.parametrize(
    ("button", "model"),
    [
        (cb.postback("a", "b"), Postback(title="a", value="b")),
        (cb.goto("a", BLOCK), Goto(title="a", value=BLOCK)),
        (cb.url("a", WEB), Url(title="a", value=WEB)),
        (cb.webview("a", WEB), Webview(title="a", value=WEB, height="compact")),
        (cb.webview("a", WEB, height="full"), Webview(title="a", value=WEB, height="full")),
        (cb.phone("a", "+12"), Phone(title="a", value="+12")),
        (
            cb.card("a", "b", POSTBACK, image=IMAGE),
            CardElement(title="a", subtitle="b", image_url=IMAGE, buttons=[Postback(title="a", value="b")]),
        ),
    ],
)
def test_models(button, model):
    """Each element is its model; the height of a webview is compact unless it is named."""
    assert button == model


@pytest.mark.parametrize(
    ("make", "message"),
    [
        pytest.param(
            lambda: cb.postback("", "x" * 2001),
            "postback: 2 errors\n  /title: 0 characters, at least 1\n  /value: 2001 characters, at most 2000",
            id="postback",
        ),
        pytest.param(
            lambda: cb.card("a", "b", [POSTBACK], image=IMAGE),
            "card: 1 error\n  /buttons/0: an array is not an object; pass them one by one: *buttons",
            id="forgotten star",
        ),
        pytest.param(
            lambda: cb.goto("a", "1" * 36),
            "goto: 1 error\n  /value: '111111111111111111111111111111111111' is not a UUIDv4:"
            " a goto button takes the id of a block of the story",
            id="goto",
        ),
        pytest.param(
            lambda: cb.url("x" * 21, "javascript:alert(1)"),
            "url: 2 errors\n  /title: 21 characters, at most 20\n"
            "  /value: a javascript: URL is not for chats; use http:// or https://",
            id="url",
        ),
        pytest.param(
            lambda: cb.webview("", WEB, height="huge"),
            "webview: 2 errors\n  /height: 'huge' is not allowed; use compact, full or tall\n"
            "  /title: 0 characters, at least 1",
            id="webview",
        ),
        pytest.param(
            lambda: cb.phone("a", "+1 234"),
            "phone: 1 error\n  /value: '+1 234' is not a phone number: a + and at least two digits, no blanks",
            id="phone",
        ),
        pytest.param(
            lambda: cb.phone("a", "+１２３"),  # noqa: RUF001
            "phone: 1 error\n  /value: '+１２３' is not a phone number: a + and at least two digits, no blanks",  # noqa: RUF001
            id="other digits",
        ),
        pytest.param(
            lambda: cb.postback(None, 5),
            "postback: 2 errors\n  /title: null is not a string\n  /value: 5 is not a string",
            id="types",
        ),
        pytest.param(
            lambda: cb.postback("\ud83d", b"a"),
            "postback: 2 errors\n  /title: half a surrogate pair, U+D83D, at character 1; no UTF-8 can hold it\n"
            "  /value: a Python bytes: decode it first",
            id="no JSON",
        ),
        pytest.param(
            lambda: cb.card("a", "b", "oops", {**POSTBACK, "titel": "x", "title": ""}, image=IMAGE),
            "card: 2 errors\n  /buttons/0: 'oops' is not an object\n  /buttons/1/title: 0 characters, at least 1",
            id="buttons of a card",
        ),
        pytest.param(
            lambda: cb.card("", "b" * 81, image="data:x"),
            "card: 4 errors\n  /buttons: 0 entries, at least 1\n"
            "  /imageUrl: a data: URL is not for chats; use http:// or https://\n"
            "  /subtitle: 81 characters, at most 80\n  and 1 more in .findings",
            id="card",
        ),
    ],
)
def test_words(make, message):
    """All findings at once, each with its place in the element that is made."""
    with pytest.raises(cb.PayloadError) as caught:
        make()
    assert str(caught.value) == message


def test_warnings_come_along():
    """What is only likely wrong does not raise; with an error it is among the findings."""
    assert cb.url("a", "ftp://a").value == "ftp://a"
    with pytest.raises(cb.PayloadError) as caught:
        cb.url("x" * 21, "ftp://a")
    assert [(each.pointer, each.severity) for each in caught.value.findings] == [
        ("/title", "error"),
        ("/value", "warning"),
    ]


def test_a_card_of_dicts():
    """A dict is as good as a button, and is copied."""
    button = dict(POSTBACK)
    made = cb.card("a", "b", button, image=IMAGE)
    button["value"] = "changed"
    assert made == cb.card("a", "b", cb.postback("a", "b"), image=IMAGE)


def test_a_card_of_a_dict_with_another_key():
    """A key that is not documented is kept, although no model holds it, and is a warning of the reply."""
    button = {**POSTBACK, "extra": [1]}
    card = cb.card("a", "b", button, image=IMAGE)
    button["extra"].append(2)
    reply = cb.Reply().cards(card)
    assert reply.payload["responses"][0]["elements"][0]["buttons"] == [{**POSTBACK, "extra": [1]}]
    assert str(reply.check()) == (
        "reply: ok, 1 warning\n  warning /responses/0/elements/0/buttons/0/extra: 'extra' is not a documented key here"
    )


def test_a_raw_button_of_a_card():
    """Raw is taken as it is, the rest of the card is checked; the reply as a whole tells."""
    broken = cb.raw({"type": "postback", "title": "", "value": "b"})
    reply = cb.Reply().cards(cb.card("a", "b", cb.postback("a", "b"), broken, image=IMAGE))
    assert [each.pointer for each in reply.check().findings] == ["/responses/0/elements/0/buttons/1/title"]
    with pytest.raises(cb.PayloadError) as caught:
        cb.card("", "b", broken, "oops", image=IMAGE)
    assert [each.pointer for each in caught.value.findings] == ["/buttons/1", "/title"]
    with pytest.raises(cb.PayloadError, match=r"^card: 1 error\n  /buttons: 6 entries, at most 5$"):
        cb.card("a", "b", *[broken] * 6, image=IMAGE)


def test_raw_places_are_whole_parts():
    """The tenth button is not taken for the first because its pointer begins alike."""
    with pytest.raises(cb.PayloadError) as caught:
        cb.Reply().quick_replies("a", cb.postback("a", "b"), cb.raw(1), *[cb.postback("a", "b")] * 8, "x")
    assert [each.pointer for each in caught.value.findings] == ["/buttons/10"]


def test_raw_is_a_copy():
    """What is done to the value later changes nothing."""
    value = {"a": [1]}
    raw = cb.raw(value)
    value["a"].append(2)
    reply = cb.Reply().raw(raw)
    reply.payload["responses"][0]["a"].append(3)
    assert reply.payload == {"responses": [{"a": [1]}]}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({1, 2}, "a Python set: JSON has no such value"),
        ([float("nan")], "/0: NaN is not JSON; send null, or leave it out"),
        ({"a": "\ud800"}, "/a: half a surrogate pair, U+D800, at character 1; no UTF-8 can hold it"),
        ({1: 2}, "the key 1 is not a string"),
    ],
)
def test_raw_takes_json_only(value, message):
    """Raw stands for any JSON; what no JSON can say is refused where it is made."""
    with pytest.raises(cb.PayloadError) as caught:
        cb.raw(value)
    assert str(caught.value) == f"raw: 1 error\n  {message}"
    with pytest.raises(cb.PayloadError) as caught:
        cb.Reply().raw(value)
    assert str(caught.value) == f"raw: 1 error\n  {message}"

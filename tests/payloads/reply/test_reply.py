"""`Reply`: every method, what it refuses, and that nothing ever changes a reply."""

from __future__ import annotations

import copy
import json

import numpy as np
import pandas as pd
import pytest

import chatbot_nb as cb
from chatbot_nb.payloads import limits
from chatbot_nb.payloads.exports.export import export
from chatbot_nb.payloads.preview.chat import chat_html
from chatbot_nb.payloads.preview.text import chat_text

BLOCK = "0e1a2425-76e3-49fd-bfc0-547603ab1fe3"
WEB = "https://a.example"
POSTBACK = {"type": "postback", "title": "a", "value": "b"}
CARD = {"title": "a", "subtitle": "b", "imageUrl": WEB, "buttons": [POSTBACK]}
P = cb.postback("a", "b")

SIZED = [
    pytest.param(lambda n: cb.Reply().text("x" * n), limits.TEXT_MESSAGE, "/message", id="text"),
    pytest.param(lambda n: cb.Reply().random_text(*["a"] * n), limits.RANDOM_TEXT_MESSAGES, "/messages", id="texts"),
    pytest.param(
        lambda n: cb.Reply().random_text("a", "x" * n), limits.RANDOM_TEXT_MESSAGE, "/messages/1", id="random text"
    ),
    pytest.param(lambda n: cb.Reply().image("https://"[:n].ljust(n, "x")), limits.IMAGE_URL, "/imageUrl", id="image"),
    pytest.param(
        lambda n: cb.Reply().quick_replies("x" * n, P), limits.QUICK_REPLIES_TITLE, "/title", id="quick replies title"
    ),
    pytest.param(
        lambda n: cb.Reply().quick_replies("a", *[P] * n), limits.QUICK_REPLIES_BUTTONS, "/buttons", id="quick replies"
    ),
    pytest.param(lambda n: cb.Reply().buttons("x" * n, P), limits.BUTTONS_TITLE, "/title", id="buttons title"),
    pytest.param(lambda n: cb.Reply().buttons("a", *[P] * n), limits.BUTTONS_BUTTONS, "/buttons", id="buttons"),
    pytest.param(lambda n: cb.Reply().text("a", delay=n), limits.DELAY, "/delay", id="delay"),
]


@pytest.mark.parametrize(("make", "size", "pointer"), SIZED)
def test_sizes(make, size, pointer):
    """Every documented bound is allowed, and one beyond it refused, with place and limit."""
    assert make(size.min).check().ok
    assert make(size.max).check().ok
    for value, limit in ((size.max + 1, size.max), (size.min - 1, size.min)):
        with pytest.raises(cb.PayloadError) as caught:
            make(value)
        found = [each for each in caught.value.findings if each.severity == "error"]
        assert [(each.pointer, each.limit, each.actual) for each in found] == [(pointer, limit, value)]


def test_cards_and_attributes_beyond_our_reading():
    """No card is refused; of an eleventh card and a hundredth attribute the check of the whole warns."""
    with pytest.raises(cb.PayloadError, match=r"^cards: 1 error\n  /elements: 0 entries, at least 1$"):
        cb.Reply().cards()
    most = limits.CARD_ELEMENTS.max
    assert cb.Reply().cards(*[CARD] * most).check().findings == ()
    reply = cb.Reply().cards(*[CARD] * (most + 1)).set({str(n): "" for n in range(limits.ATTRIBUTES.max + 1)})
    assert str(reply.check()) == (
        "reply: ok, 2 warnings\n"
        "  warning /attributes: 100 entries, at most 99\n"
        "  warning /responses/0/elements: 11 entries, at most 10"
    )


def test_what_is_sent(full):
    """Each method writes its response; the default delay is not sent; keys are in the documented order."""
    assert json.dumps(full.build()) == json.dumps(
        {
            "responses": [
                {"type": "text", "delay": 500, "message": "Hi {{default_name}}!"},
                {"type": "randomText", "messages": ["How can I help?", "What can I do for you?"]},
                {"type": "image", "imageUrl": "https://shop.example/logo.png"},
                {
                    "type": "quickReplies",
                    "title": "Pick one",
                    "buttons": [
                        {"type": "postback", "title": "Track order", "value": "track"},
                        {"type": "goto", "title": "Menu", "value": BLOCK},
                    ],
                },
                {
                    "type": "cards",
                    "elements": [
                        {
                            "title": "Pro plan",
                            "subtitle": "Billed yearly",
                            "imageUrl": "https://shop.example/pro.png",
                            "buttons": [
                                {"type": "url", "title": "Pricing", "value": "https://shop.example/pricing"},
                                {"type": "phone", "title": "Call", "value": "+1234567890"},
                            ],
                        }
                    ],
                },
                {
                    "type": "buttons",
                    "title": "Anything else?",
                    "buttons": [
                        {"type": "webview", "title": "Form", "value": "https://shop.example/form", "height": "tall"}
                    ],
                },
            ],
            "attributes": {"plan": "vip"},
        }
    )


@pytest.mark.parametrize("delay", [1000, 1000.0])
def test_the_default_delay(delay):
    """What ChatBot waits anyway is left out."""
    assert cb.Reply().text("a", delay=delay).build() == {"responses": [{"type": "text", "message": "a"}]}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        pytest.param(lambda r: r.text(""), "text: 1 error\n  /message: 0 characters, at least 1", id="text"),
        pytest.param(
            lambda r: r.text(None, delay="5"),
            "text: 2 errors\n  /delay: '5' is not a number\n  /message: null is not a string",
            id="types",
        ),
        pytest.param(
            lambda r: r.text("a", delay=float("nan")),
            "text: 1 error\n  /delay: NaN is not JSON; send null, or leave it out",
            id="NaN",
        ),
        pytest.param(
            lambda r: r.text("a", delay=np.int64(500)),
            "text: 1 error\n  /delay: a Python int64: JSON has no such value",
            id="NumPy",
        ),
        pytest.param(
            lambda r: r.text("a", delay=pd.NA),
            "text: 1 error\n  /delay: a Python NAType: JSON has no such value",
            id="NA",
        ),
        pytest.param(
            lambda r: r.text(["a", "b"]),
            "text: 1 error\n  /message: message is an array; use randomText with messages, or one text for each",
            id="array",
        ),
        pytest.param(
            lambda r: r.quick_replies("", cb.url("a", WEB), {**POSTBACK, "value": ""}, "x", delay=99),
            "quick_replies: 5 errors\n"
            "  /buttons/0/type: 'url' is not a button for quick replies; use goto or postback\n"
            "  /buttons/1/value: 0 characters, at least 1\n"
            "  /buttons/2: 'x' is not an object\n"
            "  and 2 more in .findings",
            id="quick replies",
        ),
        pytest.param(
            lambda r: r.quick_replies("a", [P, P]),
            "quick_replies: 1 error\n  /buttons/0: an array is not an object; pass them one by one: *buttons",
            id="forgotten star",
        ),
        pytest.param(
            lambda r: r.quick_replies("a", P, [{**POSTBACK, "value": {1}}], (each for each in [P])),
            "quick_replies: 3 errors\n"
            "  /buttons/1: an array is not an object; pass them one by one: *buttons\n"
            "  /buttons/1/0/value: a Python set: JSON has no such value\n"
            "  /buttons/2: a Python generator: JSON has no such value; pass them one by one: *buttons",
            id="forgotten star, twice",
        ),
        pytest.param(
            lambda r: r.buttons("a", (P, P)),
            "buttons: 1 error\n  /buttons/0: an array is not an object; pass them one by one: *buttons",
            id="forgotten star before a tuple",
        ),
        pytest.param(
            lambda r: r.cards([CARD]),
            "cards: 1 error\n  /elements/0: an array is not an object; pass them one by one: *cards",
            id="forgotten star before cards",
        ),
        pytest.param(
            lambda r: r.random_text(["a", "b"]),
            "random_text: 1 error\n  /messages/0: an array is not a string; pass them one by one: *messages",
            id="forgotten star before texts",
        ),
        pytest.param(
            lambda r: r.cards({**CARD, "buttons": [[POSTBACK]]}),
            "cards: 1 error\n  /elements/0/buttons/0: an array is not an object",
            id="an array in a card that is a dict",
        ),
        pytest.param(
            lambda r: r.quick_replies("a", {**POSTBACK, "type": "urll"}),
            "quick_replies: 1 error\n  /buttons/0/type: 'urll' is not a button for quick replies; use goto or postback",
            id="near a button that quick replies refuse",
        ),
        pytest.param(
            lambda r: r.cards({**CARD, "subtitle": 5}, {"title": "a"}),
            "cards: 4 errors\n"
            "  /elements/0/subtitle: 5 is not a string\n"
            "  /elements/1/buttons: missing; required by the documentation\n"
            "  /elements/1/imageUrl: missing; required by the documentation\n"
            "  and 1 more in .findings",
            id="cards",
        ),
        pytest.param(
            lambda r: r.set({"a": [1], 1: "b"}, c={}),
            "set: 3 errors\n  /attributes: the key 1 is not a string\n  /attributes/a: an array is not a string\n"
            "  /attributes/c: an object is not a string",
            id="set",
        ),
    ],
)
def test_words(make, message, full):
    """All that is wrong with a response, on the line that adds it; pointers are into the response."""
    with pytest.raises(cb.PayloadError) as caught:
        make(full)
    assert str(caught.value) == message


def test_dicts_and_models_are_alike():
    """A dict or a model stands wherever an element does, and is copied."""
    button, card = dict(POSTBACK), copy.deepcopy(CARD)
    reply = cb.Reply().quick_replies("a", button).buttons("a", button).cards(card).raw(card)
    model = cb.card("a", "b", P, image=WEB)
    assert reply == cb.Reply().quick_replies("a", P).buttons("a", P).cards(model).raw(model)
    before = reply.payload
    button["value"] = "changed"
    card["buttons"][0]["value"] = "changed"
    assert reply.payload == before


def test_raw_elements():
    """Raw stands for a response, a card or a button, and only the check of the whole looks at it."""
    reply = cb.Reply().quick_replies("a", cb.raw(5)).buttons("a", cb.raw({})).cards(cb.raw([])).raw(None).raw("x")
    assert reply.payload == {
        "responses": [
            {"type": "quickReplies", "title": "a", "buttons": [5]},
            {"type": "buttons", "title": "a", "buttons": [{}]},
            {"type": "cards", "elements": [[]]},
            None,
            "x",
        ]
    }
    assert len(reply.check().findings) == 5
    with pytest.raises(cb.PayloadError, match=r"^reply: 5 errors\n  /responses/0/buttons/0: 5 is not an object\n"):
        reply.build()


def test_nothing_changes_a_reply(full):
    """No method changes the reply that it is called on, nor do replies share what can be changed."""
    before, digest = json.dumps(full.payload), hash(full)
    others = [
        full.text("a"),
        full.random_text("a"),
        full.image(WEB),
        full.quick_replies("a", P),
        full.cards(CARD),
        full.buttons("a", P),
        full.raw({}),
        full.set(plan="other"),
        full.render(default_name="Ada"),
        full + full,
        full.when(condition=True, then=lambda r: r.text("a")),
        full.each("ab", lambda r, item: r.text(item)),
    ]
    (
        full.check(),
        full.check_over([{}]),
        full.diff(others[0]),
        full.export("reply"),
        repr(full),
        full._repr_mimebundle_(),
    )
    for other in others:
        payload = other.payload
        payload["responses"][0]["message"] = payload["attributes"]["plan"] = "changed"
    built = full.build()
    built["responses"].clear()
    built["attributes"]["more"] = "x"
    assert json.dumps(full.payload) == before
    assert full.build() == json.loads(before)
    assert hash(full) == digest
    with pytest.raises(AttributeError):
        full.other = 1


def test_set_and_add():
    """A later value of an attribute counts; responses stay in order; other keys are kept."""
    first = (
        cb.Reply.from_payload({"x": 1, "y": 1, "responses": [1]}).set(a="1", b="1").set({"b": "2", "Phone number": ""})
    )
    second = cb.Reply.from_payload({"attributes": {"b": "3"}, "y": 2, "responses": [2]})
    assert json.dumps((first + second).payload) == json.dumps(
        {"x": 1, "y": 2, "responses": [1, 2], "attributes": {"a": "1", "b": "3", "Phone number": ""}}
    )
    assert (cb.Reply() + second, second + cb.Reply(), sum([second], cb.Reply())) == (second,) * 3
    assert cb.Reply().set({"self": "1", "attributes": "1"}, self="2", attributes="3").payload == {
        "attributes": {"self": "2", "attributes": "3"}
    }
    assert cb.Reply().set().payload == {"attributes": {}}
    with pytest.raises(TypeError):
        first + {"responses": []}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "reply: 1 error\n  an array, to which nothing can be added"),
        (5, "reply: 1 error\n  a number, to which nothing can be added"),
        (
            {"responses": {}, "attributes": None},
            (
                "reply: 2 errors\n  /responses: an object, to which nothing can be added\n"
                "  /attributes: null, to which nothing can be added"
            ),
        ),
    ],
)
def test_odd_documents(document, message):
    """Nothing can be added to what is no reply, and none is lost."""
    odd = cb.Reply.from_payload(document)
    for add in (lambda: odd.text("a"), lambda: odd.set(a="b"), lambda: odd + cb.Reply(), lambda: cb.Reply() + odd):
        with pytest.raises(cb.PayloadError) as caught:
            add()
        assert str(caught.value) == message
    assert odd.payload == document


def test_when_and_each():
    """A condition and a loop within the chain."""
    reply = cb.Reply().text("0")
    assert reply.when([], lambda r: r.text("1")) is reply
    assert reply.when([], lambda r: r.text("1"), lambda r: r.text("2")) == reply.text("2")
    assert reply.when("x", lambda r: r.text("1"), lambda r: r.text("2")) == reply.text("1")
    assert reply.each(iter("12"), lambda r, item: r.text(item)) == reply.text("1").text("2")
    assert reply.each([], lambda r, item: r.text(item)) is reply


def test_subclasses_stay():
    """The methods of a class made from `Reply` return that class."""

    class Mine(cb.Reply):
        pass

    assert type(Mine().text("a").set(a="b").render()) is Mine
    assert type(Mine.from_payload(cb.Reply())) is Mine


def test_looks(full):
    """In a notebook the chat, elsewhere text; both tell what the check finds, and the export is the export."""
    broken = full.raw({"type": "text", "message": "<img src=x onerror=alert(1)>", "x": 1})
    bundle = broken._repr_mimebundle_(include=None, exclude=None)
    assert bundle == {
        "text/plain": repr(broken),
        "text/html": chat_html(broken.payload, broken.check().findings),
    }
    assert repr(broken) == chat_text(broken.payload)
    assert "<img" not in bundle["text/html"]
    assert "documented key" in bundle["text/html"]
    assert [full.export(target) for target in ("flask", "reply")] == [
        export(full.payload, target) for target in ("flask", "reply")
    ]


def test_ipython_shows_it(full):
    """IPython's own formatter takes the bundle."""
    formatters = pytest.importorskip("IPython.core.formatters")
    data, metadata = formatters.DisplayFormatter().format(full)
    assert (data, metadata) == (full._repr_mimebundle_(), {})


@pytest.mark.parametrize(
    "forgetful",
    [
        pytest.param(lambda reply: reply.when("x", lambda _: None), id="when"),
        pytest.param(lambda reply: reply.when("", lambda _: None, lambda _: None), id="otherwise"),
        pytest.param(lambda reply: reply.each("ab", lambda _, __: None), id="each"),
    ],
)
def test_a_forgotten_return_is_told_on_its_line(forgetful):
    """Else the reply would be None, and the error elsewhere."""
    with pytest.raises(TypeError, match="the function returned null, not a Reply; write return reply"):
        forgetful(cb.Reply().text("a"))

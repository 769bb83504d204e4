"""A reply with one of everything, and random sequences of calls that are all valid."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

import chatbot_nb as cb
from chatbot_nb.payloads import limits

BLOCK = "0e1a2425-76e3-49fd-bfc0-547603ab1fe3"
ADDRESSES = st.sampled_from(["https://a.example", "http://a", "{{site}}", "https://ä.example/?a=b#c"])
# No NUL and nothing outside the first plane at a limit: a check would warn, rightly.
CHARACTERS = st.characters(codec="utf-8", exclude_characters="\0")


def text_of(size):
    """Draw a text of a documented size, rarely a long one."""
    some = st.text(CHARACTERS, min_size=size.min, max_size=min(size.max, 12))
    return some | st.sampled_from(["x" * size.max, "{{name}}"])


BUTTONS = {
    "postback": st.builds(cb.postback, text_of(limits.POSTBACK_TITLE), text_of(limits.POSTBACK_VALUE)),
    "goto": st.builds(cb.goto, text_of(limits.GOTO_TITLE), st.uuids(version=4).map(str)),
    "url": st.builds(cb.url, text_of(limits.URL_TITLE), ADDRESSES | st.just("")),
    "webview": st.builds(
        cb.webview, text_of(limits.WEBVIEW_TITLE), ADDRESSES, height=st.sampled_from(["full", "tall", "compact"])
    ),
    "phone": st.builds(cb.phone, text_of(limits.PHONE_TITLE), st.from_regex(r"\+[0-9]{2,15}", fullmatch=True)),
}


def as_dict(button):
    return button.model_dump(by_alias=True)


QUICK = st.one_of(BUTTONS["postback"], BUTTONS["goto"], BUTTONS["postback"].map(as_dict))
ANY = st.one_of(*BUTTONS.values(), st.one_of(*BUTTONS.values()).map(as_dict))


@st.composite
def cards_drawn(draw):
    buttons = draw(st.lists(ANY, min_size=1, max_size=5))
    titles = draw(text_of(limits.CARD_TITLE)), draw(text_of(limits.CARD_SUBTITLE))
    return cb.card(*titles, *buttons, image=draw(ADDRESSES))


@st.composite
def replies_drawn(draw):
    """Draw a reply made by valid calls in any order."""
    reply = cb.Reply()
    for _ in range(draw(st.integers(0, 4))):
        delay = draw(st.none() | st.integers(100, 10_000) | st.floats(100, 10_000))
        waits = {} if delay is None else {"delay": delay}
        match draw(st.integers(0, 7)):
            case 0:
                reply = reply.text(draw(text_of(limits.TEXT_MESSAGE)), **waits)
            case 1:
                texts = st.lists(text_of(limits.RANDOM_TEXT_MESSAGE), min_size=1, max_size=20)
                reply = reply.random_text(*draw(texts), **waits)
            case 2:
                reply = reply.image(draw(ADDRESSES), **waits)
            case 3:
                buttons = draw(st.lists(QUICK, min_size=1, max_size=13))
                reply = reply.quick_replies(draw(text_of(limits.QUICK_REPLIES_TITLE)), *buttons, **waits)
            case 4:
                reply = reply.cards(*draw(st.lists(cards_drawn(), min_size=1, max_size=3)), **waits)
            case 5:
                buttons = draw(st.lists(ANY, min_size=1, max_size=5))
                reply = reply.buttons(draw(text_of(limits.BUTTONS_TITLE)), *buttons, **waits)
            case 6:
                reply = reply.set(draw(st.dictionaries(st.text(CHARACTERS, max_size=5), st.text(CHARACTERS))))
            case 7:
                reply = draw(replies_drawn()) + reply
    return reply


@pytest.fixture
def full():
    """Return a reply with every response and every button."""
    return (
        cb.Reply()
        .text("Hi {{default_name}}!", delay=500)
        .random_text("How can I help?", "What can I do for you?")
        .image("https://shop.example/logo.png")
        .quick_replies("Pick one", cb.postback("Track order", "track"), cb.goto("Menu", BLOCK))
        .cards(
            cb.card(
                "Pro plan",
                "Billed yearly",
                cb.url("Pricing", "https://shop.example/pricing"),
                cb.phone("Call", "+1234567890"),
                image="https://shop.example/pro.png",
            )
        )
        .buttons("Anything else?", cb.webview("Form", "https://shop.example/form", height="tall"))
        .set(plan="vip")
    )


@pytest.fixture(scope="session")
def valid_replies():
    """Return the strategy of replies that are valid."""
    return replies_drawn()

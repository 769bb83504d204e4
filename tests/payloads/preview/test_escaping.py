"""Whatever is in a payload stays text: no tag, no attribute, no character of it acts."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatbot_nb.payloads.check import check
from chatbot_nb.payloads.preview.chat import chat_html
from chatbot_nb.payloads.preview.side_by_side import side_by_side_html
from chatbot_nb.payloads.preview.strings import text_html, visible
from chatbot_nb.payloads.preview.text import chat_text

SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
NASTY = (
    "<img src=x onerror=alert(1)>",
    "</script></style></div></bdi>",
    "<!--",
    "<![CDATA[",
    "&lt;b&gt;&#60;",
    "\" onclick=alert(1) x='",
    "javascript:alert(1)",
    "$x^2$ \\(y\\)",
    "{{<b>}}",
    "{{\u202e}}",
    "\u202egnp.exe",
    "\x1b[31m",
    "\ud800",
)
TEXTS = st.sampled_from(NASTY) | st.text(max_size=20)
KINDS = st.sampled_from("text randomText image quickReplies cards buttons postback goto url webview phone".split())  # noqa: SIM905
KEYS = st.sampled_from("type message messages imageUrl title subtitle elements buttons value height delay".split())  # noqa: SIM905
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(KEYS | TEXTS, inner, max_size=5)
        | st.builds(lambda kind, rest: rest | {"type": kind}, KINDS, st.dictionaries(KEYS, inner, max_size=4))
    ),
    max_leaves=15,
)
REPLIES = ANYTHING | st.fixed_dictionaries(
    {}, optional={"responses": st.lists(ANYTHING, max_size=3), "attributes": ANYTHING, "<b>": ANYTHING}
)
# What this package writes itself; all else would have come from outside.
TAGS = {
    *("div", "style", "p", "strong", "span", "small", "code", "pre", "ol", "ul", "li", "b", "bdi", "br", "wbr", "var"),
    *("s", "details", "summary", "table", "thead", "tbody", "tr", "th", "td"),
}
CLASS = re.compile("chatbot-nb mathjax_ignore tex2jax_ignore|cbn-[a-z]+( cbn-card)?")
VALUES = {
    "class": CLASS,
    "style": re.compile("[-a-z0-9:;() #.,]*", re.IGNORECASE),
    "scope": re.compile("col"),
    "start": re.compile("0"),
    "role": re.compile("list"),
    "aria-label": re.compile("chat"),
    "colspan": re.compile("3"),
    "open": None,
}


def assert_ours(page):
    assert page.tags <= TAGS
    for name, value in page.attributes:
        pattern = VALUES[name]
        assert value is None if pattern is None else pattern.fullmatch(value)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", page.text)
    page.text.encode()


@SETTINGS
@given(REPLIES)
def test_chat(read, payload):
    """A chat of any JSON, with its findings, parses and has no tag or attribute from the payload."""
    assert_ours(read(chat_html(payload, check(payload).findings)))
    text = chat_text(payload)
    assert text.replace("\n", "").isprintable()
    assert text.count("\n") < 20


@SETTINGS
@given(REPLIES, REPLIES)
def test_side_by_side(read, old, new):
    """The same of two of them side by side."""
    assert_ours(read(side_by_side_html(old, new)))


@SETTINGS
@given(st.sampled_from(NASTY) | st.text(max_size=60))
def test_every_character_is_there(read, text):
    """A text is on the page as it is, but for controls, which are spelled out, and line ends."""
    shown = read("<style></style>" + text_html(text)).text
    assert shown == visible(text.replace("\r\n", "\n").replace("\r", "\n"))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        pytest.param("a\r\nb\rc\td", "<bdi>a\nb\nc\td</bdi>", id="lines"),
        pytest.param("\x1b[31m\x00\x9b", "<bdi><s>\\x1b</s>[31m<s>\\x00\\x9b</s></bdi>", id="controls"),
        pytest.param("\u202egnp.exe", "<bdi><s>\\u202e</s>gnp.exe</bdi>", id="override"),
        pytest.param("\u200fא\u200d", "<bdi>\u200fא\u200d</bdi>", id="marks of direction stay"),
        pytest.param(
            "Hi {{a b}}, {{}} {{{c}}}", "<bdi>Hi <var>{{a b}}</var>, {{}} {<var>{{c}}</var>}</bdi>", id="names"
        ),
        pytest.param("{{<\x1b>}}", "<bdi><var>{{&lt;\\x1b&gt;}}</var></bdi>", id="nasty name"),
        pytest.param("\ud83d", "<bdi>\ufffd</bdi>", id="half a pair"),
        pytest.param("", "<bdi></bdi>", id="empty"),
    ],
)
def test_text(text, html):
    """Line breaks stay, placeholders are marked, what would act is spelled out."""
    assert text_html(text) == html


def test_findings_do_not_act_either(read):
    """The pointer of a finding may hold what an attribute is called."""
    payload = {"attributes": {"\u202e<b>": None}}
    page = read(chat_html(payload, check(payload).findings))
    assert_ours(page)
    assert "/attributes/\\u202e<b>" in page.text

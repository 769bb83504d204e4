"""A report in text, as a table, as a frame, as an exception."""

from __future__ import annotations

from html.parser import HTMLParser

import pandas as pd
import pytest

from chatbot_nb.errors import PayloadError
from chatbot_nb.finding import Finding
from chatbot_nb.payloads.check import check
from chatbot_nb.payloads.display import framed
from chatbot_nb.payloads.report import Report

ERROR = Finding("/a", "too_long", "error", "4 characters, at most 3", 3, 4)
WARNING = Finding("/b", "unknown_key", "warning", "'b' is not a documented key here", None, "'b'")
INFO = Finding("", "empty", "info", "an empty body")


def test_text():
    """The text form is fixed: a verdict, at most 20 findings, the count of the rest."""
    assert repr(Report()) == "reply: ok"
    assert repr(Report((WARNING, INFO), kind="request")) == (
        "request: ok, 1 warning\n  warning /b: 'b' is not a documented key here\n  info    (whole): an empty body"
    )
    text = repr(Report((ERROR,) * 23, fixed={}))
    assert text.splitlines()[0] == "reply: 23 errors"
    assert text.splitlines()[20:] == [
        "  error   /a: 4 characters, at most 3",
        "  and 3 more in .findings",
        "  .fixed is the payload with the known mistakes put right",
    ]


@pytest.mark.parametrize(
    ("findings", "ok"), [((), True), ((WARNING, INFO), True), ((ERROR,), False), ((INFO, ERROR), False)]
)
def test_ok(findings, ok):
    """Only an error makes a payload wrong."""
    assert Report(findings).ok is ok


def test_frame():
    """The frame has the same columns and dtypes whether there are findings or not."""
    full, empty = Report((ERROR, WARNING, INFO)).frame(), Report().frame()
    assert list(full.columns) == ["pointer", "code", "severity", "message", "limit", "actual"]
    assert full.dtypes.equals(empty.dtypes)
    assert full.iloc[0].tolist() == ["/a", "too_long", "error", "4 characters, at most 3", 3, 4]
    assert full["limit"].tolist() == [3, None, None]
    assert len(empty) == 0
    assert isinstance(empty, pd.DataFrame)


def test_raise_if_invalid():
    """An error raises with every finding; warnings alone do not."""
    Report((WARNING,)).raise_if_invalid()
    with pytest.raises(PayloadError, match=r"^reply: 1 error\n  /a: 4 characters, at most 3$") as caught:
        Report((WARNING, ERROR)).raise_if_invalid()
    assert caught.value.findings == (WARNING, ERROR)


class Tags(HTMLParser):
    """Collects the tags and the text of a page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        assert not [name for name, _ in attrs if name.startswith("on")]
        self.tags.append(tag)

    def handle_data(self, data):
        self.text += data


def test_html_is_escaped_and_static():
    """What came from outside is text in the table and in what is put right; the severity is a word too."""
    nasty = "<img src=x onerror=alert(1)></script>"
    report = check({"responses": [nasty, {"type": nasty}], nasty: 1})
    page = Tags(report._repr_html_())
    assert not set(page.tags) & {"img", "script", "style", "a", "link"}
    assert page.text.count(nasty) == 5
    assert page.text.startswith("reply: 2 errors, 1 warning")
    assert "✗ error" in page.text
    assert "! warning" in page.text
    assert ".fixed: the payload with the known mistakes put right" in page.text


def test_html_without_findings():
    """A clean report is one line; the whole of a long one is counted."""
    assert 'class="mathjax_ignore' in framed("")
    assert Report()._repr_html_() == framed('<p style="margin:4px 0"><strong>reply: ok</strong></p>')
    assert "and 3 more in <code>.findings</code>" in Report((ERROR,) * 23)._repr_html_()


def test_html_of_a_huge_payload_is_cut():
    """A notebook is saved with its outputs: of what was put right they hold 20,000 characters."""
    report = check("[" + ", ".join(['"a"'] * 5000) + "]")
    assert report.fixed is not None
    page = Tags(report._repr_html_())
    assert page.text.endswith("…")
    assert len(page.text) < 22_000


def test_html_colours_are_never_alone():
    """Each colour is a theme's variable before it is ours, stands on a mark, and the mark has its word."""
    html = Report((ERROR, WARNING, INFO))._repr_html_()
    for variable, mark, word in (("error-color1", "✗", "error"), ("warn-color1", "!", "warning")):
        assert f'<strong style="color:var(--jp-{variable}, var(--vscode-' in html
        assert f">{mark}</strong> {word}</td>" in html
    assert ">i</strong> info</td>" in html

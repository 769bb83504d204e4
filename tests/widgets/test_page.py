"""The static page: one file, whole, in which nothing from outside acts."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

import chatbot_nb as cb

NASTY = '</script><script>alert(1)</script><!--<img src=x onerror=alert(2)>@PARTS@ @STATIC@ \u2028 "'


@pytest.fixture
def widget(closing):
    payload = {"responses": [{"type": "text", "message": NASTY}, {"type": "text", "message": ""}]}
    return closing(cb.ChatPreview(payload, [{"name": NASTY}]))


def parts_of(page):
    (parts,) = re.findall(r'<script type="application/json" id="parts">(.*?)</script>', page, re.DOTALL)
    return json.loads(parts)


def test_it_holds_all_that_it_needs(widget):
    """The modules with all they import, the sheets, the loader, the reply with findings and samples."""
    parts = parts_of(widget.to_html())
    assert parts["reply"] == {
        "payload": widget.payload,
        "findings": widget.verdict["findings"],
        "samples": [{"name": NASTY}],
    }
    assert list(parts["bundle"]["modules"])[-1] == parts["bundle"]["entry"] == "chat/page.js"
    assert "export async function load" in parts["loader"]
    assert "builder/main.js" not in parts["bundle"]["modules"]


def test_nothing_from_outside_ends_a_script(widget):
    """Two scripts of ours, closed twice; no tag of the payload anywhere."""
    page = widget.to_html()
    assert (page.count("<script"), page.count("</script>")) == (2, 2)
    assert "<img" not in page
    assert page.count("<!--") == 0


class Addresses(HTMLParser):
    """The attributes of a page from which a browser would load something."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found += [(tag, name) for name, _ in attrs if name in {"src", "srcset", "href", "action", "data"}]


def test_it_asks_no_host_for_anything(widget):
    """No address that a browser would load, and a policy that forbids all but images that are asked for."""
    page = widget.to_html()
    addresses = Addresses()
    addresses.feed(page)
    assert addresses.found == []
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    assert policy.startswith("default-src 'none'; script-src 'unsafe-inline' blob:; ")
    assert "connect-src" not in policy


def test_without_scripts_the_static_chat_is_there(widget):
    outside = widget.to_html().split("<main")[1].split("</main>")[0]
    assert "onerror=alert(2)&gt;" in outside
    assert "0 characters, at least 1" in outside


def test_written_to_a_file(widget, tmp_path):
    """In UTF-8, and then nothing is returned."""
    path = tmp_path / "reply.html"
    assert widget.to_html(path) is None
    assert path.read_bytes().decode() == widget.to_html()
    with pytest.raises(FileNotFoundError):
        widget.to_html(tmp_path / "nowhere" / "reply.html")

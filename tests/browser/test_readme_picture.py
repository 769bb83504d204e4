"""The picture of the README is of the builder as it is; ``CHATBOT_NB_PICTURES=notebooks`` puts it there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

expect = pytest.importorskip("playwright.sync_api").expect

PARCEL = """
import chatbot_nb as cb
builder = cb.ResponseBuilder(
    cb.Reply()
    .text("Hi {{default_name}}! Your parcel arrives tomorrow, between 9 and 12.", delay=500)
    .quick_replies("Does that suit you?", cb.postback("Yes, I am in", "ok"), cb.postback("Another day", "day")),
    samples=[{"default_name": "Ada"}],
)
builder
"""
LARGEST = 250_000  # bytes


def test_the_picture_shows_a_limit_error(lab, open_notebook, tmp_path):
    """At its field, in the chat and in the list, in the words of `check`."""
    notebook = open_notebook(lab, PARCEL, width=1310, height=1200, scale=2)
    notebook.run_all()
    page = notebook.page
    builder = page.locator(".cbn-builder")
    builder.wait_for()
    page.evaluate("window.jupyterapp.shell.collapseLeft()")
    title = page.get_by_role("textbox", name="2 Quick replies Button 2 Title", exact=True)
    title.fill("Choose another day now")
    expect(title).to_have_attribute("aria-invalid", "true")
    title.blur()
    said = "22 characters, at most 20"
    expect(page.locator(".cbn-form .cbn-said")).to_have_text(said)
    expect(page.locator(".cbn-findings")).to_contain_text(said)
    expect(builder.get_by_role("log")).to_contain_text(said)
    expect(builder.get_by_role("log")).to_contain_text("Hi Ada!")
    picture = Path(os.environ.get("CHATBOT_NB_PICTURES", tmp_path)) / "builder.png"
    builder.screenshot(path=picture, animations="disabled")
    assert picture.stat().st_size < LARGEST

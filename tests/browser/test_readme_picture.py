"""The pictures of the README are of the widgets as they are; ``CHATBOT_NB_PICTURES=notebooks`` puts them there."""

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
ACCOUNT = """
import chatbot_nb as cb
sandbox = cb.Sandbox().start()
sandbox.seed(5)
grid = cb.ConnectionGrid(sandbox.client())
grid
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
    take(builder, "builder", tmp_path)


def test_the_picture_shows_a_bad_cell_and_a_plan(show_grid, tmp_path):
    """What was edited, added and marked stands out in the table, and in the plan that nothing has been sent of."""
    sheet = show_grid(ACCOUNT, width=1150, height=1300, scale=2).sheet
    page = sheet.page
    sheet.write(2, "name", "Invoice copies")
    sheet.cell(4, "name").click()
    sheet.press("Delete")
    sheet.press("Add")
    sheet.paste(6, "name", "Night shift\tCustomer service\thttps://hooks.acme-shop.example/night")
    expect(sheet.cell(6, "name")).to_have_text("Night shift")
    sheet.write(3, "url", "ftp://webhooks.bluebank.example/newsletter")
    bad = sheet.cell(3, "url")
    expect(bad).to_have_attribute("aria-invalid", "true")
    sheet.tools.get_by_role("button", name="Plan").click()
    said = "'ftp://webhooks.bluebank.example/newsletter' is not an http or https URL"
    expect(sheet.panel).to_contain_text(said)
    expect(sheet.panel).to_contain_text("Night shift")
    bad.click()
    expect(sheet.el.locator(".cbn-footer")).to_contain_text(said)
    sheet.table.evaluate("sheet => sheet.blur()")
    page.mouse.move(0, 0)
    take(sheet.el, "grid", tmp_path)


def take(widget, name, folder):
    picture = Path(os.environ.get("CHATBOT_NB_PICTURES", folder)) / f"{name}.png"
    widget.screenshot(path=picture, animations="disabled")
    assert picture.stat().st_size < LARGEST

"""The builder, the chat preview and the grid in Notebook 7 and in Voila."""

from __future__ import annotations

import re
import socket

import pytest

expect = pytest.importorskip("playwright.sync_api").expect

BUILDER = """
import chatbot_nb as cb
builder = cb.ResponseBuilder(cb.Reply().text("Hi").quick_replies("What now?", cb.postback("Track order", "track")))
builder
"""
SECOND = 'cb.ResponseBuilder(cb.Reply().text("Another one"))'
PREVIEW = """
import chatbot_nb as cb
preview = cb.ChatPreview(cb.Reply().text("Hi {{name}}!"), samples=[{"name": "Ada"}])
preview
"""
FOLLOWED = """
preview = cb.ChatPreview()
builder.observe(lambda _: setattr(preview, "reply", builder.reply), "document")
preview
"""
GRID = """
import os, tempfile
import chatbot_nb as cb
os.chdir(tempfile.mkdtemp())  # where the journals go
grid = cb.ConnectionGrid(cb.connect())
grid
"""
TABLE = 'cb.show(grid.frame[["name", "error"]].dropna(), "Failing")'
# A cell that runs until somebody connects.
GATE = """
import socket
with socket.create_server(("127.0.0.1", 0)) as gate:
    print("waits at", gate.getsockname()[1], flush=True)
    gate.accept()
"""
TOO_LONG = "a title of more than twenty characters"
OURS = {"127.0.0.1", "localhost", None, ""}


def chats(page):
    return page.get_by_role("log")


def title_of(page):
    return page.get_by_role("textbox", name="2 Quick replies Button 1 Title", exact=True)


def type_and_be_checked(page):
    """Type into the first builder: the chat shows it, and the kernel finds what is too long."""
    page.locator(".cbn-builder").first.wait_for()
    page.get_by_role("textbox", name="1 Text Message", exact=True).first.fill("Hello there")
    expect(chats(page).first).to_contain_text("Hello there")
    title_of(page).fill(TOO_LONG)
    expect(title_of(page)).to_have_attribute("aria-invalid", "true")
    expect(chats(page).first).to_contain_text("error")


def test_notebook_7_shows_a_builder_that_is_checked(classic, open_notebook):
    notebook = open_notebook(classic, BUILDER, view="notebooks")
    notebook.run_all()
    type_and_be_checked(notebook.page)
    notebook.connect()
    assert notebook.kernel.value("builder.report.findings[0].message") == "38 characters, at most 20"
    assert notebook.hosts <= OURS


def test_findings_come_while_a_cell_runs(classic, open_notebook):
    """Front ends that know subshells need none of the patience that others do."""
    notebook = open_notebook(classic, BUILDER, GATE, view="notebooks")
    notebook.run_cell(0)
    page = notebook.page
    # ipykernel 7.4 may let the first message over a subshell wait: here it is one that no cell is in the way of.
    page.get_by_role("textbox", name="1 Text Message", exact=True).fill("")
    page.locator("[aria-invalid=true]").wait_for()
    notebook.run_cell(1)
    waits = page.locator(".jp-OutputArea-output", has_text="waits at")
    waits.wait_for()
    type_and_be_checked(page)
    expect(page.locator(".cbn-status").first).to_be_empty()
    prompt = page.locator(".jp-CodeCell .jp-InputPrompt").last
    expect(prompt).to_have_text("[*]:")
    socket.create_connection(("127.0.0.1", int(waits.inner_text().split()[-1]))).close()
    expect(prompt).to_have_text("[2]:")


def test_two_builders_ask_for_their_modules_once(classic, open_notebook):
    """And neither is in the way of the other."""
    notebook = open_notebook(classic, BUILDER, SECOND, view="notebooks")
    page = notebook.page
    sent = notebook.frames("Sent")
    notebook.run_all()
    expect(page.locator(".cbn-builder")).to_have_count(2)
    asked = [frame for frame in sent if re.search(rb'"type": ?"modules"', frame)]
    assert len(asked) == 1
    type_and_be_checked(page)
    other = page.locator(".cbn-builder").last
    other.get_by_role("textbox", name="1 Text Message", exact=True).fill("")
    expect(other.locator("[aria-invalid=true]")).to_have_count(1)
    expect(page.locator(".cbn-builder").first.locator("[aria-invalid=true]")).to_have_count(1)


def test_a_preview_follows_python(classic, open_notebook):
    """Without a new cell; who looks as a sample user goes on doing so."""
    notebook = open_notebook(classic, PREVIEW, view="notebooks")
    notebook.run_all()
    page = notebook.page
    expect(chats(page)).to_contain_text("Hi Ada!")
    kernel = notebook.connect()
    kernel.run('preview.reply = {"responses": [{"type": "text", "message": "Bye {{name}}!"}, {"type": "text"}]}')
    expect(chats(page)).to_contain_text("Bye Ada!")
    expect(chats(page)).to_contain_text("error")
    expect(chats(page)).not_to_contain_text("Hi")
    assert notebook.hosts <= OURS


def test_voila_shows_a_builder_and_a_preview_that_follows_it(open_voila):
    """From the builder through Python to the preview."""
    visit = open_voila(BUILDER, FOLLOWED)
    page = visit.page
    type_and_be_checked(page)
    expect(chats(page).last).to_contain_text("Hello there")
    expect(chats(page).last).to_contain_text(TOO_LONG)
    assert visit.hosts - {"cdn.jsdelivr.net"} <= OURS  # where Voila's own template has its icons


def edit_and_apply(sheet):
    """Edit, see what is wrong, put it right, apply: all of it travels to the kernel and back."""
    sheet.write(1, "name", "")
    expect(sheet.cell(1, "name")).to_have_attribute("aria-invalid", "true")
    sheet.write(1, "name", "Edited")
    expect(sheet.cell(1, "name")).to_have_text("Edited changed")
    sheet.tools.get_by_role("button", name="Plan").click()
    expect(sheet.panel).to_contain_text("1 update")
    sheet.panel.get_by_role("button", name="Apply").click()
    expect(sheet.panel).to_contain_text("1 done")
    expect(sheet.row(1)).to_have_class(re.compile("cbn-is-done"))


def test_notebook_7_shows_a_grid_that_is_edited_and_applied(classic, open_notebook, sheet_of):
    notebook = open_notebook(classic, GRID, TABLE, view="notebooks")
    notebook.run_all()
    sheet = sheet_of(notebook.page)
    edit_and_apply(sheet)
    notebook.connect()
    assert notebook.kernel.value("grid.frame['name'].tolist()[0]") == "Edited"
    table = sheet_of(notebook.page, 1)
    expect(table.tools).to_contain_text("Failing")
    expect(table.table).to_have_attribute("aria-readonly", "true")
    assert notebook.hosts <= OURS


def test_a_grid_answers_while_a_cell_runs(classic, open_notebook, sheet_of):
    notebook = open_notebook(classic, GRID, GATE, view="notebooks")
    notebook.run_cell(0)
    sheet = sheet_of(notebook.page)
    sheet.write(1, "name", "Before")  # over a subshell that no cell is in the way of
    expect(sheet.cell(1, "name")).to_have_text("Before changed")
    notebook.run_cell(1)
    waits = notebook.page.locator(".jp-OutputArea-output", has_text="waits at")
    waits.wait_for()
    sheet.write(1, "name", "Meanwhile")
    expect(sheet.cell(1, "name")).to_have_text("Meanwhile changed")
    expect(sheet.cell(1, "name")).not_to_have_class(re.compile("cbn-pending"))
    socket.create_connection(("127.0.0.1", int(waits.inner_text().split()[-1]))).close()


def test_voila_shows_a_grid_that_is_edited_and_applied(open_voila, sheet_of):
    visit = open_voila(GRID, TABLE)
    edit_and_apply(sheet_of(visit.page))
    expect(sheet_of(visit.page, 1).tools).to_contain_text("Failing")
    assert visit.hosts - {"cdn.jsdelivr.net"} <= OURS

"""An account edited in JupyterLab: planned, applied, refreshed, saved, opened again."""

from __future__ import annotations

import re

import pytest

expect = pytest.importorskip("playwright.sync_api").expect

ACCOUNT = """
import os, tempfile
import chatbot_nb as cb
os.chdir(tempfile.mkdtemp())  # where the journals go
sandbox = cb.Sandbox(verify="off").start()
client = sandbox.client()
stories = ["5" * 24, "6" * 24]
key = "".join(["ses", "ame"])  # what is looked for in the saved notebook is not in its code
for number in range(6):
    client.connections.create(
        name=f"Hook {number}", url=f"https://hooks.example/{number}", story_id=stories[number % 2],
        token=f"tok-{key}-{number}", headers={"X-Key": f"hdr-{key}-{number}"}, auth=("me", f"pwd-{key}-{number}"))
ids = client.connections.frame().index.tolist()
grid = cb.ConnectionGrid(client)
grid
"""
OURS = {"127.0.0.1", "localhost", None, ""}
NAMES = "client.connections.frame()['name'].tolist()"


@pytest.fixture
def account(show_grid):
    return show_grid(ACCOUNT)


def renamed(**names):
    return [names.get(f"hook_{number}", f"Hook {number}") for number in range(6)]


def plan(sheet):
    sheet.tools.get_by_role("button", name="Plan").click()
    expect(sheet.panel).to_contain_text("Plan")


def act(sheet, name):
    sheet.panel.get_by_role("button", name=name, exact=True).first.click()


def test_a_plan_is_read_and_applied_and_a_row_that_fails_says_why(account):
    """Nothing is sent before Apply; what failed stays as an edit, and another try makes only that."""
    sheet, kernel = account.sheet, account.kernel
    sheet.write(1, "name", "Mine")
    sheet.write(2, "url", "https://hooks.example/new")
    expect(sheet.tools).to_contain_text("2 changed")
    plan(sheet)
    expect(sheet.panel).to_contain_text("2 update")
    for text in ("Hook 0", "Mine", "https://hooks.example/1", "https://hooks.example/new"):
        expect(sheet.panel).to_contain_text(text)
    assert kernel.value(NAMES) == renamed()
    kernel.run("sandbox.inject(status=400)")
    kernel.value("1")
    act(sheet, "Apply")
    expect(sheet.panel).to_contain_text("Applied")
    expect(sheet.panel).to_contain_text("failed")
    expect(sheet.el.locator(".cbn-body .cbn-is-failed")).to_have_count(1)
    expect(sheet.el.locator(".cbn-body .cbn-is-done")).to_have_count(1)
    expect(sheet.el.locator(".cbn-is-done .cbn-state")).not_to_have_class(re.compile("touched"))  # it is no edit
    expect(sheet.el.locator(".cbn-is-failed .cbn-state")).to_have_attribute("title", re.compile("failed: .*400"))
    expect(sheet.tools).to_contain_text("1 changed")
    act(sheet, "Try again")
    expect(sheet.panel).to_contain_text("2 done")
    kernel.wait_for(NAMES, renamed(hook_0="Mine"))
    kernel.wait_for("client.connections.frame()['url'].tolist()[1]", "https://hooks.example/new")
    expect(sheet.tools).not_to_contain_text("changed")
    assert kernel.value("grid.applied.results['status'].tolist()") == ["done", "done"]
    assert kernel.value("[str(each) for each in grid.errors]") == []


def test_a_row_that_breaks_a_limit_is_in_no_frame_and_keeps_a_plan_from_being_applied(account):
    """In the words of `cb.plan`."""
    sheet = account.sheet
    sheet.write(3, "url", "ftp://hooks.example/x")
    bad = sheet.cell(3, "url")
    expect(bad).to_have_attribute("aria-invalid", "true")
    said = account.kernel.value("grid.findings['message'][0]")
    assert "ftp://hooks.example/x" in said
    expect(bad).to_have_attribute("title", re.compile(re.escape(said)))
    assert account.kernel.value("grid.frame['url'].tolist()[2]") == "https://hooks.example/2"
    plan(sheet)
    expect(sheet.panel).to_contain_text(said)
    expect(sheet.panel.get_by_role("button", name="Apply")).to_have_attribute("aria-disabled", "true")


def test_what_is_added_and_deleted_is_planned_too(account):
    sheet, keys = account.sheet, account.page.keyboard
    sheet.cell(2, "name").click()
    sheet.press("Delete")
    expect(sheet.row(2)).to_have_class(re.compile("cbn-is-deleted"))
    sheet.paste(6, "name", "Hook 5\r\nNew\t" + "6" * 24 + "\thttps://hooks.example/n")
    expect(sheet.row(7)).to_have_class(re.compile("cbn-is-new"))
    expect(sheet.tools).to_contain_text("1 new · 1 to delete")
    plan(sheet)
    expect(sheet.panel).to_contain_text("1 delete, 1 create")
    keys.press("Control+z")
    expect(sheet.panel).to_be_hidden()  # what was planned is not what is here now
    keys.press("Control+y")
    expect(sheet.row(7)).to_have_class(re.compile("cbn-is-new"))
    plan(sheet)
    act(sheet, "Apply")
    expect(sheet.panel).to_contain_text("2 done")
    account.kernel.wait_for(NAMES, ["Hook 0", "Hook 2", "Hook 3", "Hook 4", "Hook 5", "New"])


def test_what_runs_is_seen_and_can_be_cancelled(show_grid):
    many = ACCOUNT.replace("range(6)", "range(40)")
    notebook = show_grid(many)
    sheet, kernel = notebook.sheet, notebook.kernel
    kernel.run("grid.frame = grid.frame.assign(name=[f'Mine {n}' for n in range(40)])")
    expect(sheet.tools).to_contain_text("40 changed")
    kernel.run("sandbox.inject(delay=1.0, times=500)")
    plan(sheet)
    act(sheet, "Apply")
    expect(sheet.panel.get_by_role("progressbar")).to_be_visible()
    expect(sheet.el.locator(".cbn-is-running").first).to_be_visible()
    sheet.cell(1, "name").click()
    notebook.page.keyboard.type("x")
    expect(sheet.cell(1, "name")).to_contain_text("Mine 0")
    act(sheet, "Cancel")
    expect(sheet.panel).to_contain_text("Applied")
    expect(sheet.panel).to_contain_text("not tried")
    statuses = "grid.applied.results['status'].value_counts().to_dict()"
    assert kernel.value(statuses)["not tried"] > 0
    done = kernel.value(f"{statuses}.get('done', 0)")
    expect(sheet.tools).to_contain_text(f"{40 - done} changed")


@pytest.mark.parametrize(("choice", "wanted"), [("Keep mine", "Mine"), ("Take theirs", "Theirs")])
def test_what_somebody_else_changed_meanwhile_is_shown_side_by_side(account, choice, wanted):
    """A refresh keeps the edits; each cell that both changed is chosen."""
    sheet, kernel = account.sheet, account.kernel
    sheet.write(1, "name", "Mine")
    sheet.write(2, "name", "Only mine")
    kernel.run("client.connections.update(ids[0], name='Theirs'); client.connections.update(ids[2], name='Other')")
    sheet.press("Refresh")
    expect(sheet.panel).to_contain_text("Changed elsewhere, too")
    expect(sheet.panel.get_by_role("row").nth(1)).to_contain_text("Mine")
    expect(sheet.panel.get_by_role("row").nth(1)).to_contain_text("Theirs")
    expect(sheet.row(1)).to_have_class(re.compile("cbn-is-conflict"))
    expect(sheet.cell(3, "name")).to_have_text("Other")
    act(sheet, choice)
    expect(sheet.panel).to_be_hidden()
    kernel.wait_for("grid.frame['name'].tolist()[:3]", [wanted, "Only mine", "Other"])
    expect(sheet.cell(1, "name")).to_contain_text(wanted)
    plan(sheet)
    act(sheet, "Apply")
    kernel.wait_for(NAMES, [wanted, "Only mine", "Other", "Hook 3", "Hook 4", "Hook 5"])


def test_a_secret_is_seen_only_on_a_deliberate_press_and_saved_nowhere(account):
    """Trap 5: masked in Python; revealed for a while; in no frame, no output and no saved notebook."""
    sheet, page = account.sheet, account.page
    received = account.frames("Received")
    sheet.cell(1, "name").click()
    page.keyboard.press("Alt+Enter")
    token = sheet.details.locator(".cbn-field", has_text=re.compile("^token"))
    expect(token).to_contain_text("••••")
    assert "sesame" not in page.content()
    assert not any(b"sesame" in frame for frame in received)
    token.get_by_role("button", name="Reveal …").click()
    expect(token).to_contain_text("Show this secret")
    assert not any(b"sesame" in frame for frame in received)
    token.get_by_role("button", name="Show it").click()
    expect(token.locator(".cbn-revealed")).to_have_text("tok-sesame-0")
    account.save()
    assert "sesame" not in account.path.read_text()
    token.get_by_role("button", name="Hide").click()
    expect(token).not_to_contain_text("sesame")
    token.get_by_role("button", name="Replace …").click()
    page.keyboard.type("new-sesame")
    page.keyboard.press("Enter")
    expect(sheet.tools).to_contain_text("1 changed")
    assert "sesame" not in account.kernel.value("grid.frame.to_csv() + grid.edits.to_csv() + repr(grid)")
    plan(sheet)
    expect(sheet.panel).to_contain_text("token")
    act(sheet, "Apply")
    expect(sheet.panel).to_contain_text("1 done")
    account.save()
    assert "sesame" not in account.path.read_text()
    account.kernel.wait_for("client.connections.get(ids[0]).token.get_secret_value()", "new-sesame")


def test_the_notebook_saved_and_opened_again_shows_the_first_rows(account):
    """As a static table; no module, no token, no state that would be wrong without its kernel."""
    sheet, page = account.sheet, account.page
    sheet.write(1, "name", "<b>Mine</b>")
    saved = page.locator(".cbn-saved")
    expect(saved).to_contain_text("<b>Mine</b>")
    expect(saved).to_be_hidden()
    account.save()
    text = account.path.read_text()
    assert len(text) < 60_000
    for secret in ("sesame", "class Store"):
        assert secret not in text
    account.end_kernel()
    page.reload()
    expect(saved).to_be_visible()
    expect(saved).to_contain_text("run the cell again")
    expect(saved.locator("td", has_text="<b>Mine</b>")).to_be_visible()
    assert saved.locator("b").count() == 0
    assert page.locator(".cbn-grid").count() == 0


def test_an_account_is_edited_planned_and_applied_by_keyboard_alone(account):
    """From the tool bar through the table to Plan and Apply, and back into the table."""
    sheet, page, keys = account.sheet, account.page, account.page.keyboard
    sheet.tools.get_by_role("searchbox").focus()
    for _ in range(30):
        if sheet.table.evaluate("sheet => sheet === document.activeElement"):
            break
        keys.press("Tab")
    expect(sheet.table).to_be_focused()
    at = sheet.table.get_attribute("aria-activedescendant")
    assert page.locator(f"#{at}").get_attribute("aria-colindex") == "2"
    keys.type("Mine")
    keys.press("Enter")
    expect(sheet.tools).to_contain_text("1 changed")
    keys.press("ArrowDown")
    keys.press("Shift+ArrowDown")
    keys.press("Delete")
    expect(sheet.tools).to_contain_text("2 errors")  # a connection needs a name
    keys.press("Control+z")
    expect(sheet.tools).not_to_contain_text("error")
    press_until(page, "Shift+Tab", "Plan…")
    keys.press("Enter")
    expect(sheet.panel).to_contain_text("1 update")
    press_until(page, "Tab", "Apply")
    keys.press("Enter")
    expect(sheet.panel).to_contain_text("1 done")
    account.kernel.wait_for(NAMES, renamed(hook_0="Mine"))
    press_until(page, "Tab", "Close")
    keys.press("Enter")
    expect(sheet.panel).to_be_hidden()
    assert account.hosts <= OURS


def press_until(page, key, text):
    for _ in range(60):
        page.keyboard.press(key)
        if page.evaluate("document.activeElement.textContent") == text:
            return
    raise AssertionError(f"{key} never leads to {text}")


def test_details_are_edited_beside_the_table(account):
    sheet, page = account.sheet, account.page
    sheet.cell(2, "error").dblclick()
    expect(sheet.details).to_contain_text("Details of row 2")
    field = sheet.details.get_by_role("textbox", name="url")
    field.fill("https://hooks.example/from-details")
    field.press("Enter")
    expect(sheet.cell(2, "url")).to_have_text("https://hooks.example/from-details changed")
    page.keyboard.press("Escape")
    expect(sheet.details).to_be_hidden()
    expect(sheet.table).to_be_focused()
    page.keyboard.press("Control+z")
    expect(sheet.cell(2, "url")).to_have_text("https://hooks.example/1")

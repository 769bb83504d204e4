"""The grid in JupyterLab, as a person uses it: a frame edited by mouse, keyboard and clipboard."""

from __future__ import annotations

import re

import pytest

expect = pytest.importorskip("playwright.sync_api").expect

BACKEND = """
import pandas as pd
from chatbot_nb.widgets.grid.columns import Column
from chatbot_nb.widgets.grid.grid import Grid
frame = pd.DataFrame({
    "name": ["Ada", "Bo", "Cy", "Di"],
    "size": [1, 2, 3, 4],
    "story": ["s1", "s2", "s1", None],
    "live": [True, False, True, True],
})
def said(names):
    long = names.str.len().fillna(0).astype(int)
    return [f"{length} characters, at most 8" if length > 8 else None for length in long]
stories = {"s1": "Support", "s2": "Sales", "s3": "Surveys"}
columns = [Column(name="name", check=said), Column(name="size"), Column(name="story", choices=stories)]
"""
SMALL = f"""{BACKEND}
grid = Grid(frame, columns, title="People")
grid
"""
IN_A_TAB = f"""{BACKEND}
import ipywidgets
grid = Grid(frame, columns, title="People")
ipywidgets.Tab([ipywidgets.HTML("first"), grid])
"""
LARGE = """
import pandas as pd
from chatbot_nb.widgets.grid.grid import Grid
grid = Grid(pd.DataFrame({"name": [f"row {n}" for n in range(100_000)], "n": range(100_000)}))
grid
"""
NASTY = [
    "<img src=x onerror=window.pwned=1><script>window.pwned=2</script>",
    "javascript:alert(1)",
    "שעות פתיחה",
    "x" * 10_000,
    "two\nlines",
    "a\tb",
    "NUL \0 in it",
    "$x^2$ \\(y\\)",
]
OURS = {"127.0.0.1", "localhost", None, ""}


@pytest.fixture
def small(show_grid):
    return show_grid(SMALL)


def names(notebook, wanted):
    notebook.kernel.wait_for("grid.frame['name'].tolist()", wanted)


def test_a_cell_is_edited_by_mouse_and_keyboard(small):
    """Double click, Enter, typing, F2, Tab, Escape: each value is in Python when the next cell runs."""
    sheet, keys = small.sheet, small.page.keyboard
    sheet.write(1, "name", "Adele")
    names(small, ["Adele", "Bo", "Cy", "Di"])
    expect(sheet.cell(1, "name")).to_have_class(re.compile("cbn-changed"))
    expect(sheet.tools).to_contain_text("1 changed")
    keys.type("Bob")  # Enter went one row down
    keys.press("Tab")
    keys.type("20")
    keys.press("Enter")
    names(small, ["Adele", "Bob", "Cy", "Di"])
    small.kernel.wait_for("grid.frame['size'].tolist()", [1, 20, 3, 4])
    sheet.cell(3, "name").click()
    keys.press("F2")
    keys.type("no")
    keys.press("Escape")
    expect(sheet.cell(3, "name")).to_have_text("Cy")
    expect(sheet.table).to_be_focused()
    keys.press("Delete")
    small.kernel.wait_for("grid.frame['name'].isna().tolist()", [False, False, True, False])
    assert small.kernel.value("grid.edits['column'].tolist()") == ["name", "name", "size", "name"]


def test_a_bad_cell_is_seen_named_listed_and_not_in_the_frame(small):
    sheet = small.sheet
    sheet.write(2, "name", "much too long")
    bad = sheet.cell(2, "name")
    expect(bad).to_have_attribute("aria-invalid", "true")
    expect(bad).to_contain_text("much too long")
    expect(bad).to_have_attribute("title", re.compile("error: 13 characters, at most 8"))
    sheet.tools.get_by_role("button", name="1 error").click()
    expect(sheet.findings).to_contain_text("13 characters, at most 8")
    names(small, ["Ada", "Bo", "Cy", "Di"])
    sheet.write(4, "size", "many")
    expect(sheet.findings).to_contain_text("'many' is not a whole number")
    sheet.findings.get_by_role("button", name="1 · name").click()
    expect(sheet.table).to_be_focused()
    small.page.keyboard.press("Enter")
    expect(sheet.el.locator(".cbn-editor")).to_have_value("much too long")
    small.page.keyboard.press("Escape")
    sheet.write(2, "name", "fits")
    expect(bad).not_to_have_attribute("aria-invalid", "true")
    names(small, ["Ada", "fits", "Cy", "Di"])


def test_a_block_from_a_spreadsheet_is_pasted_with_its_quotes_and_line_breaks(small):
    """One step, also where it makes new rows; what a column takes no part of stays as it is."""
    sheet, keys = small.sheet, small.page.keyboard
    sheet.paste(3, "name", '"say ""hi"""\t30\tSales\r\n"a\nb"\t40\tSurveys\r\nnew\t50\tSupport\r\n')
    names(small, ["Ada", "Bo", 'say "hi"', "a\nb", "new"])
    small.kernel.wait_for("grid.frame['size'].tolist()", [1, 2, 30, 40, 50])
    small.kernel.wait_for("grid.frame['story'].tolist()", ["s1", "s2", "s2", "s3", "s1"])
    expect(sheet.cell(4, "name")).to_have_text("a⏎b changed")
    expect(sheet.row(5)).to_have_class(re.compile("cbn-is-new"))
    keys.press("Control+z")
    names(small, ["Ada", "Bo", "Cy", "Di"])
    keys.press("Control+y")
    names(small, ["Ada", "Bo", 'say "hi"', "a\nb", "new"])
    sheet.press("Undo")
    names(small, ["Ada", "Bo", "Cy", "Di"])


def test_a_range_is_copied_filled_and_cut(small):
    sheet, keys = small.sheet, small.page.keyboard
    sheet.cell(1, "name").click()
    sheet.cell(2, "story").click(modifiers=["Shift"])
    keys.press("Control+c")
    expect(sheet.el.locator(".cbn-footer")).to_contain_text("copied 2 rows")
    assert sheet.copied() == "Ada\t1\tSupport\r\nBo\t2\tSales"
    sheet.cell(2, "name").click()
    sheet.cell(4, "name").click(modifiers=["Shift"])
    keys.press("Control+d")
    names(small, ["Ada", "Bo", "Bo", "Bo"])
    keys.press("Control+x")
    small.kernel.wait_for("grid.frame['name'].isna().sum().item()", 3)
    assert sheet.copied() == "Bo\r\nBo\r\nBo"


def test_a_choice_is_found_by_typing(small):
    sheet, keys = small.sheet, small.page.keyboard
    sheet.cell(4, "story").click()
    keys.type("su")
    options = sheet.el.get_by_role("option")
    expect(options).to_have_text(["Support", "Surveys"])
    keys.press("ArrowDown")
    keys.press("Enter")
    small.kernel.wait_for("grid.frame['story'].tolist()", ["s1", "s2", "s1", "s3"])
    expect(sheet.cell(4, "story")).to_have_text("Surveys changed")
    sheet.cell(1, "story").dblclick()
    expect(options).to_have_count(3)
    options.filter(has_text="Sales").click()
    small.kernel.wait_for("grid.frame['story'].tolist()", ["s2", "s2", "s1", "s3"])
    sheet.paste(2, "story", "Suport")
    expect(sheet.cell(2, "story")).to_have_attribute("title", re.compile("did you mean 'Support'"))


def test_rows_are_added_and_marked_for_deletion(small):
    sheet, keys = small.sheet, small.page.keyboard
    sheet.press("Add")
    expect(sheet.row(5)).to_have_class(re.compile("cbn-is-new"))
    keys.type("Ed")
    keys.press("Enter")
    names(small, ["Ada", "Bo", "Cy", "Di", "Ed"])
    for row in (1, 3):
        sheet.row(row).get_by_role("checkbox").check()
    small.kernel.wait_for("grid.selection['name'].tolist()", ["Ada", "Cy"])
    sheet.press("Delete")
    expect(sheet.tools).to_contain_text("1 new · 2 to delete")
    names(small, ["Bo", "Di", "Ed"])
    keys.press("Control+z")
    names(small, ["Ada", "Bo", "Cy", "Di", "Ed"])


def test_sort_search_filter_and_hidden_columns(small):
    sheet, page = small.sheet, small.page
    header = sheet.el.get_by_role("columnheader", name="name", exact=True)
    header.locator(".cbn-title").click()
    header.locator(".cbn-title").click()
    expect(header).to_have_attribute("aria-sort", "descending")
    expect(sheet.cell(1, "name")).to_have_text("Di")
    sheet.el.get_by_role("searchbox", name="Search all columns").fill("sales")
    expect(sheet.tools).to_contain_text("1 of 4 rows")
    expect(sheet.cell(1, "name")).to_have_text("Bo")
    page.keyboard.press("Escape")
    expect(sheet.tools).to_contain_text("4 rows")
    sheet.press("More")
    sheet.el.get_by_role("menuitem", name="Filter columns").click()
    sheet.el.get_by_role("searchbox", name="Filter size").fill(">2")
    expect(sheet.tools).to_contain_text("2 of 4 rows")
    assert sheet.column("name", 2) == ["Di", "Cy"]
    sheet.el.get_by_role("searchbox", name="Filter size").fill("nothing")
    expect(sheet.el).to_contain_text("No row fits the search and the filters.")
    sheet.el.get_by_role("button", name="Clear search and filters").click()
    expect(sheet.tools).to_contain_text("4 rows")
    sheet.press("Columns")
    sheet.el.get_by_role("menuitemcheckbox", name="live").click()
    page.keyboard.press("Escape")
    expect(sheet.el.get_by_role("columnheader", name="live", exact=True)).to_have_count(0)


def test_keys_pressed_inside_never_reach_jupyterlab(show_grid):
    """Trap 1: on a cell that cannot be edited, too, where d d would delete the notebook's cell."""
    notebook = show_grid(f"{BACKEND}\nimport chatbot_nb as cb\ngrid = cb.show(frame)\ngrid", "1 + 1")
    sheet, keys = notebook.sheet, notebook.page.keyboard
    ran = notebook.kernel.value("len(In)")
    for focus in (sheet.cell(1, "name").click, sheet.tools.get_by_role("button", name="More").focus):
        focus()
        for key in ("d", "d", "x", "a", "b", "0", "0", "m", "y", "Shift+Enter"):
            keys.press(key)
        keys.press("Escape")
    assert notebook.cells() == 2
    assert notebook.kernel.value("len(In)") == ran
    expect(sheet.el.locator(".cbn-editor")).to_have_count(0)


def test_shift_enter_in_an_editor_runs_no_cell(small):
    ran = small.kernel.value("len(In)")
    small.sheet.write(2, "name", "Bea", key="Shift+Enter")
    names(small, ["Ada", "Bea", "Cy", "Di"])
    assert (small.kernel.value("len(In)"), small.cells()) == (ran, 1)


def test_a_table_to_look_at_is_read_only(show_grid):
    """`cb.show`: it sorts, searches, copies; nothing edits it, and its details show whole texts."""
    notebook = show_grid(f"{BACKEND}\nimport chatbot_nb as cb\ngrid = cb.show(frame, 'To look at')\ngrid")
    sheet, page = notebook.sheet, notebook.page
    expect(sheet.table).to_have_attribute("aria-readonly", "true")
    expect(sheet.tools).to_contain_text("To look at")
    expect(sheet.tools.get_by_role("button", name="Add")).to_be_hidden()
    sheet.cell(1, "name").click()
    page.keyboard.type("x")
    expect(sheet.el.locator(".cbn-footer")).to_contain_text("read-only")
    page.keyboard.press("Enter")
    expect(sheet.details).to_contain_text("Details of row 1")
    expect(sheet.details.locator("input, textarea, select")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+c")
    expect(sheet.el.locator(".cbn-footer")).to_contain_text("copied 1 cell")
    assert sheet.copied() == "Ada"


def test_two_views_of_one_grid_stay_in_step(show_grid, sheet_of):
    notebook = show_grid(SMALL, "grid")
    first, second = notebook.sheet, sheet_of(notebook.page, 1)
    first.write(1, "name", "first")
    expect(second.cell(1, "name")).to_have_text("first changed")
    second.write(2, "name", "much too long")
    expect(first.cell(2, "name")).to_have_attribute("aria-invalid", "true")
    notebook.kernel.run("grid.frame = grid.frame.assign(name=['a', 'b', 'c', 'd'])")
    for sheet in (first, second):
        expect(sheet.cell(3, "name")).to_have_text("c changed")
        expect(sheet.cell(2, "name")).not_to_have_attribute("aria-invalid", "true")
    second.press("Undo")
    expect(first.cell(3, "name")).to_have_text("Cy")


def test_a_busy_kernel_gets_the_edits_later(small):
    """Trap 9: an edit is seen at once, as not confirmed; the newest of a cell is what stays."""
    sheet = small.sheet
    release = small.kernel.keep_busy()
    sheet.write(1, "name", "soon")
    expect(sheet.cell(1, "name")).to_have_class(re.compile("cbn-pending"))
    expect(sheet.tools).to_contain_text("kernel busy: 1 edit waits")
    sheet.write(1, "name", "sooner")
    release()
    names(small, ["sooner", "Bo", "Cy", "Di"])
    expect(sheet.cell(1, "name")).to_have_text("sooner changed")
    expect(sheet.cell(1, "name")).not_to_have_class(re.compile("cbn-pending"))


def test_a_kernel_that_restarts_leaves_the_edits_on_the_page(small):
    """Shown as such, those that it never got among them; all can be copied."""
    sheet = small.sheet
    sheet.write(1, "name", "kept")
    names(small, ["kept", "Bo", "Cy", "Di"])
    expect(sheet.cell(1, "name")).to_have_text("kept changed")
    small.kernel.keep_busy()
    sheet.write(2, "size", "22")
    expect(sheet.cell(2, "size")).to_have_class(re.compile("cbn-pending"))
    small.restart()
    expect(sheet.notice).to_contain_text("The kernel is gone: 1 edit was not applied")
    sheet.notice.get_by_role("button", name="Copy edits").click()
    expect(sheet.el.locator(".cbn-footer")).to_contain_text("copied the edits")
    assert sheet.copied().splitlines() == ["id,column,before,after", "0,name,Ada,kept", "1,size,2,22"]
    small.page.keyboard.press("Delete")
    expect(sheet.cell(1, "name")).to_have_text("kept changed")


def test_text_from_outside_is_never_markup(show_grid):
    """Trap 11, in cells, titles, choices, details, findings and the list of columns."""
    code = f"""
import pandas as pd
from chatbot_nb.widgets.grid.columns import Column
from chatbot_nb.widgets.grid.grid import Grid
nasty = {NASTY!r}
frame = pd.DataFrame({{"text": nasty, "choice": nasty, nasty[0]: nasty}})
check = lambda texts: [f"bad: {{text}}" for text in texts]
grid = Grid(frame, [Column(name="text", check=check), Column(name="choice", choices=nasty)], title=nasty[0])
grid
"""
    notebook = show_grid(code)
    sheet, page = notebook.sheet, notebook.page
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    expect(sheet.cell(1, "text")).to_contain_text("<img src=x onerror")
    expect(sheet.cell(7, "text")).to_contain_text("NUL ␀ in it")
    sheet.press("Columns")
    page.keyboard.press("Escape")
    sheet.el.locator(".cbn-found").click()
    expect(sheet.findings).to_contain_text("bad: <img")
    sheet.cell(1, "choice").dblclick()
    expect(sheet.el.get_by_role("option")).to_have_count(len(NASTY))
    page.keyboard.press("Escape")
    sheet.cell(1, "text").click()
    page.keyboard.press("Alt+Enter")
    expect(sheet.details).to_contain_text("bad: <img")
    for row in range(1, len(NASTY) + 1):
        sheet.cell(row, "text").click()
    assert page.evaluate("window.pwned") is None
    assert dialogs == []
    assert sheet.el.locator("img, script, iframe, mjx-container, .MathJax, a[href^=javascript]").count() == 0
    assert notebook.hosts <= OURS


def test_a_long_text_is_edited_whole(show_grid):
    code = "import pandas as pd\nfrom chatbot_nb.widgets.grid.grid import Grid\n"
    notebook = show_grid(f"{code}grid = Grid(pd.DataFrame({{'v': ['x' * 10_000, 'one\\ntwo']}}))\ngrid")
    sheet = notebook.sheet
    sheet.cell(1, "v").dblclick()
    notebook.page.keyboard.press("End")
    notebook.page.keyboard.type("y")
    notebook.page.keyboard.press("Enter")
    notebook.kernel.wait_for("[len(grid.frame['v'][0]), grid.frame['v'][0][-1]]", [10_001, "y"])
    sheet.cell(2, "v").dblclick()
    field = sheet.details.get_by_role("textbox", name="v")
    expect(field).to_be_focused()
    field.fill("one\ntwo\nthree")
    field.press("Enter")
    notebook.kernel.wait_for("grid.frame['v'][1]", "one\ntwo\nthree")


def test_a_hundred_thousand_rows_are_scrolled_jumped_through_and_copied(show_grid):
    """Only what is seen travels; a range that is not at hand is copied all the same."""
    notebook = show_grid(LARGE)
    sheet, keys = notebook.sheet, notebook.page.keyboard
    sheet.cell(1, "name").click()
    keys.press("Control+End")
    expect(sheet.cell(100_000, "name")).to_have_text("row 99999")
    keys.press("Control+Home")
    expect(sheet.cell(1, "name")).to_have_text("row 0")
    sheet.table.evaluate("sheet => sheet.scrollTop = sheet.scrollHeight / 2")
    expect(sheet.el.locator(".cbn-body .cbn-row:not([hidden])").nth(6)).to_contain_text(re.compile("row (49|50)"))
    assert sheet.el.locator(".cbn-row").count() < 60
    sheet.table.focus()
    keys.press("Control+Home")
    sheet.cell(1, "name").click()
    keys.press("Control+Shift+ArrowDown")
    keys.press("Control+c")
    expect(sheet.el.locator(".cbn-footer")).to_contain_text("copied 100,000 rows")
    copied = sheet.copied().splitlines()
    assert (len(copied), copied[0], copied[-1]) == (100_000, "row 0", "row 99999")


def test_a_grid_in_a_hidden_tab_has_its_size_when_it_is_shown(show_grid):
    """Trap 8."""
    notebook = show_grid(IN_A_TAB, is_seen=False)
    sheet = notebook.sheet
    notebook.page.locator(".widget-tab .lm-TabBar-tab").nth(1).click()
    sheet.wait()
    box = sheet.table.bounding_box()
    assert box["height"] > 120
    assert sheet.row(4).bounding_box()["width"] >= box["width"] - 20
    sheet.write(4, "name", "Dee")
    names(notebook, ["Ada", "Bo", "Cy", "Dee"])


def test_600_pixels_are_enough(show_grid):
    """Nothing sticks out, and the frozen column leaves room for the others."""
    notebook = show_grid(SMALL, width=600)
    sheet = notebook.sheet
    assert sheet.el.bounding_box()["width"] < 600
    sheet.write(1, "name", "Adele")
    expect(sheet.tools).to_contain_text("1 changed")
    sheet.cell(1, "live").click()
    notebook.page.keyboard.press(" ")
    notebook.kernel.wait_for("grid.frame['live'].tolist()", [False, False, True, True])
    page = notebook.page
    assert page.evaluate("document.querySelector('.cbn-grid').scrollWidth <= innerWidth")
    assert notebook.hosts <= OURS

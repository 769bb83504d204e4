"""A grid where no widget runs, in text, and with several threads at once."""

from __future__ import annotations

import re
import threading

import pandas as pd
import pytest

from chatbot_nb.widgets.grid.columns import Column
from chatbot_nb.widgets.grid.grid import Grid


def test_the_text_is_always_the_same(browse):
    grid, _ = browse(pd.DataFrame({"v": range(1_000)}))
    assert repr(grid) == "Grid: 1000 rows, 1 column"


def test_a_saved_notebook_holds_the_first_rows(browse):
    """As they were sorted and edited last, escaped, without secrets, hidden columns and credentials in URLs."""
    frame = pd.DataFrame(
        {
            "name": [f"row <b>{n}</b>" for n in range(120)],
            "pin": "1234",
            "note": "hidden words",
            "link": "https://me:s3same@host.example/x?token=s3same",
        }
    )
    columns = [Column(name="pin", type="secret"), Column(name="note", hidden=True), Column(name="link", type="url")]
    grid, browser = browse(frame, columns, title="Rows & more")
    browser.edit(("119", "name", "edited"))
    browser.look(sort=[["name", "up"]], hidden=["note"])
    html = grid._html()
    assert html.count("<tr>") == 51
    assert re.findall("<bdi>(edited|row[^<]*)</bdi>", html)[:2] == ["edited", "row &lt;b&gt;0&lt;/b&gt;"]
    assert "Rows &amp; more" in html
    assert "the first 50 of 120 rows" in html
    assert "https://***@host.example/x?token=***" in html
    for word in ("1234", "hidden words", "s3same", "<b>", "••••"):
        assert word not in html
    assert len(html) < 25_000


def test_an_empty_frame_is_shown_too(browse):
    grid, browser = browse(pd.DataFrame({"v": pd.Series(dtype="int64")}))
    assert browser.window()["ids"] == []
    assert "all rows" in grid._html()
    browser.ask("add", count=1)
    browser.edit(("0", "v", "5"))
    pd.testing.assert_frame_equal(grid.frame, pd.DataFrame({"v": [5]}))
    empty, browser = browse(pd.DataFrame())
    assert (repr(empty), browser.window()["cells"]) == ("Grid: 0 rows, 0 columns", {})


def test_a_column_name_is_no_markup(browse):
    grid, _ = browse(pd.DataFrame({"<img>": [1]}), title="<img>")
    assert "<img>" not in grid._html()


def test_threads_take_turns(browse, from_browser):
    """Front ends may let a kernel answer in a thread of its own while a cell runs: no edit is lost."""
    grid, browser = browse(pd.DataFrame({"v": [0] * 50, "w": [0] * 50}))
    begin = threading.Barrier(2)

    def work(column):
        begin.wait(10)
        for row in range(50):
            change = {"id": str(row), "column": column, "value": str(row + 1)}
            from_browser(grid, {"type": "edit", "seq": f"{column}:{row}", "what": "edit", "changes": [change]})

    threads = [threading.Thread(target=work, args=(column,)) for column in "vw"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert grid.frame["v"].tolist() == grid.frame["w"].tolist() == list(range(1, 51))
    revisions = [state["grid"]["rev"] for state in grid.comm.updates]
    assert revisions == sorted(revisions)
    assert len(revisions) == 100
    assert grid.errors == []
    del browser


def test_an_unknown_keyword_is_refused():
    with pytest.raises(TypeError, match="Grid takes no keyword 'tilte'"):
        Grid(pd.DataFrame({"v": [1]}), tilte="x")

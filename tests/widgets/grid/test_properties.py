"""What holds for any sequence of edits and any view."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot_nb.widgets.grid.columns import Column, fields_of
from chatbot_nb.widgets.grid.editing import Change
from chatbot_nb.widgets.grid.sheet import Sheet
from chatbot_nb.widgets.grid.view import Wish

TEXTS = st.sampled_from(["", "a", "B", "b", "ä", "=x", ">1", "empty", "\n", "12", "-3", "2.5", "true", "2026-01-02"])
CELLS = st.none() | TEXTS
KEYS = ["text", "number", "whole", "flag", "time", "choice"]


@st.composite
def frames(draw):
    n = draw(st.integers(0, 6))

    def column(values):
        return draw(st.lists(values, min_size=n, max_size=n))

    labels = column(st.sampled_from(["x", "y", "z"]))
    return pd.DataFrame(
        {
            "text": pd.array(column(st.none() | st.sampled_from(["a", "b", "", "Ä"])), dtype="str"),
            "number": pd.Series(column(st.none() | st.floats(-3, 3)), dtype="float64"),
            "whole": pd.Series(column(st.integers(2**53, 2**53 + 3)), dtype="int64"),
            "flag": pd.array(column(st.none() | st.booleans()), dtype="boolean"),
            "time": pd.to_datetime(
                pd.Series(column(st.sampled_from([None, "2026-01-01", "2025-07-01"])), dtype="str"), utc=True
            ),
            "choice": pd.Categorical(column(st.sampled_from(["a", "B", None])), categories=["B", "a"]),
        },
    ).set_axis(pd.Index(labels, dtype="str", name="key"))


def check(values):
    return ["too big" if not pd.isna(value) and value > 2 else None for value in values]


def sheet_of(frame):
    return Sheet(frame, fields_of(frame, [Column(name="number", check=check)]))


IDS = st.integers(0, 9)
STEPS = st.one_of(
    st.tuples(st.just("edit"), st.lists(st.builds(Change, IDS, st.sampled_from(KEYS), CELLS), max_size=4)),
    st.tuples(st.just("paste"), st.lists(st.dictionaries(st.sampled_from(KEYS), CELLS, max_size=3), max_size=3)),
    st.tuples(st.just("add"), st.integers(0, 2)),
    st.tuples(st.just("delete"), st.lists(IDS, max_size=3, unique=True)),
    st.tuples(st.just("replace"), st.integers(0, 5)),
    st.tuples(st.sampled_from(["undo", "redo"]), st.none()),
)


def do(sheet, step):
    kind, value = step
    if kind == "edit":
        sheet.edit("edit", value)
    elif kind == "paste":
        sheet.edit("paste", [], value)
    elif kind == "add":
        sheet.add(value)
    elif kind == "delete":
        sheet.delete(value)
    elif kind == "replace":
        frame = sheet.table.frame
        sheet.replace(frame.drop(index=frame.index[value : value + 1]) if frame.index.is_unique else frame)
    else:
        getattr(sheet, kind)()


def seen(sheet):
    """All that a person sees."""
    sheet.look(Wish())
    return sheet.rows(sheet.view.ids), sheet.findings.frame().to_numpy().tolist()


@settings(max_examples=150, deadline=None)
@given(frames(), st.lists(STEPS, max_size=8))
def test_undoing_everything_leads_back(frame, steps):
    """To the frame with its types, labels and order, and to what was seen; doing it all again leads there again."""
    sheet = sheet_of(frame)
    first = seen(sheet)
    for step in steps:
        do(sheet, step)
    last, made = seen(sheet), sheet.table.frame
    while sheet.history.undo is not None:
        sheet.undo()
    pd.testing.assert_frame_equal(sheet.table.frame, frame)
    assert seen(sheet) == first
    while sheet.history.redo is not None:
        sheet.redo()
    if steps and all(kind not in ("undo", "redo") for kind, _ in steps):
        pd.testing.assert_frame_equal(sheet.table.frame, made)
        assert seen(sheet) == last


WISHES = st.builds(
    Wish,
    st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(["up", "down"])), max_size=3).map(tuple),
    st.dictionaries(st.sampled_from(KEYS), TEXTS, max_size=2),
    st.sampled_from(["", "", "a", "2"]),
    st.frozensets(st.sampled_from(KEYS), max_size=2),
)


@settings(max_examples=200, deadline=None)
@given(frames(), st.lists(STEPS, max_size=4), WISHES)
def test_a_window_holds_what_the_frame_holds(frame, steps, wish):
    """Whatever is sorted and filtered: each row once, its cells are the frame's, or what was refused."""
    sheet = sheet_of(frame)
    for step in steps:
        do(sheet, step)
    sheet.look(wish)
    rows = sheet.rows(sheet.view.ids)
    ids = [int(each) for each in rows["ids"]]
    assert len(set(ids)) == len(ids)
    if not wish.search and not any(wish.filters.values()):
        assert set(ids) == set(sheet.table.ids.tolist())
    for key in KEYS:
        kind = sheet.table.fields[key].kind
        for row, text in zip(ids, rows["cells"][key], strict=True):
            cell = sheet.table.cell(row, key)
            if cell is not None and cell.refused is not None:
                assert text == cell.refused.text
                continue
            value = sheet.table.value(row, key)
            assert (text is None) == (value is None)
            if text is not None and text != "":
                assert kind.read(text) == value or str(kind.read(text)) == str(value)
    kept = [row for row in sheet.table.ids.tolist() if row not in sheet.table.deleted]
    made = sheet.table.frame
    for key in KEYS:
        values = [sheet.table.value(row, key) for row in kept]
        for value, there in zip(values, made[key], strict=True):
            assert pd.isna(there) if value is None else there == value


@settings(max_examples=100, deadline=None)
@given(frames(), st.sampled_from(KEYS), st.sampled_from(["up", "down"]))
def test_sorting_agrees_with_pandas(frame, key, way):
    """Missing values last, equal ones in their order."""
    sheet = sheet_of(frame)
    sheet.look(Wish(sort=((key, way),)))
    values = frame[key].reset_index(drop=True)
    if key in ("text", "choice"):
        values = values.astype("str").str.casefold()
    wanted = values.sort_values(ascending=way == "up", na_position="last", kind="stable")
    assert sheet.view.ids.tolist() == wanted.index.tolist()

"""The notebooks as documents: committed executed, in order, without errors, secrets or widget state.

That they still run is nbval's business (``pytest`` collects ``notebooks/`` too); nbval lets a cell without a stored
output pass, so what is stored is checked here.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))
MOST_LINES = 15


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_there_are_notebooks():
    assert NOTEBOOKS


def test_executed_once_from_top_to_bottom(notebook):
    """Every code cell was run, in order, in a fresh kernel."""
    counts = [cell.execution_count for cell in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1))


def test_no_stored_errors_or_warnings(notebook):
    """No cell ended in an exception or wrote to stderr when the notebook was committed."""
    outputs = [output for cell in code_cells(notebook) for output in cell.outputs]
    assert [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"] == []


def test_no_widget_state(notebook):
    """Widget state, which could hold what was typed, is not stored."""
    assert "widgets" not in notebook.metadata


def test_first_cell_imports_and_last_cell_closes(notebook):
    cells = code_cells(notebook)
    assert "import chatbot_nb as cb" in cells[0].source
    assert any(word in cells[-1].source for word in ("close()", "stop()", "cleanup()"))


def test_cells_are_short(notebook):
    """Code cells have at most 15 lines: what is longer belongs in the package."""
    assert [cell.source for cell in code_cells(notebook) if len(cell.source.splitlines()) > MOST_LINES] == []


def test_some_outputs_are_compared(notebook):
    """Nbval compares the output of marked cells only, so at least three are marked and have one."""
    marked = [cell for cell in code_cells(notebook) if "# NBVAL_CHECK_OUTPUT" in cell.source]
    assert len(marked) >= 3
    assert all(cell.outputs for cell in marked)


def test_no_secret_and_no_path_of_a_machine(notebook):
    """Nothing stored looks like a secret that the notebook typed, a bearer token or a home directory."""
    text = nbformat.writes(notebook)
    assert "Bearer " not in text
    assert "/home/" not in text
    assert "/tmp/" not in text
    assert "site-packages" not in text

"""The chart of an account's health: what it counts, and that it shows without a network."""

import base64
import json
import re
import subprocess
import sys
from xml.etree import ElementTree as ET

import nbclient
import nbformat
import pandas as pd
import pytest

from chatbot_nb.audits.audit import audit

alt = pytest.importorskip("altair")
nbconvert = pytest.importorskip("nbconvert")

FRAME = pd.DataFrame(
    {"name": ["a", "b", "c"], "url": ["http://h.example/", "https://h.example/", ""]},
    index=pd.Index(["1", "2", "3"], name="id"),
)
CELL = """
import pandas as pd
from chatbot_nb.audits.audit import audit
audit(pd.DataFrame({"url": ["http://h.example/", ""]})).chart()
"""
# Attributes through which HTML or SVG loads something; a namespace or a licence's address loads nothing.
LOADED = re.compile(r"""(?:\bsrc|\bxlink:href|<link[^>]*\bhref|url\(|@import)\s*=?\s*["'(]*\s*(https?:[^"')\s]+)""")


def texts(svg):
    return [element.text for element in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_counts_and_words_stand_in_the_picture():
    """Not colour alone: each count, each code and each severity is written."""
    assert sorted(texts(audit(FRAME).chart().svg())) == [
        "1 healthy",
        "1 with errors",
        "1 with warnings",
        "1 · error",
        "1 · warning",
        "3 connections",
        "connections by finding",
        "http",
        "url_missing",
    ]


def test_each_part_of_the_bar_is_seen():
    """As wide as its share of the connections, in the colour of its state."""
    svg = audit(FRAME.iloc[[0, 1, 1]].assign(url=FRAME["url"].iloc[[0, 1, 1]] + "x")).chart().svg()
    parts = re.findall(r'aria-label="start: \d; end: \d; what: ([^;]+);[^>]* d="M[\d.]+,[\d.]+h([\d.]+)v(\d+)', svg)
    shares = [(what, round(float(width) / 460, 2), height) for what, width, height in parts]
    assert [share for share in shares if share[1]] == [("3 with warnings", 1.0, "20")]


def test_what_is_only_worth_knowing_is_no_bar():
    """It would be the longest one."""
    frame = FRAME.assign(story_id="s")
    assert "same_story" in audit(frame).summary.index
    assert "same_story" not in audit(frame).chart().svg()


def test_an_account_without_findings_has_a_chart():
    """The bar alone; of no connections too."""
    healthy = FRAME.iloc[[1]]
    assert sorted(texts(audit(healthy).chart().svg())) == [
        "0 with errors",
        "0 with warnings",
        "1 connection",
        "1 healthy",
    ]
    assert "0 connections" in texts(audit(healthy.iloc[:0]).chart().svg())


def test_the_chart_is_the_same_for_the_same_account():
    """To the byte: committed notebooks compare."""
    first, second = (audit(FRAME).chart()._repr_mimebundle_() for _ in range(2))
    assert first == second
    said = "health of an account: 1 with errors, 1 with warnings, 1 healthy"
    assert list(first) == ["image/svg+xml", "text/plain"]
    assert first["text/plain"] == said


def test_text_from_outside_is_no_markup_in_the_picture():
    """A message that shows a cell is among the descriptions."""
    svg = audit(FRAME.assign(created_at="<b>&")).chart().svg()
    assert "<b>" not in svg
    ET.fromstring(svg)


def test_the_renderer_of_other_charts_stays():
    """Altair's settings are the user's."""
    before = alt.renderers.active, dict(alt.renderers.options), alt.theme.active
    audit(FRAME).chart().svg()
    assert (alt.renderers.active, dict(alt.renderers.options), alt.theme.active) == before


def test_it_is_an_altair_chart_with_tooltips():
    """It can be changed and saved like any other."""
    chart = audit(FRAME).chart()
    assert isinstance(chart, alt.VConcatChart)
    assert isinstance(chart.properties(padding=4), type(chart))
    assert json.dumps(chart.to_dict()).count('"tooltip"') == 3


def test_an_executed_notebook_as_html_shows_it_without_a_network(tmp_path):
    """The picture is in the page, and the page loads no more than one without a chart."""

    def page(cell):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
        nbclient.NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(tmp_path)}}).execute()
        return notebook, nbconvert.HTMLExporter().from_notebook_node(notebook)[0]

    notebook, html = page(CELL)
    _, plain = page("1")
    (output,) = notebook.cells[0].outputs
    assert sorted(output["data"]) == ["image/svg+xml", "text/plain"]
    (picture,) = re.findall(r'<img[^>]* src="data:image/svg\+xml;base64,([^"]+)"', html)
    assert "1 with errors" in texts(base64.b64decode(picture))
    assert set(LOADED.findall(html)) == set(LOADED.findall(plain))
    assert LOADED.findall(output["data"]["image/svg+xml"]) == []


def test_without_altair_the_message_says_what_to_install():
    """In a process of its own, where the import fails."""
    program = (
        "import sys; sys.modules['altair'] = None\n"
        "import pandas as pd\n"
        "from chatbot_nb.audits.audit import audit\n"
        "result = audit(pd.DataFrame({'name': ['a']}))\n"
        "try:\n    result.chart()\n"
        "except ImportError as exc:\n    print(exc)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == (
        "the chart needs Altair and vl-convert-python, and altair is not installed. Install both: "
        "python -m pip install 'chatbot_nb[lab]'\n"
    )

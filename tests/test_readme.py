"""The README says only what is so: its Python session runs, and its commands are those that CI runs."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_python_session_gives_what_it_shows(monkeypatch, tmp_path):
    """Every ``>>>`` of the README runs as it stands, without an account, and prints what stands below it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CHATBOT_ACCESS_TOKEN", raising=False)
    # The closing fence of a code block would count as expected output.
    session = re.sub(r"^```.*$", "", README, flags=re.MULTILINE)
    test = doctest.DocTestParser().get_doctest(session, {}, "README.md", "README.md", 0)
    assert len(test.examples) >= 10
    failures = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE).run(test, out=failures.append)
    assert "".join(failures) == ""


@pytest.mark.parametrize(
    "command",
    [
        "python -m pip install '.[lab]' && jupyter lab notebooks/01_connections.ipynb",
        "python -m pip install -e '.[test]' && pytest",
    ],
)
def test_the_two_commands_stand_alone_on_a_line(command):
    assert README.splitlines().count(command) == 1


def test_links_lead_to_files():
    """Every relative link names a file of the project."""
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_public_name_is_mentioned():
    """A public name that the README does not know is a name that nobody finds."""
    import chatbot_nb as cb

    names = [name for name in cb.__all__ if not name.endswith(("Error", "Warning"))]
    assert [name for name in names if f"cb.{name}" not in README] == []

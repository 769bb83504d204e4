"""The package as a whole: its public names, what importing them costs, and its layers."""

from __future__ import annotations

import subprocess
import sys

import pytest

import chatbot_nb as cb


def modules_after(code: str) -> set[str]:
    """Return the names of the modules that a fresh interpreter has loaded after this code."""
    script = f"{code}\nimport sys\nprint(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("name", cb.__all__)
def test_every_public_name_resolves(name):
    """Each name of ``__all__`` can be had, is listed by ``dir`` and says in its docstring what it is."""
    assert getattr(cb, name).__doc__
    assert name in dir(cb)


def test_public_names_are_sorted_and_single():
    assert list(cb.__all__) == sorted(set(cb.__all__))


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'chatbot_nb' has no attribute 'clinet'"):
        _ = cb.clinet


@pytest.mark.parametrize(
    ("code", "unwanted"),
    [
        pytest.param("import chatbot_nb", {"pydantic", "requests", "pandas", "typing"}, id="package"),
        pytest.param("import chatbot_nb as cb; cb.Client", {"pandas", "ipywidgets", "sqlite3"}, id="Client"),
        pytest.param(
            "import chatbot_nb as cb; cb.check(b'{}')", {"requests", "pandas", "ipywidgets", "h11"}, id="check"
        ),
    ],
)
def test_importing_is_cheap(code, unwanted):
    """A name loads what it needs, and none of the heavy libraries that others need."""
    assert not unwanted & modules_after(code)

"""JupyterLab in Chromium for benchmarks: what the browser tests start."""

from __future__ import annotations

import importlib.util
import tempfile
from contextlib import contextmanager
from pathlib import Path

BROWSER = Path(__file__).parents[1] / "browser" / "conftest.py"
# All cells are in the page, seen or not.
WHOLE = {"notebook-extension/tracker": {"windowingMode": "none"}}
IDLE = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'"


@contextmanager
def lab():
    """Yield a function that opens a notebook by its name and cells; their module is read, and no test is run."""
    spec = importlib.util.spec_from_file_location("browser_tests", BROWSER)
    browser = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(browser)
    with tempfile.TemporaryDirectory() as folder, browser.playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=browser.CHROMIUM, args=browser.QUIET)
        settings = {**browser.NO_SUBSHELLS, **WHOLE}
        server = browser.Server(Path(folder), browser.jupyter("jupyterlab"), settings=settings)
        try:
            yield lambda name, *cells: browser.Notebook(chromium, server, cells, name=name)
        finally:
            chromium.close()
            server.stop()


def wait_until_idle(notebook):
    """Wait until the kernel is, and what it sent is in the page."""
    notebook.page.wait_for_function(IDLE)
    notebook.kernel.value("1")
    notebook.page.evaluate("1")

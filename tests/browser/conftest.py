"""Real JupyterLab, Notebook 7 and Voilà in headless Chromium, and a second client that asks the kernel what it has."""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import urllib.parse
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from queue import Empty

import nbformat
import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# Chromium asks for updates and the like unless it is told not to; as root it has no sandbox.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DEADLINE = 60  # seconds
playwright.expect.set_options(timeout=15_000)  # a busy machine is no failure
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "docmanager-extension/plugin": {"autosave": False},
}
# With subshells a kernel answers widgets while a cell runs; older front ends know none, so it has to go without.
NO_SUBSHELLS = {"apputils-extension/kernels-settings": {"commsOverSubshells": "disabled"}}


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(180))


# Not longer than this folder's tests: Playwright's loop runs in the main thread, where other tests start theirs, and a
# server goes on knocking at the ports of kernels that are gone.
@pytest.fixture(scope="package")
def chromium():
    """Start Debian's Chromium; without it the tests skip, but fail where they have to run."""
    if CHROMIUM is None:
        reason = "Chromium is not installed (Debian's package: chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


class Server:
    """A Jupyter server, or Voilà, on loopback."""

    def __init__(self, folder, command, *, settings=NO_SUBSHELLS):
        self.folder = folder
        state = folder / ".jupyter"
        for name, value in {**SETTINGS, **settings}.items():
            path = state / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(value))
        self.environment = os.environ | {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "JUPYTER_CONFIG_DIR": str(state / "config"),
            "JUPYTER_DATA_DIR": str(state / "data"),
            "JUPYTER_RUNTIME_DIR": str(state / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(state / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(state / "workspaces"),
            "IPYTHONDIR": str(state / "ipython"),
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        self.environment.pop("CHATBOT_ACCESS_TOKEN", None)
        self.process = subprocess.Popen(
            command, cwd=folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.url = self._wait_for_url()

    def _wait_for_url(self):
        printed = []
        found = threading.Event()

        def read():
            for line in self.process.stdout:
                printed.append(line)
                if "http://127.0.0.1:" in line or "http://localhost:" in line:
                    found.set()
            found.set()

        threading.Thread(target=read, daemon=True).start()
        assert found.wait(DEADLINE), "".join(printed)
        line = next((each for each in printed if "http://" in each), None)
        assert line, "".join(printed)
        address = urllib.parse.urlsplit(line[line.index("http://") :].split()[0])
        return f"http://127.0.0.1:{address.port}"

    def get(self, path):
        with urllib.request.urlopen(f"{self.url}{path}", timeout=DEADLINE) as answer:
            return json.load(answer)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.process.stdout.close()


def jupyter(kind, *more):
    quiet = ["--no-browser", "--IdentityProvider.token=", "--ServerApp.allow_root=True", "--ServerApp.port=0"]
    quiet += ["--ServerApp.disable_check_xsrf=True"]  # the tests end sessions
    app = {"jupyterlab": "LabApp", "notebook": "JupyterNotebookApp"}[kind]
    return [sys.executable, "-m", kind, *quiet, f"--{app}.expose_app_in_browser=True", *more]


@pytest.fixture(scope="package")
def lab(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("lab"), jupyter("jupyterlab"))
    yield server
    server.stop()


@pytest.fixture(scope="package")
def classic(tmp_path_factory):
    """Notebook 7 as it comes: with subshells."""
    server = Server(tmp_path_factory.mktemp("classic"), jupyter("notebook"), settings={})
    yield server
    server.stop()


def write_notebook(path, cells):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)


class Kernel:
    """A second client of a notebook's kernel."""

    def __init__(self, server, path):
        from jupyter_client import BlockingKernelClient

        (session,) = [each for each in server.get("/api/sessions") if each["path"] == path]
        runtime = Path(server.environment["JUPYTER_RUNTIME_DIR"])
        self.client = BlockingKernelClient(connection_file=str(runtime / f"kernel-{session['kernel']['id']}.json"))
        self.client.load_connection_file()
        self.client.start_channels()

    def value(self, expression):
        """Return what an expression is in the kernel: JSON values only."""
        code = {"value": f"__import__('json').dumps({expression})"}
        message = self.client.execute("", silent=True, user_expressions=code)
        while True:
            reply = self.client.get_shell_msg(timeout=DEADLINE)
            if reply["parent_header"].get("msg_id") == message:
                break
        answer = reply["content"]["user_expressions"]["value"]
        assert answer["status"] == "ok", answer
        return json.loads(eval(answer["data"]["text/plain"]))  # a Python string of JSON

    def run(self, code):
        """Run code without waiting for it."""
        return self.client.execute(code, silent=True)

    def keep_busy(self, then=""):
        """Keep the kernel busy, as a long cell does, until the function returned is called; then run some code."""
        server = "gate=__import__('socket').create_server(('127.0.0.1', 0))"
        port = self.value(f"(globals().update({server}), gate.getsockname()[1])[1]")
        # Another program may knock by mistake: ports are used again.
        self.run(f"while gate.accept()[0].recv(4) != b'open': pass\ngate.close()\n{then}")

        def release():
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(b"open")

        return release

    def wait_for(self, expression, wanted):
        """Ask until an expression has a value; the kernel is busy with nothing else."""
        for _ in range(DEADLINE * 20):
            if (value := self.value(expression)) == wanted:
                return
            try:
                self.client.get_iopub_msg(timeout=0.05)
            except Empty:
                continue
        raise AssertionError(f"{expression} is {value!r}, not {wanted!r}")

    def close(self):
        self.client.stop_channels()


class Visit:
    """A page of a browser that knows nothing yet, the hosts that it asked and the errors that it had."""

    def __init__(self, browser, url, *, width=1400, height=1000, scale=1):
        size = {"width": width, "height": height}
        self.context = browser.new_context(viewport=size, device_scale_factor=scale)
        self.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.hosts = set()
        self.errors = []
        self.page.on("request", lambda request: self.hosts.add(urllib.parse.urlsplit(request.url).hostname))
        self.page.on("pageerror", self._keep)
        self.page.goto(url)

    def _keep(self, error):
        if "notebook_core" not in error.stack.partition("\n    at ")[2].partition("\n")[0]:
            self.errors.append(str(error))  # all but that of its own with which Notebook 7.6 starts

    def frames(self, way):
        """Return a list to which each message of a web socket is added from now on: those "Sent" or "Received"."""
        seen = []

        def see(event):
            data = event["response"]["payloadData"]
            seen.append(base64.b64decode(data) if event["response"]["opcode"] == 2 else data.encode())

        client = self.context.new_cdp_session(self.page)
        client.on(f"Network.webSocketFrame{way}", see)
        client.send("Network.enable")
        return seen

    def close(self):
        self.context.close()


class Notebook(Visit):
    """A notebook opened in a page, its cells run from top to bottom."""

    def __init__(self, browser, server, cells, *, name, view="lab/tree", **how):
        self.server = server
        self.name = f"{name}.ipynb"
        self.path = server.folder / self.name
        if cells:  # else it is there already
            write_notebook(self.path, cells)
        self.kernel = None
        super().__init__(browser, f"{server.url}/{view}/{self.name}?reset", **how)
        self.page.locator(".jp-Notebook").first.wait_for()
        self.page.wait_for_function("document.querySelector('.jp-Notebook .jp-CodeCell') !== null")

    def run_all(self):
        """Run every cell, and wait until the kernel has answered."""
        self._wait_for_kernel()
        self.page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")

    def run_cell(self, index):
        """Run one cell without waiting for it."""
        self._wait_for_kernel()
        self.page.evaluate(
            "index => { const app = window.jupyterapp; app.shell.currentWidget.content.activeCellIndex = index;"
            " globalThis.ran = performance.now(); app.commands.execute('notebook:run-cell'); }",
            index,
        )

    def _wait_for_kernel(self):
        self.page.wait_for_function(
            "async () => { const app = window.jupyterapp; if (!app) return false; await app.restored;"
            " const panel = app.shell.currentWidget; await panel.sessionContext.ready;"
            " const kernel = panel.sessionContext.session?.kernel; return kernel?.status === 'idle'; }"
        )

    def connect(self):
        """Return the second client, once the notebook's kernel is there."""
        if self.kernel is None:
            self.kernel = Kernel(self.server, self.name)
        return self.kernel

    def save(self):
        """Save, again if an output was renewed meanwhile."""
        self.page.wait_for_function(
            "async () => { const app = window.jupyterapp; await app.commands.execute('docmanager:save');"
            " return !app.shell.currentWidget.context.model.dirty; }",
            polling=200,
        )

    def restart(self):
        self.page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")

    def cells(self):
        return self.page.evaluate("window.jupyterapp.shell.currentWidget.content.widgets.length")

    def close(self):
        if self.kernel is not None:
            self.kernel.close()
        super().close()
        self.end_kernel()

    def end_kernel(self):
        for session in self.server.get("/api/sessions"):
            if session["path"] == self.name:
                ended = urllib.request.Request(f"{self.server.url}/api/sessions/{session['id']}", method="DELETE")
                urllib.request.urlopen(ended, timeout=DEADLINE).close()


class Sheet:
    """A grid of a page: rows count from 1, columns go by their titles."""

    def __init__(self, page, number=0):
        self.page = page
        self.el = page.locator(".cbn-grid").nth(number)
        self.table = self.el.get_by_role("grid")
        self.tools = self.el.get_by_role("toolbar")
        self.panel = self.el.locator(".cbn-region:has(.cbn-panel-content)")
        self.findings = self.el.get_by_role("region", name="Findings")
        self.details = self.el.get_by_role("region", name="Details")
        self.notice = self.el.get_by_role("alert")

    def wait(self):
        self.el.locator(".cbn-body .cbn-row .cbn-cell:not(.cbn-loading)").nth(1).wait_for()
        return self

    def cell(self, row, title):
        number = self.el.get_by_role("columnheader", name=title, exact=True).get_attribute("aria-colindex")
        return self.row(row).locator(f"[aria-colindex='{number}']")

    def row(self, row):
        return self.el.locator(f".cbn-body [aria-rowindex='{row + 1}']")

    def write(self, row, title, text, key="Enter"):
        """Edit a cell as a person does with a mouse and a keyboard."""
        self.cell(row, title).dblclick()
        editor = self.el.locator(".cbn-editor")
        editor.fill(text)
        editor.press(key)

    def paste(self, row, title, text):
        self.cell(row, title).click()
        self.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        self.page.keyboard.press("Control+v")

    def copied(self):
        return self.page.evaluate("navigator.clipboard.readText()")

    def press(self, name):
        """Press a button of the tool bar."""
        self.tools.get_by_role("button", name=name, exact=True).click()

    def column(self, title, rows):
        """Return what is seen of the first rows of a column."""
        return [self.cell(row, title).inner_text() for row in range(1, rows + 1)]


@contextmanager
def opener(browser, name):
    opened = []

    def opening(server, *cells, **how):
        given = how.pop("name", None) or f"{name.translate(dict.fromkeys(map(ord, '[]/ ')))}-{len(opened)}"
        notebook = Notebook(browser, server, cells, name=given, **how)
        opened.append(notebook)
        return notebook

    yield opening
    for notebook in opened:
        notebook.close()
    assert [error for notebook in opened for error in notebook.errors] == []


@pytest.fixture
def open_notebook(chromium, request):
    """Return a function that opens a notebook of cells; what it opened is closed, and must have logged no error."""
    with opener(chromium, request.node.name) as opening:
        yield opening


@pytest.fixture
def sheet_of():
    """Return a function that waits for the grid of a page."""
    return lambda page, number=0: Sheet(page, number).wait()


@pytest.fixture
def show_grid(lab, open_notebook):
    """Return a function that runs cells and returns the notebook with its first grid, `sheet`."""

    def showing(*cells, is_seen=True, **how):
        notebook = open_notebook(lab, *cells, **how)
        notebook.run_all()
        notebook.sheet = Sheet(notebook.page)
        if is_seen:
            notebook.sheet.wait()
        notebook.page.evaluate("window.jupyterapp.shell.collapseLeft()")
        notebook.connect()
        return notebook

    return showing


@pytest.fixture(scope="module")
def open_shared(chromium, request):
    """Return the same for a notebook that several tests of a module look at."""
    with opener(chromium, request.node.name) as opening:
        yield opening


@pytest.fixture
def open_voila(chromium, tmp_path):
    """Return a function that shows what Voila makes of a notebook; the page must have had no error."""
    opened = []

    def opening(*cells):
        write_notebook(tmp_path / "page.ipynb", cells)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]  # Voila does not say which one it took
        command = [sys.executable, "-m", "voila", "page.ipynb", "--no-browser", f"--port={port}"]
        server = Server(tmp_path, command)
        opened.append(server)
        opened.append(Visit(chromium, server.url))
        return opened[-1]

    yield opening
    for server, visit in zip(opened[::2], opened[1::2], strict=False):
        visit.close()
        server.stop()
    assert [error for visit in opened[1::2] for error in visit.errors] == []

"""The traffic panel: messages and exact counters under load, and how soon a request is seen."""

from __future__ import annotations

import http.client
import importlib.util
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from bench_receiver import BODY

SECONDS = 20
A_SECOND = 1000
TRIES = 40
PANEL = """
import chatbot_nb as cb
receiver = cb.Receiver(cb.Reply().text("Hello!")).start()
panel = cb.TrafficPanel(receiver)
panel
"""


def run():
    pages = _load_pages()
    if pages is None or pages.CHROMIUM is None:
        return []
    server = pages.Server(Path(tempfile.mkdtemp()), pages.jupyter("jupyterlab"))
    try:
        with pages.playwright.sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=pages.CHROMIUM, args=pages.QUIET)
            notebook = pages.Notebook(browser, server, [PANEL], name="bench")
            notebook.run_cell(0)
            notebook.page.locator(".cbn-light-running").wait_for()
            kernel = notebook.connect()
            url = urlsplit(kernel.value("receiver.local_url"))
            rows = [_seen(notebook, url), *_under_load(notebook, kernel, url)]
            notebook.close()
            browser.close()
    finally:
        server.stop()
    return rows


def _load_pages():
    """The servers and pages of the browser tests; None without Playwright."""
    path = Path(__file__).parents[1] / "browser" / "conftest.py"
    spec = importlib.util.spec_from_file_location("pages", path)
    pages = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(pages)
    except BaseException as exc:  # noqa: BLE001  # pytest's way to skip is no Exception
        print(f"no browser: {exc}", file=sys.stderr)
        return None
    return pages


def _seen(notebook, url):
    """From before a request is sent until its row is on the screen; the page looks at every frame."""
    took = []
    page = notebook.page
    for number in range(TRIES):
        message = f"seen {number}"
        page.evaluate(
            "text => { globalThis.at = new Promise((done) => { const look = () => {"
            " const found = [...document.querySelectorAll('.cbn-traffic .cbn-body [role=row]:not([hidden])')]"
            "   .some((row) => row.textContent.includes(text));"
            " if (found) done(Date.now()); else requestAnimationFrame(look); }; look(); }); }",
            message,
        )
        begin = time.time() * 1000
        _post(url, json.dumps({**json.loads(BODY), "message": message}).encode())
        took.append(page.evaluate("globalThis.at") - begin)
        page.wait_for_timeout(37 * (number % 9))  # at any time of the painter's pause
    took.sort()
    measured = f"{statistics.median(took):.0f} ms (95 of 100 in {took[int(len(took) * 0.95)]:.0f} ms)"
    return ("panel: request sent to row on the screen, median of 40", "under 400 ms", measured)


def _under_load(notebook, kernel, url):
    """As many requests a second as are wished, from here; what the page is sent meanwhile."""
    before = kernel.value("receiver.seen")
    received = notebook.frames("Received")
    sent = _send(url)
    kernel.wait_for("receiver.seen", before + sent)
    wanted = f"{before + sent:,} seen · {before + sent - 1000:,} evicted"
    notebook.page.locator(".cbn-traffic .cbn-counts", has_text=wanted).first.wait_for(timeout=15_000)
    messages = [frame for frame in received if b"comm_msg" in frame or b"display_data" in frame]
    size = sum(map(len, messages)) / len(messages) / 1000
    what = f"panel: {A_SECOND:,} requests a second for {SECONDS} s"
    rate = f"{len(messages) / SECONDS:.1f} a second, of {size:.1f} KB ({sent / SECONDS:,.0f} requests a second)"
    return [
        (f"{what}: messages to the widget", "at most 20 a second", rate),
        (f"{what}: final counters", "exact", f"exact: {wanted}"),
    ]


def _send(url):
    connection = http.client.HTTPConnection("127.0.0.1", url.port, timeout=30)
    begin, sent = time.perf_counter(), 0
    while (now := time.perf_counter() - begin) < SECONDS:
        if sent < now * A_SECOND:
            connection.request("POST", url.path, BODY, {"Content-Type": "application/json"})
            connection.getresponse().read()
            sent += 1
        else:
            time.sleep(0.0005)
    connection.close()
    return sent


def _post(url, body):
    connection = http.client.HTTPConnection("127.0.0.1", url.port, timeout=30)
    connection.request("POST", url.path, body, {"Content-Type": "application/json"})
    connection.getresponse().read()
    connection.close()

"""The traffic panel in JupyterLab, Notebook 7 and Voila: traffic while it comes, hostile traffic, and what is saved."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import re
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

expect = pytest.importorskip("playwright.sync_api").expect

TOKEN = "tok-5f0c-sesame"
PASSWORD = "pwd-19ce-sesame"
PANEL = f"""
import chatbot_nb as cb
receiver = cb.Receiver(cb.Reply().text("Hi {{{{default_name}}}}!"), token="{TOKEN}", name="shop").start()
panel = cb.TrafficPanel(receiver)
panel
"""
# A cell that runs until somebody connects.
GATE = """
import socket
with socket.create_server(("127.0.0.1", 0)) as gate:
    print("waits at", gate.getsockname()[1], flush=True)
    gate.accept()
"""
# A handler whose replies are fine, refused by ChatBot, and none at all.
REPLIES = """
def handler(request):
    if request.message == "Talk to somebody":
        agent = {"type": "postback", "title": "Talk to a human being", "value": "agent"}
        return {"responses": [
            {"type": "text", "message": "Of course, {{default_name}}!"},
            {"type": "quickReplies", "title": "Who shall it be?", "buttons": [agent, {**agent, "title": "The bot"}]},
        ]}
    order = request.attributes["order"] if request.message != "Hello?" else {}["order"]
    return cb.Reply().text(f"Order {order} leaves tomorrow.")

receiver.rules.add("goodbye", cb.Reply().text("Bye!"), message="Thanks, bye")
receiver.reply = handler
"""
ACTS = "<script>x()</script><img src=x onerror=x()>$\\(x\\)$ $$y$$ {{z}} javascript:x()"
SPELLED = "\x1b[31mred\u202etxt.exe"
LARGEST = 300_000  # bytes of the picture
NUMBERS = itertools.count()
OURS = {"127.0.0.1", "localhost", None, ""}


def request(message="Where is my order?", **changes):
    node = {"id": "9c4d", "name": "Order status", "type": "WEBHOOK", "webhookId": "5f52", "webhookName": "Orders"}
    return {
        "chatId": "64a1",
        "messageId": f"m-{next(NUMBERS)}",
        "userId": "u-1",
        "externalId": "e-1",
        "message": message,
        "node": node,
        "userAttributes": {"default_name": "Ada"},
        "attributes": {"default_name": "Ada", "order": "A-1009"},
        **changes,
    }


class Sender:
    """Sends to the receiver of a notebook's kernel, as another process does."""

    def __init__(self, url):
        self.address = urlsplit(url)

    def post(self, message="Where is my order?", *, query=f"?token={TOKEN}", headers=None, **changes):
        connection = http.client.HTTPConnection("127.0.0.1", self.address.port, timeout=30)
        body = json.dumps(request(message, **changes), ensure_ascii=False).encode()
        sent = {"Content-Type": "application/json", **(headers or {})}
        connection.request("POST", self.address.path + query, body, sent)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status

    def many(self, number):
        connection = http.client.HTTPConnection("127.0.0.1", self.address.port, timeout=30)
        for _ in range(number):
            connection.request("POST", self.address.path, json.dumps(request()), {"Content-Type": "application/json"})
            connection.getresponse().read()
        connection.close()

    def raw(self, *lines, body=b""):
        """Bytes of our own; the status of the answer."""
        with socket.create_connection(("127.0.0.1", self.address.port), timeout=30) as peer:
            peer.sendall(b"\r\n".join([*lines, b"Connection: close", b"", b""]) + body)
            answer = b""
            while piece := peer.recv(65536):
                answer += piece
        return int(answer.split()[1])


class Shown:
    """A notebook with a panel, and hands for it."""

    def __init__(self, notebook):
        self.notebook, self.page = notebook, notebook.page
        notebook.run_cell(0)
        self.panel = self.page.locator(".cbn-traffic").first
        self.panel.wait_for()
        expect(self.panel.locator(".cbn-state-word")).to_have_text("running")
        self.kernel = notebook.connect()
        self.sender = Sender(self.kernel.value("receiver.local_url"))

    @property
    def rows(self):
        return self.panel.locator(".cbn-body [role=row]:not([hidden])")

    def row(self, number):
        """The row of an exchange."""
        return self.rows.filter(has=self.page.locator("[aria-colindex='2']", has_text=re.compile(f"^{number}$")))

    def open(self, number):
        self.row(number).click()
        expect(self.panel.get_by_role("heading")).to_have_text(f"Exchange {number}")
        return self.panel.locator(".cbn-exchange")

    def tab(self, name):
        self.panel.get_by_role("tab", name=re.compile(f"^{name}")).click()
        return self.panel.get_by_role("tabpanel", name=re.compile(f"^{name}"))


@pytest.fixture
def shown(lab, open_notebook):
    return Shown(open_notebook(lab, PANEL, GATE))


def test_requests_are_seen_as_they_come(shown):
    """The newest on top, with verdict, rule and reply; open one, and read what came and what was answered."""
    expect(shown.panel.locator(".cbn-empty")).to_contain_text("Nothing has come yet")
    shown.sender.post("first")
    shown.sender.post("second", surprise={"big": 12345678901234567890123})
    expect(shown.rows).to_have_count(2)
    expect(shown.rows.first).to_contain_text("second")
    expect(shown.row(1)).to_contain_text("valid")
    expect(shown.row(2)).to_contain_text("1 warning")
    expect(shown.panel.locator(".cbn-counts").first).to_have_text("2 seen · 0 evicted · 0 refused")
    exchange = shown.open(2)
    expect(exchange).to_contain_text("12345678901234567890123")
    expect(shown.tab("Verdict")).to_contain_text("/surprise")
    expect(shown.tab("Chat").get_by_role("log")).to_contain_text("Hi Ada!")
    expect(shown.tab("Reply")).to_contain_text("Hi {{default_name}}!")
    shown.tab("Request")
    shown.panel.get_by_role("button", name="Hex").first.click()
    expect(exchange).to_contain_text("00000000  7b 22")
    assert shown.notebook.hosts <= OURS


def test_the_list_stays_while_one_is_read(shown):
    """New ones are counted, and come in once asked for."""
    shown.sender.post("first")
    shown.open(1)
    for _ in range(3):
        shown.sender.post("later")
    fresh = shown.panel.get_by_role("button", name="3 new")
    fresh.wait_for()
    expect(shown.rows).to_have_count(1)
    fresh.click()
    expect(shown.rows).to_have_count(4)
    expect(shown.panel.locator(".cbn-exchange")).to_be_hidden()
    shown.kernel.run("panel.select(2)")
    expect(shown.panel.get_by_role("heading")).to_have_text("Exchange 2")
    shown.kernel.run("panel.follow()")
    expect(shown.panel.locator(".cbn-exchange")).to_be_hidden()


def test_scrolling_reaches_the_oldest(shown):
    """Windows of the list come when they are seen, and stay while others come."""
    shown.sender.many(300)
    expect(shown.row(300)).to_be_visible()
    sheet = shown.panel.get_by_role("grid")
    sheet.focus()
    shown.page.keyboard.press("End")
    expect(shown.panel.get_by_role("heading")).to_have_text("Exchange 1")
    shown.sender.many(50)
    shown.panel.get_by_role("button", name="50 new").wait_for()
    expect(shown.row(1)).to_be_visible()
    sheet.focus()
    shown.page.keyboard.press("ArrowUp")
    expect(shown.panel.get_by_role("heading")).to_have_text("Exchange 2")
    shown.page.keyboard.press("Escape")
    expect(shown.row(350)).to_be_visible()


def test_filter_pin_and_clear(shown):
    for message in ("one", "two", "three"):
        shown.sender.post(message)
    expect(shown.rows).to_have_count(3)
    shown.panel.get_by_role("searchbox").fill("two")
    expect(shown.rows).to_have_count(1)
    shown.open(2)
    shown.panel.get_by_role("button", name="Pin", exact=True).click()
    expect(shown.row(2).locator(".cbn-state")).to_contain_text("★")
    shown.panel.get_by_role("searchbox").fill("")
    expect(shown.rows).to_have_count(3)
    shown.panel.get_by_role("button", name="Clear", exact=True).click()
    shown.panel.get_by_role("button", name="Clear 3?").click()
    expect(shown.rows).to_have_count(1)
    assert shown.kernel.value("[receiver.seen, [one.seq for one in panel.pinned]]") == [0, [2]]


def test_replay_stop_and_start(shown):
    shown.sender.post()
    shown.open(1)
    shown.panel.get_by_role("button", name="Replay…").click()
    send = shown.panel.get_by_role("button", name="Replay", exact=True)
    send.click()
    expect(shown.panel.locator(".cbn-outcome")).to_contain_text("same: 200, the same reply")
    shown.panel.get_by_label("Where to replay it to").fill("http://169.254.169.254/latest")
    send.click()
    expect(shown.panel.locator(".cbn-outcome")).not_to_contain_text("the same reply")
    expect(shown.panel.locator(".cbn-outcome")).to_have_class(re.compile("cbn-tone-error"))
    shown.panel.get_by_role("button", name="Stop").click()
    expect(shown.panel.locator(".cbn-state-word")).to_have_text("stopped")
    shown.panel.get_by_role("button", name="Start").click()
    expect(shown.panel.locator(".cbn-state-word")).to_have_text("running")


def test_an_export_is_a_file_made_here(shown, tmp_path):
    shown.sender.post("for the file")
    expect(shown.rows).to_have_count(1)
    shown.panel.get_by_role("button", name="Export").click()
    with shown.page.expect_download() as download:
        shown.panel.get_by_role("menuitem", name="JSON lines").click()
    assert download.value.suggested_filename == "traffic.jsonl"
    download.value.save_as(tmp_path / "traffic.jsonl")
    text = (tmp_path / "traffic.jsonl").read_text("utf-8")
    assert "for the file" in text
    assert TOKEN not in text


def test_a_receiver_that_is_replaced_is_followed(shown):
    """The cell's line again: another receiver of that name, the same panel."""
    shown.sender.post("before")
    shown.kernel.run('receiver = cb.Receiver(token="other", name="shop").start()')
    shown.kernel.wait_for("receiver.running", wanted=True)
    shown.sender.post("after")
    expect(shown.rows).to_have_count(2)
    expect(shown.panel.locator(".cbn-state-word")).to_have_text("running")


def test_case_21_a_burst_of_requests(shown):
    """2,000 of them are less than 200 messages, and are all counted."""
    received = shown.notebook.frames("Received")
    shown.sender.many(2000)
    expect(shown.panel.locator(".cbn-counts").first).to_contain_text("2,000 seen · 1,000 evicted")
    messages = [frame for frame in received if b"comm_msg" in frame or b"display_data" in frame]
    assert 0 < len(messages) < 200


@pytest.mark.parametrize("part", ["Request", "Reply", "Chat", "Verdict"])
def test_case_40_nothing_that_comes_acts(shown, part):
    """In path, query, header, key, value, method and reply: all is text, and controls are spelled out."""
    page, sender = shown.page, shown.sender
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.evaluate("() => { globalThis.x = () => { globalThis.acted = true; }; }")
    hostile = ACTS + SPELLED
    reply = json.dumps({"responses": [{"type": "text", "message": hostile}], hostile: hostile})
    shown.kernel.run(f"receiver.reply = __import__('json').loads({reply!r})")
    shown.kernel.wait_for("isinstance(receiver.reply, dict)", wanted=True)
    node = {**request()["node"], "name": hostile}
    body = json.dumps(request(hostile, node=node, **{hostile: hostile}), ensure_ascii=False).encode()
    path = sender.address.path.encode()
    ascii_only = ACTS.replace(" ", "%20").encode()
    host = f"Host: 127.0.0.1:{sender.address.port}".encode()
    length = f"Content-Length: {len(body)}".encode()
    header = b"X-A: " + (ACTS + "red\u202etxt.exe").encode()
    assert sender.raw(b"POST " + path + b"?q=" + ascii_only + b" HTTP/1.1", host, length, header, body=body) == 200
    sender.raw(b"GET /" + ascii_only + b" HTTP/1.1", host)
    sender.raw(b"P<img/**/src=x/**/onerror=x()> " + path + b" HTTP/1.1", host)
    row = shown.row(1)
    expect(row).to_contain_text("<script>x()</script>")
    expect(row.locator("[title*='u202etxt.exe']").first).to_be_attached()
    shown.open(1)
    pane = shown.tab(part)
    expect(pane).to_contain_text("<img src=x onerror=x()>")
    text = shown.panel.inner_text()
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert shown.panel.locator("script, img, mjx-container, .MathJax, a[href], iframe").count() == 0
    assert page.evaluate("globalThis.acted === undefined")
    assert dialogs == []
    assert shown.notebook.hosts <= OURS


def test_case_42_no_secret_is_shown_copied_or_saved(shown):
    """Neither token nor credentials, also where a body repeats them; the notebook's file has none."""
    secret = {"Authorization": f"Basic {PASSWORD}", "Cookie": f"session={PASSWORD}"}
    query = f"?token={TOKEN}&mail=ada@example.com"
    shown.sender.post(f"my token is {TOKEN}", query=query, headers=secret, note=TOKEN)
    exchange = shown.open(1)
    expect(exchange).to_contain_text("my token is ***")
    expect(exchange).to_contain_text("Authorization")
    shown.panel.get_by_role("button", name="Copy as curl").click()
    expect(shown.panel.locator(".cbn-said-shortly")).to_contain_text("copied")
    copied = shown.page.evaluate("navigator.clipboard.readText()")
    assert "curl" in copied
    shown.notebook.save()
    saved = shown.notebook.path.read_text("utf-8").replace(f'token=\\"{TOKEN}\\"', "")  # the cell's own source
    seen = shown.panel.inner_text()
    path = shown.sender.address.path.strip("/")
    for text in (copied, saved, seen):
        for hidden in (TOKEN, PASSWORD, "ada@example.com", path):
            assert hidden not in text


def test_case_45_a_foreign_host_is_counted_and_no_link(shown):
    """Whatever form the target has; what is listed leads nowhere."""
    path = shown.sender.address.path.encode()
    port = str(shown.sender.address.port).encode()
    assert shown.sender.raw(b"POST " + path + b" HTTP/1.1", b"Host: evil.example", b"Content-Length: 0") == 421
    assert shown.sender.raw(b"POST //evil.example" + path + b" HTTP/1.1", b"Host: 127.0.0.1") == 404
    expect(shown.panel.locator(".cbn-counts").first).to_have_text("0 seen · 0 evicted · 2 refused")
    own = b"POST http://127.0.0.1:" + port + path + b" HTTP/1.1"
    assert shown.sender.raw(own, b"Host: 127.0.0.1:" + port, b"Content-Length: 0") == 200
    shown.open(1)
    expect(shown.panel.locator(".cbn-line")).to_contain_text("POST http://127.0.0.1:")
    assert shown.panel.locator("a").count() == 0


def test_case_46_a_request_of_a_browser_is_flagged(shown):
    shown.sender.post("from a page", headers={"Origin": "https://evil.example"})
    expect(shown.row(1)).to_contain_text("from a browser")
    shown.open(1)
    expect(shown.tab("Verdict")).to_contain_text("it has an Origin, so a web page sent it")


def test_case_63_while_a_cell_runs(shown):
    """Requests are seen; what is pressed is seen, too, and done when the cell has ended."""
    shown.sender.post("before")
    expect(shown.rows).to_have_count(1)
    shown.notebook.run_cell(1)
    waits = shown.page.locator(".jp-OutputArea-output", has_text="waits at")
    waits.wait_for()
    shown.sender.post("meanwhile")
    expect(shown.rows.first).to_contain_text("meanwhile")
    shown.row(1).click()
    expect(shown.row(1)).to_have_attribute("aria-selected", "true")
    shown.panel.get_by_role("searchbox").fill("nothing like that")
    expect(shown.panel.locator(".cbn-said-shortly")).to_contain_text("kernel busy")
    socket.create_connection(("127.0.0.1", int(waits.inner_text().split()[-1]))).close()
    expect(shown.rows).to_have_count(0)
    expect(shown.panel.locator(".cbn-said-shortly")).to_be_empty()


def test_case_65_shown_twice_closed_and_loaded_again(lab, open_notebook):
    """Both are up to date; a view that is closed costs no more; a page that is loaded again goes on."""
    shown = Shown(open_notebook(lab, PANEL, "panel"))
    page = shown.page
    shown.notebook.run_cell(1)
    expect(page.locator(".cbn-traffic")).to_have_count(2)
    shown.sender.post("for both")
    for number in (0, 1):
        expect(page.locator(".cbn-traffic").nth(number).locator(".cbn-body")).to_contain_text("for both")
    shown.kernel.wait_for("len(panel._views)", 2)
    page.evaluate("window.jupyterapp.commands.execute('notebook:clear-cell-output')")
    expect(page.locator(".cbn-traffic")).to_have_count(1)
    shown.kernel.wait_for("len(panel._views)", 1)
    shown.notebook.save()
    page.reload()
    panel = page.locator(".cbn-traffic")
    panel.wait_for()
    expect(panel.locator(".cbn-body")).to_contain_text("for both")
    shown.sender.post("after that")
    expect(panel.locator(".cbn-body")).to_contain_text("after that")
    shown.kernel.wait_for("len(panel._views)", 1)
    page.evaluate("window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    shown.kernel.wait_for("[len(panel._views), panel._painter.running]", [0, False])


def test_case_65_the_saved_notebook_shows_what_there_was(shown):
    """Without a kernel, and so without a light: a table, and that it is not live."""
    shown.sender.post("to be kept")
    page = shown.page
    expect(shown.rows).to_have_count(1)
    expect(page.locator(".cbn-saved")).to_be_hidden()
    expect(page.locator(".cbn-saved")).to_contain_text("to be kept")
    shown.notebook.save()
    shown.notebook.end_kernel()
    page.reload()
    saved = page.locator(".cbn-saved")
    expect(saved).to_be_visible()
    expect(saved).to_contain_text("to be kept")
    expect(saved).to_contain_text("Not live")
    assert page.locator(".cbn-light").count() == 0


def test_case_68_a_painter_that_fails_is_seen(shown):
    """Requests are recorded meanwhile, and shown once it can."""
    spoil = "panel._listing.refresh, kept = (lambda: 1 / 0), panel._listing.refresh"
    shown.kernel.run(spoil)
    shown.sender.post("unseen at first")
    expect(shown.panel.locator(".cbn-state-word")).to_have_text("failed: ZeroDivisionError: division by zero")
    assert shown.kernel.value("receiver.seen") == 1
    shown.kernel.run("panel._listing.refresh = kept")
    expect(shown.panel.locator(".cbn-state-word")).to_have_text("running")
    expect(shown.rows).to_have_count(1)


def test_a_kernel_that_is_gone_leaves_no_live_light(shown):
    shown.sender.post("last words")
    expect(shown.rows).to_have_count(1)
    shown.page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    expect(shown.panel.locator(".cbn-state-word")).to_have_text("kernel gone")
    expect(shown.panel).to_contain_text("last words")


def test_the_picture_of_the_readme_shows_traffic(lab, open_notebook, tmp_path):
    """Under traffic, with one exchange open; ``CHATBOT_NB_PICTURES=notebooks`` puts it there."""
    shown = Shown(open_notebook(lab, PANEL, width=1310, height=1300, scale=1.5))
    shown.page.evaluate("window.jupyterapp.shell.collapseLeft()")
    shown.kernel.run(REPLIES)
    shown.kernel.wait_for("callable(receiver.reply)", wanted=True)
    for message in ("Where is my order?", "Hello?", "Thanks, bye"):
        shown.sender.post(message)
    shown.sender.post("Hello?", query="?token=wrong")
    shown.sender.post("action=track", orderSystem="beta")
    shown.sender.post("Where is my order?", node={**request()["node"], "name": "Returns"}, chatId=5)
    shown.sender.post("from a page", headers={"Origin": "https://shop.example"})
    shown.sender.post("Talk to somebody")
    shown.open(8)
    shown.tab("Chat").get_by_role("log").wait_for()
    for message in ("Where is my order?", "Thanks, bye", "Hello?"):
        shown.sender.post(message)
    shown.panel.get_by_role("button", name="3 new").wait_for()
    picture = Path(os.environ.get("CHATBOT_NB_PICTURES", tmp_path)) / "traffic.png"
    shown.panel.screenshot(path=picture, animations="disabled")
    assert picture.stat().st_size < LARGEST


def test_notebook_7_shows_traffic(classic, open_notebook):
    shown = Shown(open_notebook(classic, PANEL, view="notebooks"))
    shown.sender.post("in Notebook 7")
    expect(shown.rows.first).to_contain_text("in Notebook 7")
    shown.open(1)
    expect(shown.tab("Chat").get_by_role("log")).to_contain_text("Hi Ada!")


def test_voila_shows_traffic(open_voila, tmp_path):
    told = f"__import__('pathlib').Path({str(tmp_path / 'url')!r}).write_text(receiver.local_url)"
    page = open_voila(PANEL.rstrip().removesuffix("panel") + told, "panel").page
    panel = page.locator(".cbn-traffic")
    panel.wait_for()
    Sender(Path(tmp_path / "url").read_text("utf-8")).post("in Voila")
    expect(panel.locator(".cbn-body")).to_contain_text("in Voila")
    panel.locator(".cbn-body [role=row]").first.click()
    expect(panel.get_by_role("heading")).to_have_text("Exchange 1")

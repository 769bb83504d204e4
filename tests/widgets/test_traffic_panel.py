"""The traffic panel without a browser: what it lists and tells, how often, and what its thread lives through."""

from __future__ import annotations

import gzip
import http.client
import itertools
import json
import socket
import threading
import time
from urllib.parse import urlsplit

import pytest

import chatbot_nb as cb
from chatbot_nb.widgets.traffic.painter import PAUSE

NUMBERS = itertools.count()
TOKEN = "tok-5f0c-sesame"
PASSWORD = "pwd-19ce-sesame"
MAIL = "ada@example.com"
HOSTILE = "<script>x()</script><img src=x onerror=x()>$\\(x\\)$ \x1b[31m\u202etxt.exe {{x}}"


def request(message="Where is it?", **changes):
    node = {"id": "9c4d", "name": "Order status", "type": "WEBHOOK", "webhookId": "5f52", "webhookName": "Orders"}
    return {
        "chatId": "64a1",
        "messageId": f"m-{next(NUMBERS)}",
        "userId": "u-1",
        "externalId": "e-1",
        "message": message,
        "node": node,
        "userAttributes": {"default_name": "Ada"},
        "attributes": {"default_name": "Ada", "order": "A1"},
        **changes,
    }


def send(receiver, body=None, *, method="POST", query="", **headers):
    """One request, of which the receiver has the record by then; the status of the answer."""
    address = urlsplit(receiver.local_url)
    connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=30)
    content = body if isinstance(body, bytes) else json.dumps(request() if body is None else body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, address.path + query, content, {"Content-Type": "application/json", **named})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    wait_until(lambda: all(one.done for one in receiver.exchanges))
    return answer.status


@pytest.fixture
def receiver():
    with cb.Receiver(cb.Reply().text("Hi"), name=f"panel {next(NUMBERS)}", token=TOKEN) as started:
        yield started


@pytest.fixture
def panel(receiver, closing):
    return closing(cb.TrafficPanel(receiver))


def unpacked(panel):
    """All messages that the browser was sent, with what was packed in them."""
    found = []
    for _, data, buffers in panel.comm.sent:
        content = data.get("content") if data.get("method") == "custom" else None
        if content is not None and buffers and content["type"] not in ("modules", "export"):
            content = {**content, "data": json.loads(gzip.decompress(bytes(buffers[0])))}
        if content is not None:
            found.append(content)
    return found


def rows(content):
    """The rows of a snapshot's or a window's data, as dicts."""
    cells = content["cells"]
    return [
        {name: values[n] for name, values in cells.items()} | {"id": each, "state": content["state"][n]}
        for n, each in enumerate(content["ids"])
    ]


def snapshot(panel, from_browser):
    """What a view is told that is there from now on, without the painter's thread."""
    before = len(panel.comm.sent)
    from_browser(panel, {"type": "watch", "seq": "v:1", "view": "v"})
    panel._painter.stop()
    told = [one for one in unpacked(panel) if one["type"] == "snapshot"]
    assert len(panel.comm.sent) > before
    return told[-1]


def asked(panel, from_browser, kind, **content):
    """The answer to a question of the browser, or what it failed with."""
    seq = f"t:{next(NUMBERS)}"
    from_browser(panel, {"type": kind, "seq": seq, **content})
    (answer,) = [one for one in unpacked(panel) if one.get("seq") == seq]
    return answer.get("data", answer)


def wait_until(true, seconds=10):
    """Wait for what another thread does."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        threading.Event().wait(0.01)


def test_the_newest_come_first_with_verdict_rule_and_reply(panel, receiver, from_browser):
    send(receiver, query=f"?token={TOKEN}")
    send(receiver, request("second", surprise=1), query=f"?token={TOKEN}")
    send(receiver, b'{"broken": ', query=f"?token={TOKEN}")
    told = snapshot(panel, from_browser)
    first, second, third = rows(told["data"]["newest"])
    assert [first["seq"], second["seq"], third["seq"]] == ["3", "2", "1"]
    assert (third["method"], third["node"], third["message"], third["verdict"], third["reply"]) == (
        "POST",
        "Order status",
        "Where is it?",
        "valid",
        "200",
    )
    assert (second["message"], second["verdict"], first["verdict"]) == ("second", "1 warning", "1 error")
    assert told["data"]["newest"]["findings"]["0"]["verdict"][0][0] == "error"
    assert told["counters"] == {"seen": 3, "evicted": 0, "refused": 0, "pinned": 0, "errors": 0}
    assert told["state"] == ["running", ""]


def test_a_window_is_counted_from_where_the_list_stays(panel, receiver, from_browser):
    """What comes later shifts nothing in it."""
    for number in range(5):
        send(receiver, request(f"message {number}"))
    before = asked(panel, from_browser, "window", top="4", begin=1, end=3)
    for _ in range(3):
        send(receiver)
    after = asked(panel, from_browser, "window", top="4", begin=1, end=3)
    assert [row["message"] for row in rows(before["rows"])] == ["message 2", "message 1"]
    assert (after["count"], after["rows"]["ids"]) == (4, before["rows"]["ids"])
    assert asked(panel, from_browser, "locate", id="3", top="4")["index"] == 1
    assert asked(panel, from_browser, "locate", id="8", top="4")["index"] == -1


def test_the_filter_finds_words_in_line_finding_and_body(panel, receiver, from_browser):
    send(receiver, request("about my parcel"), query=f"?token={TOKEN}")
    send(receiver, request("other", attributes={"order": "Parcel-77"}), query=f"?token={TOKEN}")
    send(receiver, b"[]", query=f"?token={TOKEN}")
    panel.filter("PARCEL")
    assert [one.seq for one in panel.exchanges] == [1, 2]
    panel.filter("parcel my")
    assert [one.seq for one in panel.exchanges] == [1]
    panel.filter("1 error")
    assert [one.seq for one in panel.exchanges] == [3]
    send(receiver, b"{}", query=f"?token={TOKEN}")
    send(receiver, request("fine"), query=f"?token={TOKEN}")
    told = snapshot(panel, from_browser)
    assert (told["count"], told["filter"]) == (len(panel.exchanges), "1 error")
    assert 5 not in [one.seq for one in panel.exchanges]
    panel.filter()
    assert len(panel.exchanges) == 5


def test_a_verdict_that_comes_late_is_told(panel, receiver, from_browser):
    """A row whose reply was not chosen yet is sent again once it is."""
    go = threading.Event()
    receiver.reply = lambda _request: go.wait(10) and cb.Reply().text("late")
    sender = threading.Thread(target=send, args=(receiver,), kwargs={"query": f"?token={TOKEN}"})
    sender.start()
    wait_until(lambda: receiver.seen)
    assert rows(snapshot(panel, from_browser)["data"]["newest"])[0]["reply"] == "…"
    go.set()
    sender.join(10)
    receiver.wait(1)
    panel._show()
    told = unpacked(panel)[-1]
    assert rows(told["data"]["changed"])[0]["reply"] == "200"
    assert rows(told["data"]["newest"])[0]["verdict"] == "valid"


def test_pinned_exchanges_stay_with_their_bodies(closing, from_browser):
    """Also when they are evicted, and when all is cleared."""
    with cb.Receiver(name="pins", limits={"exchanges": 3}) as receiver:
        panel = closing(cb.TrafficPanel(receiver))
        send(receiver, request("the one"))
        panel.pin(1)
        for _ in range(5):
            send(receiver)
        assert [one.seq for one in panel.pinned] == [1]
        assert [one.seq for one in panel.exchanges] == [1, 4, 5, 6]
        last = rows(snapshot(panel, from_browser)["data"]["newest"])[-1]
        assert (last["message"], last["state"]) == ("the one", "pinned")
        panel.clear()
        assert [one.seq for one in panel.exchanges] == [1]
        assert panel.pinned[0].payload["message"] == "the one"
        assert asked(panel, from_browser, "open", id="1")["is_pinned"]
        panel.unpin(1)
        assert panel.exchanges == ()
        with pytest.raises(KeyError, match="not kept"):
            panel.select(1)


def test_a_body_travels_in_part_until_all_is_asked_for(panel, receiver, from_browser):
    send(receiver, request("x" * 10_000))
    body = asked(panel, from_browser, "open", id="1")["request"]["body"]
    assert (body["shown"], len(body["text"])) == (4096, 4096)
    whole = asked(panel, from_browser, "body", id="1", part="request", form="text", whole=True)
    assert json.loads(whole["text"])["message"] == "x" * 10_000
    dump = asked(panel, from_browser, "body", id="1", part="request", form="hex")
    assert dump["text"].startswith("00000000  7b 22")
    assert dump["text"].splitlines()[-1].startswith("00000ff0  ")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"", ("text", "")),
        (b"\x00\x01", ("hex", "00000000  00 01" + " " * 44 + "..")),
        ("\x1b[31m \u202e".encode(), ("text", "\\u001b[31m \\u202e")),
        (b"a\r\nb\rc", ("text", "a\nb\\u000dc")),
        (b"\xff\xfe", ("text", "\ufffd\ufffd")),
    ],
)
def test_bodies_are_text_or_bytes_and_nothing_in_them_acts(panel, receiver, from_browser, raw, shown):
    send(receiver, raw)
    body = asked(panel, from_browser, "open", id="1")["request"]["body"]
    assert (body["form"], body["text"]) == shown


def test_the_chat_is_filled_in_for_the_user_who_asked(panel, receiver, from_browser):
    receiver.reply = cb.Reply().text("Hi {{default_name}}!")
    send(receiver)
    chat = asked(panel, from_browser, "chat", id="1")
    assert chat["payload"]["responses"][0]["message"] == "Hi {{default_name}}!"
    assert chat["samples"] == [{"default_name": "Ada", "order": "A1"}]
    receiver.reply = b"no JSON"
    send(receiver)
    assert "no chat" in asked(panel, from_browser, "chat", id="2")["why"]


def test_replay_says_how_it_went(panel, receiver, from_browser):
    """With what the receiver answers now, with any other handler, and from the browser."""
    send(receiver, request("again"), query=f"?token={TOKEN}")
    assert panel.replay(1)["verdict"].tolist() == ["same"]
    assert panel.replay(1, lambda asked: cb.Reply().text(asked.message * 500))["verdict"].tolist() == ["regressed"]
    told = [one for one in unpacked(panel) if one["type"] == "outcome"]
    assert [one["tone"] for one in told] == ["ok", "error"]
    assert told[0]["text"].startswith("same: 200, the same reply, ")
    from_browser(panel, {"type": "replay", "seq": "r:1", "id": "1", "url": ""})
    wait_until(lambda: any(one.get("seq") == "r:1" for one in unpacked(panel)))
    from_browser(panel, {"type": "replay", "seq": "r:2", "id": "1", "url": "file:///etc/passwd"})
    wait_until(lambda: any(one.get("seq") == "r:2" for one in unpacked(panel)))
    (failed,) = [one for one in unpacked(panel) if one.get("seq") == "r:2"]
    assert failed["type"] == "failed"
    assert "http" in failed["message"]


def test_exports_are_of_what_is_listed(panel, receiver, from_browser):
    send(receiver, request("one"))
    send(receiver, request("two"))
    panel.filter("two")
    from_browser(panel, {"type": "export", "seq": "e:1", "target": "jsonl"})
    (sent,) = [buffers for _, data, buffers in panel.comm.sent if data.get("content", {}).get("type") == "export"]
    text = gzip.decompress(sent[0]).decode()
    assert '"two' in text.replace("\\", "")
    assert "one" not in [json.loads(line).get("seq") for line in text.splitlines()[1:]]
    assert len(text.splitlines()) == 2
    assert asked(panel, from_browser, "export", target="postman")["type"] == "failed"
    assert "curl" in panel.curl(1)


def test_python_and_browser_do_the_same(panel, receiver, from_browser):
    """Each control has its method: what one does is what the other sees."""
    send(receiver)
    from_browser(panel, {"type": "look", "seq": "l:1", "filter": "order", "selected": "1"})
    assert (panel.look["filter"], panel.selected.seq) == ("order", 1)
    panel.follow()
    assert panel.look["selected"] is None
    from_browser(panel, {"type": "pin", "seq": "l:2", "id": "1", "on": True})
    assert [one.seq for one in panel.pinned] == [1]
    from_browser(panel, {"type": "stop", "seq": "l:3"})
    assert (panel.state, receiver.running) == ("stopped", False)
    from_browser(panel, {"type": "start", "seq": "l:4"})
    assert receiver.running
    from_browser(panel, {"type": "clear", "seq": "l:5"})
    assert receiver.seen == 0
    assert asked(panel, from_browser, "url")["text"] == receiver.url
    assert asked(panel, from_browser, "start")["type"] == "failed"  # it runs already


def test_what_the_browser_should_not_send_changes_nothing(panel, receiver, from_browser):
    send(receiver)
    for kind, content in [
        ("open", {"id": "77"}),
        ("open", {"id": "x"}),
        ("body", {"id": "1", "part": "request", "form": "exe"}),
        ("window", {"begin": -1, "end": 5}),
        ("look", {"filter": 7}),
    ]:
        assert asked(panel, from_browser, kind, **content)["type"] == "failed", kind
    panel.set_state({"look": {"rev": 9, "filter": "x", "selected": 1}})
    assert panel.look["filter"] == ""
    assert panel.errors == []


def test_case_21_a_burst_costs_few_messages(panel, receiver):
    """A thousand requests: less than two hundred messages, the last of which has them all."""
    panel._painter.start()
    address = urlsplit(receiver.local_url)
    connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=30)
    begin, before = time.monotonic(), len(panel.comm.sent)
    for _ in range(1000):
        connection.request("POST", address.path, json.dumps(request()), {"Content-Type": "application/json"})
        connection.getresponse().read()
    connection.close()
    wait_until(lambda: unpacked(panel) and unpacked(panel)[-1]["counters"]["seen"] == 1000)
    most = (time.monotonic() - begin) / PAUSE + 3
    assert len(panel.comm.sent) - before <= min(most, 199)


def hostile(place):
    """The bytes of a request with what would act in one of its parts: request line, header, and JSON."""
    node = {**request()["node"], "name": HOSTILE if place == "node" else "n"}
    more = {HOSTILE: HOSTILE} if place == "key" else {}
    body = json.dumps(request(HOSTILE if place == "message" else "m", node=node, **more), ensure_ascii=False)
    plain = HOSTILE.encode().replace(b" ", b"").replace(b"\x1b", b"%1b")
    line = {"method": b"P" + plain + b" /", "query": b"POST /?q=" + plain, "path": b"POST /" + plain}
    header = {"header": plain + b": a", "value": b"X-A: " + HOSTILE.encode().replace(b"\x1b", b"")}
    return line.get(place, b"POST /"), header.get(place, b"X-A: a"), body.encode()


PLACES = ["message", "node", "key", "header", "value", "query", "path", "method", "reply"]


@pytest.mark.parametrize("place", PLACES)
def test_case_40_what_would_act_is_spelled_out(place, closing, from_browser):
    """No control or direction mark reaches the browser, and no markup the saved notebook, in whatever part it came."""
    reply = {"responses": [{"type": "text", "message": HOSTILE}], HOSTILE: 1} if place == "reply" else None
    line, header, body = hostile(place)
    head = b"\r\n".join([line + b" HTTP/1.1", b"Host: 127.0.0.1", header, b"Content-Length: %d" % len(body)])
    with cb.Receiver(reply, name="hostile", public_url="http://127.0.0.1/") as receiver:
        panel = closing(cb.TrafficPanel(receiver))
        line = line.replace(b" /", b" " + urlsplit(receiver.local_url).path.encode(), 1)
        with socket.create_connection(("127.0.0.1", urlsplit(receiver.local_url).port), timeout=30) as peer:
            peer.sendall(line + head[head.index(b" HTTP/1.1") :] + b"\r\nConnection: close\r\n\r\n" + body)
            while peer.recv(65536):
                pass
        receiver.wait(1)
        snapshot(panel, from_browser)
        answers = [asked(panel, from_browser, kind, id="1") for kind in ("open", "chat")]
    assert "<script>" in json.dumps(answers) or place in {
        "header",
        "method",
        "query",
        "path",
    }  # masked, or not read at all
    for one in unpacked(panel):
        text = json.dumps(one, ensure_ascii=False)
        if one["type"] != "chat":  # which spells them where it shows them
            assert "\\u001b" not in text.replace("\\\\u001b", "")
            assert "\u202e" not in text
    kept = panel._html().partition("</style>")[2]
    assert not any(sign in kept for sign in ("\x1b", "\u202e", "<script", "<img"))


def test_case_42_no_secret_is_told_or_kept(receiver, panel, from_browser):
    """Token, credentials and query values are in no message, no picture for the notebook and no repr."""
    receiver.reply = {"responses": [], "echo": TOKEN}
    body = request(f"my token is {TOKEN}", note=TOKEN)
    headers = {"Authorization": f"Basic {PASSWORD}", "Cookie": f"a={PASSWORD}", "Referer": f"https://x/?k={PASSWORD}"}
    send(receiver, body, query=f"?token={TOKEN}&mail={MAIL}", **headers)
    told = snapshot(panel, from_browser)
    answers = [told, panel._html(), repr(panel), panel.curl(1), panel.export("har"), receiver.name]
    answers += [asked(panel, from_browser, kind, id="1") for kind in ("open", "chat", "curl")]
    for form in ("text", "hex"):
        answers.append(asked(panel, from_browser, "body", id="1", part="request", form=form, whole=True))
    answers.append(asked(panel, from_browser, "window", begin=0, end=9))
    path = urlsplit(receiver.url).path.strip("/")
    shown = json.dumps(answers, ensure_ascii=False)
    dump = "".join(line[60:] for line in answers[-2]["text"].splitlines())
    for secret in (TOKEN, PASSWORD, MAIL, path):
        assert secret not in shown
        assert secret not in dump
    assert "my token is ***" in shown


def test_case_63_what_others_do_at_once_is_safe(panel, receiver, from_browser):
    """Clicks, calls and the painter work on one list at the same time."""
    panel._painter.start()
    failed = []

    def use(act):
        try:
            for number in range(60):
                act(number)
        except Exception as exc:  # noqa: BLE001  # told below
            failed.append(exc)

    def see(number):
        from_browser(panel, {"type": "window", "seq": f"c:{number}", "begin": 0, "end": 30})

    acts = [
        lambda _: send(receiver),
        lambda number: panel.filter("order" if number % 2 else ""),
        lambda number: panel.clear() if number % 20 == 19 else panel.follow(),
        see,
    ]
    threads = [threading.Thread(target=use, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    assert panel.errors == []
    panel.filter()
    assert len(panel.exchanges) == receiver.kept


def test_case_65_only_views_that_are_there_cost(panel, receiver, from_browser):
    """Two views have one thread; it ends with the last, and comes back with the next."""
    from_browser(panel, {"type": "watch", "seq": "a:1", "view": "a"})
    from_browser(panel, {"type": "watch", "seq": "b:1", "view": "b"})
    thread = panel._painter._thread
    from_browser(panel, {"type": "unwatch", "view": "a"})
    assert panel._painter.running
    from_browser(panel, {"type": "unwatch", "view": "b"})
    thread.join(5)
    assert not thread.is_alive()
    before = len(panel.comm.sent)
    send(receiver)
    assert len(panel.comm.sent) == before
    told = snapshot(panel, from_browser)
    assert told["counters"]["seen"] == 1


def test_case_65_a_closed_panel_leaves_no_thread(receiver):
    panels = [cb.TrafficPanel(receiver) for _ in range(5)]
    for panel in panels:
        panel._painter.start()
    threads = [panel._painter._thread for panel in panels]
    for panel in panels:
        panel.close()
    for thread in threads:
        thread.join(5)
    assert not any(thread.is_alive() for thread in threads)


def test_case_68_an_exception_of_the_painter_is_seen_and_survived(panel, receiver, monkeypatch):
    """The panel says that it failed, requests are recorded meanwhile, and it goes on once it can."""
    failing = threading.Event()
    failing.set()
    refresh = panel._listing.refresh

    def spoiled():
        if failing.is_set():
            raise RuntimeError("no paint left")
        refresh()

    monkeypatch.setattr(panel._listing, "refresh", spoiled)
    monkeypatch.setattr("chatbot_nb.widgets.traffic.painter._AFTER_FAILURE", 0.05)
    panel._painter.start()
    wait_until(lambda: panel.errors)
    assert panel.state == "failed: RuntimeError: no paint left"
    assert repr(panel) == f"TrafficPanel({receiver.name!r}, failed: RuntimeError: no paint left, 0 seen)"
    assert {"type": "state", "state": ["failed", "RuntimeError: no paint left"]} in unpacked(panel)
    assert send(receiver) == 200
    assert receiver.seen == 1
    failing.clear()
    wait_until(lambda: panel.state == "running")
    wait_until(lambda: unpacked(panel)[-1].get("counters", {}).get("seen") == 1)


def test_case_68_the_light_is_put_right_where_nothing_came_meanwhile(panel, from_browser):
    snapshot(panel, from_browser)
    panel._tell_failure(RuntimeError("once"))
    panel._paint()
    assert unpacked(panel)[-1]["state"] == ["running", ""]


def test_two_panels_on_one_receiver_look_at_different_things(receiver, closing):
    one, other = closing(cb.TrafficPanel(receiver)), closing(cb.TrafficPanel(receiver))
    send(receiver, request("one"))
    send(receiver, request("other"))
    one.filter("one")
    other.pin(2)
    assert [each.seq for each in one.exchanges] == [1]
    assert ([each.seq for each in other.exchanges], one.pinned) == ([1, 2], ())


def test_a_receiver_of_the_same_name_is_followed(closing, from_browser):
    """A cell that is run again takes the traffic over: so does the panel, with the new one's secrets."""
    first = cb.Receiver(name="again", token=PASSWORD).start()
    panel = closing(cb.TrafficPanel(first))
    send(first, request("before"))
    second = cb.Receiver(name="again", token=TOKEN).start()
    send(second, request(f"after {TOKEN}"))
    told = snapshot(panel, from_browser)
    assert [row["message"] for row in rows(told["data"]["newest"])] == ["after ***", "before"]
    assert (panel.receiver, told["state"]) == (second, ["running", ""])
    second.stop()
    assert panel.state == "stopped"
    first.start()
    assert (panel.receiver, panel.state) == (first, "running")
    first.stop()


def test_a_receiver_whose_server_died(panel, receiver):
    """Its light says so, with the reason's kind."""
    receiver._engine._server._loop.call_soon_threadsafe(receiver._engine._server._loop.stop)
    wait_until(lambda: not receiver.running)
    assert panel.state.startswith("failed: ")


def test_a_receiver_in_another_process(closing, from_browser):
    """Is watched the same: its traffic comes over, and its end is seen."""
    with cb.Receiver(cb.Reply().text("Hi"), name="process", token=TOKEN, mode="process") as receiver:
        panel = closing(cb.TrafficPanel(receiver))
        panel._painter.start()
        send(receiver, request("from afar"), query=f"?token={TOKEN}")
        panel.pin(1)
        wait_until(lambda: any(one.get("counters", {}).get("seen") == 1 for one in unpacked(panel)))
        (row,) = rows(snapshot(panel, from_browser)["data"]["newest"])
        assert (row["message"], row["verdict"], row["reply"]) == ("from afar", "valid", "200")
        assert panel.state == "running"
    assert panel.state == "stopped"


def test_traffic_from_a_file(tmp_path, receiver, closing, from_browser):
    """Is listed as it was, with a state of its own."""
    send(receiver, request("kept"))
    receiver.save(tmp_path / "traffic.jsonl")
    panel = closing(cb.TrafficPanel(cb.Receiver.load(tmp_path / "traffic.jsonl")))
    told = snapshot(panel, from_browser)
    assert (told["state"], told["url"], told["count"]) == (["loaded", ""], "", 1)
    assert repr(panel) == "TrafficPanel('receiver', loaded, 1 seen)"


def test_the_repr_is_the_same_whenever_it_is_run(closing):
    panel = closing(cb.TrafficPanel(cb.Receiver(name="shop")))
    assert repr(panel) == "TrafficPanel('shop', not started, 0 seen)"
    with panel.receiver as receiver:
        send(receiver)
        panel.pin(1)
        assert repr(panel) == "TrafficPanel('shop', running, 1 seen, 1 pinned)"


def test_a_saved_notebook_keeps_the_newest_twenty(panel, receiver):
    for number in range(25):
        send(receiver, request(f"message {number}"))
    kept = panel._html()
    assert "message 24" in kept
    assert "message 5<" in kept
    assert "message 4<" not in kept
    assert "Not live" in kept


def test_what_is_saved_is_up_to_date_once_the_receiver_is_stopped(panel, receiver):
    """Without waiting for a pause in the traffic: a notebook that is run as a whole may be saved at once."""

    class Output(list):
        def update(self, bundle, **_how):
            self.append(bundle["text/html"])

    output = Output()
    panel._saved._handles.append(output)
    send(receiver, request("the last one"))
    panel.stop()
    assert "the last one" in output[-1]
    assert not receiver.running


def test_only_receivers_are_watched():
    with pytest.raises(TypeError, match="no Receiver"):
        cb.TrafficPanel("receiver")
    with pytest.raises(TypeError, match="check the spelling"):
        cb.TrafficPanel(cb.Receiver(), titel="x")


def test_a_hostile_body_does_not_keep_the_others_waiting(panel, receiver, from_browser):
    """Where it takes long to judge one, its row says that it is not judged yet."""
    send(receiver, b"[" * 1_000_000, query=f"?token={TOKEN}")
    send(receiver, request("next"), query=f"?token={TOKEN}")
    begin = time.monotonic()
    told = snapshot(panel, from_browser)
    assert time.monotonic() - begin < 2
    assert [row["message"] for row in rows(told["data"]["newest"])] == ["next", "1,000,000 bytes"]

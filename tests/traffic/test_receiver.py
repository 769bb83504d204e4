"""What a user does with a receiver: start, point a sender at it, ask what came, change the reply, keep it."""

from __future__ import annotations

import threading
import warnings

import pytest

import chatbot_nb as cb
from chatbot_nb.bot.delivery import deliver
from chatbot_nb.bot.new_request import new_request
from chatbot_nb.bot.verification import verify
from chatbot_nb.errors import ReceiverError, ReceiverTimeoutError
from chatbot_nb.sandbox.sandbox import Sandbox
from chatbot_nb.traffic.receiver import Receiver

NOTHING = {"responses": []}


def test_a_delivery_is_recorded_and_answered(receive):
    """As ChatBot sends it: what came is evidence, the reply is sent, both have their verdict."""
    peer = receive(cb.Reply().text("On its way!"))
    request = new_request(webhook_id="5f52", webhook_name="Orders", message="where is it")
    delivery = deliver(peer.receiver.url, request)
    assert delivery.ok
    (exchange,) = peer.receiver.wait(1)
    assert exchange.http.body == request.to_json()
    assert exchange.request == request
    assert (exchange.http.status, exchange.verdict.ok, exchange.marks) == ("complete", True, ())
    assert exchange.reply.body == b'{"responses": [{"type": "text", "message": "On its way!"}]}'
    assert (exchange.reply.rule, exchange.reply.verdict.ok) == ("reply", True)
    assert exchange.timing.reply_done is not None
    assert peer.receiver.frame()["message"].tolist() == ["where is it"]


def test_the_sandbox_delivers_to_it(receive):
    """A connection of an account that points to it verifies, and its deliveries arrive, token and headers too."""
    peer = receive(token="t0ken", require_token=True)
    with Sandbox(verify="require") as sandbox, sandbox.client() as client:
        made = client.connections.create(
            story_id="6" * 24, name="Orders", url=peer.receiver.url, token="t0ken", headers={"X-Shop": "de"}
        )
        assert sandbox.deliver(made).ok
    verification, delivered = peer.receiver.wait(2)
    assert (verification.http.method, verification.reply.rule) == ("GET", "verification")
    assert delivered.headers["X-Shop"] == "de"
    assert delivered.verdict.ok
    assert delivered.query == {"token": ["t0ken"]}


@pytest.mark.parametrize(
    ("token", "passes"),
    [
        pytest.param("t0ken", True, id="right"),
        pytest.param("wr0ng", False, id="wrong"),
        pytest.param(None, False, id="no"),
    ],
)
def test_verification(receive, token, passes):
    """It passes with the right token only."""
    assert verify(receive(token="t0ken").receiver.url, token=token).ok is passes


@pytest.mark.parametrize(
    ("query", "mark"),
    [
        pytest.param("?token=t0ken", None, id="right"),
        pytest.param("?token=nope", "token_wrong", id="wrong"),
        pytest.param("?token=t0ken&token=nope", "token_wrong", id="two"),
        pytest.param("?token=", "token_wrong", id="empty"),
        pytest.param("?token=%ff%00", "token_wrong", id="bytes"),
        pytest.param("", "token_missing", id="missing"),
    ],
)
def test_a_wrong_token_is_a_finding_and_refused_if_asked(receive, query, mark):
    """The verdict says so always; the sender is refused only with require_token."""
    for require in (False, True):
        peer = receive(token="t0ken", require_token=require)
        status, answer = peer.post(query=query)
        (exchange,) = peer.receiver.wait(1)
        assert exchange.marks == ((mark,) if mark else ())
        assert exchange.verdict.ok is (mark is None)
        assert (status, answer) == ((401, b"") if mark and require else (200, NOTHING))
        assert peer.receiver.refused == int(bool(mark and require))


def test_the_reply_is_changed_while_it_runs(receive):
    """From another cell: a reply, a list of them, a handler, a rule; the record tells which one it was."""
    peer = receive()
    receiver = peer.receiver
    said = []
    for reply in (
        {"responses": [{"type": "text", "message": "a"}]},
        cb.Reply().text("b"),
        lambda request: {"x": request.message},
    ):
        receiver.reply = reply
        said.append(peer.post()[1])
    receiver.rules.add("orders", cb.Reply().text("c"), node="Order status")
    said.append(peer.post()[1])
    assert [*map(str, said)] == [
        "{'responses': [{'type': 'text', 'message': 'a'}]}",
        "{'responses': [{'type': 'text', 'message': 'b'}]}",
        "{'x': 'where is my order'}",
        "{'responses': [{'type': 'text', 'message': 'c'}]}",
    ]
    assert receiver.frame()["rule"].tolist() == ["reply", "reply", "reply", "orders"]


def test_faults_are_injected_and_named(receive):
    """The next reply is spoilt, the one after it is not; the record says what ChatBot makes of it."""
    peer = receive(cb.Reply().text("Hello"))
    peer.receiver.inject("status_500")
    peer.receiver.inject("cut_off")
    assert peer.post()[0] == 500
    delivery = deliver(peer.receiver.url, new_request(webhook_id="5f52", webhook_name="Orders"))
    assert delivery.error == "stream has been aborted"
    assert peer.post()[0] == 200
    replies = [exchange.reply for exchange in peer.receiver.wait(3)]
    assert [reply.chatbot_error for reply in replies] == [
        "Request failed with status code 500",
        delivery.error,
        "",
    ]


def test_counters_tell_what_is_kept(receive):
    """seen = kept + evicted, whatever came; refused counts beside it."""
    peer = receive(limits={"exchanges": 3})
    for _ in range(5):
        peer.post()
    peer.send("DELETE")
    peer.send("GET", path="/favicon.ico")
    receiver = peer.receiver
    receiver.wait(3)
    assert (receiver.seen, receiver.kept, receiver.evicted, receiver.refused) == (6, 3, 3, 2)
    assert [exchange.seq for exchange in receiver.exchanges] == [4, 5, 6]
    assert repr(receiver) == f"Receiver({receiver.name!r}, running, 6 seen, 3 evicted)"


def test_clear_forgets_and_counts_anew(receive):
    """And wait() counts from there."""
    peer = receive()
    peer.post()
    peer.receiver.wait(1)
    peer.receiver.clear()
    assert (peer.receiver.seen, peer.receiver.exchanges, len(peer.receiver.frame())) == (0, (), 0)
    with pytest.raises(ReceiverTimeoutError):
        peer.receiver.wait(1, timeout=0.01)
    peer.post()
    assert [exchange.seq for exchange in peer.receiver.wait(1)] == [2]


def test_a_stopped_receiver_keeps_its_traffic_and_starts_again(receive):
    """At the same path; starting it twice is refused."""
    peer = receive()
    peer.post()
    receiver = peer.receiver
    url, path = receiver.url, peer.address.path
    with pytest.raises(ReceiverError, match="runs already"):
        receiver.start()
    receiver.stop()
    receiver.stop()
    assert (receiver.running, receiver.seen, receiver.url) == (False, 1, url)
    receiver.start()
    assert receiver.url.endswith(path)
    assert receiver.seen == 1


def test_a_store_is_there_before_the_answer_and_comes_back(tmp_path, receive):
    """Another receiver of the same file has the same path and the same traffic, and goes on counting."""
    peer = receive(cb.Reply().text("kept"), store=tmp_path / "traffic.db")
    peer.post()
    peer.talk(peer.head("POST", "Content-Length: -1") + b"\r\n")
    peer.receiver.wait(2)
    before = peer.receiver.frame()
    peer.receiver.stop()
    again = receive(store=tmp_path / "traffic.db")
    assert again.address.path == peer.address.path
    assert again.receiver.frame().equals(before)
    again.post(query="?again")
    assert [exchange.seq for exchange in again.receiver.wait(3)] == [1, 2, 3]
    assert again.receiver.exchanges[2].marks == ("duplicate",)


def test_saved_traffic_is_loaded_without_a_server(tmp_path, receive):
    """The same evidence, so that a notebook runs again in CI."""
    peer = receive(cb.Reply().text("saved"))
    peer.post()
    peer.receiver.wait(1)
    peer.receiver.save(tmp_path / "traffic.jsonl")
    loaded = Receiver.load(tmp_path / "traffic.jsonl")
    assert not loaded.running
    assert loaded.frame().equals(peer.receiver.frame())
    assert loaded.exchanges[0].reply == peer.receiver.exchanges[0].reply
    assert "***" in loaded.exchanges[0].http.path


def test_replay_over_a_new_handler(receive):
    """Yesterday's traffic, today's handler: what is fixed, what is not."""
    peer = receive({"responses": [{"type": "text", "message": ""}]})
    peer.post()
    peer.post(peer.request(message="order B2", messageId="m-2"))
    peer.receiver.wait(2)

    def handler(request):
        return cb.Reply().text("Found it") if "order" in request.message else {"responses": [{"type": "txt"}]}

    outcome = peer.receiver.replay(handler)
    assert outcome["verdict"].tolist() == ["fixed", "fixed"]
    other = receive(cb.Reply().text("Also"))
    assert peer.receiver.replay(other.receiver)["verdict"].tolist() == ["fixed", "fixed"]
    assert other.receiver.seen == 2


def test_a_handler_that_fails_is_raised_by_check(receive):
    """So that a notebook that ends with it fails where it should."""

    def handler(_request):
        raise LookupError("no such order")

    peer = receive(handler, errors=True)
    assert peer.post() == (500, {"error": "the handler raised an exception"})
    (exchange,) = peer.receiver.wait(1)
    assert "LookupError: no such order" in exchange.reply.error
    with pytest.raises(LookupError, match="no such order"):
        peer.receiver.check()
    assert "1 error, check() raises the first" in repr(peer.receiver)


@pytest.mark.parametrize(
    ("keywords", "text"),
    [
        pytest.param({"name": ""}, "name=''", id="name"),
        pytest.param({"token": ""}, "token=", id="token"),
        pytest.param({"require_token": True}, "give the token too", id="require"),
        pytest.param({"host": "0.0.0.0"}, "allow_remote=True", id="host"),
        pytest.param({"public_url": "ftp://x"}, "public_url='ftp://x'", id="scheme"),
        pytest.param({"public_url": "https://u:pw@x.example"}, "public_url=", id="user"),
        pytest.param({"public_url": 5}, "public_url='int'", id="no-text"),
    ],
)
def test_arguments_that_make_no_sense(keywords, text):
    """Are refused at once, in words that say what is needed, without secrets."""
    with pytest.raises(ReceiverError) as caught:
        Receiver(**keywords)
    assert text in str(caught.value)
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize(
    ("limits", "text"),
    [
        pytest.param({"exchange": 1}, "there is no 'exchange'", id="name"),
        pytest.param({"exchanges": 0}, "limits['exchanges']: 0, more than 0 is needed", id="zero"),
        pytest.param({"exchanges": 1.5}, "an integer is needed", id="float"),
        pytest.param({"body_seconds": float("nan")}, "a number is needed", id="nan"),
    ],
)
def test_limits_that_make_no_sense(limits, text):
    """Are refused with the name and what is needed."""
    with pytest.raises(ValueError, match=text.replace("[", r"\[").replace("]", r"\]")):
        Receiver(limits=limits)


def test_a_public_address_leads_to_it(receive):
    """Its host is let in, its path is the receiver's, and it is what url says."""
    peer = receive(public_url="https://abc.tunnel.example/hook/")
    assert peer.receiver.url == "https://abc.tunnel.example/hook"
    assert peer.send("POST", b"{}", {"Host": "abc.tunnel.example"})[0] == 200
    without_path = receive(public_url="https://abc.tunnel.example")
    assert without_path.receiver.url == f"https://abc.tunnel.example{without_path.address.path}"


def test_wait_says_what_came_instead(receive):
    """Its time is over, and the message has what there was."""
    peer = receive()
    peer.post()
    with pytest.raises(ReceiverTimeoutError, match="Order status"):
        peer.receiver.wait(1, timeout=0.05, where={"node": "Another"})


def test_wait_ends_when_it_comes(receive):
    """From another thread, while it waits."""
    peer = receive()
    sender = threading.Timer(0.05, peer.post)
    sender.start()
    (exchange,) = peer.receiver.wait(1, where=lambda one: one.is_delivery)
    assert exchange.request.message == "where is my order"
    sender.join()


def test_slow_on_purpose_warns(receive):
    """ChatBot waits 10 seconds."""
    peer = receive()
    with pytest.warns(UserWarning, match="10"):
        peer.receiver.set_reply({"responses": []}, delay=9)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        peer.receiver.set_reply({"responses": []}, delay=0.1)


def test_a_store_given_later_gets_what_was_there(tmp_path, receive):
    """The cell runs again, now with store=: traffic in memory is written to the empty file."""
    first = receive(name="later")
    first.post()
    first.receiver.wait(1)
    second = receive(name="later", store=tmp_path / "traffic.db")
    second.post(second.request(messageId="m-2"))
    second.receiver.wait(2)
    second.receiver.stop()
    third = receive(store=tmp_path / "traffic.db")
    assert [exchange.request.message_id for exchange in third.receiver.exchanges] == ["m-1", "m-2"]


def test_a_store_of_other_traffic_is_refused(tmp_path, receive):
    """Two histories are not mixed; nothing is left running, and the file is free again."""
    filled = receive(store=tmp_path / "traffic.db")
    filled.post()
    filled.receiver.wait(1)
    filled.receiver.stop()
    busy = receive(name="busy")
    busy.post()
    busy.receiver.wait(1)
    with pytest.raises(ReceiverError, match="holds traffic of another receiver than 'busy'"):
        Receiver(name="busy", store=tmp_path / "traffic.db").start()
    assert receive(store=tmp_path / "traffic.db").receiver.seen == 1

"""The receiver's hard cases, by their numbers: what is in a request, and how it is shown."""

from __future__ import annotations

import gzip
import json
import time
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from chatbot_nb.traffic.receiver import Receiver

BOMB = gzip.compress(b"\0" * 200_000_000, 9)


def verdict_on(peer, body, **headers):
    """Send a body; the status, and the codes of what is wrong with it."""
    status, _ = peer.post(body, **headers)
    exchange = peer.receiver.wait(peer.receiver.seen)[-1]
    assert exchange.http.body == body
    return status, [finding.code for finding in exchange.report.findings]


def test_case_21_burst_of_10_000(receive):
    """All are answered, the newest 1,000 are kept, and the counters say what went."""
    peer = receive()
    body = json.dumps(peer.request()).encode()
    one = peer.head("POST", f"Content-Length: {len(body)}").replace(b"Connection: close\r\n", b"") + b"\r\n" + body
    last = peer.head("POST", f"Content-Length: {len(body)}") + b"\r\n" + body
    with ThreadPoolExecutor(10) as senders:
        answers = [*senders.map(peer.talk, [one * 999 + last] * 10)]
    assert [answer.count(b"HTTP/1.1 200 OK") for answer in answers] == [1000] * 10
    receiver = peer.receiver
    assert (receiver.seen, receiver.kept, receiver.evicted) == (10_000, 1000, 9000)
    assert receiver.exchanges[0].seq == 9001
    assert len(receiver.frame()) == 1000


def test_case_22_many_large_bodies(receive):
    """The oldest bodies go when the bytes are used up; their rows stay and say so."""
    peer = receive(limits={"stored_bytes": 8 * 2**20})
    for number in range(20):
        peer.post(b"%02d" % number + b" " * (2**20 - 2))
    receiver = peer.receiver
    receiver.wait(20)
    kept = [exchange.seq for exchange in receiver.exchanges if exchange.http.body]
    assert kept == list(range(14, 21))
    assert sum(exchange.size for exchange in receiver.exchanges) <= 8 * 2**20
    assert len(receiver.frame()) == 20
    gone = receiver.exchanges[0]
    assert gone.marks[-1] == "body_evicted"
    assert (gone.http.method, gone.reply.status, gone.payload) == ("POST", 200, None)


def test_case_23_the_same_message_twice(receive):
    """Both are kept, the second is marked: a repetition is evidence."""
    peer = receive()
    peer.post()
    peer.post()
    assert [exchange.marks for exchange in peer.receiver.wait(2)] == [(), ("duplicate",)]


def test_case_28_compressed_bodies(receive):
    """The bytes stay as they came, the decoded body is a view; a bomb is not shown, and quickly so."""
    peer = receive()
    plain = json.dumps(peer.request()).encode()
    assert verdict_on(peer, gzip.compress(plain), Content_Encoding="gzip") == (200, ["compressed_body"])
    assert verdict_on(peer, zlib.compress(plain), Content_Encoding="deflate")[1] == ["duplicate", "compressed_body"]
    exchange = peer.receiver.exchanges[0]
    assert (exchange.decoded, exchange.request.message) == (plain, "where is my order")
    assert verdict_on(peer, BOMB, Content_Encoding="gzip")[1] == ["content_encoding"]
    begin = time.perf_counter()
    assert peer.receiver.exchanges[-1].text == "(not shown: the body is over 4194304 bytes when decoded)"
    assert time.perf_counter() - begin < 0.5


@pytest.mark.parametrize(
    ("body", "encoding", "why"),
    [
        pytest.param(b"whatever", "br", "Content-Encoding 'br' cannot be decoded here", id="br"),
        pytest.param(b"whatever", "zstd", "Content-Encoding 'zstd' cannot be decoded here", id="zstd"),
        pytest.param(gzip.compress(gzip.compress(b"{}")), "gzip, gzip", "'gzip, gzip' cannot", id="twice"),
        pytest.param(b"\x1f\x8bnot", "gzip", "the body is not gzip, though", id="broken"),
        pytest.param(gzip.compress(b"{}" * 99)[:-9], "gzip", "ends too early", id="cut"),
    ],
)
def test_case_29_what_cannot_be_decoded(receive, body, encoding, why):
    """The bytes are kept, and the view says why it shows nothing."""
    peer = receive()
    assert verdict_on(peer, body, Content_Encoding=encoding)[1] == ["content_encoding"]
    (exchange,) = peer.receiver.exchanges
    assert why in exchange.text
    assert why in str(exchange.verdict.first)
    assert exchange.payload is None


@pytest.mark.parametrize(
    ("body", "code", "text"),
    [
        pytest.param(b'{"a": "\xff"}', "not_utf8", "byte 0xff at offset 7", id="bad"),
        pytest.param(b'{"a": "\xc0\xaf"}', "not_utf8", "byte 0xc0 at offset 7", id="overlong"),
        pytest.param('{"a": 1}'.encode("utf-16"), "not_utf8", "UTF-16", id="utf-16"),
        pytest.param('{"a": 1}'.encode("utf-32-be"), "not_utf8", "UTF-32", id="utf-32"),
        pytest.param(b'\xef\xbb\xbf{"a": 1}', "byte_order_mark", "byte order mark", id="bom"),
    ],
)
def test_case_30_not_utf_8(receive, body, code, text):
    """The bytes are kept, the verdict says where, the view shows replacement marks."""
    peer = receive()
    status, codes = verdict_on(peer, body)
    assert status == 200
    assert code in codes
    assert text in str([finding.message for finding in peer.receiver.exchanges[0].report.findings])
    assert isinstance(peer.receiver.exchanges[0].text, str)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(b'{"chatId": }', "not_json", id="malformed"),
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b'{"a": 1} and more', "not_json", id="trailing"),
    ],
)
def test_case_31_not_json(receive, body, code):
    """The default reply is sent all the same, and the verdict says what is wrong."""
    status, codes = verdict_on(receive(), body)
    assert status == 200
    assert code in codes


def test_case_31_wrong_content_type(receive):
    """A type that is not JSON is a warning."""
    peer = receive()
    body = json.dumps(peer.request()).encode()
    assert verdict_on(peer, body, Content_Type="text/html; charset=utf-8") == (200, ["content_type"])
    assert peer.receiver.exchanges[0].verdict[:2] == (0, 1)
    peer.send("POST", body.replace(b"m-1", b"m-2"))
    assert peer.receiver.exchanges[1].verdict.first == "no Content-Type; ChatBot sends application/json"


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000, b"[" * 100_000 + b"]" * 100_000])
def test_case_32_deep_nesting(receive, body):
    """A verdict, never a RecursionError: not to the sender, not in frame or repr."""
    peer = receive()
    status, codes = verdict_on(peer, body)
    assert (status, codes) == (200, ["too_deep"])
    assert peer.receiver.frame()["verdict"].tolist() == ["errors"]
    assert repr(peer.receiver.exchanges[0]) == f"Exchange(1, POST, {len(body)} bytes, complete, errors → 200 by reply)"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("NaN", "not_finite"),
        ("-Infinity", "not_finite"),
        ("1e400", "number_too_large"),
        ("9" * 4301, "number_too_large"),
    ],
)
def test_case_33_numbers_that_json_lacks(receive, number, code):
    """Are findings; the frame does not mind them."""
    peer = receive()
    _, codes = verdict_on(peer, b'{"attributes": {"n": %s}}' % number.encode())
    assert code in codes
    assert len(peer.receiver.frame()) == 1


@pytest.mark.parametrize("number", [2**53 + 1, 2**63, 2**70])
def test_case_34_huge_integers(receive, number):
    """Are exact in views and frame."""
    peer = receive()
    peer.post(peer.request(attributes={"n": number}))
    assert peer.receiver.exchanges[0].payload["attributes"]["n"] == number
    assert peer.receiver.frame()["attributes.n"].tolist() == [number]


def test_case_35_duplicate_keys(receive):
    """A warning names the key; the last value is used."""
    peer = receive()
    body = json.dumps(peer.request()).replace('"order": "A1"', '"order": "A1", "order": "B2"').encode()
    assert verdict_on(peer, body) == (200, ["duplicate_key"])
    assert "'order'" in peer.receiver.exchanges[0].verdict.first
    assert peer.receiver.frame()["attributes.order"].tolist() == ["B2"]


def test_case_36_odd_characters(receive, tmp_path):
    """Half surrogates, NUL, control characters, marks of direction: shown, framed and written without an error."""
    peer = receive()
    text = json.dumps(peer.request())
    for odd in ("\\ud800", "\\u0000", "\\u202e\\u200d", "\\u001b[31m", "x" * 1_000_000):
        assert peer.post(text.replace("where is my order", odd).encode())[0] == 200
    frame = peer.receiver.frame()
    frame.to_csv(tmp_path / "frame.csv")
    peer.receiver.save(tmp_path / "traffic.jsonl")
    peer.receiver.findings().to_csv(tmp_path / "findings.csv")
    assert len(Receiver.load(tmp_path / "traffic.jsonl").exchanges) == 5
    assert frame["message"].iloc[2] == "\u202e\u200d"


def test_case_37_odd_keys(receive):
    """Keys that mean something elsewhere, dots, and ten thousand of them: columns stay apart, and are few."""
    peer = receive()
    peer.post(peer.request(attributes={"__proto__": "a", "constructor": "b", "": "c", "a.b": "d", "a": {"b": "e"}}))
    peer.post(peer.request(attributes={f"key {number}": "x" for number in range(10_000)}))
    frame = peer.receiver.frame()
    assert frame.loc[1, ["attributes.__proto__", "attributes.", "attributes.a.b"]].tolist() == ["a", "c", "d"]
    assert frame.loc[1, "attributes.a"] == {"b": "e"}
    assert len(frame.columns) < 300


def test_case_38_a_message_does_not_repeat_a_megabyte(receive):
    """What is wrong with a long string is said in at most 200 characters."""
    peer = receive()
    peer.post(json.dumps(peer.request(node="x" * 1_000_000)).encode())
    (exchange,) = peer.receiver.exchanges
    assert exchange.verdict.errors
    assert all(len(str(finding)) <= 200 for finding in exchange.report.findings)
    assert len(exchange.verdict.first) <= 200


@pytest.mark.parametrize(
    ("body", "got"), [(b"[]", "an array"), (b"5", "5"), (b'"hello"', "'hello'"), (b"null", "null")]
)
def test_case_39_no_object(receive, body, got):
    """The verdict names what it is."""
    peer = receive()
    status, _ = verdict_on(peer, body)
    assert status == 200
    assert peer.receiver.exchanges[0].verdict.first == f"{got} is not an object"
    assert len(peer.receiver.frame()) == 1


def test_case_40_markup_is_text(receive):
    """In what a notebook shows of a frame, findings, a timeout, nothing from outside is markup."""
    peer = receive()
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>{{}} $\\(x\\)$ javascript:alert(1) \x1b[31m"
    peer.post(peer.request(message=evil, node={"name": evil}, attributes={evil: evil}), X_Evil=evil.replace("\x1b", ""))
    peer.send("POST", b"{", path=peer.address.path, query="?" + "<script>alert(1)</script>")
    receiver = peer.receiver
    receiver.wait(2)
    shown = receiver.frame()._repr_html_() + receiver.findings()._repr_html_() + receiver.conversations()._repr_html_()
    assert "<script" not in shown
    assert "<img" not in shown
    assert "\x1b" not in repr(receiver.exchanges)


def test_case_42_secrets_are_masked(receive, tmp_path):
    """Token, credentials and cookie: in no repr, frame or export, unless secrets=True was written."""
    peer = receive(token="s3cret-t0ken")
    secrets = ("s3cret-t0ken", "Zm9vOmJhcg", "c00kie-value")
    headers = {"Authorization": f"Basic {secrets[1]}", "Cookie": f"a={secrets[2]}", "X_Api_Key": secrets[2]}
    peer.post(peer.request(attributes={"echo": secrets[0]}), query=f"?token={secrets[0]}", **headers)
    receiver = peer.receiver
    (exchange,) = receiver.wait(1)
    receiver.save(tmp_path / "traffic.jsonl")
    exports = [receiver.export(target) for target in ("jsonl", "har", "curl", "python", "pytest")]
    path = peer.address.path.strip("/")
    shown = [repr(exchange), repr(exchange.http), exchange.url, repr(receiver), str(exchange.headers), *exports]
    shown += [(tmp_path / "traffic.jsonl").read_text(), repr(exchange.reply), receiver.findings().to_csv()]
    for text in shown:
        assert not [secret for secret in (*secrets, path) if secret in text], text[:3000]
    assert all(secret in receiver.export("jsonl", secrets=True) for secret in (*secrets, path))
    assert exchange.http.headers  # the evidence itself is whole
    assert secrets[0].encode() in exchange.http.target

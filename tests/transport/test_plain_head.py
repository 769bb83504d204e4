"""The short way past h11: a usual head is read without it, and nothing tells the two apart."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot_nb.transport.inbound import framing
from chatbot_nb.transport.inbound.framing import Refused, RequestReader
from chatbot_nb.transport.inbound.http import Limits
from chatbot_nb.transport.inbound.plain_head import plain_head

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HOST = (b"Host", b": ", b"x", b"\r\n")
HEADER = st.tuples(
    st.sampled_from([b"Host", b"host", b"Content-Length", b"X-A", b"Connection", b"Expect", b"Upgrade", b"Up\xe9"]),
    st.sampled_from([b":", b": ", b":\t", b" :", b""]),
    st.sampled_from([b"x", b"0", b"2", b"+2", b"2, 2", b"", b"close", b"100-continue", b"a\0b", b"\xff", b"a  b "]),
    st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r\n ", b"\r"]),
)
HEADS = st.builds(
    lambda method, target, version, headers, end: (
        method + b" " + target + b" HTTP/" + version + b"\r\n" + b"".join(map(b"".join, headers)) + end
    ),
    st.sampled_from([b"POST", b"GET", b"CONNECT", b"P(ST", b""]),
    st.sampled_from([b"/a?b=c", b"/", b"*", b"http://x/y", b"/\x80", b"/a b"]),
    st.sampled_from([b"1.1", b"1.1", b"1.0", b"1.2", b"2.0", b"1.10"]),
    st.lists(HEADER, max_size=4).map(lambda headers: [HOST, *headers] if len(headers) % 2 else headers),
    st.sampled_from([b"\r\n", b"\n", b"\r\n\r\n"]),
)


@given(HEADS)
def test_a_plain_head_is_what_h11_finds(head):
    """The short way and h11 give the same request or the same refusal, whatever the head is."""

    def read(short):
        with pytest.MonkeyPatch.context() as patch:
            if not short:
                patch.setattr(framing, "plain_head", lambda _head: None)
            reader = RequestReader(Limits())
            reader.receive(head + b"ok")
            try:
                complete = reader.read()
            except Refused as refused:
                return str(refused), refused.http_status, refused.status, reader.record(NOW, "")
            return complete, reader.wants_continue, reader.keep_alive, reader.record(NOW, "")

    assert read(short=True) == read(short=False)


def test_a_usual_head_is_plain():
    """What ChatBot sends goes the short way, or there would be none."""
    lines = [b"POST /a?token=b HTTP/1.1", b"Host: x", b"Content-Type: application/json", b"Connection: close"]
    assert plain_head(b"\r\n".join([*lines, b"Content-Length: 2", b"", b""])).length == 2

"""Compressed bodies decoded, within bounds."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot_nb.transport.encoding import decode_body


def bare_deflate(data):
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(data) + stream.flush()


ENCODERS = {
    "": bytes,
    "identity": bytes,
    "gzip": gzip.compress,
    " X-GZIP ": gzip.compress,
    "deflate": zlib.compress,
    "Deflate": bare_deflate,
}


@given(st.binary(), st.sampled_from(sorted(ENCODERS)))
def test_round_trip(data, encoding):
    """Each encoding is undone; deflate with zlib's frame and without, as both are met."""
    assert decode_body(ENCODERS[encoding](data), encoding) == data


def test_empty_body_is_empty_whatever_the_encoding():
    """An answer without a body has nothing to decode."""
    assert decode_body(b"", "gzip") == b""


@pytest.mark.parametrize(
    ("body", "encoding", "message"),
    [
        pytest.param(b"x", "br", "Content-Encoding 'br' cannot be decoded here, only gzip and deflate", id="br"),
        pytest.param(
            b"x",
            "gzip, gzip",
            "Content-Encoding 'gzip, gzip' cannot be decoded here, only gzip and deflate",
            id="twice",
        ),
        pytest.param(b"{}", "gzip", "the body is not gzip, though Content-Encoding says so", id="not-gzip"),
        pytest.param(gzip.compress(b"x" * 99)[:-9], "gzip", "the gzip body ends too early", id="cut"),
        pytest.param(gzip.compress(bytes(101)), "gzip", "the body is over 100 bytes when decoded", id="over"),
    ],
)
def test_what_cannot_be_decoded(body, encoding, message):
    """The message says why."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the whole text is compared below
        decode_body(body, encoding, limit=100)
    assert str(caught.value) == message


def test_limit_is_the_largest_size_allowed():
    """Exactly the limit passes."""
    assert decode_body(gzip.compress(bytes(100)), "gzip", limit=100) == bytes(100)


def test_bomb_does_not_fill_the_memory():
    """Decoding stops at the limit, not after it."""
    bomb = gzip.compress(bytes(20_000_000))
    tracemalloc.start()
    with pytest.raises(ValueError, match="over 1000 bytes"):
        decode_body(bomb, "gzip", limit=1000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000

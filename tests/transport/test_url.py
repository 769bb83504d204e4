"""URLs taken apart, and parameters added to them."""

from __future__ import annotations

import contextlib
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot_nb.transport.outbound.url import add_query, parse_url


@pytest.mark.parametrize(
    ("url", "host", "port", "host_header", "path"),
    [
        pytest.param("http://h", "h", 80, "h", "/", id="bare"),
        pytest.param("HTTPS://H:443/a?b#c", "h", 443, "h", "/a?b", id="own-port"),
        pytest.param("http://h:443/", "h", 443, "h:443", "/", id="other-port"),
        pytest.param(" http://h:/ ", "h", 80, "h", "/", id="blanks-and-empty-port"),
        pytest.param("http://[::1]:81/", "::1", 81, "[::1]:81", "/", id="ipv6"),
        pytest.param("http://a_b.c-d./", "a_b.c-d.", 80, "a_b.c-d.", "/", id="underscore-and-final-dot"),
        pytest.param(
            "https://straße.example/ü%20?q=ü", "xn--strae-oqa.example", 443, "xn--strae-oqa.example", None, id="idna"
        ),
        pytest.param("http://h?x=1", "h", 80, "h", "/?x=1", id="query-without-path"),
        pytest.param("http://h//evil/..;a?b=[1]", "h", 80, "h", "//evil/..;a?b=[1]", id="path-as-it-is"),
    ],
)
def test_parse_url(url, host, port, host_header, path):
    """Host in ASCII, port of the scheme, path and query as a browser would send them."""
    target = parse_url(url)
    assert (target.host, target.port, target.host_header) == (host, port, host_header)
    assert target.path == (path or "/%C3%BC%20?q=%C3%BC")


def test_target_hides_path_and_credentials():
    """A traceback that shows local variables shows no secret."""
    assert repr(parse_url("http://me:pw@h:81/?token=s3cret")) == "Target(http://h:81)"


@given(st.text())
def test_any_text_is_a_target_or_a_value_error(text):
    """No other exception comes through, and what goes on the wire is printable ASCII."""
    for url in (text, f"http://{text}", f"http://h/{text}"):
        with contextlib.suppress(ValueError):
            target = parse_url(url)
            assert all("!" <= character <= "~" for character in target.path + target.host_header)


@given(st.text(), st.sampled_from(["", "?", "?a=1", "?a=1&", "?a=1#part", "#part"]))
def test_any_token_survives_the_query(token, end):
    """What the URL had stays in front, and the token is read back as it was."""
    target = parse_url(add_query(f"http://h/p{end}", token=token))
    expected = [("a", "1")] if "a=1" in end else []
    pairs = parse_qsl(urlsplit(target.path).query, keep_blank_values=True, errors="surrogatepass")
    assert pairs == [*expected, ("token", token)]


def test_add_query_without_parameters():
    """Nothing to add changes nothing but the fragment, which is never sent."""
    assert add_query("http://h/?a=1#b") == "http://h/?a=1"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("http://h", "http://h?token=a%2Fb%20%C3%A9", id="no-query"),
        pytest.param("http://h/?", "http://h/?token=a%2Fb%20%C3%A9", id="empty-query"),
        pytest.param(" http://h/?a=%20&#c ", "http://h/?a=%20&token=a%2Fb%20%C3%A9", id="open-query"),
        pytest.param("http://h/?a=b", "http://h/?a=b&token=a%2Fb%20%C3%A9", id="query"),
    ],
)
def test_add_query(url, expected):
    """All but letters, digits and -._~ is percent-encoded, once; what the URL has is left as it is."""
    assert add_query(url, token="a/b é") == expected

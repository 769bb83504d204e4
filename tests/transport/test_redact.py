"""URLs as messages show them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot_nb.transport.redact import CREDENTIALS, masked, safe_url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        pytest.param("https://example.com/hook", "https://example.com/hook", id="nothing to hide"),
        pytest.param("https://me:pw@example.com/hook", "https://***@example.com/hook", id="user and password"),
        pytest.param("https://me@example.com", "https://***@example.com", id="user"),
        pytest.param("https://me:p@w@example.com", "https://***@example.com", id="at sign in the password"),
        pytest.param("//me:pw@example.com/", "//***@example.com/", id="no scheme"),
        pytest.param("me:pw@example.com/", "***@example.com/", id="no slashes"),
        pytest.param("https:/me:pw@example.com/", "https:/***@example.com/", id="one slash"),
        pytest.param("https:me:pw@example.com/", "https:***@example.com/", id="no slash after the scheme"),
        pytest.param("http:\\\\me:pw@example.com\\x", "http:\\\\***@example.com\\x", id="backslashes"),
        pytest.param(" http://me:pw@example.com", " http://***@example.com", id="space before it"),
        pytest.param("ht\ntp:/\t/me:pw@example.com", "http://***@example.com", id="line breaks within"),
        pytest.param("https://me:p#w@example.com", "https://***", id="number sign in the password"),
        pytest.param("https://me:p?w@example.com", "https://***?***", id="question mark in the password"),
        pytest.param("https://[::1]:8000/x", "https://[::1]:8000/x", id="IPv6"),
        pytest.param("https://[bad", "https://***", id="no host"),
        pytest.param("http://h/x?token=pw&id=5", "http://h/x?token=***&id=***", id="query values"),
        pytest.param("http://h/x?a=1;token=pw", "http://h/x?a=***&token=***", id="semicolon"),
        pytest.param("http://h/x?pw", "http://h/x?***", id="query without a name"),
        pytest.param("http://h/x?=pw&", "http://h/x?=***&", id="empty name"),
        pytest.param("http://h/x?a=b=pw", "http://h/x?a=***", id="equals sign in the value"),
        pytest.param("http://h/x?", "http://h/x?", id="empty query"),
        pytest.param("http://h/x#access_token=pw", "http://h/x", id="fragment"),
        pytest.param("/login?next=pw", "/login?next=***", id="path only"),
        pytest.param("http://h/\x1b[31m\u202e", "http://h/�[31m�", id="terminal and direction codes"),
        pytest.param("", "", id="empty"),
    ],
)
def test_safe_url(url, shown):
    """Credentials, query values and the fragment are gone; names, host and path stay."""
    assert safe_url(url) == shown


@given(st.text())
def test_any_text_gives_a_printable_line(url):
    """It never raises, and what it gives can stand in a message."""
    assert safe_url(url).isprintable() or not safe_url(url)


part = st.text(alphabet="abc%:@/?#&=;\\ [].", max_size=8)


@given(part, part, part, part)
def test_a_secret_never_comes_through(before, after, name, path):
    """Whatever stands around it: in a password, a query value or a fragment."""
    for secret in ("pass-word", "PASS-WORD"):
        user = before.translate(dict.fromkeys(map(ord, "/?#\\"), None))
        assert secret not in safe_url(f"https://{user}:{secret}@host/{path.replace('@', '')}")
        assert secret not in safe_url(f"https://host/{path.replace('#', '')}?{name.replace('#', '')}={secret}{after}")
        assert secret not in safe_url(f"https://host/{path}#{secret}{after}")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        pytest.param("https://me:pw@example.com/x?shop=de", "https://***@example.com/x?shop=de", id="user"),
        pytest.param(
            "https://example.com/a@b?x=1&api_key=3;code=9#f",
            "https://example.com/a@b?x=1&api_key=***;code=***#f",
            id="query",
        ),
        pytest.param(
            "https://h/?accessToken=1&X-Api-Key=2&monkey=3",
            "https://h/?accessToken=***&X-Api-Key=***&monkey=3",
            id="spellings",
        ),
        pytest.param("https://example.com/?token=&key", "https://example.com/?token=&key", id="without values"),
        pytest.param("https://example.com/hook?shop=de", "https://example.com/hook?shop=de", id="nothing secret"),
        pytest.param("//u=1:2@h/?token=a=b", "//***@h/?token=***", id="equals signs"),
    ],
)
def test_only_credentials_are_masked(url, shown):
    """What is no secret stays readable, so that two tables of the same connection can be compared."""
    assert masked(url) == shown
    assert bool(CREDENTIALS.search(url)) == (url != shown)

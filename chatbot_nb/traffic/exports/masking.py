"""An exchange without what may be secret in it: what leaves the notebook unless somebody asks for more."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from chatbot_nb.traffic import views
from chatbot_nb.transport.redact import MASK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatbot_nb.traffic.exchange import Exchange, SentReply
    from chatbot_nb.traffic.verdict import Verdict
    from chatbot_nb.transport.inbound.http import Request

#: What every masked export says of itself.
REMARK: Final = (
    "Secrets are masked as ***: values of headers that may be secret and of queries, user and password in URLs, "
    "the last segment of each path, the receiver's token and path."
)
_RAW_MASK: Final = MASK.encode()
# In JSON a slash may be written \/. What ends a string ends the match, so that a later @ has nothing to do with it.
_USER: Final = re.compile(r"""(//|\\/\\/)[^/\\?#\s"'<>]+@""")
_PARAMETER: Final = re.compile(r"(?P<name>[?&;][^=&;\s]*=)[^&;\s]*|(?<=[?&;])[^=&;\s]+(?=[&;\s]|$)")
_SHORT_ESCAPES: Final = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f", '"': '"', "\\": "\\", "/": "/"}
_WIDE: Final = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_TELLING_BEGIN: Final = 4  # characters of a secret; fewer may be anything
_ASCII: Final = 0x80
_LATIN: Final = 0x100


class Masking:
    """Masks exchanges.

    Parameters
    ----------
    hidden : iterable of str
        Texts that are masked wherever they stand: as they are, percent-encoded, escaped as in JSON, in UTF-8,
        Latin-1, UTF-16 or UTF-32, and within a compressed body.
    """

    def __init__(self, hidden: Iterable[str] = ()) -> None:
        # The longest first: one that is part of it would leave the rest.
        self._texts = sorted({text for text in hidden if text}, key=len, reverse=True)
        self._narrow = tuple(re.compile("".join(map(_character, text))) for text in self._texts)
        self._wide = tuple(re.compile(_wide(text)) for text in self._texts)

    def exchange(self, exchange: Exchange) -> Exchange:
        """Return the exchange masked; its verdict is that on what came."""
        return replace(
            exchange,
            http=self._request(exchange),
            reply=exchange.reply and self._reply(exchange.reply),
            _verdict=self._verdict(exchange.verdict),
        )

    def text(self, text: str) -> str:
        """Return a text without user and password in URLs, and without what is hidden."""
        text = _USER.sub(rf"\1{MASK}@", text)
        # UTF-16 and UTF-32 have NULs between the characters of a text that is mostly ASCII
        for pattern in (*self._narrow, *(self._wide if "\0" in text else ())):
            text = pattern.sub(MASK, text)
        return text

    def _raw(self, raw: bytes) -> bytes:
        # bytes that are no UTF-8 become half surrogate pairs and come back as they were
        return self.text(raw.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def _request(self, exchange: Exchange) -> Request:
        http = exchange.http
        return replace(
            http,
            method=self.text(http.method),
            target=self.text(exchange.url).encode("ascii"),
            headers=self._headers(http.headers),
            trailers=self._headers(http.trailers),
            body=self._body(http),
            # What could not be read cannot be masked piece by piece either.
            wire=_RAW_MASK if http.wire else b"",
        )

    def _body(self, http: Request) -> bytes:
        masked = self._raw(http.body)
        if masked != http.body or not any(name.lower() == b"content-encoding" for name, _ in http.headers):
            return masked
        try:
            decoded = views.decoded(http)
        except ValueError:  # nobody can say what is in it
            return _RAW_MASK
        return masked if self._raw(decoded) == decoded else _RAW_MASK

    def _headers(self, headers: tuple[tuple[bytes, bytes], ...]) -> tuple[tuple[bytes, bytes], ...]:
        return tuple((self._raw(name), self._raw_value(name, value)) for name, value in headers)

    def _raw_value(self, name: bytes, value: bytes) -> bytes:
        text = value.decode("utf-8", "surrogateescape")
        return self._value(name.decode("latin-1"), text).encode("utf-8", "surrogateescape")

    def _reply(self, reply: SentReply) -> SentReply:
        return replace(
            reply,
            headers=tuple((self.text(name), self._value(name, value)) for name, value in reply.headers),
            body=self._raw(reply.body),
            rule=self.text(reply.rule),
            error=self.text(reply.error),
            chatbot_error=self.text(reply.chatbot_error),
            verdict=self._verdict(reply.verdict),
        )

    def _value(self, name: str, value: str) -> str:
        """Return a header's value: a URL may stand in it, with a query of its own."""
        if views.secret_header(name):
            return MASK
        before, question_mark, query = value.partition("?")
        masked = _PARAMETER.sub(rf"\g<name>{MASK}", question_mark + query) if question_mark else ""
        return self.text(before + masked)

    def _verdict(self, verdict: Verdict) -> Verdict:
        shown, cut, rest = self.text(verdict.first).partition("…")
        return verdict._replace(first=self._without_begin(shown) + cut + rest if cut else shown)

    def _without_begin(self, text: str) -> str:
        """Return a text that was cut off without the begin of a hidden text at its end."""
        for hidden in self._texts:
            for length in range(len(hidden) - 1, _TELLING_BEGIN - 1, -1):
                if text.endswith(hidden[:length]):
                    return text[:-length] + MASK
        return text


def _wide(text: str) -> str:
    """Return a pattern of a text in UTF-16 and UTF-32."""
    raws = (text.encode(encoding, "surrogatepass") for encoding in _WIDE)
    return "|".join(re.escape(raw.decode("utf-8", "surrogateescape")) for raw in raws)


def _character(character: str) -> str:
    """Return a pattern of the ways in which a character may be written; those of one text need not be the same."""
    code = ord(character)
    forms = [character, "".join(map(_percent, character.encode("utf-8", "surrogatepass")))]
    forms.append("".join(f"\\u{unit:04x}" for unit in _units(character)))
    if character == " ":
        forms.append("+")
    if character in _SHORT_ESCAPES:
        forms.append("\\" + _SHORT_ESCAPES[character])
    if _ASCII <= code < _LATIN:
        forms += [_percent(code), chr(0xDC00 + code)]  # a byte of Latin-1, as surrogateescape has it
    return f"(?:{'|'.join(map(_pattern, forms))})"


def _pattern(form: str) -> str:
    """Return a pattern of one form: the digits of an escape are of either case."""
    kept = 2 if form.startswith("\\u") else 1
    escape = (form[:1] == "%" or form[:2] == "\\u") and len(form) > kept
    # the first characters stand outside of the group, or they could not be searched for quickly
    return f"{re.escape(form[:kept])}(?i:{re.escape(form[kept:])})" if escape else re.escape(form)


def _percent(byte: int) -> str:
    return f"%{byte:02x}"


def _units(character: str) -> list[int]:
    """Return the units of UTF-16 that a character is written as in JSON's escapes."""
    raw = character.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(raw[at : at + 2]) for at in range(0, len(raw), 2)]

"""Tokens, header values and passwords that stand where everyone can read them."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote

import numpy as np

from chatbot_nb.audits.hits import Hits, Said
from chatbot_nb.payloads.wording import show
from chatbot_nb.transport.redact import MASK, masked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chatbot_nb.audits.columns import Account

_RUN: Final = re.compile(r"[^\W_]+")
_SCHEME: Final = re.compile(r"(?:bearer|basic)\s+", re.IGNORECASE)
# A shorter one is found everywhere by chance.
_SHORTEST: Final = 4
# Most headers hold no secret ("x-region: de"): one counts if its name says so, or if it looks made up.
_TELLING: Final = re.compile(r"auth|token|key|secret|passw|pwd|signature|credential|cookie|session", re.IGNORECASE)
_MADE_UP: Final = re.compile(r"(?=.*[0-9])\S{8,}")


class _Secret(NamedTuple):
    value: str
    what: str
    row: int  # of the connection whose secret it is


class Place(NamedTuple):
    """Where a secret stands in a text, what it is, and the row whose it is."""

    start: int
    end: int
    what: str
    row: int


class Secrets:
    """The secrets that a frame reveals.

    Parameters
    ----------
    account : Account
        Without the columns ``token``, ``header_values`` and ``auth_password`` there are none.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        # By the longest run of letters and digits: where a secret stands as a word, that run stands as one.
        self._by_run: dict[str, list[_Secret]] = {}
        known: dict[str, _Secret] = {}
        for value, what, row in _secrets(account):
            if len(value) >= _SHORTEST:
                known.setdefault(value, _Secret(value, what, row))
        for secret in known.values():
            if secret.value.isalnum():
                self._by_run.setdefault(secret.value, []).append(secret)
                continue
            for written in {secret.value, quote(secret.value, safe="", errors="replace")}:
                if runs := _RUN.findall(written):
                    self._by_run.setdefault(max(runs, key=len), []).append(secret._replace(value=written))

    def __bool__(self) -> bool:
        return bool(self._by_run)

    def rules(self) -> Iterator[Hits]:
        """Yield the findings of all columns that everyone can read."""
        if (headers := self._account.texts("header_values")) is not None:
            yield headers.judged(_no_object)
        for column in self._account.readable if self else ():
            if texts := self._account.texts(column):
                yield texts.judged(partial(self._judge, column=column))

    def hidden(self, text: str) -> str:
        """Return a text with every secret in it as ``***``."""
        for place in sorted(self.places(text), reverse=True):
            text = text[: place.start] + MASK + text[place.end :]
        return text

    def places(self, text: str) -> list[Place]:
        """Return where secrets stand as words, the longest of those that overlap, in order."""
        runs = _RUN.findall(text)
        if self._by_run.keys().isdisjoint(runs):
            return []
        found: list[Place] = []
        for run in dict.fromkeys(runs):
            for value, what, row in self._by_run.get(run, ()):
                pattern = rf"(?<![^\W_]){re.escape(value)}(?![^\W_])"
                found += [Place(*match.span(), what, row) for match in re.finditer(pattern, text)]
        kept: list[Place] = []
        for place in sorted(found, key=lambda place: (place.start - place.end, place)):
            if all(place.end <= other.start or place.start >= other.end for other in kept):
                kept.append(place)
        return sorted(kept)

    def _judge(self, text: str, column: str) -> Said | None:
        places = self.places(text)
        if not places:
            return None
        owned = (f"{place.what} of connection {self._account.ids[place.row]}" for place in places)
        whats = " and ".join(dict.fromkeys(owned))
        message = f"{column} shows {whats}; set a new one, and keep it out of {column}"
        return Said("secret_shown", "error", message, masked(self.hidden(text)))


def _secrets(account: Account) -> Iterator[tuple[str, str, int]]:
    """Yield each secret, what it is and its row; one that several connections share comes with the first id first."""
    for column, what in (("token", "the token"), ("auth_password", "the auth password")):
        for secret, row in _owned(account, column):
            yield _without_scheme(secret), what, row
    for text, row in _owned(account, "header_values"):
        for name, value in (_headers(text) or {}).items():
            if isinstance(value, str) and (_MADE_UP.fullmatch(value) or _TELLING.search(name)):
                yield _without_scheme(value), f"the header {show(name)}", row


def _owned(account: Account, column: str) -> Iterator[tuple[str, int]]:
    if (texts := account.texts(column)) is None:
        return
    _, places = np.unique(texts.codes[account.by_id], return_index=True)
    for row in account.by_id[np.sort(places)].tolist():
        if (code := texts.codes[row]) >= 0:
            yield texts.values[code], row  # not of pandas


def _without_scheme(value: str) -> str:
    return _SCHEME.sub("", value, count=1) if " " in value else value


def _headers(text: str) -> dict[str, object] | None:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None


def _no_object(text: str) -> Said | None:
    if _headers(text) is not None:
        return None
    message = "header_values: the value is not a JSON object; it counts as missing"
    return Said("wrong_type", "warning", message, "the value")

"""Traffic as conversations: the deliveries of each chat, turn by turn, and what changed in between."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from chatbot_nb.payloads.preview.strings import visible
from chatbot_nb.payloads.wording import SHOWN, show, show_change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    import pandas as pd

    from chatbot_nb.traffic.exchange import Exchange

_CUT: Final = 200  # characters of what was said
_LISTED: Final = 20  # attributes in a cell
_TEXTS: Final = ("node", "message", "said", "changed", "sets")
_GONE: Final = "−"  # noqa: RUF001  # a minus as wide as the plus


def conversations(exchanges: Iterable[Exchange]) -> pd.DataFrame:
    """Return the deliveries as one row each, those of a chat together.

    Parameters
    ----------
    exchanges : iterable of Exchange
        Others than deliveries with a ``chatId`` are left out; so are those whose body is no longer kept.

    Returns
    -------
    pandas.DataFrame, shape (n, 8)
        Index ``chat_id`` (str), ``turn`` (int64, from 1 in each chat). The same columns when empty:

        - ``seq`` (int64), ``received_at`` (datetime64, UTC);
        - ``node`` (its name), ``message`` (str, missing if there is none);
        - ``said``: the texts of our reply on one line, cut at 200 characters; missing if there is no reply, or if it
          is no JSON object;
        - ``changed``: the attributes that are not as in the turn before: ``name: 'a' → 'b'``, a new one ``+ name:
          'x'``, one that is gone the name after a minus; at most 20;
        - ``sets``: the attributes that our reply sets, ``name: 'x'``;
        - ``duplicate`` (bool): a delivery of the same ``messageId`` is in an earlier row of the chat. It has that
          row's turn, and changes nothing.

        Chats and their rows are in the order in which they were recorded, whatever the clock said.

    Notes
    -----
    Our reading: attributes are compared over user attributes and attributes together; of a name that is in both, which
    is how ChatBot sends them, the latter counts.
    """
    chats: dict[str, _Chat] = {}
    for exchange in sorted(exchanges, key=lambda exchange: exchange.seq):
        payload = exchange.payload if exchange.is_delivery else None
        if isinstance(payload, dict) and (chat_id := _text(payload.get("chatId"))):
            chats.setdefault(chat_id, _Chat()).add(exchange, payload)
    return _frame([(chat_id, row) for chat_id, chat in chats.items() for row in chat.rows])


class _Row(NamedTuple):
    turn: int
    seq: int
    received_at: datetime
    node: str | None
    message: str | None
    said: str | None
    changed: str
    sets: str
    duplicate: bool


class _Chat:
    """The turns of one chat."""

    def __init__(self) -> None:
        self.rows: list[_Row] = []
        self._turns: dict[str, int] = {}  # by messageId
        self._last = 0
        self._attributes: dict[str, Any] = {}

    def add(self, exchange: Exchange, payload: dict[str, Any]) -> None:
        """Add a delivery."""
        message_id = payload.get("messageId")
        turn = self._turns.get(message_id) if isinstance(message_id, str) else None
        duplicate, changed = turn is not None, ""
        if turn is None:
            turn = self._last = self._last + 1
            attributes = {**_object(payload, "userAttributes"), **_object(payload, "attributes")}
            if turn > 1:
                changed = _listed(_changes(self._attributes, attributes))
            self._attributes = attributes
            if isinstance(message_id, str):
                self._turns[message_id] = turn
        reply = _reply_of(exchange)
        self.rows.append(
            _Row(
                turn,
                exchange.seq,
                exchange.http.received_at,
                _text(_object(payload, "node").get("name")),
                _text(payload.get("message")),
                None if reply is None else _said(reply),
                changed,
                _listed(_values(_object(reply or {}, "attributes"))),
                duplicate,
            )
        )


def _frame(rows: list[tuple[str, _Row]]) -> pd.DataFrame:
    import pandas as pd

    from chatbot_nb.traffic.tables.columns import texts

    kept = [row for _, row in rows]
    index = pd.MultiIndex.from_arrays(
        [pd.Index(texts([chat_id for chat_id, _ in rows])), pd.Index([row.turn for row in kept], dtype="int64")],
        names=["chat_id", "turn"],
    )
    columns = {
        "seq": pd.array([row.seq for row in kept], dtype="int64"),
        "received_at": pd.array([row.received_at for row in kept], dtype=pd.DatetimeTZDtype("us", "UTC")),
        **{name: texts([getattr(row, name) for row in kept]) for name in _TEXTS},
        "duplicate": pd.array([row.duplicate for row in kept], dtype="bool"),
    }
    return pd.DataFrame(columns, index=index)


def _reply_of(exchange: Exchange) -> dict[str, Any] | None:
    """Return our reply as an object of JSON."""
    if exchange.reply is None:
        return None
    try:
        reply = json.loads(exchange.reply.body)
    except (ValueError, RecursionError):
        return None
    return reply if isinstance(reply, dict) else None


def _said(reply: dict[str, Any]) -> str:
    line = ""
    for text in _spoken(reply):
        line += (" | " if line else "") + " ".join(visible(text[: _CUT + 1]).split())
        if len(line) > _CUT:
            return line[: _CUT - 1] + "…"
    return line


def _spoken(reply: dict[str, Any]) -> Iterator[str]:
    """Yield what a visitor reads; of random texts the first, for an image a word."""
    responses = reply.get("responses")
    for response in _objects(responses):
        yield from _texts(response, "message")
        yield from islice(filter(None, map(_text, _list(response, "messages"))), 1)
        if "imageUrl" in response:
            yield "[image]"
        for element in (response, *_objects(response.get("elements"))):
            yield from _texts(element, "title", "subtitle")
            for button in _objects(element.get("buttons")):
                yield from (f"[{title}]" for title in _texts(button, "title"))


def _texts(members: dict[str, Any], *keys: str) -> Iterator[str]:
    return (text for key in keys if (text := _text(members.get(key))))


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name, value in new.items():
        if name not in old:
            yield f"+ {_name(name)}: {show(value)}"
        elif type(old[name]) is not type(value) or old[name] != value:  # true is 1 for Python
            yield f"{_name(name)}: {_from_to(old[name], value)}"
    for name in old:
        if name not in new:
            yield f"{_GONE} {_name(name)}"


def _from_to(old: object, new: object) -> str:
    if isinstance(old, str | None) and isinstance(new, str | None):
        return " → ".join(show_change(old, new))
    return f"{show(old)} → {show(new)}"


def _values(attributes: Mapping[str, Any]) -> Iterator[str]:
    return (f"{_name(name)}: {show(value)}" for name, value in attributes.items())


def _listed(parts: Iterable[str]) -> str:
    listed = list(islice(parts, _LISTED + 1))
    return ", ".join([*listed[:_LISTED], *(["…"] if len(listed) > _LISTED else [])])


def _name(name: str) -> str:
    text = " ".join(visible(name[: SHOWN + 1]).split(" ")).replace("\n", "\\n").replace("\t", "\\t")
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _object(members: dict[str, Any], key: str) -> dict[str, Any]:
    return member if isinstance(member := members.get(key), dict) else {}


def _list(members: dict[str, Any], key: str) -> list[Any]:
    return member if isinstance(member := members.get(key), list) else []


def _objects(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None

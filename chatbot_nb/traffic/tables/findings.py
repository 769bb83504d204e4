"""What is wrong with recorded requests, and with what was answered, as a DataFrame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chatbot_nb.finding import Finding
from chatbot_nb.payloads.check import check
from chatbot_nb.traffic.verdict import CLEAN
from chatbot_nb.transport.encoding import decode_body

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

    from chatbot_nb.traffic.exchange import Exchange, SentReply

_COLUMNS: Final = ("pointer", "code", "severity", "message", "limit", "actual")
_OBJECTS: Final = {"limit", "actual"}


def findings(exchanges: Iterable[Exchange]) -> pd.DataFrame:
    """Return every finding as one row.

    Parameters
    ----------
    exchanges : iterable of Exchange

    Returns
    -------
    pandas.DataFrame, shape (n, 8)
        Columns ``seq`` (int64), ``part`` (str: ``"request"``, or ``"reply"`` for what we answered to a POST), then
        as `Report.frame` has them ``pointer``, ``code``, ``severity``, ``message`` (str), ``limit``, ``actual``
        (object: int, float, str or None); the same when empty. In the order of the exchanges, for each the request's
        first.

    Notes
    -----
    Where a body is no longer kept, the findings about it are gone with it; a finding ``body_evicted`` says so.
    """
    import pandas as pd

    rows = [(exchange.seq, part, finding) for exchange in exchanges for part, finding in _of(exchange)]
    columns = {
        "seq": pd.Series([seq for seq, _, _ in rows], dtype="int64"),
        "part": pd.Series([part for _, part, _ in rows], dtype="str"),
    }
    for name in _COLUMNS:
        values = [_writable(getattr(finding, name)) for _, _, finding in rows]
        columns[name] = pd.Series(values, dtype="object" if name in _OBJECTS else "str")
    return pd.DataFrame(columns)


def _of(exchange: Exchange) -> Iterator[tuple[str, Finding]]:
    if exchange.verdict != CLEAN:  # the full check takes longer than all else
        yield from (("request", finding) for finding in exchange.report.findings)
    reply = exchange.reply
    if reply is not None and reply.verdict != CLEAN and "body_evicted" not in exchange.marks:
        yield from (("reply", finding) for finding in _of_reply(reply))


def _of_reply(reply: SentReply) -> tuple[Finding, ...]:
    encodings = ", ".join(value for name, value in reply.headers if name.lower() == "content-encoding")
    try:
        body = decode_body(reply.body, encodings)
    except ValueError as exc:
        return (Finding("", "content_encoding", "error", str(exc)),)
    return check(body if body.strip() else b"").findings


def _writable(value: object) -> object:
    r"""Return a text that every file takes: half a surrogate pair as ``\ud800``."""
    return value.encode(errors="backslashreplace").decode() if isinstance(value, str) else value

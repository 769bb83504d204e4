"""All rules of an audit, in the order in which a connection's findings stand."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from chatbot_nb.audits.addresses import address_rules
from chatbot_nb.audits.delivery_errors import delivery_error
from chatbot_nb.audits.duplicates import shared
from chatbot_nb.audits.hits import Hits, Said
from chatbot_nb.audits.names import name_rules
from chatbot_nb.payloads.wording import counted, show
from chatbot_nb.transport.outbound.fetch import FRAMING_HEADERS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from chatbot_nb.audits.columns import Account

# What the platform sends anyway; a custom header of the same name takes its place or is dropped.
_PLATFORM_HEADERS: Final = {"content-type", "accept", "accept-encoding", "user-agent", "x-request-id"}
_DETAILS: Final = "pass client.connections.frame(details=True)"
_REVEAL: Final = "pass client.connections.frame(details=True, reveal=True)"


def all_rules(account: Account, *, stale_days: int, now: datetime) -> Iterator[Hits]:
    """Yield the findings of every rule that the frame has the columns for, but those of secrets."""
    yield from _url_rules(account)
    if (errors := account.texts("error")) is not None:
        yield errors.judged(delivery_error)
    if account.has("has_token"):
        yield Hits.all(account.false_rows("has_token"), _NO_TOKEN)
    yield from _header_rules(account)
    yield from _name_rules(account)
    if account.has_id:
        yield shared(account, pd.factorize(np.array(account.ids, dtype=object))[0], _same_id)
    yield from _story_rules(account)
    yield from _time_rules(account, stale_days, now)


def skipped(account: Account) -> tuple[str, ...]:
    """Return which checks could not run, and why."""
    missing = [
        what
        for column, what in (("name", "name"), ("url", "url"), ("error", "delivery errors"), ("story_id", "story"))
        if not account.has(column)
    ]
    missing += [column for column in ("created_at", "updated_at") if not account.has(column)]
    details = [what for column, what in (("has_token", "token"), ("headers", "headers")) if not account.has(column)]
    said = [f"{', '.join(missing)}: the frame has no such columns"] if missing else []
    said += [f"{', '.join(details)}: {_DETAILS}"] if details else []
    if not any(account.has(column) for column in ("token", "header_values", "auth_password")):
        said.append(f"secrets shown elsewhere: {_REVEAL}")
    unread = account.texts("read_error")
    if unread is not None and (number := int((unread.codes >= 0).sum())):
        said.append(f"token, headers of {counted(number, 'connection')}: not read, see read_error")
    if not account.has_id:
        said.append("id: the frame has none; the position of the row, from 0, stands for it")
    said += [f"{name}: the frame has several such columns; the first one was read" for name in account.doubled]
    return tuple(said)


_NO_TOKEN: Final = Said(
    "no_token",
    "warning",
    "no token: the backend cannot tell ChatBot's requests from others; set one, and check it in the backend",
    "",
)


def _url_rules(account: Account) -> Iterator[Hits]:
    if (urls := account.texts("url")) is None:
        return
    yield Hits.all(urls.empty, Said("url_missing", "error", "no URL: ChatBot calls nothing; set it", ""))
    yield from address_rules(urls)

    def same_url(_: int, others: int, ids: str) -> Said:
        message = f"the same URL as {counted(others, 'other connection')}; merge them if one is enough"
        return Said("same_url", "warning", message, ids)

    yield shared(account, urls.codes, same_url)


def _header_rules(account: Account) -> Iterator[Hits]:
    if (headers := account.texts("headers")) is None:
        return

    def clash(text: str) -> Said | None:
        names = [name for name in text.split(", ") if name.strip().lower() in FRAMING_HEADERS | _PLATFORM_HEADERS]
        if not names:
            return None
        shown = ", ".join(show(name) for name in names)
        message = f"the platform sets {shown} itself; remove the custom header of that name"
        return Said("header_clash", "warning", message, ", ".join(names))

    yield headers.judged(clash)
    if (users := account.texts("auth_username")) is None:
        return

    def authorization(text: str) -> Said | None:
        if "authorization" not in (name.strip().lower() for name in text.split(", ")):
            return None
        message = "auth and a custom header both set Authorization, and only one is sent; remove one of them"
        return Said("header_clash", "warning", message, "Authorization")

    hits = headers.judged(authorization)
    both = users.codes[hits.rows] >= 0
    yield Hits(hits.rows[both], hits.which[both], hits.said)


def _name_rules(account: Account) -> Iterator[Hits]:
    if (names := account.texts("name")) is None:
        return
    yield from name_rules(names)

    def same_name(_: int, others: int, ids: str) -> Said:
        message = f"the same name as {counted(others, 'other connection')}; tell them apart"
        return Said("same_name", "warning", message, ids)

    yield shared(account, names.codes, same_name)


def _story_rules(account: Account) -> Iterator[Hits]:
    if (stories := account.texts("story_id")) is None:
        return

    def same_story(_: int, others: int, ids: str) -> Said:
        message = f"{counted(others, 'other connection')} of the same story; a story often has several"
        return Said("same_story", "info", message, ids)

    yield shared(account, stories.codes, same_story)


def _same_id(_: int, others: int, __: str) -> Said:
    message = f"the same id as {counted(others, 'other row')}; remove what was pasted twice"
    return Said("same_id", "warning", message, "")


def _time_rules(account: Account, stale_days: int, now: datetime) -> Iterator[Hits]:
    if account.has("created_at"):
        account.times("created_at")  # for the unreadable ones
    if not account.has("updated_at"):
        return
    times = account.times("updated_at")
    old = np.flatnonzero(times < pd.Timestamp(now - timedelta(days=stale_days)))
    days, which = np.unique(times[old].tz_localize(None).to_numpy().astype("datetime64[D]"), return_inverse=True)
    message = f"not updated for more than {counted(stale_days, 'day')}; delete it if nobody needs it any more"
    yield Hits(old, which, [Said("stale", "info", message, str(day)) for day in days])

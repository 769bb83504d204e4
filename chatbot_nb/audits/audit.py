"""An account looked through: every finding, and how many connections each concerns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from chatbot_nb.audits import display
from chatbot_nb.audits.columns import COLUMNS, Account
from chatbot_nb.audits.hits import SEVERITIES, Hits, Texts, findings_frame
from chatbot_nb.audits.rules import all_rules, skipped
from chatbot_nb.audits.secrets import Secrets
from chatbot_nb.payloads.wording import kind_of, show
from chatbot_nb.transport.redact import masked

if TYPE_CHECKING:
    from chatbot_nb.audits.chart import HealthChart

_MOST_DAYS = 36_500


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Audit:
    """What an audit found.

    Parameters
    ----------
    findings : pandas.DataFrame, shape (n, 6)
        Columns ``id``, ``name``, ``code``, ``severity``, ``message``, ``evidence`` (all str, never missing), the same
        when empty. In the order of the frame; of one connection errors first. No secret stands in them: what a URL
        holds of them is ``***``.
    summary : pandas.DataFrame, shape (m, 3)
        Index ``code`` (str). Columns ``severity`` (str), ``connections`` (int: how many have a finding of this code),
        ``example`` (str: the message of the first one). Errors first, then warnings, then information; each by count.
    health : dict of str to int
        Connections ``"with errors"``, ``"with warnings"`` but no error, and ``"healthy"``; their sum is all.
    skipped : tuple of str
        Which checks could not run, and what they need.
    probes : pandas.DataFrame or None
        What the probe of each URL found; None without a probe.
    """

    findings: pd.DataFrame
    summary: pd.DataFrame
    health: dict[str, int]
    skipped: tuple[str, ...]
    probes: pd.DataFrame | None = None

    def chart(self) -> HealthChart:
        """Return a chart of the account's health: its connections, and the findings by code.

        Returns
        -------
        altair.VConcatChart
            In a notebook it shows as a picture (SVG), which needs no network and stays in exported HTML.

        Raises
        ------
        ImportError
            Altair or vl-convert-python is not installed; the message names the command.
        """
        from chatbot_nb.audits.chart import health_chart

        return health_chart(self.health, self.summary)

    def __repr__(self) -> str:
        return display.text(self)

    def _repr_html_(self) -> str:
        return display.html(self)


def audit(  # noqa: PLR0913  # what is old, and the bounds of a probe
    frame: pd.DataFrame,
    *,
    stale_days: int = 365,
    now: datetime | None = None,
    probe: bool = False,
    private: bool = False,
    timeout: float = 10.0,
    deadline: float = 60.0,
    progress: bool = True,
) -> Audit:
    """Look through an account for what is broken, risky or forgotten.

    Parameters
    ----------
    frame : pandas.DataFrame
        One connection a row, as `Connections.frame` gives it or read from a file that was written from it. Which
        columns there are decides which checks run; with ``details=True`` and ``reveal=True`` it is all of them.
    stale_days : int, default 365
        A connection is stale after so many days without an update; 0 to 36,500.
    now : datetime, optional
        What counts as now, in UTC if it names no time zone; the present by default.
    probe : bool, default False
        Also send a verification request to each different URL.
    private : bool, default False
        With `probe`: also to private addresses.
    timeout : float, default 10.0
        With `probe`: seconds for each request.
    deadline : float, default 60.0
        With `probe`: seconds for all of them.
    progress : bool, default True
        With `probe`: show a progress bar once it takes longer than a second.

    Returns
    -------
    Audit

    Raises
    ------
    TypeError
        `frame` is no DataFrame, or an argument is of another type.
    ValueError
        The frame has none of the columns of connections, or `stale_days` is out of range.

    Notes
    -----
    Nothing is sent without `probe`. Our reading, since the platform documents no such rules: an ``"error"`` is what
    keeps deliveries from arriving or shows a secret, a ``"warning"`` is likely a mistake or a risk, an ``"info"`` is
    worth knowing. The message of a delivery's error is the platform's last one, which may be old. A token, password
    or header value counts as shown elsewhere where it stands as a word, from 4 characters; of headers those whose
    name tells of a secret (``Authorization``, ``X-Api-Key``), and values of 8 or more characters with a digit.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"name": ["Orders"], "url": ["http://localhost/orders"]}, index=pd.Index(["1"], name="id"))
    >>> audit(frame).summary.index.to_list()
    ['http', 'localhost']
    """
    if type(stale_days) is not int or not 0 <= stale_days <= _MOST_DAYS:
        raise ValueError(f"stale_days: {show(stale_days)}; a whole number of days from 0 to {_MOST_DAYS:,} is allowed")
    account = _account(frame)
    not_run = skipped(account)
    secrets = Secrets(account)
    parts = [*secrets.rules(), *all_rules(account, stale_days=stale_days, now=_utc(now))]
    probes = None
    if probe and account.has("url"):
        from chatbot_nb.audits.probe import probe_hits, probe_urls

        called = account.first_of("url", "token", "has_token")
        probes = probe_urls(called, private=private, timeout=timeout, deadline=deadline, progress=progress)
        parts.append(probe_hits(called, probes))
    hits = Hits.joined([*parts, *account.wrong])
    names = account.texts("name") or Texts.none(len(frame))
    findings = findings_frame(_hidden(hits, secrets), account.ids, _hidden_names(names, secrets))
    return Audit(findings, _summary(hits, findings), _health(hits, len(frame)), not_run, probes)


def _account(frame: object) -> Account:
    if not isinstance(frame, pd.DataFrame):
        raise TypeError(
            f"audit: {kind_of(frame)} is not a DataFrame; pass client.connections.frame(), or a snapshot's .frame"
        )
    account = Account(frame)
    if not any(account.has(name) for name in COLUMNS):
        raise ValueError(
            f"audit: the frame has none of the columns {', '.join(COLUMNS[:5])}, ...; pass client.connections.frame(), "
            "or what was read from a file written from it"
        )
    return account


def _utc(now: object) -> datetime:
    if now is None:
        return datetime.now(UTC)
    if not isinstance(now, datetime) or pd.isna(now):
        raise TypeError(f"now: {kind_of(now)} is not a datetime")
    return now if now.tzinfo else now.replace(tzinfo=UTC)


def _hidden(hits: Hits, secrets: Secrets) -> Hits:
    """Return the same hits without a secret that a name or a cell in their words holds."""
    if not secrets:
        return hits
    said = []
    for each in hits.said:
        evidence = secrets.hidden(each.evidence)
        # A message shows of the frame's cells only what the evidence shows.
        message = each.message.replace(each.evidence, evidence) if evidence != each.evidence else each.message
        said.append(each._replace(message=message, evidence=evidence))
    return Hits(hits.rows, hits.which, said)


def _hidden_names(names: Texts, secrets: Secrets) -> Texts:
    shown = [masked(name) if "://" in name else name for name in names.values]  # noqa: PD011  # not of pandas
    return replace(names, values=[secrets.hidden(name) for name in shown] if secrets else shown)


def _summary(hits: Hits, findings: pd.DataFrame) -> pd.DataFrame:
    """Return `Audit.summary`; a connection with several findings of one code counts once."""
    known: dict[tuple[int, str], int] = {}  # worst severity first once sorted
    kinds = [known.setdefault((SEVERITIES.index(said.severity), said.code), len(known)) for said in hits.said]
    kind = np.array(kinds, dtype=np.intp)[hits.which]
    _, distinct = np.unique(kind * (int(hits.rows.max(initial=0)) + 1) + hits.rows, return_index=True)
    counts = np.bincount(kind[distinct], minlength=len(known)).tolist()
    present, firsts = np.unique(kind, return_index=True)
    examples = dict(zip(present.tolist(), findings["message"].iloc[firsts], strict=True))
    rows = sorted(
        (rank, -counts[number], code, str(examples[number]))
        for (rank, code), number in known.items()
        if number in examples  # words without a row are not said
    )
    columns = {
        "severity": pd.array([SEVERITIES[rank] for rank, *_ in rows], dtype="str"),
        "connections": pd.array([-count for _, count, *_ in rows], dtype="int64"),
        "example": pd.array([example for *_, example in rows], dtype="str"),
    }
    return pd.DataFrame(columns, index=pd.Index(pd.array([row[2] for row in rows], dtype="str"), name="code"))


def _health(hits: Hits, rows: int) -> dict[str, int]:
    worst = np.full(rows, len(SEVERITIES))
    ranks = np.array([SEVERITIES.index(said.severity) for said in hits.said], dtype=np.intp)
    np.minimum.at(worst, hits.rows, ranks[hits.which])
    errors, warnings = int((worst == 0).sum()), int((worst == 1).sum())
    return {"with errors": errors, "with warnings": warnings, "healthy": rows - errors - warnings}

"""Whether the backends of an account answer: a table of the URLs, and what it says of each connection."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from chatbot_nb.audits.addresses import address_of
from chatbot_nb.audits.columns import Account
from chatbot_nb.audits.hits import Hits, Said, Texts
from chatbot_nb.audits.probing import Call, Probing
from chatbot_nb.payloads.wording import counted
from chatbot_nb.transport.timeouts import checked_timeout

if TYPE_CHECKING:
    from chatbot_nb.bot.verification import Verification
    from chatbot_nb.finding import Severity

_EXPIRES: Final = 30  # days
_SLOW: Final = 5.0  # seconds, half of what ChatBot waits
_DAY: Final = 86_400
_DTYPES: Final = {
    "url": "str",
    "host": "str",
    "ok": "bool",
    "status": "Int64",
    "seconds": "float64",
    "certificate_days": "Float64",
    "code": "str",
    "message": "str",
    "private": "bool",
}


class _Probe(NamedTuple):
    """A row of the table of `probe_urls`."""

    url: str
    host: str
    ok: bool = False
    status: int | None = None
    seconds: float | None = None
    certificate_days: float | None = None
    code: str | None = None
    message: str | None = None
    private: bool = False


def probe_urls(frame: pd.DataFrame, *, private: bool, timeout: float, deadline: float, progress: bool) -> pd.DataFrame:
    """Send each URL a verification request, several at once.

    Parameters
    ----------
    frame : pandas.DataFrame
        Connections; its column ``url`` is read and, if there is one, ``token``: a token is sent with its URL.
    private : bool
        Also touch addresses that are not public.
    timeout : float
        Seconds for each URL.
    deadline : float
        Seconds for all of them together.
    progress : bool
        Show a progress bar once it takes longer than a second.

    Returns
    -------
    pandas.DataFrame, shape (n, 9)
        One row for each different pair of URL and token, in the order of `frame`; what is no URL of http or https is
        left out. Columns ``url``, ``host`` (str), ``ok`` (bool: the backend passed), ``status`` (Int64, missing
        without an answer), ``seconds`` (float64, missing if not probed), ``certificate_days`` (Float64: left of the
        backend's certificate, missing without one), ``code`` and ``message`` (str: the finding of `verify`, missing
        if there is none, a warning where the backend passed by luck; ``private_address`` if nothing was sent,
        ``not_probed`` if the deadline or an interrupt came first), ``private`` (bool: not touched, since an address
        of the host is not public). Never a token.

    Raises
    ------
    ValueError
        Timeout or deadline is not above 0 and at most 86,400 seconds.

    Notes
    -----
    At most 16 URLs at once and 4 of one host, the hosts in turn. Redirects are not followed. An interrupt starts no
    more probes, gives those under way one second and returns what is there, with a `UserWarning`.
    """
    checked_timeout(timeout)
    checked_timeout(deadline, "deadline")
    _, calls = _numbered(Account(frame))
    probing = Probing(calls, timeout=timeout, private=private)
    why = f"not probed: the deadline of {deadline:g} s for all URLs came first; pass a longer one"
    if probing.run(deadline, progress=progress):
        why = "not probed: interrupted"
        done = sum(outcome is not None for outcome in probing.outcomes)
        message = f"interrupted: {done:,} of {len(calls):,} URLs were probed; the others have the code not_probed"
        warnings.warn(message, UserWarning, stacklevel=3)
    # A copy: after an interrupt, threads that still wait for an answer may fill in more.
    rows = zip(calls, probing.hosts, list(probing.outcomes), strict=True)
    return _table([_probe(call.url, host, outcome, why) for call, host, outcome in rows])


def probe_hits(frame: pd.DataFrame, probes: pd.DataFrame) -> Hits:
    """Return what the probes say of each connection.

    Parameters
    ----------
    frame : pandas.DataFrame
        As it was given to `probe_urls`.
    probes : pandas.DataFrame
        What that returned.

    Returns
    -------
    Hits
        Of the rows whose URL was probed; codes begin with ``probe_``.

    Raises
    ------
    ValueError
        The probes are those of another frame.
    """
    account = Account(frame)
    numbers, calls = _numbered(account)
    if [call.url for call in calls] != probes["url"].tolist():
        raise ValueError("probes: not those of this frame; pass the frame that they were made of, as it was then")
    # What is said of a row depends on its probe, and on whether it may have a token that could not be sent.
    rows = np.flatnonzero(numbers >= 0)
    unsent = _token_unknown(account) & np.array([*(call.token is None for call in calls), False])[numbers]
    cases, which = np.unique(numbers[rows] * 2 + unsent[rows], return_inverse=True)
    plain = probes.astype(object).where(probes.notna(), None)
    table = [_Probe(*row) for row in plain.itertuples(index=False)]
    judged = [(table[case // 2], bool(case % 2)) for case in cases.tolist()]
    rules = (
        [_failure(probe, unsent=hidden) for probe, hidden in judged],
        [_certificate(probe) for probe, _ in judged],
        [_slow(probe) for probe, _ in judged],
    )
    return Hits.joined(_spread(said, rows, which) for said in rules)


def _numbered(account: Account) -> tuple[np.ndarray, list[Call]]:
    """Return for each row the number of its call, -1 for none, and the calls."""
    urls, tokens = (account.texts(name) or Texts.none(len(account.ids)) for name in ("url", "token"))
    return _paired(urls, tokens)


def _paired(urls: Texts, tokens: Texts) -> tuple[np.ndarray, list[Call]]:
    url_of, token_of = urls.values, [None, *tokens.values]  # noqa: PD011  # of Texts
    readable = np.array([*(bool(address_of(url).host) for url in url_of), False])
    rows = np.flatnonzero(readable[urls.codes])
    # A pair as one number; a token's code is -1 for none, so they count from 1 here.
    numbers = np.full(len(urls.codes), -1)
    numbers[rows], pairs = pd.factorize(urls.codes[rows] * len(token_of) + tokens.codes[rows] + 1)
    return numbers, [Call(url_of[pair // len(token_of)], token_of[pair % len(token_of)]) for pair in pairs.tolist()]


def _token_unknown(account: Account) -> np.ndarray:
    """Return for each row whether it may have a token that the frame does not tell."""
    unknown = np.ones(len(account.ids), dtype=bool)
    if account.has("has_token"):
        unknown[account.false_rows("has_token")] = False
    elif tokens := account.texts("token"):
        unknown[tokens.empty] = False
    return unknown


def _probe(url: str, host: str, outcome: Verification | None, why_not: str) -> _Probe:
    probe = _Probe(url, host)
    if outcome is None:
        return probe._replace(code="not_probed", message=why_not)
    until = outcome.certificate_until
    days = (until - datetime.now(UTC)).total_seconds() / _DAY if until else None
    probe = probe._replace(ok=outcome.ok, status=outcome.status, seconds=outcome.seconds, certificate_days=days)
    if not outcome.findings:
        return probe
    (finding,) = outcome.findings
    if finding.code == "eprivate":
        address = (outcome.error or "").rpartition(" ")[2]
        said = f"not touched: {address} is not a public address. To probe it from this machine, pass private=True"
        return probe._replace(code="private_address", message=said, private=True)
    # Without the URL, which has a column of its own: its path may hold a secret.
    return probe._replace(code=finding.code, message=finding.message.removeprefix(f"GET {outcome.url}: "))


def _table(probes: list[_Probe]) -> pd.DataFrame:
    return pd.DataFrame(probes, columns=list(_DTYPES), dtype=object).astype(_DTYPES)


def _spread(said: list[Said | None], rows: np.ndarray, which: np.ndarray) -> Hits:
    """Return the hits of the rows whose case something is said of."""
    told = np.array([each is not None for each in said], dtype=bool)
    place = np.cumsum(told) - 1
    hit = told[which]
    return Hits(rows[hit], place[which[hit]], [each for each in said if each is not None])


def _failure(probe: _Probe, *, unsent: bool) -> Said | None:
    if probe.code is None or probe.message is None:
        return None
    if probe.code == "not_probed":
        return Said("probe_not_probed", "warning", probe.message, "")
    if probe.private:
        return Said("probe_private", "info", probe.message, "")
    # A name server without an answer says something of this machine's network, not of the backend.
    severity: Severity = "warning" if probe.ok or probe.code == "eai_again" else "error"
    message = probe.message
    evidence = f"no answer after {probe.seconds:.2f} s"
    if probe.status is not None:
        evidence = f"{probe.status} after {probe.seconds:.2f} s" + (", asked without a token" if unsent else "")
    if unsent and probe.code == "token_refused":
        severity = "info"
        message = (
            f"a GET without a token is answered {probe.status}: the backend answers, but the frame does not tell the "
            "connection's token. To probe with it, read the frame with details=True and reveal=True"
        )
    return Said(f"probe_{probe.code}", severity, message, evidence)


def _certificate(probe: _Probe) -> Said | None:
    if probe.certificate_days is None or probe.certificate_days >= _EXPIRES:
        return None
    left = counted(int(probe.certificate_days), "day")
    message = f"the certificate ends within {_EXPIRES} days: renew it, or every delivery fails from then on"
    return Said("probe_certificate_expires", "warning", message, f"{left} left")


def _slow(probe: _Probe) -> Said | None:
    if probe.status is None or probe.seconds is None or probe.seconds <= _SLOW:
        return None
    message = f"answered after more than {_SLOW:g} s, and ChatBot waits 10 s: answer first, do slow work later"
    return Said("probe_slow", "warning", message, f"{probe.seconds:.2f} s")

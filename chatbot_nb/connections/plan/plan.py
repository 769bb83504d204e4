"""`plan`: what differs between an account and a DataFrame, made so, and undone."""

from __future__ import annotations

import itertools
import secrets
import warnings
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from chatbot_nb.connections.client import Client
from chatbot_nb.connections.details import read_each
from chatbot_nb.connections.plan.difference import difference
from chatbot_nb.connections.plan.display import plan_html, plan_text, refusal
from chatbot_nb.connections.plan.execution import execute
from chatbot_nb.connections.plan.frames import changes_frame, results_frame
from chatbot_nb.connections.plan.history import History
from chatbot_nb.connections.plan.inverse import inverse
from chatbot_nb.connections.plan.journal import Journal, create
from chatbot_nb.connections.plan.judgement import like
from chatbot_nb.errors import PlanError
from chatbot_nb.payloads.wording import counted, kind_of, show
from chatbot_nb.transport.redact import safe_url

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping
    from os import PathLike

    import pandas as pd

    from chatbot_nb.connections.calls import Calls
    from chatbot_nb.connections.parallel import Told
    from chatbot_nb.connections.plan.change import Change
    from chatbot_nb.errors import ChatBotError

_KNOWN = 3  # connections of the account that a journal names, to know the account again


class Plan:
    """Changes of an account's connections; nothing is sent until `apply`. `plan` makes one.

    Attributes
    ----------
    frame : pandas.DataFrame
    findings : pandas.DataFrame, shape (n, 8)
        What is wrong with the wanted frame: ``row`` (Int64: position in it, from 0; missing where no row is meant),
        ``id``, ``column``, ``code``, ``severity``, ``message`` (str), ``limit``, ``actual`` (object). Errors keep the
        plan from being applied.
    results : pandas.DataFrame
        What became of the changes up to now; after `undo`, of the way back. `apply` documents the columns.
    journal : pathlib.Path or None
        Where what was done is noted; None until `apply`.
    """

    def __init__(self, calls: Calls, history: History, findings: pd.DataFrame, journal: Path | None = None) -> None:
        self._calls = calls
        self._history = history
        self._changes = dict(enumerate(history.changes))
        self._way_back: dict[int, Change] = {}
        self.findings = findings
        self.journal = journal

    def __repr__(self) -> str:
        return plan_text(self)

    def _repr_html_(self) -> str:
        return plan_html(self)

    @property
    def frame(self) -> pd.DataFrame:
        """The changes, one row for each field that changes.

        Returns
        -------
        pandas.DataFrame, shape (n, 6)
            Index ``change`` (int64: the change that it belongs to, from 0; as in `results`). Columns ``action``
            (``"delete"``, ``"update"``, ``"create"``, in this order), ``id`` (missing for a new one), ``name`` (before
            the change), ``column``, ``old``, ``new`` (all str). Token, headers and auth are shown as ``***``.
        """
        return changes_frame(self._changes)

    @property
    def direction(self) -> Literal["not applied", "applied", "undone"]:
        """How far it has come; a direction that was begun counts."""
        if self.journal is None:
            return "not applied"
        return "applied" if self._history.twins is None else "undone"

    @property
    def results(self) -> pd.DataFrame:  # noqa: D102  # among the attributes above
        if self._history.twins is None:
            return results_frame(self._changes, self._history.applied.outcomes)
        return results_frame(self._way_back, self._history.undone.outcomes)

    @property
    def rows(self) -> dict[int, int | None]:
        """By change the row of the wanted frame that it comes from, from 0; None for a connection that goes."""
        return {number: change.row for number, change in self._changes.items()}

    def apply(
        self,
        *,
        progress: bool | Told = True,
        journal: str | PathLike[str] | None = None,
        stop: threading.Event | None = None,
    ) -> pd.DataFrame:
        """Make the changes, 16 at once, and return what became of each.

        Parameters
        ----------
        progress : bool or callable, default True
            Show a progress bar once it takes longer than a second. Or a function, called in this thread after each
            change with how many are through, and how many there are.
        journal : path, optional
            Where to note what is done, so that `resume` can go on after a crash: a file that does not exist yet. By
            default one in the working directory, named after the time.
        stop : threading.Event, optional
            Set in another thread it ends what is under way, and starts nothing more, as an interrupt does. It is set
            when this returns.

        Returns
        -------
        pandas.DataFrame, shape (n, 7)
            Index ``change``, as in `frame`. Columns ``action``, ``id`` (also of what was created), ``name``,
            ``status``, ``error`` (str), ``attempts`` (int64: writes sent), ``seconds`` (float64). Each status:
            ``done``; ``unchanged``, the account had it so already; ``conflict``, somebody else changed or deleted the
            connection since the plan was made, so nothing was sent; ``failed``, nothing was changed; ``unknown``, a
            write was sent and it could not be told whether it took effect; ``not tried``.

        Raises
        ------
        PlanError
            Findings of severity error, nothing was sent; the journal cannot be written, or `journal` is another one
            than before; or the plan was undone.

        Notes
        -----
        For each change one request that reads, and one that writes with every field sent back. A write is tried four
        times at most; before each further one the account is looked at, so that nothing is made twice. Called again,
        it tries what is not done. An interrupt ends what is under way, starts nothing more, and returns the frame.
        The journal holds no token, header value or password, and no URL with credentials in it. Source: ChatBot docs,
        "Create connection", "Update connection", "Delete connection".
        """
        if self._history.twins is not None:
            raise PlanError("the plan was undone. Make it anew: cb.plan(client, wanted)")
        if None not in (self.journal, journal) and absolute(str(journal)) != self.journal:
            raise PlanError(f"this plan's journal is {str(self.journal)!r}; call apply() without another one")
        if (self.findings["severity"] == "error").any():
            raise PlanError(refusal(self.findings), findings=self.findings)
        if self._changes and self.journal is None:
            path = absolute(_new_name() if journal is None else journal)
            create(path, self._history)
            self.journal = path
        return self._run(progress=progress, stop=stop)

    def undo(self, *, progress: bool = True) -> pd.DataFrame:
        """Undo what `apply` made, and return what became of each change, as `apply` does.

        Parameters
        ----------
        progress : bool, default True
            Show a progress bar once it takes longer than a second.

        Returns
        -------
        pandas.DataFrame, shape (n, 7)
            One row for each change that was made; ``conflict`` where somebody changed the connection after it,
            ``incomplete`` where it came back but for a secret that nobody knows any more.

        Raises
        ------
        PlanError
            Nothing was applied, the outcome of a change is not known, or the journal cannot be written.
        AuthenticationError, RateLimitError, ServerError, ApiError, TransportError, ApiTimeoutError
            There is something to create again, and the account could not be read; nothing was sent.

        Notes
        -----
        A connection whose name, URL, token, headers or auth somebody changed since is left alone, as far as they are
        known. What was deleted is created again and has a new id. The kernel that deleted it knows its token, headers
        and auth; from a journal alone it comes back without them (``incomplete``), since journals hold no secrets.
        Called again, it tries what is not done.
        """
        if self.journal is None:
            raise PlanError("nothing was applied, so there is nothing to undo")
        history = self._history
        if not history.applied.made() and not history.applied.begun:
            raise PlanError("nothing was made, so there is nothing to undo")
        if history.applied.begun:
            unknown = counted(len(history.applied.begun), "change")
            said = f"the outcome of {unknown} is not known: call plan.apply() first, which looks at the account"
            raise PlanError(said, results=self.results)
        twins = self._twins() if history.twins is None else history.twins
        if history.twins is None or not self._way_back:
            for number in history.applied.made():
                change, outcome = self._changes[number], history.applied.outcomes[number]
                self._way_back[number] = inverse(change, outcome, twins.get(number, ()))
        return self._run(progress=progress, twins=twins)

    def _twins(self) -> dict[int, tuple[str, ...]]:
        """Return, for each deleted connection, the ids of those like it, which are not what an undo creates."""
        deleted = [number for number in self._history.applied.made() if self._changes[number].action == "delete"]
        rows = self._calls.list_all() if deleted else []
        return {number: like(self._changes[number].seen, rows) for number in deleted}

    def _run(
        self,
        *,
        progress: bool | Told,
        twins: dict[int, tuple[str, ...]] | None = None,
        stop: threading.Event | None = None,
    ) -> pd.DataFrame:
        """Make what is open: the way back where `twins` are given."""
        if not self._changes:
            return self.results
        assert self.journal is not None
        history, undo = self._history, twins is not None
        changes, done = (self._way_back, history.undone) if undo else (self._changes, history.applied)
        again = f"plan.{'undo' if undo else 'apply'}()"
        try:
            with Journal(self.journal, history) as journal:
                if twins is not None and history.twins is None:
                    journal.undo(twins)
                    history.twins = twins
                interrupted = execute(self._calls, journal, changes, done, undo=undo, show_progress=progress, stop=stop)
        except OSError as error:
            said = f"stopped: the journal {str(self.journal)!r} cannot be written ({error.strerror or error})"
            what = f"{said}. Put that right, then call {again} again; .results has what was done until then"
            raise PlanError(what, results=self.results) from None
        if interrupted:
            made = (self.results["status"] == "done").sum()
            path = self.journal.name if self.journal == absolute(self.journal.name) else str(self.journal)
            message = f"interrupted: {made:,} of {counted(len(changes), 'change')} made"
            warnings.warn(f"{message}. {again} goes on, or later cb.resume({path!r})", UserWarning, stacklevel=3)
        return self.results


def plan(client: Client, wanted: pd.DataFrame, *, delete: bool = False, progress: bool = True) -> Plan:
    """Return what has to change in an account so that it is as a DataFrame says; nothing is sent.

    Parameters
    ----------
    client : Client
        Of the account.
    wanted : pandas.DataFrame
        The connections as they should be, one row each, however it came to be: `Connections.frame` edited, or read
        from CSV, Excel or Parquet. Index or column ``id``, empty for a new connection. Columns ``name`` and ``url``,
        and ``story_id`` for new ones; where they are there also ``token``, ``header_values`` (text: a JSON object),
        ``auth_username`` and ``auth_password``, of which an empty cell leaves what is there. A column that is missing
        changes nothing; the others of `Connections.frame` are compared only to warn, or not at all. To take a token,
        headers or auth away, use ``client.connections.update(id, token=None)``.
    delete : bool, default False
        Delete the connections that `wanted` lacks; otherwise they stay.
    progress : bool, default True
        Show a progress bar once reading secrets takes longer than a second.

    Returns
    -------
    Plan
        Look at it, at its ``frame`` and ``findings``; `Plan.apply` sends it.

    Raises
    ------
    TypeError
        `wanted` is no DataFrame.
    AuthenticationError, RateLimitError, ServerError, ApiError, TransportError, ApiTimeoutError
        The account could not be read.

    Notes
    -----
    One request; one more for each row that has a token, header values or a password, to compare them. Every text is
    checked against the documented limits (ChatBot docs, "Create connection", "Update connection") before anything is
    sent.
    """
    if not isinstance(client, Client):
        raise TypeError(f"plan(client, wanted): {kind_of(client)} is no client; pass cb.Client() or sandbox.client()")
    if not isinstance(delete, bool):
        raise TypeError(f"plan(delete={show(delete)}): True or False is needed")
    return plan_from(client, client.connections.frame(), wanted, delete=delete, progress=progress)


def plan_from(client: Client, account: pd.DataFrame, wanted: pd.DataFrame, *, delete: bool, progress: bool) -> Plan:
    """Return what has to change in an account that was read before; as `plan`.

    Parameters
    ----------
    client : Client
    account : pandas.DataFrame
        What `Connections.frame` gave then. What somebody changed since is left alone by `Plan.apply` as a conflict,
        and what somebody created since is in no plan.
    wanted : pandas.DataFrame
    delete, progress : bool
    """
    calls = client.connections.calls

    def details(ids: list[str]) -> list[Mapping[str, object] | ChatBotError | None]:
        return [*read_each(calls, ids, progress=progress)[0]]

    changes, findings = difference(account, wanted, delete=delete, details=details)
    going = {change.id for change in changes if change.action == "delete"}
    known = tuple(itertools.islice((str(each) for each in account.index if each not in going), _KNOWN))
    return Plan(calls, History(safe_url(calls.session.base_url), len(changes), changes, known), findings)


def absolute(path: str | PathLike[str]) -> Path:
    """Return a path that stays the same wherever the kernel goes."""
    try:
        return Path(path).absolute()
    except FileNotFoundError:
        raise PlanError("the working directory is gone; pass journal=... with a whole path") from None


def _new_name() -> str:
    """Return a name that no other journal has."""
    return f"plan-{datetime.now().astimezone():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}.jsonl"

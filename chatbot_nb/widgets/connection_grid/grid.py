"""`ConnectionGrid`: the connections of an account, to browse, edit, plan and apply."""

from __future__ import annotations

import contextvars
import threading
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from chatbot_nb.connections.plan.plan import plan_from
from chatbot_nb.errors import ChatBotError
from chatbot_nb.payloads.wording import counted
from chatbot_nb.widgets.connection_grid.account import AccountGrid
from chatbot_nb.widgets.connection_grid.applying import Run
from chatbot_nb.widgets.connection_grid.columns import (
    SECRETS,
)
from chatbot_nb.widgets.connection_grid.conflicts import Conflicts
from chatbot_nb.widgets.connection_grid.panels import button, plan_panel, progress_panel, results_panel
from chatbot_nb.widgets.connection_grid.rebasing import rebase, settled
from chatbot_nb.widgets.connection_grid.wanted import wanted_frame
from chatbot_nb.widgets.grid.cells import UNREADABLE
from chatbot_nb.widgets.grid.sheet import Done

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from chatbot_nb.connections.client import Client
    from chatbot_nb.connections.plan.plan import Plan
    from chatbot_nb.widgets.grid.request import Request

_IN_A_THREAD: Final = frozenset({"apply", "again"})


class ConnectionGrid(AccountGrid):
    """The connections of an account as a table: edited as in a spreadsheet, planned, then applied.

    Parameters
    ----------
    client : Client
        Of the account.
    details : bool, default False
        Also read each connection on its own: whether it has a token, the names of its headers, the user name. One
        more request for each.
    **keywords : object
        What any ipywidget takes: ``layout``, ``tabbable``, ``tooltip``.

    Raises
    ------
    TypeError
        `client` is no client; a keyword that is not known.
    AuthenticationError, RateLimitError, ServerError, ApiError, TransportError, ApiTimeoutError
        The account could not be read.

    Notes
    -----
    Nothing is sent until `apply`. What breaks a documented limit is marked at once, in the words of `cb.plan`, and
    does not get into ``frame``. What `cb.audit` finds in the account is marked, too. A token, headers or auth are
    typed into the details of a row, and are in no frame; those of the account are read when somebody asks for one.
    """

    def __init__(self, client: Client, *, details: bool = False, **keywords: Any) -> None:  # noqa: ANN401
        self._prepared: Run | None = None  # the plan that was made of what is here now
        self._applied: Run | None = None
        self._running: Run | None = None
        self._plan_shown: dict[str, Any] | None = None
        super().__init__(client, details=details, **keywords)
        self._conflicts = Conflicts(self._sheet, self._row_label)

    @property
    def applied(self) -> Plan | None:
        """The plan that was applied last, which `Plan.undo` takes back; then call `refresh`."""
        return None if self._applied is None else self._applied.plan

    def plan(self) -> Plan:
        """Return what has to change in the account, and show it below the grid; nothing is sent.

        Returns
        -------
        Plan
            It creates new rows, updates those that were edited, and deletes those that are marked: nothing else,
            whatever others created or changed since the account was read.

        Raises
        ------
        ChatBotError
            A plan is being applied, or a cell holds a text that stands for nothing.
        AuthenticationError, RateLimitError, ServerError, ApiError, TransportError, ApiTimeoutError
            A connection whose secrets were edited could not be read.
        """
        with self._changing():
            if self._prepared is None:
                self._prepared = self._prepare()
            self._show_plan(self._prepared)
            return self._prepared.plan

    def apply(self, *, journal: str | PathLike[str] | None = None) -> pd.DataFrame:
        """Apply the plan, and read the account again.

        Parameters
        ----------
        journal : path, optional
            As for `Plan.apply`.

        Returns
        -------
        pandas.DataFrame
            What became of each change, as `Plan.apply` returns it. Each row shows it, too: what was made is no edit
            any more, and undo begins anew (``applied.undo()`` takes it back). What was not made stays as an edit.

        Raises
        ------
        PlanError
            Findings of severity error, or the journal cannot be written.
        ChatBotError, AuthenticationError, RateLimitError, ServerError, ApiError, TransportError, ApiTimeoutError
            As for `plan`.
        """
        with self._changing():
            self.plan()
            assert self._prepared is not None
            run = self._begin(self._prepared)
        return self._run(run, journal)

    def cancel(self) -> None:
        """End what is being applied: what is under way is finished, nothing more is started."""
        with self._lock:
            if self._running is not None:
                self._running.stop.set()

    def refresh(self) -> None:
        """Read the account again; edits that are not applied stay.

        What was edited here and changed there, too, is shown side by side below the grid.

        Raises
        ------
        ChatBotError
            A plan is being applied.
        AuthenticationError, RateLimitError, ServerError, ApiError, TransportError, ApiTimeoutError
            The account could not be read; everything is as it was.
        """
        with self._lock:
            self._refuse_changes()
        account = self._read()
        with self._changing():
            self._outdate()
            self._rebase(account)
            self._panel = self._conflicts.panel()
            self._tell(Done(set(self._sheet.states)))

    # Plans

    def _prepare(self) -> Run:
        table = self._sheet.table
        unreadable = [cell for cells in table.cells.values() for cell in cells.values() if cell.refused is not None]
        if number := sum(cell.refused.value is UNREADABLE for cell in unreadable if cell.refused is not None):
            raise ChatBotError(f"{counted(number, 'cell')} cannot be read: put right what is marked, or undo it")
        rows = [row for row in table.ids.tolist() if row not in table.deleted]
        changed, new = table.changed(), set(table.new)
        edited = [set(SECRETS) if row in new else set(changed.get(row, ())) for row in rows]
        wanted = wanted_frame(table.rows(rows, tried=True), edited)
        # What is compared is the account as it was read: what is not in it yet is not deleted.
        plan = plan_from(self._client, table.base, wanted, delete=True, progress=False)
        return Run(plan, rows, table)

    def _begin(self, run: Run) -> Run:
        run.stop.clear()
        self._running = run
        for row in run.rows:
            self._sheet.findings.told.pop(row, None)
        self._sheet.states.update(run.states(is_over=False))
        self._show_progress(0, len(run.plan.results))
        return run

    def _run(self, run: Run, journal: str | PathLike[str] | None = None) -> pd.DataFrame:
        """Apply what has begun; this takes a while, and may be in a thread of its own."""
        try:
            return run.plan.apply(progress=run.told(self._show_progress), journal=journal, stop=run.stop)
        finally:
            self._end(run)

    def _show_plan(self, run: Run) -> None:
        base, table = self._sheet.table.base, self._sheet.table

        def label(connection_id: str) -> str:
            place = base.index.get_indexer_for(pd.Index([connection_id]))[0]
            return self._row_label(int(table.ids[place])) if place >= 0 else connection_id

        self._panel = self._plan_shown = plan_panel(run.plan, label, table.fields)
        self._publish()

    def _show_progress(self, done: int, total: int) -> None:
        with self._lock:
            run = self._running
            if run is None:
                return
            self._sheet.states.update(run.states(is_over=False))
            self._panel = progress_panel(done, total, run.failed(), stopping=run.stop.is_set())
            self._publish()

    def _end(self, run: Run) -> None:
        """Settle what was made, and look what the account is now."""
        with self._lock:
            self._running = None
            states = run.states(is_over=True)
            if run.plan.journal is None:  # nothing was sent
                self._sheet.states = self._conflicts.states
                self._show_plan(run)
                return
            self._applied, self._prepared = run, None
            made, created = run.newly_made()
            self._settle(made, created)
            self._sheet.findings.told.update(run.said())
            # A conflict that is to be solved has its own state, once the account was read again.
            self._sheet.states = {row: "failed" if each == "conflict" else each for row, each in states.items()}
            self._panel = results_panel(run.plan)
            self._tell(Done(run.rows))
        with self.failures_shown():
            account = self._read()
            with self._lock:
                self._rebase(account)
                self._panel = self._conflicts.panel() or self._panel
                self._tell(Done(run.rows))

    def _settle(self, made: list[int], created: dict[int, str]) -> None:
        """Take what was made for what the account has."""
        table = self._sheet.table
        base, ids = settled(table, made, created)
        for row in made:
            for key in table.cells:
                table.put(row, key, None)
        self._sheet.history.clear()
        self._sheet.rebase(base, ids)

    def _rebase(self, account: pd.DataFrame) -> None:
        self._conflicts.found(rebase(self._sheet, account))
        self._describe(account)

    # For the grid

    def _why_fixed(self) -> str:
        return super()._why_fixed() or ("wait until the plan is applied, or cancel it" if self._running else "")

    def _outdate(self) -> None:
        self._prepared = None
        if self._panel is self._plan_shown:
            self._panel = None

    def _note_shown(self) -> str:
        return "not applied yet" if self._sheet.is_edited else ""

    # Buttons

    def _actions(self) -> list[dict[str, Any]]:
        is_open, is_edited = self._running is None, self._sheet.is_edited
        why = "" if is_edited else "nothing was edited"
        return [
            button("refresh", "Refresh", "read the account again; edits stay", enabled=is_open),
            button("plan", "Plan…", why or "see what would be sent", primary=True, enabled=is_open and is_edited),
        ]

    def _act(self, name: str, content: Request) -> None:
        own: dict[str, Callable[[], object]] = {
            "refresh": self.refresh,
            "plan": self.plan,
            "cancel": self.cancel,
            "close": self._close_panel,
        }
        if name in own:
            own[name]()
        elif name in _IN_A_THREAD:
            self._apply_in_thread(again=name == "again")
        elif name in ("keep_mine", "take_theirs"):
            self._choose(name, content)
        else:
            super()._act(name, content)

    def _apply_in_thread(self, *, again: bool) -> None:
        with self._changing():
            run = self._applied if again else self._prepared
            if run is None:
                raise ChatBotError("the plan is out of date; make it anew")
            self._begin(run)

        def work() -> None:
            with self.failures_shown():
                self._run(run)

        # The context says to which cell's output an answer belongs.
        context = contextvars.copy_context()
        self._worker = threading.Thread(target=context.run, args=(work,), name="chatbot_nb apply", daemon=True)
        self._worker.start()

    def _choose(self, name: str, content: Request) -> None:
        with self._changing():
            row = content.row("id") if content.cell("id") is not None else None
            done = self._conflicts.choose(row, content.text("column"), mine=name == "keep_mine")
            self._outdate()
            self._panel = self._conflicts.panel()
            self._tell(done)

    def _close_panel(self) -> None:
        with self._lock:
            self._panel = None
            self._publish()

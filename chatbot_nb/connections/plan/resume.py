"""`resume`: goes on with a plan from its journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from chatbot_nb.connections.client import Client
from chatbot_nb.connections.plan.filling import filled
from chatbot_nb.connections.plan.history import read
from chatbot_nb.connections.plan.plan import Plan, absolute
from chatbot_nb.connections.plan.table import Findings
from chatbot_nb.errors import PlanError
from chatbot_nb.transport.redact import safe_url

if TYPE_CHECKING:
    from os import PathLike

    import pandas as pd

    from chatbot_nb.connections.calls import Calls
    from chatbot_nb.connections.plan.history import History


def resume(
    journal: str | PathLike[str],
    client: Client | None = None,
    *,
    wanted: pd.DataFrame | None = None,
    progress: bool = True,
) -> Plan:
    """Go on with a plan whose kernel died, from its journal: no change is made twice, none is lost.

    Parameters
    ----------
    journal : path
        What `Plan.apply` wrote; `Plan.journal` named it.
    client : Client, optional
        Of the same account; by default ``Client()``.
    wanted : pandas.DataFrame, optional
        The frame that the plan was made of. Needed where it sets tokens, headers, auth or URLs with credentials, which
        the journal leaves out.
    progress : bool, default True
        Show a progress bar once it takes longer than a second.

    Returns
    -------
    Plan
        Its ``results`` say what became of each change, also of those made before; `Plan.undo` undoes all of them. If
        an undo was under way, it is that which was gone on with.

    Raises
    ------
    PlanError
        There is no such journal, it is damaged, of another account, or in use by another process.

    Notes
    -----
    A write that may have been under way when the kernel died gets two seconds to arrive, then the account is looked
    at: a connection that is as the plan wants it is done. A create is known again by story, name and URL (our
    reading, since the API has no key for it).
    """
    path = absolute(journal)
    history = read(path)
    client = Client() if client is None else client
    calls = client.connections.calls
    if (own := safe_url(calls.session.base_url)) != history.base_url:
        raise PlanError(
            f"the journal is of the account at {history.base_url}, the client of that at {own}. Pass the right client: "
            "cb.resume(journal, client)"
        )
    _refuse_another_account(history, calls)
    if wanted is not None:
        history.changes = filled(history.changes, wanted)
    resumed = Plan(calls, history, Findings().frame(np.empty(0, dtype=object)), path)
    if history.twins is None:
        resumed.apply(progress=progress)
    else:
        resumed.undo(progress=progress)
    return resumed


def _refuse_another_account(history: History, calls: Calls) -> None:
    """Raise if creates would go to an account that has nothing of the plan's; other changes name their connection."""
    if history.known and any(history.changes[number].action == "create" for number in history.open()):
        ids = {row.get("id") for row in calls.list_all() if isinstance(row, dict)}
        if ids.isdisjoint(history.known):
            said = "the journal is of another account: of the connections that it knows, this one has none"
            raise PlanError(f"{said}. Check the client's access token")

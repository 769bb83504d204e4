"""`Evidence`: what was recorded, and all that can be asked of it; with or without a server that records on."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from chatbot_nb.errors import ReceiverError
from chatbot_nb.traffic import expectation
from chatbot_nb.traffic.capture import Capture
from chatbot_nb.traffic.exports import jsonl
from chatbot_nb.traffic.exports.export import export
from chatbot_nb.traffic.exports.masking import Masking
from chatbot_nb.traffic.replies import workers
from chatbot_nb.traffic.tables.frame import Frames

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from os import PathLike

    import pandas as pd

    from chatbot_nb.traffic.exchange import Exchange
    from chatbot_nb.traffic.expectation import Where
    from chatbot_nb.traffic.exports.export import Target
    from chatbot_nb.traffic.limits import ReceiverLimits


class Evidence:
    """The exchanges of a receiver.

    Parameters
    ----------
    limits : ReceiverLimits
    """

    def __init__(self, limits: ReceiverLimits) -> None:
        self.limits = limits
        self._capture = Capture(limits)
        self._strays: deque[Exchange] = deque(maxlen=limits.strays)
        self._frames = Frames(self._capture)

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """All that are kept, oldest first."""
        self._catch_up()
        return self._capture.all()

    @property
    def capture(self) -> Capture:
        """The store behind ``exchanges``: who watches it waits for its changes."""
        return self._capture

    @property
    def masking(self) -> Masking:
        """What takes secrets out of exchanges before they are shown: those of headers, queries, paths, the token."""
        return Masking(self._hidden())

    @property
    def strays(self) -> tuple[Exchange, ...]:
        """The last requests to another path or host: scans, icons, wrong URLs; oldest first. None is an exchange."""
        self._catch_up()
        return tuple(self._strays)

    @property
    def seen(self) -> int:
        """How many exchanges there were; ``kept + evicted``."""
        self._catch_up()
        return self._capture.seen

    @property
    def kept(self) -> int:
        """How many of them are kept."""
        self._catch_up()
        return self._capture.kept

    @property
    def evicted(self) -> int:
        """How many went, the oldest first, since `limits.exchanges` was reached."""
        self._catch_up()
        return self._capture.evicted

    def frame(self) -> pd.DataFrame:
        """Return the exchanges as one row each.

        Returns
        -------
        pandas.DataFrame, shape (kept, 22 + attributes)
            As `Frames.frame` documents it. Asked again it costs the exchanges that are new. Never headers or queries.

        Notes
        -----
        Texts are as they came. A spreadsheet may run one that begins with ``=``, ``+``, ``-`` or ``@`` as a formula,
        so that ``to_csv`` and ``to_excel`` are not for traffic of strangers; ``to_parquet`` and `save` are.
        """
        self._catch_up()
        return self._frames.frame()

    def findings(self) -> pd.DataFrame:
        """Return what is wrong with the requests, and with our replies, as one row each.

        Returns
        -------
        pandas.DataFrame, shape (n, 8)
            ``seq``, ``part`` (``"request"`` or ``"reply"``), then the columns of `Report.frame`.
        """
        from chatbot_nb.traffic.tables.findings import findings

        return findings(self.exchanges)

    def conversations(self) -> pd.DataFrame:
        """Return the deliveries by chat, in order, with what changed in the attributes from turn to turn.

        Returns
        -------
        pandas.DataFrame
            Index ``chat_id``, ``turn`` (from 1); the columns as `conversations.conversations` documents them.
        """
        from chatbot_nb.traffic.tables.conversations import conversations

        return conversations(self.exchanges)

    def wait(self, n: int = 1, timeout: float = 10.0, where: Where | None = None) -> tuple[Exchange, ...]:
        """Wait until `n` exchanges are done, counted from the beginning or the last `clear`, and return them.

        Parameters
        ----------
        n : int, default 1
        timeout : float, default 10.0
            Seconds.
        where : callable or mapping, optional
            Count only these: a predicate of an `Exchange`, or values by column of `frame`, such as
            ``{"node": "Order status"}``.

        Returns
        -------
        tuple of Exchange
            The first `n`, oldest first.

        Raises
        ------
        ReceiverTimeoutError
            They did not come in time; the message says what did.
        ReceiverError
            It is called by a handler, which the exchange of that handler would wait for.
        ValueError
            `n` or `timeout` is no positive number.
        """
        if workers.in_handler():
            raise ReceiverError("wait() in a handler would wait for the handler itself; wait in a cell")
        self._catch_up()
        return expectation.wait(self._capture, n, timeout, where)

    def assert_received(  # noqa: PLR0913  # what a test may want to pin down
        self,
        n: int | None = None,
        *,
        where: Where | None = None,
        node: str | None = None,
        message: str | None = None,
        chat_id: str | None = None,
        attributes: Mapping[str, object] | None = None,
    ) -> None:
        """Fail unless such deliveries came.

        Parameters
        ----------
        n : int, optional
            Exactly so many; by default at least one.
        where : callable or mapping, optional
            As for `wait`.
        node, message, chat_id : str, optional
            Name of the block, what the user typed, the chat.
        attributes : mapping of str to object, optional
            These attributes, among others.

        Raises
        ------
        AssertionError
            The text shows what was wanted and what came.
        """
        self._catch_up()
        expectation.assert_received(
            self._capture, n, where=where, node=node, message=message, chat_id=chat_id, attributes=attributes
        )

    def replay(  # one keyword for each decision
        self,
        against: object,
        *,
        exchanges: Iterable[Exchange] | None = None,
        edit: Callable[[dict[str, Any]], dict[str, Any] | None] | None = None,
        timeout: float = 10.0,
        secrets: bool = False,
    ) -> pd.DataFrame:
        """Send recorded requests again, or run a new handler over them, and compare the replies.

        Parameters
        ----------
        against : str, Receiver, callable, Reply or dict
            A URL, another receiver, a handler (no network), or a fixed reply.
        exchanges : iterable of Exchange, optional
            Only these.
        edit : callable, optional
            From a request's JSON to the JSON to send; None leaves it out.
        timeout : float, default 10.0
            Seconds for each.
        secrets : bool, default False
            Send recorded credentials too: ``Authorization``, cookies, the token of the query.

        Returns
        -------
        pandas.DataFrame
            One row an exchange, as `replay.replay` documents it: ``verdict`` is ``"fixed"``, ``"regressed"`` or
            ``"same"``.

        Raises
        ------
        ValueError
            The URL is not http(s), or it is this receiver's own.
        """
        from chatbot_nb.traffic.replays.replay import replay

        chosen = self.exchanges if exchanges is None else tuple(exchanges)
        own_id, own_urls = self._identity()
        return replay(chosen, against, edit=edit, timeout=timeout, secrets=secrets, own_id=own_id, own_urls=own_urls)

    def export(
        self,
        target: Target,
        *,
        exchanges: Iterable[Exchange] | None = None,
        handler: Callable[..., object] | None = None,
        secrets: bool = False,
    ) -> str:
        """Return the traffic as text for another tool.

        Parameters
        ----------
        target : {"jsonl", "har", "curl", "python", "pytest"}
            JSON lines, an HTTP archive (1.2), shell commands or a Python script that send the requests again, or a
            file of tests.
        exchanges : iterable of Exchange, optional
            Only these.
        handler : callable, optional
            For ``"pytest"``: the handler that the tests call; by default the one that answers now, if one does.
        secrets : bool, default False
            Leave in tokens, credentials and query values, which are ``***`` else.

        Returns
        -------
        str

        Raises
        ------
        ValueError
            There is no such target.
        """
        chosen = self.exchanges if exchanges is None else tuple(exchanges)
        return export(chosen, target, secrets=secrets, hidden=self._hidden(), handler=handler or self._handler())

    def save(self, path: str | PathLike[str], *, secrets: bool = False) -> None:
        """Write the traffic to a file of JSON lines, from which `Receiver.load` makes it again.

        Parameters
        ----------
        path : str or path-like
            What is there is replaced.
        secrets : bool, default False
            As for `export`. Without them, URLs, headers and bodies differ from what came by ``***``.

        Raises
        ------
        OSError
            It cannot be written; what was there is then as it was.
        """
        jsonl.save(path, self.exchanges, secrets=secrets, hidden=self._hidden())

    def _catch_up(self) -> None:
        """Have here all that was answered until now."""

    def _identity(self) -> tuple[str, tuple[str, ...]]:
        """Return what marks replays of this evidence, and the URLs that must not be replayed to."""
        return "", ()

    def _hidden(self) -> tuple[str, ...]:
        """Return texts that exports mask wherever they stand."""
        return ()

    def _handler(self) -> Callable[..., object] | None:
        """Return the Python handler that answers now."""
        return None

"""`TrafficPanel`: a receiver's traffic while it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chatbot_nb.errors import ChatBotError
from chatbot_nb.payloads.wording import kind_of
from chatbot_nb.traffic.receiver import Receiver
from chatbot_nb.widgets.traffic.answers import Watching
from chatbot_nb.widgets.traffic.light import state_of
from chatbot_nb.widgets.traffic.saved import NEWEST, panel_html

if TYPE_CHECKING:
    import pandas as pd

    from chatbot_nb.traffic.exchange import Exchange
    from chatbot_nb.traffic.exports.export import Target


class TrafficPanel(Watching):
    """A receiver's traffic as a table, the newest on top, while it comes; and each exchange in full.

    Parameters
    ----------
    receiver : Receiver
        Running, stopped, not started yet, or loaded from a file. Where another one of its name takes its traffic
        over, as when a cell is run again, the panel goes on with that one.
    **keywords : object
        What any ipywidget takes: ``layout``, ``tabbable``, ``tooltip``.

    Attributes
    ----------
    look : dict
        Read only. What is looked at: ``filter``, and ``selected``, the `seq` of the exchange that is open.

    Raises
    ------
    TypeError
        It is no receiver; a keyword that is not known.

    Notes
    -----
    It is brought up to date at most five times a second, also while cells run, by a thread that ends with the last
    view. Whatever a button does is a method here, too: kernels may answer buttons only between cells. Secrets are
    masked as in exports.

    Examples
    --------
    >>> import chatbot_nb as cb
    >>> cb.TrafficPanel(cb.Receiver(name="shop"))
    TrafficPanel('shop', not started, 0 seen)
    """

    def __init__(self, receiver: Receiver, **keywords: Any) -> None:  # noqa: ANN401  # as ipywidgets does
        if not isinstance(receiver, Receiver):
            raise TypeError(f"TrafficPanel: {kind_of(receiver)} is no Receiver")
        super().__init__(receiver, **keywords)

    @property
    def receiver(self) -> Receiver:
        """The receiver that is watched."""
        return self._receiver.latest

    @property
    def pinned(self) -> tuple[Exchange, ...]:
        """The exchanges that are pinned, oldest first: they stay in the list, whatever the receiver still keeps."""
        with self._lock:
            return tuple(self._listing.pinned[seq] for seq in sorted(self._listing.pinned))

    @property
    def selected(self) -> Exchange | None:
        """The exchange that is open; None if none is, or it is gone."""
        with self._lock:
            seq = self.look["selected"]
            return None if seq is None else self._listing.get(seq)

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """The exchanges that are listed: those that fit the filter, and those that are pinned; oldest first."""
        self._catch_up()
        with self._lock:
            self._listing.refresh()
            return tuple(self._listing.all())

    @property
    def state(self) -> str:
        """``"running"``, ``"stopped"``, ``"not started"``, ``"loaded"``, or ``"failed: ..."`` with the reason."""
        word, why = state_of(self.receiver, self._failure)
        return f"{word}: {why}" if why else word

    def select(self, seq: int | None) -> None:
        """Open an exchange; the table stays where it is from then on. None closes it.

        Parameters
        ----------
        seq : int or None

        Raises
        ------
        KeyError
            There is no such exchange, or it is no longer kept.
        """
        if seq is not None:
            self._there(seq)
        self._look(selected=seq)

    def filter(self, text: str = "") -> None:
        """List only some exchanges.

        Parameters
        ----------
        text : str, default ""
            Words, each of which has to stand somewhere: in the line, in a finding, or in the body; in any case.
        """
        self._look(filter=str(text))

    def follow(self) -> None:
        """Close what is open, and let the newest exchanges come in at the top again."""
        self._look(selected=None)

    def pin(self, seq: int) -> None:
        """Keep an exchange in the list, also when the receiver has let it go.

        Parameters
        ----------
        seq : int

        Raises
        ------
        KeyError
            As from `select`.
        """
        self._pin(seq, self._there(seq))

    def unpin(self, seq: int) -> None:
        """Pin an exchange no longer; harmless where it is not."""
        self._pin(seq, None)

    def curl(self, seq: int) -> str:
        """Return a shell command that sends a request again, secrets masked.

        Parameters
        ----------
        seq : int

        Raises
        ------
        KeyError
            As from `select`.
        """
        return self.receiver.export("curl", exchanges=[self._there(seq)])

    def replay(self, seq: int, against: object = None) -> pd.DataFrame:
        """Send a request again, or answer it anew, and compare the replies; the panel shows how it went.

        Parameters
        ----------
        seq : int
        against : str, Receiver, callable, Reply or dict, optional
            As for `Receiver.replay`; by default what the receiver answers now, where no rule says otherwise.

        Returns
        -------
        pandas.DataFrame
            As from `Receiver.replay`.

        Raises
        ------
        KeyError
            As from `select`.
        ValueError
            As from `Receiver.replay`.
        ChatBotError
            What the receiver answers now is neither a handler nor a single reply.
        """
        exchange = self._there(seq)
        if against is None:
            against = self._present_reply()
        outcome = self.receiver.replay(against, exchanges=[exchange])
        self._tell_outcome(seq, outcome)
        return outcome

    def export(self, target: Target = "jsonl", *, secrets: bool = False) -> str:
        """Return the exchanges that are listed as text for another tool.

        Parameters
        ----------
        target : {"jsonl", "har", "curl", "python", "pytest"}, default "jsonl"
        secrets : bool, default False
            As for `Receiver.export`.

        Raises
        ------
        ValueError
            There is no such target.
        """
        return self.receiver.export(target, exchanges=self.exchanges, secrets=secrets)

    def clear(self) -> None:
        """Forget all traffic of the receiver, in its store too; what is pinned stays here."""
        self.receiver.clear()
        self._look(selected=None)

    def start(self) -> None:
        """Start the receiver.

        Raises
        ------
        ReceiverError
            As from `Receiver.start`.
        ListenError
            The port is in use.
        """
        self.receiver.start()
        self._show()

    def stop(self) -> None:
        """Stop the receiver; what was recorded stays, here and in a notebook that is saved."""
        self.receiver.stop()
        self._show()
        self._saved.renew_now()

    def close(self) -> None:
        """End the panel and its thread; the receiver goes on."""
        if self._painter is not None and self._painter.running:
            self._painter.stop()
            self._saved.renew_now()
        super().close()

    def _present_reply(self) -> object:
        from chatbot_nb.payloads.reply.reply import Reply

        reply = self.receiver.reply
        if callable(reply) or isinstance(reply, Reply | dict):
            return reply
        raise ChatBotError(f"the receiver answers with {kind_of(reply)}; replay against a URL, a handler or a reply")

    def _text(self) -> str:
        parts = [repr(self.receiver.name), self.state, f"{self.receiver.seen:,} seen"]
        if self._listing.pinned:
            parts.append(f"{len(self._listing.pinned):,} pinned")
        return f"TrafficPanel({', '.join(parts)})"

    def _html(self) -> str:
        receiver = self.receiver
        with self._lock:
            self._listing.refresh()
            lines = [self._listing.lines.line(exchange) for exchange in self._listing.newest(NEWEST)]
            counters = f"{receiver.seen:,} seen · {receiver.evicted:,} evicted · {receiver.refused:,} refused"
            return panel_html(self._listing.lines.shown(receiver.name), counters, lines)

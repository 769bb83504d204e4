"""A widget that holds a reply: what the chat preview and the builder have in common."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import traitlets

from chatbot_nb.payloads.display import counts, folded, framed, muted
from chatbot_nb.payloads.exports.export import export
from chatbot_nb.payloads.preview.chat import chat_html
from chatbot_nb.payloads.preview.text import title
from chatbot_nb.payloads.reply.line import Raw
from chatbot_nb.payloads.reply.reply import Reply
from chatbot_nb.widgets._base import Widget
from chatbot_nb.widgets.page import page
from chatbot_nb.widgets.samples import frame_of, samples_of
from chatbot_nb.widgets.verdict import report_of, verdict_of

if TYPE_CHECKING:
    import os

    import pandas as pd

    from chatbot_nb.payloads.report import Report
    from chatbot_nb.widgets.samples import Sample

KERNEL: Final = "kernel"  # the origin of what was not edited in a browser
_LARGEST: Final = 5_000_000  # bytes of JSON
_KEPT: Final = 200_000  # characters of code in a saved notebook


class ReplyWidget(Widget):
    """A widget that holds a reply, with sample users to see it with.

    Parameters
    ----------
    reply : Reply, bytes, str, dict, list or model, optional
        As `Reply.from_payload` takes it; by default an empty one.
    samples : pandas.DataFrame or iterable of mappings, optional
        Sample users, at most 100: one a row, a column for each attribute.
    **keywords : object
        What any ipywidget takes: ``layout``, ``tabbable``, ``tooltip``.

    Attributes
    ----------
    document : dict
        Read only. ``rev``, which rises with each change; ``origin``, who made it: ``"kernel"`` or a view;
        ``payload``, as JSON; ``samples``.
    verdict : dict
        Read only. What `chatbot_nb.widgets.verdict.verdict_of` says of it, with ``rev``, ``origin`` and ``seq``, the
        number that the view gave to its change.

    Raises
    ------
    PayloadError
        As from `Reply.from_payload`.
    TypeError
        Samples that are no rows; a keyword that is not known.
    ValueError
        A payload of more than 5,000,000 bytes, or more than 100 samples.
    """

    document = traitlets.Dict().tag(sync=True)
    verdict = traitlets.Dict().tag(sync=True)

    def __init__(self, reply: object = None, samples: object = None, **keywords: Any) -> None:  # noqa: ANN401
        self._reply, self._payload = read_reply({} if reply is None else reply)
        self._samples = samples_of(samples)
        self._rev = 0
        self._origin = KERNEL
        self._since = 0  # the revision from which on all changes are of this origin
        # Front ends may let a kernel answer in a thread of its own while a cell runs.
        self._lock = threading.RLock()
        super().__init__(self._state(seq=0), **keywords)

    @property
    def reply(self) -> Reply:
        """What is shown; set it to anything that `Reply.from_payload` takes."""
        return self._reply

    @reply.setter
    def reply(self, reply: object) -> None:
        self._put(*read_reply(reply), self._samples)

    @property
    def payload(self) -> Any:  # noqa: ANN401  # any JSON value
        """The reply as JSON has it, valid or not: a copy."""
        return self._reply.payload

    @property
    def report(self) -> Report:
        """Everything that is wrong with the reply itself; what samples make of it is in `Reply.check_over`."""
        return report_of(self._reply)

    @property
    def samples(self) -> pd.DataFrame:
        """Sample users as texts, one a row; set it to a DataFrame, an iterable of mappings, or None."""
        return frame_of(self._samples)

    @samples.setter
    def samples(self, samples: object) -> None:
        made = samples_of(samples)
        with self._lock:
            self._put(self._reply, self._payload, made)

    def to_html(self, path: str | os.PathLike[str] | None = None) -> str | None:
        """Return the chat as one web page that needs no kernel and asks no host for anything.

        Parameters
        ----------
        path : str or path-like, optional
            Where to write it instead; what is there is replaced.

        Returns
        -------
        str or None
            The page; None if it was written.

        Raises
        ------
        OSError
            It cannot be written.
        """
        text = page(self._payload, self.verdict["findings"], self._samples, static=self._static())
        if path is None:
            return text
        Path(path).write_text(text, encoding="utf-8")
        return None

    def _put(self, reply: Reply, payload: object, samples: list[Sample], *, origin: str = KERNEL, seq: int = 0) -> None:
        """Show another reply or other samples, as a new revision."""
        with self._lock:
            self._reply, self._payload, self._samples = reply, payload, samples
            self._rev += 1
            if origin != self._origin:
                self._origin, self._since = origin, self._rev
            state = self._state(seq=seq)
            with self.hold_sync():
                # The verdict first: an observer of the document may raise.
                self.verdict = state["verdict"]
                self.document = state["document"]
            self._saved.renew_soon()

    def _state(self, *, seq: int) -> dict[str, Any]:
        made = {"rev": self._rev, "origin": self._origin}
        found = verdict_of(self._reply, self._payload, self._samples)
        return {
            "document": {**made, "payload": self._payload, "samples": self._samples},
            "verdict": {**made, "seq": seq, **found},
        }

    def _text(self) -> str:
        found = counts(self.report.findings)
        return f"{type(self).__name__}: {title(self._payload)}" + (f"; {found}" if found else "")

    def _html(self) -> str:
        note = muted("The live view needs a running kernel: run the cell again. This is what it held.")
        code = self._code()
        summary = "The same as code" if len(code) <= _KEPT else "Its code, cut off: reply.save(path) keeps all of it"
        return framed(self._static() + note + folded(summary, code[:_KEPT]))

    def _code(self) -> str:
        """Return the reply as Python source."""
        return f"import chatbot_nb as cb\n\nreply = {export(self._payload, 'reply')}"

    def _static(self) -> str:
        return chat_html(self._payload, self.report.findings)


def read_reply(given: object) -> tuple[Reply, Any]:
    """Return a reply, and its payload, from anything that `Reply.from_payload` takes.

    Raises
    ------
    PayloadError
        As from there; also for a reply into which half a surrogate pair was rendered, which no browser can be sent.
    ValueError
        More than 5,000,000 bytes.
    """
    if isinstance(given, bytes | bytearray | str):
        _refuse_large(len(given))
    payload = Reply.from_payload(given).payload
    reply = Reply.from_payload(Raw(payload))
    _refuse_large(len(json.dumps(payload, ensure_ascii=False).encode()))
    return reply, payload


def _refuse_large(size: int) -> None:
    if size > _LARGEST:
        raise ValueError(
            f"the payload has {size:,} bytes, at most {_LARGEST:,} can be shown and edited here; "
            "work on it with Reply.from_payload, check and export"
        )

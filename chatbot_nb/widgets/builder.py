"""`ResponseBuilder`: replies made by hand, in a notebook."""

from __future__ import annotations

import contextvars
import threading
from typing import TYPE_CHECKING, Any, ClassVar

from chatbot_nb.errors import PayloadError
from chatbot_nb.payloads.check import check
from chatbot_nb.payloads.exports.export import export
from chatbot_nb.payloads.patch import apply_patch
from chatbot_nb.payloads.reply.line import Raw
from chatbot_nb.widgets.reply_widget import KERNEL, ReplyWidget, read_reply
from chatbot_nb.widgets.samples import samples_of
from chatbot_nb.widgets.verdict import as_json
from chatbot_nb.widgets.verifying import try_out

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from chatbot_nb.widgets.verifying import Step


class ResponseBuilder(ReplyWidget):
    """An editor for what a backend answers: form, chat and JSON side by side, checked while you type.

    Parameters
    ----------
    reply : Reply, bytes, str, dict, list or model, optional
        Where to begin, as `Reply.from_payload` takes it: it may break rules. Set ``reply`` later to replace what is
        there; who is typing meanwhile is asked.
    samples : pandas.DataFrame or iterable of mappings, optional
        Users to check it with and see it as, at most 100: one a row, a column for each attribute.
    **keywords : object
        What any ipywidget takes: ``layout``, ``tabbable``, ``tooltip``.

    Raises
    ------
    PayloadError
        The payload cannot be read: as from `Reply.from_payload`.
    TypeError
        Samples that are no rows; a keyword that is not known.
    ValueError
        A payload of more than 5,000,000 bytes, or more than 100 samples.

    Notes
    -----
    What was edited is at once in ``reply``, ``payload``, ``report`` and ``samples``. The browser sends its changes as
    JSON Patch: numbers that it cannot hold stay as they are.

    Examples
    --------
    >>> import chatbot_nb as cb
    >>> cb.ResponseBuilder(cb.Reply().text("Hi").set(plan="vip"))
    ResponseBuilder: 1 response, 1 attribute
    """

    _entry: ClassVar[str] = "builder/main.js"

    def insert_code(self) -> None:
        """Put the reply as Python source into a new cell below this one.

        Raises
        ------
        RuntimeError
            This is no notebook.

        Notes
        -----
        The cell appears when the one that calls this has ended.
        """
        from IPython.core.getipython import get_ipython

        shell = get_ipython()
        if shell is None:
            raise RuntimeError('there is no notebook to put a cell into; print(builder.reply.export("reply")) has it')
        shell.set_next_input(self._code())

    def _handlers(self) -> dict[str, Callable[[Mapping[str, Any]], None]]:
        return {
            **super()._handlers(),
            "edit": self._edit,
            "read": self._read,
            "export": self._export,
            "verify": self._verify,
        }

    def _edit(self, content: Mapping[str, Any]) -> None:
        """Take over a change, or refuse it and show what is there."""
        with self._lock:
            self._take(str(content["origin"]), int(content["seq"]), content)

    def _take(self, origin: str, seq: int, content: Mapping[str, Any]) -> None:
        samples = content.get("samples")
        if not self._rests_on_this(origin, content["base"]):
            self._refuse(seq, "stale")
            return
        try:
            reply, payload = read_reply(Raw(apply_patch(self._payload, _operations(content["patch"]))))
            samples = self._samples if samples is None else samples_of(samples)
        except (TypeError, ValueError) as exc:
            # Later changes of this view rest on the one that is refused: a new revision makes them stale.
            self._put(self._reply, self._payload, self._samples)
            self._refuse(seq, "patch", str(exc))
            return
        self._put(reply, payload, samples, origin=origin, seq=seq)

    def _rests_on_this(self, origin: str, base: object) -> bool:
        """Return whether a change is one to what is here: nobody else changed it since, as far as its view knows."""
        if not isinstance(base, int):
            return False
        return base == self._rev or (origin == self._origin != KERNEL and self._since - 1 <= base < self._rev)

    def _refuse(self, seq: int, reason: str, message: str = "") -> None:
        self.send_state({"document", "verdict"})
        self.send({"type": "refused", "seq": seq, "rev": self._rev, "reason": reason, "message": message})

    def _read(self, content: Mapping[str, Any]) -> None:
        """Say what a pasted text holds, as far as it can be read."""
        answer = {"type": "read", "id": content["id"], "payload": None, "findings": [], "fixed": None, "message": None}
        text = str(content["text"])
        try:
            _, answer["payload"] = read_reply(text)
        except ValueError as exc:
            answer["message"] = str(exc)
            found = exc.findings if isinstance(exc, PayloadError) else ()
        else:
            report = check(text)
            found, answer["fixed"] = report.findings, report.fixed
        self.send({**answer, "findings": [as_json(finding) for finding in found]})

    def _export(self, content: Mapping[str, Any]) -> None:
        answer = {"type": "export", "id": content["id"], "code": None, "message": None}
        try:
            # Not by `Reply.export`: its warning would go into the output of some cell.
            answer["code"] = export(self._payload, content["target"], self.report.errors)
        except ValueError as exc:
            answer["message"] = str(exc)
        self.send(answer)

    def _verify(self, content: Mapping[str, Any]) -> None:
        """Try an export out, in a thread: cells run meanwhile."""
        number, target, payload = content["id"], content["target"], self._payload

        def tell(steps: Sequence[Step], *, done: bool) -> None:
            told = [step._asdict() for step in steps]
            self.send({"type": "verify", "id": number, "steps": told, "done": done})

        def run() -> None:
            with self.failures_shown():
                try_out(payload, target, tell)

        # The context says to which cell's output an answer belongs.
        threading.Thread(target=contextvars.copy_context().run, args=(run,), name="chatbot_nb verify").start()


def _operations(patch: object) -> list[dict[str, object]]:
    if isinstance(patch, list) and all(isinstance(each, dict) for each in patch):
        return patch
    raise TypeError("a patch is an array of objects")

"""What comes out of a reply: its payload, its check, the reply as a user sees it, and its code."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any, Self

from chatbot_nb.errors import PayloadError
from chatbot_nb.payloads.check import check
from chatbot_nb.payloads.preview.chat import chat_html
from chatbot_nb.payloads.preview.text import chat_text
from chatbot_nb.payloads.reference import position
from chatbot_nb.payloads.reply.document import Document
from chatbot_nb.payloads.reply.placeholders import Values, filled, text_of
from chatbot_nb.payloads.report import Report

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from chatbot_nb.payloads.exports.export import Target
    from chatbot_nb.payloads.reply.comparison import ReplyDiff
    from chatbot_nb.payloads.reply.reply import Reply
    from chatbot_nb.payloads.reply.rows import RowsReport


class Outcome(Document):
    """A document of which all can be asked that a reply is made for; `Reply` adds to it."""

    __slots__ = ()

    def build(self) -> dict[str, Any]:
        """Return the payload for the wire.

        Returns
        -------
        dict
            A new one each time, keys in the order in which they were added.

        Raises
        ------
        PayloadError
            The reply breaks documented rules; ``findings`` has all that is wrong.
        """
        self.check().raise_if_invalid()
        built: dict[str, Any] = self.payload
        return built

    def check(self) -> Report:
        """Return everything that is wrong with it; once rendered, also the placeholders that nothing filled.

        Returns
        -------
        Report
            Pointers are into `payload`.
        """
        # A document that is a string is not the text of one.
        report = check(self._document if isinstance(self._document, dict | list) else json.dumps(self._document))
        if self._values is None:
            return report
        findings = [*report.findings, *self._values.findings(self._document)]
        return Report(tuple(sorted(findings, key=lambda finding: position(finding.pointer))), report.fixed)

    def render(self, attributes: Mapping[str, object] | None = None, /, **more: object) -> Self:
        """Return the reply with ``{{name}}`` filled in its texts, as the user would see it.

        Parameters
        ----------
        attributes : mapping of str to object, optional
            The attributes of the user and of the chat, also as a row of a DataFrame. Strings, numbers and booleans;
            None and NaN say that there is no value. Those that the reply itself sets come first.
        **more : object
            The same, by keyword. Of a name that is given twice, this value counts.

        Returns
        -------
        Reply
            What nothing fills stays as it is, and `check` warns of it. Placeholders in values are not filled.

        Notes
        -----
        Our reading: every string of a response is filled but its type and a webview's height; values of attributes
        are not. ChatBot's limits count what is sent, so `check` of the reply before is what decides whether it is
        accepted; a check of this one shows what the user's own data makes of it.
        """
        own = self._document.get("attributes") if isinstance(self._document, dict) else None
        given = {**({} if attributes is None else attributes), **more, **(own if isinstance(own, dict) else {})}
        values = Values({name: text_of(value) for name, value in given.items() if isinstance(name, str)})
        return self._of(filled(self._document, values), values)

    def check_over(self, rows: pd.DataFrame | Iterable[Mapping[str, object]]) -> RowsReport:
        """Check the reply rendered over rows of attributes, and name the worst one.

        Parameters
        ----------
        rows : pandas.DataFrame or iterable of mappings
            One user a row; columns are the names of attributes, a missing cell is an attribute without a value.

        Returns
        -------
        RowsReport
            Its table names rows by the index of the frame, or counts them from 0.

        Raises
        ------
        TypeError
            ``rows`` is neither.
        ValueError
            Two columns have the name of one placeholder.
        """
        from chatbot_nb.payloads.reply.rows import check_rows

        return check_rows(self, rows)

    def diff(self, other: Reply) -> ReplyDiff:
        """Return what changes from this reply to another.

        Parameters
        ----------
        other : Reply

        Returns
        -------
        ReplyDiff
            In a notebook both as chats side by side; ``patch`` is the JSON Patch (RFC 6902).
        """
        from chatbot_nb.payloads.reply.comparison import ReplyDiff

        return ReplyDiff(self.payload, type(self).from_payload(other).payload)

    def export(self, target: Target) -> str:
        """Return code that answers with this reply and runs as it is.

        Parameters
        ----------
        target : {"python", "flask", "fastapi", "express", "php", "curl", "reply"}
            A backend for the standard library of Python, a framework or PHP; the command that sends a webhook request
            to it; or the Python source of this reply.

        Returns
        -------
        str
            The source, without any token. What breaks documented rules is exported too, to look into it; a comment
            on top then names what is wrong.

        Warns
        -----
        UserWarning
            ChatBot would refuse what was exported.

        Raises
        ------
        ValueError
            There is no such target.
        PayloadError
            A value that was rendered into a text holds half a surrogate pair.
        """
        from chatbot_nb.payloads.exports.export import export

        errors = self.check().errors
        source = export(self.payload, target, errors)
        if errors:
            message = f"ChatBot would refuse what was exported. {PayloadError(errors, 'reply')}"
            warnings.warn(message, UserWarning, stacklevel=2)
        return source

    def __repr__(self) -> str:
        return chat_text(self._document)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": chat_html(self._document, self.check().findings)}

"""The JSON of a reply: kept whole, whatever is wrong with it."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from chatbot_nb.errors import PayloadError
from chatbot_nb.finding import Finding
from chatbot_nb.payloads import files
from chatbot_nb.payloads.reading.parse import parse
from chatbot_nb.payloads.reading.plain import plain
from chatbot_nb.payloads.reply.line import json_of
from chatbot_nb.payloads.wording import kind_of

if TYPE_CHECKING:
    import os

    from chatbot_nb.payloads.reply.placeholders import Values

_WHAT: Final = "reply"


class Document:
    """Immutable JSON that a reply is made of; `Reply` adds to it.

    Notes
    -----
    Documents are equal if their JSON is, whatever the order of keys; 1, 1.0 and true are three values.
    """

    __slots__ = ("_document", "_values")

    def __init__(self) -> None:
        # What was added is never changed afterwards: documents share what they have in common.
        self._document: Any = {}
        self._values: Values | None = None

    @classmethod
    def from_payload(cls, payload: object) -> Self:
        """Return the reply that a payload holds, whatever is wrong with it.

        Parameters
        ----------
        payload : bytes, str, dict, list, model or Reply
            As for `check`. Text that is not quite JSON is mended where the mistake is known.

        Returns
        -------
        Reply
            It keeps everything, also unknown keys and their order; `check` says what is wrong. Nothing that is done
            to ``payload`` later changes it.

        Raises
        ------
        PayloadError
            It is None, empty or no JSON, or it holds a key twice in one object, bytes that are no UTF-8, NaN, a
            number beyond 1.8e308, half a surrogate pair, another Python object, more than 100 levels or more than
            200,000 values.
        """
        if payload is None:
            message = "None is no reply; a report's fixed is None where there was nothing to put right"
            raise PayloadError([Finding("", "not_json", "error", message)], _WHAT)
        if isinstance(payload, Document):
            return cls._of(payload._document)  # noqa: SLF001  # of this class
        if not isinstance(payload, bytes | bytearray | str):
            return cls._of(json_of(payload, _WHAT))
        return cls._of(_read(bytes(payload) if isinstance(payload, bytearray) else payload, _WHAT))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Return the reply in a JSON file, as `from_payload` does.

        Parameters
        ----------
        path : str or path-like

        Returns
        -------
        Reply

        Raises
        ------
        PayloadError
            As `from_payload`; the message names the file.
        FileNotFoundError, IsADirectoryError, PermissionError, OSError
            There is no such file, it is a folder, or it cannot be read.
        """
        path = Path(path)
        with files.opened(path, "a JSON file") as file:
            return cls._of(_read(file.read(), f"reply in {str(path)!r}"))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the reply into a JSON file, as it is: also one that breaks rules.

        Parameters
        ----------
        path : str or path-like
            What is there is replaced. The file is JSON in UTF-8, indented by two blanks, keys in their order, with
            a line feed at its end; who may read what was there may read it.

        Raises
        ------
        FileNotFoundError, IsADirectoryError, PermissionError, OSError
            There is no such folder, ``path`` is one, or it cannot be written; what was there is then as it was.
        """
        text = json.dumps(self._document, ensure_ascii=False, indent=2) + "\n"
        # Values that were rendered into texts may hold half a surrogate pair: JSON escapes it in the same way.
        files.save(Path(path), text.encode(errors="backslashreplace"))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Document) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    @property
    def payload(self) -> Any:  # noqa: ANN401  # any JSON value
        """The reply as JSON has it, valid or not: a copy."""
        return copy.deepcopy(self._document)

    @classmethod
    def _of(cls, document: Any, values: Values | None = None) -> Self:  # noqa: ANN401  # any JSON value
        reply = cls()
        reply._document, reply._values = document, values
        return reply

    def _object(self) -> dict[str, Any]:
        """Return the document if something can be added to it."""
        document = self._document
        wrong = []
        if not isinstance(document, dict):
            wrong.append(Finding("", "wrong_type", "error", f"{kind_of(document)}, to which nothing can be added"))
        else:
            for key, needed in (("responses", list), ("attributes", dict)):
                if not isinstance(document.get(key, needed()), needed):
                    message = f"{kind_of(document[key])}, to which nothing can be added"
                    wrong.append(Finding(f"/{key}", "wrong_type", "error", message))
        if wrong:
            raise PayloadError(wrong, _WHAT)
        found: dict[str, Any] = document
        return found

    def _identity(self) -> str:
        """Return what equal replies have in common: their JSON, whatever the order of keys."""
        return json.dumps(self._document, sort_keys=True)


def _read(text: bytes | str, what: str) -> Any:  # noqa: ANN401  # any JSON value
    """Return the JSON that a text holds, mended where the mistake is known; raise if anything of it would be lost."""
    parsed = parse(text)
    if parsed.lossy or not parsed.found:
        raise PayloadError(parsed.findings, what)
    if parsed.repeated:  # one of the values would be lost
        doubled = [replace(finding, severity="error") for finding in plain(parsed.value, parsed.repeated).findings]
        raise PayloadError([*parsed.findings, *doubled], what)
    return json_of(parsed.value, what)

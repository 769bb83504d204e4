"""Files that are no JSON lines: what they are instead, told by their beginning."""

from __future__ import annotations

import codecs
import json
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from chatbot_nb.payloads.reading.not_text import compression, wide_encoding

if TYPE_CHECKING:
    from chatbot_nb.payloads.bulk.rules import Row

_DECODER: Final = json.JSONDecoder()
_BLANKS: Final = " \t\r\n"
_BETWEEN: Final = re.compile(f"[{_BLANKS}]*")
_INLINE: Final = "with json.dumps without indent"
_ARRAY: Final = ("is one JSON array over many lines", "check_frame(pd.Series(json.load(file))) checks its entries")
_OBJECT: Final = ("is one JSON object over many lines", f"pass its text to check, or write it {_INLINE}")
_SEVERAL: Final = ("has JSON documents of many lines each", f"write each {_INLINE}, or jq -c")


class _Document(NamedTuple):
    """Where in a text a JSON document stands: how many lines it takes, and whether its end is there."""

    lines: int
    complete: bool


def not_lines(head: bytes, *, whole: bool) -> Row | None:
    """Return a finding on a file that is something else than one payload a line, if it surely is.

    Parameters
    ----------
    head : bytes
        How it begins; cut off anywhere.
    whole : bool
        This is all of it.
    """
    if packed := compression(head):
        return _row("compressed", f"is compressed ({packed.name})", f"{packed.tool} it first")
    if head.startswith(b"PAR1"):
        return _row("not_json_lines", "is Parquet", "check_frame(pd.read_parquet(path)) checks its payloads")
    if encoding := wide_encoding(head, whole=whole):
        again = f"open it with encoding={encoding!r} and write it again with encoding='utf-8'"
        return _row("not_utf8", f"is {encoding[:6].upper()} text", again)
    text = head.removeprefix(codecs.BOM_UTF8).decode(errors="replace").strip(_BLANKS)
    # The last line may be cut off, by us or by whoever wrote it.
    said = _over_many_lines(text, whole=whole) or _over_many_lines(text.rpartition("\n")[0], whole=False)
    return _row("not_json_lines", f"{said[0]}, not a payload a line", said[1]) if said else None


def _row(code: str, what: str, next_step: str) -> Row:
    return ("", code, "error", f"the file {what}, so nothing was checked; {next_step}", None, None)


def _over_many_lines(text: str, *, whole: bool) -> tuple[str, str] | None:
    """Return what a text of JSON over many lines is, and what to do; nothing where lines may be payloads."""
    text = text.rstrip(_BLANKS)
    documents = _documents(text)
    complete = [document for document in documents if document.complete]
    if any(document.lines == 1 for document in complete):
        return None
    begun = sum(document.lines for document in documents if not document.complete)
    if len(complete) > 1 or (complete and begun > 1):
        return _SEVERAL
    # One payload that was cut off, and the next line, may be two lines of a document, but never three.
    one = begun > 2 if begun else bool(complete) and whole  # noqa: PLR2004
    return (_ARRAY if text[0] == "[" else _OBJECT) if one else None


def _documents(text: str) -> list[_Document]:
    """Return all JSON documents of a text, of which the last may lack its end; none if anything else is in it."""
    found: list[_Document] = []
    place = 0
    while place < len(text):
        begin = place
        try:
            place = _DECODER.raw_decode(text, begin)[1]
        except json.JSONDecodeError as error:
            if error.pos < len(text):
                return []
            place = len(text) + 1
        except (ValueError, RecursionError):  # a number of too many digits; nested too deeply
            return []
        found.append(_Document(text.count("\n", begin, place) + 1, complete=place <= len(text)))
        if found[0] == _ONE_LINE:
            break  # so it is with JSON lines
        place += len(_BETWEEN.match(text, place)[0])  # type: ignore[index]  # it matches nothing, too
    return found


_ONE_LINE: Final = _Document(1, complete=True)

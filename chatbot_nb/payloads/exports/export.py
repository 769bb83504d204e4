"""`export`: a reply taken away as code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from chatbot_nb.errors import PayloadError
from chatbot_nb.payloads.exports import curl, express, fastapi, flask, php, python, source
from chatbot_nb.payloads.exports.remark import remarked
from chatbot_nb.payloads.reading.plain import plain
from chatbot_nb.payloads.wording import either, nearest, show

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chatbot_nb.finding import Finding

Target: TypeAlias = Literal["python", "flask", "fastapi", "express", "php", "curl", "reply"]

_EXPORTS: Final[dict[Target, Callable[[object], str]]] = {
    "python": python.backend,
    "flask": flask.backend,
    "fastapi": fastapi.backend,
    "express": express.backend,
    "php": php.backend,
    "curl": lambda _: curl.command(curl.SAMPLE),
    "reply": source.expression,
}


def export(payload: object, target: Target, wrong: Sequence[Finding] = ()) -> str:
    """Return a reply as code.

    Parameters
    ----------
    payload : dict
        The reply. It may break rules of ChatBot, but has to be JSON.
    target : {"python", "flask", "fastapi", "express", "php", "curl", "reply"}
        The first five are backends, each one file that runs as it is; its first lines say how to start it. It
        listens on 127.0.0.1, port 8080 or the environment's ``PORT``, takes the connection's token from the
        environment's ``CHATBOT_TOKEN`` and does not start (PHP: answers 500) without one. ``/webhook`` answers the
        verification request and, to a POST, the reply; a wrong token gets 401, a body that is not JSON 400, another
        path 404. ``"python"`` needs Python alone. ``"curl"`` is a shell script that sends the documented webhook
        request to a backend. ``"reply"`` is a Python expression in the words of this package, imported as ``cb``.
    wrong : sequence of Finding, default ()
        Why ChatBot would refuse the reply; a comment on top names it.

    Returns
    -------
    str
        The source, with no token in it. A backend answers JSON that is equal to the payload, keys in the same order;
        ``"reply"`` makes an equal reply, keys in the order of this package.

    Raises
    ------
    ValueError
        There is no such target.
    PayloadError
        The payload is not JSON in UTF-8: NaN, half a surrogate pair, foreign objects, more than 100 levels.

    Notes
    -----
    Source: ChatBot docs, "How ChatBot Webhooks works?"; challenge and token as the help pages and public backends
    show them. Our reading: 401 for a wrong token, 400 for no JSON, and the path.

    Examples
    --------
    >>> print(export({"responses": [{"type": "text", "message": "Hi"}]}, "reply"))
    cb.Reply().text("Hi")
    """
    if target not in tuple(_EXPORTS):  # not in the dict itself: what is passed may have no hash
        raise _unknown(target)
    read = plain(payload, {})
    if any(finding.severity == "error" for finding in read.findings):
        raise PayloadError(read.findings)
    code = _EXPORTS[target](read.value)
    return remarked(code, target, wrong) if wrong else code


def _unknown(target: object) -> ValueError:
    meant = nearest(target, tuple(_EXPORTS)) if isinstance(target, str) else None
    hint = f"; did you mean {meant!r}?" if meant else ""
    return ValueError(f"{show(target)} is not an export; use {either(_EXPORTS)}{hint}")

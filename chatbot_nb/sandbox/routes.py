"""The connections API of a sandbox as one function of a request: no sockets, no threads."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from chatbot_nb.connections.models import check_new, check_update
from chatbot_nb.errors import SandboxError
from chatbot_nb.payloads.wording import kind_of
from chatbot_nb.sandbox.store import Settings, timestamp
from chatbot_nb.transport.inbound.http import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from chatbot_nb.bot.verification import Verification
    from chatbot_nb.finding import Finding
    from chatbot_nb.sandbox.store import Store, StoredConnection

BASE: Final = "/v2"
COLLECTION: Final = f"{BASE}/integrations/webhook"

_TYPES: Final = {
    400: "bad_request",
    401: "unauthorized",
    404: "not_found",
    405: "method_not_allowed",
    500: "server_error",
}


class Routes:
    """Answer the calls of the connections API from a store.

    Parameters
    ----------
    store : Store
    access_token : str
        What ``Authorization: Bearer`` must hold.
    verify : callable, optional
        ``verify(url, token)`` sends the verification request to a URL that is new, or whose token is; None sends none.
    require : bool, default False
        Whether a failed verification refuses the call. If not, its words become the connection's ``error``.

    Notes
    -----
    Source: ChatBot docs, "Webhooks API": the five calls, what they take and what they answer when all is well. Our
    reading: the bodies of errors (`error_response`); a field that was not set is left out of the answer; a PUT clears
    the optional fields that it leaves out (a client that counts on the opposite loses data, and its tests notice);
    any Content-Type is read as JSON; HEAD answers as GET.
    """

    def __init__(
        self,
        store: Store,
        access_token: str,
        *,
        verify: Callable[[str, str | None], Verification] | None = None,
        require: bool = False,
    ) -> None:
        self._store = store
        self._authorization = access_token.encode()
        self._verify = verify
        self._require = require

    def __call__(self, method: str, path: str, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> Response:
        """Return the response to one call; it never raises for what a caller sends.

        Parameters
        ----------
        method : str
        path : str
            Without the query, percent signs not decoded.
        headers : iterable of (bytes, bytes)
        body : bytes
        """
        try:
            self._authenticate(headers)
            return self._answer(method, path, body)
        except _Refusal as refusal:
            return refusal.response
        except SandboxError as exc:  # the database failed: nobody's mistake on the wire, and it must be seen
            return error_response(500, str(exc))

    def _authenticate(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        values = [value for name, value in headers if name.lower() == b"authorization"]
        scheme, _, credentials = values[0].partition(b" ") if len(values) == 1 else (b"", b"", b"")
        good = hmac.compare_digest(credentials.strip(), self._authorization)
        if not good or scheme.lower() != b"bearer":
            raise _Refusal(401, "the access token is missing or wrong; send Authorization: Bearer <access token>")

    def _answer(self, method: str, path: str, body: bytes) -> Response:
        if path == COLLECTION:
            match method:
                case "GET" | "HEAD":
                    return Response.json([_list_item(row) for row in self._store.all()])
                case "POST":
                    return self._create(body)
                case _:
                    raise _not_allowed(method, "GET, HEAD, POST")
        parent, _, last = path.rpartition("/")
        if parent != COLLECTION or not last:
            raise _Refusal(404, f"there is no {path!r:.80}; the connections are at {COLLECTION}")
        connection_id = unquote(last, errors="replace")
        match method:
            case "GET" | "HEAD":
                return Response.json(_details(self._existing(connection_id)))
            case "PUT":
                return self._update(connection_id, body)
            case "DELETE":
                return self._delete(connection_id)
            case _:
                raise _not_allowed(method, "DELETE, GET, HEAD, PUT")

    def _create(self, body: bytes) -> Response:
        data = _parsed(body)
        _refuse_if_any(check_new(data))
        settings = _settings(data)
        connection_id = self._store.create(data["storyId"], settings, self._verified(settings))
        return Response.json({"id": connection_id, "timestamp": timestamp(), "status": _status(201, "created")}, 201)

    def _update(self, connection_id: str, body: bytes) -> Response:
        data = _parsed(body)
        _refuse_if_any(check_update(data))
        old, settings = self._existing(connection_id).settings, _settings(data)
        verified = self._verify is not None and (old.url, old.token) != (settings.url, settings.token)
        error = self._verified(settings) if verified else None
        if not self._store.update(connection_id, settings, verified=verified, error=error):
            raise _unknown(connection_id)  # deleted by another call meanwhile
        return _success()

    def _delete(self, connection_id: str) -> Response:
        if not self._store.delete(connection_id):
            raise _unknown(connection_id)
        return _success()

    def _existing(self, connection_id: str) -> StoredConnection:
        found = self._store.get(connection_id)
        if found is None:
            raise _unknown(connection_id)
        return found

    def _verified(self, settings: Settings) -> str | None:
        """Return the words of a failed verification, or None; the store is not locked meanwhile."""
        if self._verify is None:
            return None
        verification = self._verify(settings.url, settings.token)
        if verification.ok:
            return None
        if self._require:
            raise _Refusal(400, f"the verification failed: {verification.error}", verification.findings)
        return verification.error


def error_response(
    status: int, message: str, findings: Sequence[Finding] = (), headers: tuple[tuple[str, str], ...] = ()
) -> Response:
    """Return a response that tells of an error.

    Notes
    -----
    Our reading: the documentation only says that the details are "in the status of the return call". So the body is
    ``{"timestamp", "status": {"code", "type", "message", "details"}}``; each entry of ``details`` has ``pointer``,
    ``code``, ``severity`` and ``message`` of one finding.
    """
    details = [
        {"pointer": each.pointer, "code": each.code, "severity": each.severity, "message": each.message}
        for each in findings
    ]
    described = _status(status, _TYPES.get(status, "error")) | {"message": message, "details": details}
    return Response.json({"timestamp": timestamp(), "status": described}, status, headers)


class _Refusal(Exception):  # noqa: N818 - it never leaves this module
    def __init__(self, status: int, message: str, findings: Sequence[Finding] = (), allow: str = "") -> None:
        super().__init__(message)
        headers: tuple[tuple[str, str], ...] = (("Allow", allow),) if allow else ()
        if status == 401:  # noqa: PLR2004 - RFC 9110, section 11.6.1: a 401 names the scheme
            headers = (("WWW-Authenticate", "Bearer"),)
        self.response = error_response(status, message, findings, headers)


def _not_allowed(method: str, allowed: str) -> _Refusal:
    return _Refusal(405, f"{method!r:.60} is not allowed here; allowed are {allowed}", allow=allowed)


def _unknown(connection_id: str) -> _Refusal:
    return _Refusal(404, f"no connection has the id {connection_id!r:.60}")


def _refuse_if_any(findings: Sequence[Finding]) -> None:
    errors = [each for each in findings if each.severity == "error"]
    if errors:
        raise _Refusal(400, "; ".join(str(each) for each in errors[:3]), findings)


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body.decode())
    except json.JSONDecodeError as exc:
        raise _Refusal(400, f"the body is not JSON: {exc.msg} at line {exc.lineno}, column {exc.colno}") from exc
    except UnicodeDecodeError as exc:
        raise _Refusal(400, f"the body is not UTF-8: {exc.reason} at byte {exc.start}") from exc
    except (ValueError, RecursionError) as exc:
        raise _Refusal(400, "the body is not JSON that can be read: a number too long, or nested too deep") from exc
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError as exc:
        raise _Refusal(
            400, "the body spells half a surrogate pair (\\ud800 to \\udfff alone), which is no text"
        ) from exc
    if not isinstance(data, dict):
        raise _Refusal(400, f"the body is {kind_of(data)}, an object is needed")
    return data


def _settings(data: dict[str, Any]) -> Settings:
    auth = data.get("auth")
    pair = None if auth is None else (auth["username"], auth["password"])
    return Settings(data["name"], data["url"], data.get("token"), data.get("headers"), pair)


def _list_item(row: StoredConnection) -> dict[str, object]:
    return {
        "id": row.id,
        "story": {"id": row.story_id, "name": row.story_name},
        "name": row.settings.name,
        "url": row.settings.url,
        "error": row.error or False,  # documented: false or a string here, null or a string for a single one
        "createdAt": row.created_at,
        "updatedAt": row.updated_at,
    }


def _details(row: StoredConnection) -> dict[str, object]:
    settings = row.settings
    auth = None if settings.auth is None else {"username": settings.auth[0], "password": settings.auth[1]}
    secrets = {"token": settings.token, "headers": settings.headers, "auth": auth}
    shown = _list_item(row) | {"error": row.error}
    return shown | {name: value for name, value in secrets.items() if value is not None}


def _status(code: int, type_: str) -> dict[str, object]:
    return {"code": code, "type": type_}


def _success() -> Response:
    return Response.json({"timestamp": timestamp(), "status": _status(200, "success")})

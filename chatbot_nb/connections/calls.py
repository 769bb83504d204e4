"""The calls of the connections API as they are: one request each, JSON in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatbot_nb.connections.writing import COLLECTION, path_of, secrets_of
from chatbot_nb.errors import ApiError
from chatbot_nb.payloads.wording import kind_of
from chatbot_nb.transport.redact import safe_url

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping, Sequence

    from chatbot_nb.connections.reading import Row
    from chatbot_nb.transport.api.session import ApiSession


class Calls:
    """Makes the calls; what is sent has been checked before.

    Parameters
    ----------
    session : ApiSession

    Notes
    -----
    Each method raises what `ApiSession.request` raises. ``stop`` ends the pauses between tries, ``tries=1`` leaves
    them to the caller. Source: ChatBot docs, "Webhooks API".
    """

    def __init__(self, session: ApiSession) -> None:
        self.session = session

    def list_all(self, stop: threading.Event | None = None) -> list[object]:
        """Return what the list holds."""
        answer = self.session.request("GET", COLLECTION, stop=stop)
        if isinstance(answer, list):
            return answer
        raise self._unexpected("GET", COLLECTION, "an array of connections", answer)

    def read(self, connection_id: str, stop: threading.Event | None = None) -> Row:
        """Return one connection with token, headers and auth."""
        path = path_of(connection_id)
        answer = self.session.request("GET", path, stop=stop)
        if isinstance(answer, dict):
            return answer
        raise self._unexpected("GET", path, "a connection", answer)

    def create(self, body: Mapping[str, object], *, tries: int | None = None) -> str:
        """Create a connection and return its id."""
        answer = self.session.request("POST", COLLECTION, json=body, secrets=secrets_of(body), tries=tries)
        if isinstance(answer, dict) and isinstance(answer.get("id"), str) and answer["id"]:
            return str(answer["id"])
        said = "the answer holds no id. Look in client.connections.all() whether it was created before you try again"
        raise self._error("POST", COLLECTION, said)

    def update(self, connection_id: str, body: Mapping[str, object], *, tries: int | None = None) -> None:
        """Replace what can be set of a connection."""
        self.session.request("PUT", path_of(connection_id), json=body, secrets=secrets_of(body), tries=tries)

    def delete(self, connection_id: str, *, tries: int | None = None) -> None:
        """Delete one connection."""
        self.session.request("DELETE", path_of(connection_id), tries=tries)

    def kept(self, connection_id: str, fields: Sequence[str]) -> ApiError:
        """Return the error for fields that are still there after an update without them."""
        said = f"the API kept {', '.join(fields)}, which the update left out. Delete the connection and create it anew"
        return self._error("PUT", path_of(connection_id), said)

    def _unexpected(self, method: str, path: str, wanted: str, answer: object) -> ApiError:
        got = "nothing" if answer is None else kind_of(answer)
        return self._error(method, path, f"answered with {got}, not {wanted}. Check base_url")

    def _error(self, method: str, path: str, said: str) -> ApiError:
        url = safe_url(self.session.base_url + path)
        return ApiError(f"{method} {url}: {said}", method=method, url=url, status=200, body="")

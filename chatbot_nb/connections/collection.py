"""The connections of an account: read, written, and as a DataFrame."""

from __future__ import annotations

from dataclasses import asdict
from enum import Enum
from typing import TYPE_CHECKING, Final

from chatbot_nb.connections.models import check_new, check_update
from chatbot_nb.connections.reading import Reader, warn_of
from chatbot_nb.connections.writing import (
    kept_fields,
    path_of,
    plain_fields,
    present,
    raise_if_any,
)
from chatbot_nb.transport.redact import safe_url

if TYPE_CHECKING:
    import pandas as pd
    from pydantic import SecretStr

    from chatbot_nb.connections.calls import Calls
    from chatbot_nb.connections.models import Connection
    from chatbot_nb.connections.writing import AuthLike, Headers


class _Unset(Enum):
    """What a parameter is that was not passed; None says that a field is to be removed."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "<as it is>"


_UNSET: Final = _Unset.UNSET


class Connections:
    """The connections of an account; `Client.connections`.

    Every method raises the errors of the API: `AuthenticationError`, `NotFoundError`, `RateLimitError`,
    `ServerError`, `ApiError`, `TransportError`, `ApiTimeoutError`.

    Attributes
    ----------
    calls : Calls
        The calls of the API as they are, for what makes many of them.
    """

    def __init__(self, calls: Calls) -> None:
        self.calls = calls

    def __repr__(self) -> str:
        return f"Connections(base_url={safe_url(self.calls.session.base_url)!r})"

    def all(self) -> list[Connection]:
        """Return all connections, in the order of the API, without token, headers and auth.

        Returns
        -------
        list of Connection
            What could not be read of one is None, and `UnreadableFieldWarning` names it; an item without an id is
            left out and named there too.

        Notes
        -----
        One request. Source: ChatBot docs, "List all connections".
        """
        reader = Reader(self.calls.list_all())
        connections = reader.connections()
        warn_of(reader.findings, stacklevel=2)
        return connections

    def get(self, connection_id: str) -> Connection:
        """Return one connection with token, headers and auth.

        Parameters
        ----------
        connection_id : str
            Any non-empty text; 24 hexadecimal characters in practice.

        Returns
        -------
        Connection
            As `all` gives it; secrets are shown as ``**********``.

        Notes
        -----
        One request. Source: ChatBot docs, "List single connection".
        """
        reader = Reader([{**self.calls.read(connection_id), "id": connection_id}], single=True)
        (connection,) = reader.connections()
        warn_of(reader.findings, stacklevel=2)
        return connection

    def create(  # noqa: PLR0913  # the documented fields
        self,
        *,
        story_id: str,
        name: str,
        url: str,
        token: str | SecretStr | None = None,
        headers: Headers | None = None,
        auth: AuthLike | None = None,
    ) -> str:
        """Create a connection and return its id.

        Parameters
        ----------
        story_id : str
            24 characters.
        name : str
            1 to 128 characters.
        url : str
            1 to 1,024 characters, http or https.
        token : str or SecretStr, optional
            1 to 1,024 characters.
        headers : mapping of str to str or SecretStr, optional
            1 to 10 entries.
        auth : Auth, (username, password) or mapping, optional
            1 to 1,024 characters each.

        Returns
        -------
        str
            The id of the new connection.

        Raises
        ------
        PayloadError
            Something breaks a documented rule; ``findings`` has all of it, and nothing was sent.

        Notes
        -----
        One request, never repeated once it may have arrived. Source: ChatBot docs, "Create connection".
        """
        fields = {"storyId": story_id, "name": name, "url": url, "token": token, "headers": headers, "auth": auth}
        body = present(plain_fields(fields))
        raise_if_any(check_new(body), "connection")
        return self.calls.create(body)

    def update(  # noqa: PLR0913  # the documented fields
        self,
        connection_id: str,
        *,
        name: str | _Unset = _UNSET,
        url: str | _Unset = _UNSET,
        token: str | SecretStr | _Unset | None = _UNSET,
        headers: Headers | _Unset | None = _UNSET,
        auth: AuthLike | _Unset | None = _UNSET,
    ) -> None:
        """Change the fields that are named; the others stay as they are.

        Parameters
        ----------
        connection_id : str
        name, url, token, headers, auth : optional
            As for `create`. None removes token, headers or auth; `headers` replaces all of them.

        Raises
        ------
        PayloadError
            Something breaks a documented rule, also a field that was not named but must be sent back; nothing was
            changed.
        ValueError
            No field was named.

        Notes
        -----
        Two requests: the documentation does not say whether an update clears what it leaves out, so the connection
        is read first and every field is sent back; a third one looks whether what was to be removed is gone. A
        change that somebody else makes in between is overwritten. Source: ChatBot docs, "Update connection".
        """
        fields = {"name": name, "url": url, "token": token, "headers": headers, "auth": auth}
        named = plain_fields({key: value for key, value in fields.items() if value is not _UNSET})
        if not named:
            raise ValueError("update: nothing to change; name at least one of name, url, token, headers, auth")
        path_of(connection_id)
        # What was named is checked on its own first, so that a mistake is told before anything is sent.
        raise_if_any(check_update({"name": "-", "url": "https://example.com", **named}), "connection")
        body = present({**kept_fields(self.calls.read(connection_id)), **named})
        what = f"connection {connection_id} as the API shows it (pass these fields to update() to replace them)"
        raise_if_any(check_update(body), what)
        self.calls.update(connection_id, body)
        removed = [key for key, value in named.items() if value is None]
        left = [key for key in removed if key in kept_fields(self.calls.read(connection_id))] if removed else []
        if left:
            raise self.calls.kept(connection_id, left)

    def delete(self, connection_id: str) -> None:
        """Delete one connection.

        Parameters
        ----------
        connection_id : str

        Notes
        -----
        One request. Source: ChatBot docs, "Delete connection".
        """
        self.calls.delete(connection_id)

    def frame(self, *, details: bool = False, reveal: bool = False, progress: bool = True) -> pd.DataFrame:
        """Return the connections as one row each.

        Parameters
        ----------
        details : bool, default False
            Also read each connection on its own: one more request for each, 16 at once.
        reveal : bool, default False
            With `details`: also the secrets, in clear.
        progress : bool, default True
            With `details`: show a progress bar once it takes longer than a second.

        Returns
        -------
        pandas.DataFrame, shape (n, 7), (n, 11) with details, (n, 14) with reveal
            Index ``id`` (str). Columns ``name``, ``url``, ``story_id``, ``story_name``, ``error`` (str, missing if
            none), ``created_at``, ``updated_at`` (datetime64[us, UTC]), in the order of the API. With `details` also
            ``has_token`` (boolean), ``headers`` (str: their names, joined by ``", "``), ``auth_username`` (str),
            ``read_error`` (str: why the details are missing; itself missing where they are there). With `reveal`
            also ``token``, ``header_values`` (str: a JSON object), ``auth_password``. The same columns and dtypes
            for an empty account. ``attrs["findings"]`` holds what could not be read, a dict with the fields of a
            `Finding` for each: plain values, so that pandas can write them into a Parquet file.

        Raises
        ------
        ValueError
            `reveal` without `details`.

        Notes
        -----
        One request, and those of the details. Fewer are made at once after an answer of status 429. Interrupting
        the details (the stop button, Ctrl-C) starts no more requests, gives those under way one second, and returns
        what was read. Excel knows no time zones: before ``to_excel``, pass both times through
        ``.dt.tz_localize(None)``. Source: ChatBot docs, "List all connections", "List single connection".
        """
        if reveal and not details:
            raise ValueError("reveal=True shows what only details=True reads; pass frame(details=True, reveal=True)")
        from chatbot_nb.connections.details import add_details
        from chatbot_nb.connections.frame import list_frame

        reader = Reader(self.calls.list_all())
        frame = list_frame(reader)
        if details:
            add_details(frame, reader, self.calls, reveal=reveal, progress=progress)
        frame.attrs["findings"] = [asdict(finding) for finding in reader.findings]
        warn_of(reader.findings, stacklevel=2)
        return frame

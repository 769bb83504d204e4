"""Takes a snapshot of an account, saves it and opens it again."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chatbot_nb.connections.client import Client
from chatbot_nb.connections.snapshots.checking import bad_ids
from chatbot_nb.connections.snapshots.columns import DETAILS, SECRETS, mask_urls
from chatbot_nb.connections.snapshots.comparison import Comparison
from chatbot_nb.connections.snapshots.difference import difference
from chatbot_nb.connections.snapshots.files import read, write
from chatbot_nb.connections.writing import raise_if_any
from chatbot_nb.payloads.display import as_html
from chatbot_nb.payloads.wording import counted
from chatbot_nb.transport.redact import safe_url

if TYPE_CHECKING:
    import pandas as pd

_MILLISECOND: Final = 1000  # microseconds


def snapshot(
    source: Client | str | os.PathLike[str], *, details: bool = False, reveal: bool = False, progress: bool = True
) -> Snapshot:
    """Take a snapshot of an account, or open one that was saved.

    Parameters
    ----------
    source : Client, str or path
        A client: its account is read now. A path: the snapshot in this file is opened.
    details : bool, default False
        Also read each connection on its own, as `Connections.frame` does: whether it has a token, the names of its
        headers, the user of its Basic authentication.
    reveal : bool, default False
        With `details`: also the secrets, in clear. Only so are changed secrets seen by `Snapshot.compare`.
    progress : bool, default True
        With `details`: show a progress bar once it takes longer than a second.

    Returns
    -------
    Snapshot

    Raises
    ------
    PayloadError
        The file is no snapshot, or not a whole one; or two connections have the same id. ``findings`` says where.
    FileNotFoundError, IsADirectoryError
        There is no file of this name.
    ImportError
        The file is of Parquet and pyarrow is not installed.
    ValueError
        `reveal` without `details`; `details` or `reveal` with a path, whose file holds what it holds; a file name
        that ends neither in ``.json`` nor in ``.parquet``.
    ChatBotError
        The account could not be read, as for `Connections.frame`.

    Notes
    -----
    Without `reveal` no token, header value or password is kept, and a URL is kept without the credentials in it:
    user, password, and the values of query parameters that sound like secrets are ``***``. A change of such a part
    alone is not seen.

    Examples
    --------
    >>> from chatbot_nb import Sandbox
    >>> with Sandbox(verify="off") as sandbox, sandbox.client() as client:
    ...     _ = sandbox.seed(24)
    ...     before = snapshot(client)
    ...     client.connections.delete(before.frame.index[0])
    ...     print(before.compare(snapshot(client)))
    0 appeared, 1 vanished, 0 changed
      vanished 'Order status'
    """
    if isinstance(source, Client):
        if reveal and not details:
            raise ValueError("reveal=True keeps what only details=True reads; pass snapshot(client, details=True, ...)")
        taken_at = datetime.now(UTC)
        frame = source.connections.frame(details=details, reveal=reveal, progress=progress)
        raise_if_any(bad_ids(frame.index), "account")
        return Snapshot(frame, taken_at, source.connections.calls.session.base_url)
    if not isinstance(source, str | os.PathLike):
        raise TypeError(f"snapshot takes a client or a path, not {type(source).__name__}")
    if details or reveal:
        raise ValueError("details and reveal are for a client; a file holds what was saved: pass the path alone")
    return Snapshot(*read(Path(source)))


class Snapshot:
    """An account as it was at one moment; `snapshot` makes it.

    Parameters
    ----------
    frame : pandas.DataFrame
        As `Connections.frame` documents it.
    taken_at : datetime
        With its time zone.
    base_url : str
        Of the API.

    Attributes
    ----------
    frame : pandas.DataFrame
    taken_at : datetime
        When reading the account began: UTC, whole milliseconds.
    base_url : str
        Of the API, without user, password and query values.
    """

    def __init__(self, frame: pd.DataFrame, taken_at: datetime, base_url: str) -> None:
        taken_at = taken_at.astimezone(UTC)
        self.taken_at = taken_at.replace(microsecond=taken_at.microsecond // _MILLISECOND * _MILLISECOND)
        self.base_url = safe_url(base_url)
        self._reveals = set(SECRETS) <= set(frame)
        self._frame = frame if self._reveals else _without_credentials(frame)

    @property
    def frame(self) -> pd.DataFrame:
        """The connections as one row each: a copy.

        Returns
        -------
        pandas.DataFrame, shape (n, 7), (n, 11) with details, (n, 14) with reveal
            Index, columns, dtypes, order and ``attrs["findings"]`` as `Connections.frame` documents them, also after
            a way through a file.
        """
        return self._frame.copy(deep=False)  # pandas copies what is written to

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
        """Write the snapshot into a file, which `snapshot` opens again.

        Parameters
        ----------
        path : str or path
            Ends in ``.json`` (a line for each connection, so that ``git diff`` shows what changed) or in
            ``.parquet`` (smaller; it needs pyarrow).
        overwrite : bool, default False
            Whether a file that is there already is replaced.

        Returns
        -------
        pathlib.Path
            `path`.

        Raises
        ------
        ValueError
            `path` ends in something else.
        FileExistsError
            The file is there already, and `overwrite` is False.
        FileNotFoundError, IsADirectoryError
            The folder does not exist, or `path` is one.
        ImportError
            Parquet, and pyarrow is not installed.

        Notes
        -----
        The file appears as a whole or not at all: whatever happens, there is the old one or the new one. With
        secrets in it, only its owner may read it (mode 0600, not on Windows).
        """
        return write(Path(path), self, overwrite=overwrite)

    def compare(self, later: Snapshot) -> Comparison:
        """Return what became of the account from this snapshot to a later one.

        Parameters
        ----------
        later : Snapshot

        Returns
        -------
        Comparison
            ``notes`` says so if `later` is the earlier one, is of another API, or holds other columns.

        Notes
        -----
        Connections are matched by id. ``read_error`` is not compared, nor are the details of a connection that could
        not be read for either. That a connection's ``updated_at`` changed is told only where nothing else did: then
        something was saved that the snapshots do not hold, or nothing at all.
        """
        if not isinstance(later, Snapshot):
            raise TypeError(f"compare takes a Snapshot, not {type(later).__name__}; open a file by cb.snapshot(path)")
        return Comparison(*difference(self, later))

    def __repr__(self) -> str:
        return f"Snapshot({self._holds()})"

    def _repr_html_(self) -> str:
        taken = f"{self.taken_at:%Y-%m-%d %H:%M:%S} UTC"
        found = len(self._frame.attrs.get("findings", []))
        unread = int(self._frame["read_error"].notna().sum()) if "read_error" in self._frame else 0
        lines = [
            *([f"{counted(found, 'field')} could not be read: .frame.attrs['findings']"] if found else []),
            *([f"{counted(unread, 'connection')} without details: .frame['read_error']"] if unread else []),
        ]
        details = "".join(f'<p style="margin:4px 0">{escape(line)}</p>' for line in lines)
        return as_html(f"Snapshot: {self._holds()}, taken {taken}", sent=self.base_url, details=details)

    def _holds(self) -> str:
        with_what = " with details" if set(DETAILS) <= set(self._frame) else ""
        return counted(len(self._frame), "connection") + with_what + (" and secrets in clear" if self._reveals else "")


def _without_credentials(frame: pd.DataFrame) -> pd.DataFrame:
    # A finding quotes what could not be read, cut at 60 characters: half a password is no less a secret.
    findings = [
        each | {"actual": None} if each["pointer"].endswith("/url") else each
        for each in frame.attrs.get("findings", [])
    ]
    frame = mask_urls(frame)
    frame.attrs["findings"] = findings
    return frame

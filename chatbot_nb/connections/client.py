"""The client of one account."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from chatbot_nb.connections.calls import Calls
from chatbot_nb.connections.collection import Connections
from chatbot_nb.errors import MissingAccessTokenError
from chatbot_nb.transport.api.session import ApiSession
from chatbot_nb.transport.redact import safe_url

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

BASE_URL: Final = "https://api.chatbot.com/v2"


class Client:
    """A client of the ChatBot API for one account.

    Parameters
    ----------
    access_token : str, optional
        The developer access token; by default that of the environment variable ``CHATBOT_ACCESS_TOKEN``.
    base_url : str, optional
        Where the API is, by default ``"https://api.chatbot.com/v2"``. A sandbox has its own.
    timeout : float, default 10.0
        Seconds to connect, and for each wait for data. A call that is repeated has them each time.

    Attributes
    ----------
    connections : Connections
        The connections of the account.

    Raises
    ------
    MissingAccessTokenError
        No access token was passed, and none is in the environment.
    ValueError, TypeError
        The access token, `base_url` or `timeout` cannot be used.

    Examples
    --------
    >>> with Client("an-access-token") as client:
    ...     client
    Client(base_url='https://api.chatbot.com/v2')
    """

    def __init__(self, access_token: str | None = None, base_url: str | None = None, timeout: float = 10.0) -> None:
        access_token = access_token if access_token is not None else os.environ.get("CHATBOT_ACCESS_TOKEN")
        if access_token is None or access_token == "":
            raise MissingAccessTokenError(
                "no access token: set the environment variable CHATBOT_ACCESS_TOKEN, or pass access_token=... . "
                "Without an account use cb.connect() or cb.Sandbox(), which need none"
            )
        self._session = ApiSession(BASE_URL if base_url is None else base_url, access_token, timeout=timeout)
        self.connections = Connections(Calls(self._session))

    def __repr__(self) -> str:
        return f"Client(base_url={safe_url(self._session.base_url)!r})"

    def close(self) -> None:
        """Close the connections to the API that are kept open; calling it twice is harmless."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

"""The one place through which every call of the connections API goes."""

from __future__ import annotations

import contextlib
import errno
import json as json_module
import random
import threading
import time
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import requests
import urllib3.exceptions
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.util import Retry

from chatbot_nb.errors import ApiError, ChatBotError, MissingAccessTokenError, TransportError
from chatbot_nb.transport.api.causes import never_connected, transport_error
from chatbot_nb.transport.api.refusals import api_error, not_json
from chatbot_nb.transport.headers import USER_AGENT
from chatbot_nb.transport.redact import safe_url
from chatbot_nb.transport.timeouts import checked_timeout

if TYPE_CHECKING:
    from collections.abc import Iterable

    from requests import PreparedRequest, Response

_TRIES: Final = 4
_BACKOFF: Final = 0.25  # seconds before the second try; twice as much before each later one
_RETRY_AFTER_MAX: Final = 30  # seconds; a person waits at the other end
_MAX_BODY: Final = 256 * 1024 * 1024  # bytes: a list of more than a million connections
_CHUNK: Final = 65_536
# One wait for data is bounded by `timeout`; a body that drips in just fast enough, by so many times that.
_BODY_TIMEOUTS: Final = 10
_BUSY: Final = frozenset({429, 502, 503, 504})
_TOO_MANY: Final = 429
_IDEMPOTENT: Final = frozenset({"GET", "PUT", "DELETE"})
_LOST: Final = frozenset(
    {"ECONNREFUSED", "ECONNRESET", "ECONNABORTED", "EPIPE", "ENOTFOUND", "EAI_AGAIN", "ENETUNREACH", "EHOSTUNREACH"}
)


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes
    retry_after: float | None = None
    location: str = ""


class _BearerAuth(AuthBase):
    """The access token; as ``auth=`` it is not replaced by what ``~/.netrc`` says of the host."""

    def __init__(self, access_token: str) -> None:
        self._header = f"Bearer {access_token}"

    def __call__(self, prepared: PreparedRequest) -> PreparedRequest:
        prepared.headers["Authorization"] = self._header
        return prepared


class _Session(requests.Session):
    def get_redirect_target(self, resp: Response) -> str | None:  # noqa: ARG002  # the signature is requests'
        """Never follow: a redirect would carry the access token elsewhere, and turn a PUT into a GET."""
        return None


class ApiSession:
    """Calls the API: pooled connections, deadlines, retries, and errors of this package.

    Parameters
    ----------
    base_url : str
        Where the API is, for example ``"https://api.chatbot.com/v2"``; http or https.
    access_token : str
        The developer access token: printable ASCII without spaces.
    timeout : float, default 10.0
        Seconds to connect, and for each wait for data. A body may take ten times as long as a whole.
    workers : int, default 16
        How many calls may be under way at once: so many connections are kept.

    Attributes
    ----------
    throttled : int
        How many answers of status 429 were seen.

    Raises
    ------
    MissingAccessTokenError
        The access token is empty.
    ValueError, TypeError
        The access token, `base_url` or `timeout` cannot be used.

    Notes
    -----
    429, 502, 503, 504 and lost connections are met with up to three more tries of a GET, PUT or DELETE, after
    ``Retry-After`` (at most 30 s) or a growing pause. A POST is repeated only where no connection came about, since
    it must not create anything twice. A deadline that passed is not repeated. Redirects are not followed. Proxies
    and certificates of the environment are those of the moment the session is made.
    """

    def __init__(self, base_url: str, access_token: str, *, timeout: float = 10.0, workers: int = 16) -> None:
        self.base_url = _checked_url(base_url)
        self.timeout = checked_timeout(timeout)
        self.workers = workers
        self.throttled = 0
        self._access_token = _checked_access_token(access_token)
        self._lock = threading.Lock()
        self._session = _Session()
        self._session.auth = _BearerAuth(access_token)
        self._session.headers.update({"Accept": "application/json", "User-Agent": USER_AGENT})
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # threads share it: keep no state
        self._adapter = HTTPAdapter(pool_maxsize=workers, pool_block=True)
        self._session.mount("https://", self._adapter)
        self._session.mount("http://", self._adapter)
        # Looking through the environment costs more than the rest of a call, so it is done once.
        settings = self._session.merge_environment_settings(self.base_url, {}, stream=None, verify=True, cert=None)
        self._session.proxies, self._session.verify = settings["proxies"], settings["verify"]
        self._session.trust_env = False

    def __repr__(self) -> str:
        return f"ApiSession(base_url={safe_url(self.base_url)!r})"

    def close(self) -> None:
        """Close the kept connections; a call that follows opens new ones."""
        # requests leaves it to the garbage collector, which the traceback of an earlier failure holds up.
        for manager in (self._adapter.poolmanager, *self._adapter.proxy_manager.values()):
            for key in manager.pools.keys():  # noqa: SIM118  # no mapping: it cannot be iterated over
                if pool := manager.pools.get(key):
                    pool.close()
        self._session.close()

    def request(  # noqa: PLR0913  # what a call is, and how far to go for it
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        secrets: Iterable[str] = (),
        stop: threading.Event | None = None,
        tries: int | None = None,
    ) -> object:
        """Make one call and return what it answers.

        Parameters
        ----------
        method : {"GET", "POST", "PUT", "DELETE"}
        path : str
            Below `base_url`, percent-encoded, for example ``"/integrations/webhook"``.
        json : JSON value, optional
            The body.
        secrets : iterable of str, optional
            Texts of the body that no error may show, also where the answer repeats them.
        stop : threading.Event, optional
            Once it is set, no further try is made.
        tries : int, optional
            At most so many, 4 by default.

        Returns
        -------
        JSON value
            The body of a 2xx answer, None if it is empty.

        Raises
        ------
        AuthenticationError, NotFoundError, RateLimitError, ServerError, ApiError
            The answer was no success, or was not JSON.
        TransportError, ApiTimeoutError
            No complete answer came.
        """
        url = self.base_url + path
        data = None if json is None else json_module.dumps(json).encode()
        hidden = (self._access_token, *secrets)
        stop = stop or threading.Event()
        perhaps_done = False
        most = _TRIES if tries is None else tries
        for number in range(1, most + 1):
            outcome = self._attempt(method, url, data, number)
            if number == most or not _may_repeat(method, outcome) or _pause(_wait(outcome, number), stop):
                break
            perhaps_done |= outcome.sent if isinstance(outcome, TransportError) else outcome.status != _TOO_MANY
        if isinstance(outcome, TransportError):
            raise outcome
        if method == "DELETE" and outcome.status == 404 and perhaps_done:  # noqa: PLR2004  # an earlier try deleted it
            return None
        if not 200 <= outcome.status < 300:  # noqa: PLR2004  # success
            error = api_error(
                method, url, outcome.status, outcome.body, location=outcome.location, tries=number, secrets=hidden
            )
            error.retry_after = outcome.retry_after
            raise error
        return _parsed(method, url, outcome, hidden)

    def _attempt(self, method: str, url: str, data: bytes | None, tries: int) -> _Answer | TransportError:
        headers = None if data is None else {"Content-Type": "application/json"}
        try:
            with self._session.request(
                method, url, data=data, headers=headers, timeout=self.timeout, stream=True, allow_redirects=False
            ) as http_response:
                body = self._read(method, url, http_response)
        except ApiError:
            raise
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            # Not raised here: what requests raised holds the request with its headers, and would stay attached.
            cause = transport_error(method, url, error, timeout=self.timeout, tries=tries)
            cause.sent = not never_connected(error)
            return cause
        if http_response.status_code == _TOO_MANY:
            with self._lock:
                self.throttled += 1
        answered = http_response.headers
        location = answered.get("Location", "") if http_response.status_code // 100 == 3 else ""  # noqa: PLR2004  # 3xx
        return _Answer(http_response.status_code, body, _seconds(answered.get("Retry-After", "")), location)

    def _read(self, method: str, url: str, http_response: Response) -> bytes:
        deadline = time.monotonic() + _BODY_TIMEOUTS * self.timeout
        body = bytearray()
        # Not iter_content: it waits for a whole chunk, however slowly that comes.
        while chunk := http_response.raw.read1(_CHUNK, decode_content=True):
            body += chunk
            if len(body) > _MAX_BODY:
                said = f"{method} {safe_url(url)} answered with more than {_MAX_BODY:,} bytes. Check base_url"
                raise ApiError(said, method=method, url=safe_url(url), status=http_response.status_code, body="")
            if time.monotonic() > deadline:
                raise TimeoutError
        # The standard library takes the end of the connection for that of the head. A head that was cut announces no
        # length, and nothing follows it; a 204, which needs none, counts as one of 0 bytes.
        raw = http_response.raw
        if not body and raw.length_remaining is None and not raw.chunked:
            raise ConnectionResetError(errno.ECONNRESET, "the head was cut")
        return bytes(body)


def backoff(tries: int, retry_after: float | None = None) -> float:
    """Return seconds until the next try: what was asked for, else growing with the tries made, and random."""
    if retry_after is not None:
        return retry_after
    return _BACKOFF * 2.0 ** (tries - 1) * random.uniform(0.5, 1)  # noqa: S311  # spreads the load, guards nothing


def is_passing(error: ChatBotError) -> bool:
    """Return whether a later try of the same call may well succeed."""
    if isinstance(error, ApiError):
        return error.status in _BUSY
    return isinstance(error, TransportError) and error.code in _LOST


def _may_repeat(method: str, outcome: _Answer | TransportError) -> bool:
    if isinstance(outcome, _Answer):
        return outcome.status in _BUSY and method in _IDEMPOTENT
    return outcome.code in _LOST and (method in _IDEMPOTENT or not outcome.sent)


def _wait(outcome: _Answer | TransportError, tries: int) -> float:
    return backoff(tries, outcome.retry_after if isinstance(outcome, _Answer) else None)


def _seconds(retry_after: str) -> float | None:
    """Return what the header asks for, at most 30 s; None where that is nothing, or no number and no date."""
    # A header of thousands of digits, and a date beyond the calendar, raise more than InvalidHeader.
    with contextlib.suppress(urllib3.exceptions.InvalidHeader, ValueError, OverflowError):
        seconds = Retry(retry_after_max=_RETRY_AFTER_MAX).parse_retry_after(retry_after) if retry_after else 0
        if seconds > 0:
            return seconds
    return None


def _pause(seconds: float, stop: threading.Event) -> bool:
    """Wait; return whether `stop` ended it."""
    return stop.wait(seconds)


def _parsed(method: str, url: str, answer: _Answer, hidden: tuple[str, ...]) -> object:
    if not answer.body.strip():
        return None
    try:
        document: object = json_module.loads(answer.body)
    except (ValueError, RecursionError):
        document = not_json(method, url, answer.status, answer.body, secrets=hidden)
    if isinstance(document, ApiError):
        raise document
    return document


def _checked_access_token(access_token: object) -> str:
    if not isinstance(access_token, str):
        raise TypeError(f"the access token is {type(access_token).__name__}, not str")
    if not access_token:
        raise MissingAccessTokenError("the access token is empty; set CHATBOT_ACCESS_TOKEN or pass access_token=...")
    for position, character in enumerate(access_token):
        if not "!" <= character <= "~":
            kind = "a space or line break" if character.isspace() else "a character that is not printable ASCII"
            raise ValueError(
                f"the access token holds {kind} at position {position}; copy it again, into CHATBOT_ACCESS_TOKEN or "
                "access_token=..."
            )
    return access_token


def _checked_url(base_url: str) -> str:
    problem = "it is not a text"
    if isinstance(base_url, str):
        try:
            parts = urlsplit(requests.Request("GET", base_url).prepare().url or "")
            problem = "" if parts.scheme in {"http", "https"} and parts.hostname else "it is neither http nor https"
            problem = "it has a query or a fragment" if not problem and (parts.query or parts.fragment) else problem
        except ValueError:  # requests' InvalidURL and MissingSchema among them
            problem = "it cannot be read as a URL"
    if problem:
        shown = safe_url(str(base_url))
        raise ValueError(f"base_url: {shown!r:.200}: {problem}; use one such as 'https://api.chatbot.com/v2'")
    return base_url.rstrip("/")

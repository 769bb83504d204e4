"""What is sent to the API: paths, bodies, and which of their texts are secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import quote

from pydantic import SecretStr

from chatbot_nb.connections.models import Auth
from chatbot_nb.errors import PayloadError
from chatbot_nb.finding import Finding
from chatbot_nb.payloads.wording import printable
from chatbot_nb.transport.redact import CREDENTIALS

if TYPE_CHECKING:
    from collections.abc import Sequence

Headers: TypeAlias = Mapping[str, str | SecretStr]
AuthLike: TypeAlias = Auth | tuple[str, str | SecretStr] | Mapping[str, str | SecretStr]

COLLECTION: Final = "/integrations/webhook"
_UPDATED: Final = ("name", "url", "token", "headers", "auth")
_OPTIONAL: Final = ("token", "headers", "auth")
_PAIR: Final = 2
_LONGEST_ID: Final = 256  # characters; ids have 24, and a message that repeats one must stay readable


def path_of(connection_id: object) -> str:
    """Return where a connection is; an empty id would be the list, a dotted one another place."""
    if not isinstance(connection_id, str):
        problem = f"{type(connection_id).__name__}, not str"
    elif len(connection_id) > _LONGEST_ID:
        problem = f"{len(connection_id):,} characters, at most {_LONGEST_ID}"
    elif connection_id.strip() in {"", ".", ".."} or printable(connection_id) != connection_id:
        problem = f"{connection_id!r} is no id"
    else:
        return f"{COLLECTION}/{quote(connection_id, safe='')}"
    message = f"{problem}; the ids are those of client.connections.all()"
    raise PayloadError([Finding("", "bad_id", "error", message)], "connection id")


def plain_fields(fields: Mapping[str, object]) -> dict[str, object]:
    """Return what a user passed as JSON has it: secrets in clear, an `Auth` or a pair as an object."""
    return {key: _plain_auth(value) if key == "auth" else _plain(value) for key, value in fields.items()}


def kept_fields(connection: Mapping[str, object]) -> dict[str, object]:
    """Return the fields of a connection, as the API shows it, that an update must send back."""
    fields = {key: connection[key] for key in _UPDATED if key in connection}
    # Our reading: an empty token, no headers, and auth with nothing in it are ways to say that there is none.
    if isinstance(auth := fields.get("auth"), dict) and not any(auth.values()):
        fields["auth"] = None
    return {key: value for key, value in fields.items() if key not in _OPTIONAL or value not in (None, "", {})}


def present(fields: Mapping[str, object]) -> dict[str, object]:
    """Return the fields without those that say by None that there is none."""
    return {key: value for key, value in fields.items() if value is not None or key not in _OPTIONAL}


def secrets_of(body: Mapping[str, object]) -> tuple[str, ...]:
    """Return the texts of a body that no error may show."""
    in_url = (match[0] for match in CREDENTIALS.finditer(str(body.get("url"))))
    parts = (part for text in in_url for part in (text, text.partition("=")[2], text.partition(":")[2]) if part)
    return (*parts, *(text for key in _OPTIONAL for text in _texts(body.get(key))))


def raise_if_any(findings: Sequence[Finding], what: str) -> None:
    """Raise PayloadError if there are findings."""
    if findings:
        raise PayloadError(findings, what)


def _plain(value: object) -> object:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Mapping):
        return {name: _plain(text) for name, text in value.items()}
    return value


def _plain_auth(value: object) -> object:
    if isinstance(value, Auth):
        return {"username": value.username, "password": value.password.get_secret_value()}
    if isinstance(value, tuple | list) and len(value) == _PAIR:
        return dict(zip(("username", "password"), map(_plain, value), strict=True))
    return _plain(value)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for text in value.values():
            yield from _texts(text)

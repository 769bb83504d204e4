"""Connections: as the API shows them (lenient), and as it takes them (strict)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime  # not under TYPE_CHECKING: pydantic reads the annotations
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_core import PydanticCustomError

from chatbot_nb.payloads import limits
from chatbot_nb.payloads._base import WireModel, sized
from chatbot_nb.payloads.translate import Place, findings_of
from chatbot_nb.payloads.wording import show
from chatbot_nb.transport.headers import NAME as HEADER_NAME
from chatbot_nb.transport.redact import safe_url

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatbot_nb.finding import Finding

# Pointers to what findings never show; a URL may hold a password, so its own wording shows it through safe_url.
_SECRET: Final = ("/url", "/token", "/headers", "/auth")
# What the fields of JSON type object look like.
_FORMS: Final = {"/headers": '{"X-Api-Key": "..."}', "/auth": '{"username": "...", "password": "..."}'}
# What a header's value cannot hold: control characters but the tab, and what is beyond Latin-1.
_UNSENDABLE: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]|[^\x00-\xff]")
_CONTROL_OR_SPACE: Final = re.compile(r"[\x00-\x20\x7f]")


class _Read(WireModel):
    # pydantic's own refusal would show the value, which may be a secret
    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(
            f"{name}: this is what was read and stays so; change it with client.connections.update(id, ...)"
        )


class StoryRef(_Read):
    """The story that a connection belongs to; a part that the API did not send readably is None.

    Attributes
    ----------
    id, name : str or None
    """

    id: str | None = None
    name: str | None = None


class Auth(_Read):
    """What a connection sends as HTTP Basic authentication.

    Attributes
    ----------
    username : str
        1 to 1,024 characters.
    password : pydantic.SecretStr
        1 to 1,024 characters; ``.get_secret_value()`` gives them.
    """

    username: str
    password: SecretStr


class Connection(_Read):
    """One webhook of the account, as the API shows it. Nothing of it is checked: reading is lenient.

    Attributes
    ----------
    id : str
        24 hexadecimal characters in practice; any non-empty text is taken.
    name, url : str or None
        None where the API sent nothing readable, as for all that follows.
    story : StoryRef
    error : str or None
        Why the last delivery failed, None if it did not.
    created_at, updated_at : datetime.datetime or None
        In UTC.
    token : pydantic.SecretStr or None
        Sent with each delivery as ``?token=``. Like ``headers`` and ``auth`` it is known only where the connection
        was read on its own: the list does not hold it.
    headers : dict of str to pydantic.SecretStr
        Sent with each delivery; empty if there are none.
    auth : Auth or None

    Notes
    -----
    Source: ChatBot docs, "List all connections" and "List single connection".
    """

    id: str
    name: str | None = None
    url: str | None = None
    story: StoryRef = StoryRef()
    error: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    token: SecretStr | None = None
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    auth: Auth | None = None

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        # a URL may hold a password; the attribute has it whole
        return (dict(super().__repr_args__()) | {"url": self.url and safe_url(self.url)}).items()


def _http_url(text: str) -> str:
    """Our reading: the documentation only says that a URL is a text."""
    if _CONTROL_OR_SPACE.search(text):
        raise PydanticCustomError("bad_url", "the value holds a space, a line break or another control character")
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0  # over 65535 it raises
    except ValueError:
        usable = False
    if not usable:
        message = "{shown} is not an http or https URL; use one such as https://example.com/hook"
        raise PydanticCustomError("bad_url", message, {"shown": show(safe_url(text))})
    return text


def _header_name(text: str) -> str:
    if not HEADER_NAME.fullmatch(text):
        message = "{shown} is not the name of a header; use letters, digits and hyphens, as in X-Api-Key"
        raise PydanticCustomError("bad_header_name", message, {"shown": show(text)})
    return text


def _header_value(text: str) -> str:
    """Our reading: a line break would add headers to every delivery, and HTTP has no other alphabet."""
    if _UNSENDABLE.search(text):
        message = "the value holds a line break, another control character, or one beyond Latin-1"
        raise PydanticCustomError("bad_header_value", message)
    return text


_HeaderName: TypeAlias = Annotated[str, AfterValidator(_header_name)]
_HeaderValue: TypeAlias = Annotated[str, AfterValidator(_header_value)]


class _NewAuth(WireModel):
    username: Annotated[str, sized(limits.AUTH_USERNAME)]
    password: Annotated[str, sized(limits.AUTH_PASSWORD)]


class ConnectionUpdate(WireModel):
    """The body of an update, checked: sizes, types, and no key that the documentation does not name.

    Parameters
    ----------
    name : str
        1 to 128 characters.
    url : str
        1 to 1,024 characters, http or https (our reading).
    token : str, optional
        1 to 1,024 characters. None, for this and the next two, says that there is none.
    headers : dict of str to str, optional
        1 to 10 entries: header names (RFC 9110) to values of Latin-1 without control characters (our reading).
    auth : dict, optional
        ``username`` and ``password``, 1 to 1,024 characters each.

    Notes
    -----
    Source: ChatBot docs, "Update connection".
    """

    name: Annotated[str, sized(limits.CONNECTION_NAME)]
    url: Annotated[str, sized(limits.CONNECTION_URL), AfterValidator(_http_url)]
    token: Annotated[str, sized(limits.CONNECTION_TOKEN)] | None = Field(None, repr=False)
    headers: Annotated[dict[_HeaderName, _HeaderValue], sized(limits.CONNECTION_HEADERS)] | None = Field(
        None, repr=False
    )
    auth: _NewAuth | None = Field(None, repr=False)


class NewConnection(ConnectionUpdate):
    """The body of a create, checked: as `ConnectionUpdate`, with the story.

    Parameters
    ----------
    story_id : str
        24 characters.

    Notes
    -----
    Source: ChatBot docs, "Create connection".
    """

    story_id: Annotated[str, sized(limits.STORY_ID)]


def check_new(body: object) -> list[Finding]:
    """Return everything that the documentation does not allow in the body of a create.

    Parameters
    ----------
    body : object
        What is to be sent, as JSON has it: camelCase keys, plain values.

    Returns
    -------
    list of Finding
        All of severity error; empty if the body may be sent. None shows the value of a token, header or password.
    """
    return _check(NewConnection, body)


def check_update(body: object) -> list[Finding]:
    """Return everything that the documentation does not allow in the body of an update; as `check_new`."""
    return _check(ConnectionUpdate, body)


def _check(model: type[WireModel], body: object) -> list[Finding]:
    try:
        model.model_validate(body, by_alias=True, by_name=False)
    except ValidationError as error:
        return [_with_form(finding) for finding in findings_of(error, hidden=_SECRET, place=partial(_place, model))]
    return []


def _with_form(finding: Finding) -> Finding:
    if finding.code == "wrong_type" and (form := _FORMS.get(finding.pointer)):
        return replace(finding, message=f"{finding.message}, such as {form}")
    return finding


def _place(model: type[WireModel], loc: tuple[int | str, ...]) -> Place:
    """Read a path of pydantic: it adds a part for the name of an entry, as opposed to its value."""
    parts = tuple(part for part in loc if part != "[key]")
    owner = _NewAuth if parts[:1] == ("auth",) and len(parts) > 1 else model
    return Place(parts, keys=[field.alias or name for name, field in owner.model_fields.items()])

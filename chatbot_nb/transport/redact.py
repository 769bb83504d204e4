"""URLs as they may be shown: without what they hold in secret."""

from __future__ import annotations

import re

#: What stands where a secret stood.
MASK = "***"
# Matches every text. Browsers read a backslash as a slash, and `https:` with one slash or none as with two.
_URL = re.compile(
    r"(?P<start>[^/\\?#@]*[/\\]{2,}|\s*(?i:https?:)[/\\]?|)(?P<authority>[^/\\?#]*)(?P<path>[^?#]*)(?P<query>[^#]*)"
)
# Query parameters whose values are secrets, by how public services call them.
_TELLING = (
    r"(?:[a-z0-9]+[-_.])*(?:access|auth|api|app|client|private|session|shared|subscription|webhook)?[-_.]?"
    r"(?:token|key|secret|password|passwd|passphrase|pwd|pass|sig|signature|hmac|auth|authorization|jwt|code"
    r"|credentials?)"
)
#: ``search`` finds user and password in a URL, or a query parameter that sounds like a secret and has a value.
CREDENTIALS = re.compile(rf"(?<=//)[^/\\?#\s]+(?=@)|(?<=[?&;])(?i:{_TELLING})=[^&;#]+")
_HOST = re.compile(r"(\[[0-9A-Za-z:.%]*\]|[^\[\]:@]*)(:\d*)?")


def safe_url(url: str) -> str:
    """Return a URL that may be shown in messages, tables and logs.

    Parameters
    ----------
    url : str
        Any text; what is no URL is treated as if it were one.

    Returns
    -------
    str
        The URL with user and password as ``***@``, each query value as ``***`` (the names stay), without fragment.
        A host that cannot be one is ``***`` too, since it may be the start of a password. The path stays.
        Characters that cannot be printed are U+FFFD.

    Examples
    --------
    >>> safe_url("https://me:pw@example.com/hook?token=s3cret&id=5#part")
    'https://***@example.com/hook?token=***&id=***'
    """
    match = _URL.match(re.sub(r"[\t\r\n]", "", url))  # which browsers leave out too
    assert match is not None
    start, authority, path, query = match.group("start", "authority", "path", "query")
    _, at_sign, host = authority.rpartition("@")
    if at_sign or start:
        authority = (MASK + at_sign if at_sign else "") + (host if _HOST.fullmatch(host) else MASK)
    shown = start + authority + path + "&".join(_masked(part) for part in re.split("[&;]", query))
    return "".join(character if character.isprintable() else "\ufffd" for character in shown)


def _masked(part: str) -> str:
    """One ``name=value`` of a query; a part without a name may be nothing but a secret."""
    name, equals_sign, _ = part.partition("=")
    if equals_sign:
        return f"{name}={MASK}"
    question_mark = part[:1] if part[:1] == "?" else ""
    return question_mark + (MASK if part != question_mark else "")


def masked(url: str) -> str:
    """Return a URL without the credentials in it, all else as it is.

    Parameters
    ----------
    url : str
        Any text.

    Returns
    -------
    str
        With user and password, and the value of each query parameter that sounds like a secret, as ``***``.

    Examples
    --------
    >>> masked("https://me:pw@example.com/hook?token=s3cret&shop=de")
    'https://***@example.com/hook?token=***&shop=de'
    """
    return CREDENTIALS.sub(_hidden, url)


def _hidden(match: re.Match[str]) -> str:
    in_query = match.string[match.start() - 1] != "/"
    return match[0].partition("=")[0] + f"={MASK}" if in_query else MASK

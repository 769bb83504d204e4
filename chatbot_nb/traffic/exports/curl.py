"""The recorded requests as a shell script that sends them again with curl, byte for byte."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from chatbot_nb.traffic.exports import address, sending
from chatbot_nb.traffic.exports.quoting import shell_output, shell_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chatbot_nb.traffic.exchange import Exchange
    from chatbot_nb.transport.inbound.http import Request

_HEAD: Final = """\
# Sends recorded requests again with curl 7.55 or newer, each to where it was sent, or all to one
# address:
#
#     URL=https://example.com/webhook sh requests.sh
"""
# --disable: no .curlrc has a say; --globoff, --path-as-is: brackets and dots in a URL are what they are.
_COMMAND: Final = "curl --disable --globoff --path-as-is --silent --show-error --max-time 10"
# What every curl sends in a URL as it stands; not what others may encode, drop, or write in another case.
_PLAIN: Final = re.compile(rb"/(?:[A-Za-z0-9._~/?&=:*+,;@-]|%[0-9A-F]{2})*(?<!\?)")
# Headers that curl sends of its own accord, and whether it does so only with a body.
_CURLS_OWN: Final = {b"User-Agent": False, b"Accept": False, b"Content-Type": True, b"Expect": True}


def script(exchanges: Sequence[Exchange], *, masked: bool) -> str:
    """Return a script for sh, dash and bash: one command for each exchange, in their order."""
    head = _HEAD + "".join(f"{line}\n" for line in sending.remarks(exchanges, masked=masked))
    commands = ("\n".join(_command(exchange)) + "\n" for exchange in exchanges if not sending.why_not(exchange))
    return "\n".join([head, *commands])


def _command(exchange: Exchange) -> list[str]:
    http = exchange.http
    options = ["--http1.0" if http.http_version == "1.0" else "--http1.1", *_method_and_body(http)]
    options += [f"--header {word}" for word in _headers(http)]
    if not _PLAIN.fullmatch(http.target):
        options.append(f"--request-target {shell_word(http.target)}")
    options += ["--write-out '\\n%{http_code}\\n'", f'--url "${{URL:-{address.url(exchange)}}}"']
    lines = [f"# Exchange {exchange.seq}"]
    if http.body and _is_head(http):
        lines.append("# without the body that it came with: curl sends none with HEAD")
    elif http.body:
        lines.append(f"{shell_output(http.body)} |")
    return [*lines, f"{_COMMAND} \\", *(f"  {option} \\" for option in options[:-1]), f"  {options[-1]}"]


def _method_and_body(http: Request) -> Iterator[str]:
    if _is_head(http):
        yield "--head"  # with --request HEAD curl would wait for a body
        return
    yield f"--request {shell_word(http.method.encode())}"
    if http.body:
        yield "--data-binary @-"  # what is piped in; a body on the command line might begin with @
    elif http.transfer:
        yield "--data-binary ''"  # an empty body, which is not the same as none


def _headers(http: Request) -> Iterator[str]:
    """Return the words that make curl send the headers that came, in their order, and no others."""
    sent = sending.headers(http)
    names = {name.lower() for name, _ in sent}
    for own, with_body in _CURLS_OWN.items():
        if own.lower() not in names and (http.transfer or not with_body):
            yield f"{own.decode()}:"
    for name, value in sent:
        # a header without a value ends in a semicolon; with a colon it would mean: do not send it
        yield shell_word(name + b": " + value if value else name + b";")


def _is_head(http: Request) -> bool:
    return http.method == "HEAD"

"""A Jupyter toolkit for the webhooks of ChatBot.

The names below are all there is; each is imported when it is first used, so that ``import chatbot_nb`` costs next to
nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers take it for true; importing typing would cost more than all the rest here
if TYPE_CHECKING:
    from chatbot_nb.audits.audit import audit
    from chatbot_nb.connections.client import Client
    from chatbot_nb.connections.plan.plan import plan
    from chatbot_nb.connections.plan.resume import resume
    from chatbot_nb.connections.snapshots.snapshot import snapshot
    from chatbot_nb.errors import (
        ApiError,
        ApiTimeoutError,
        AuthenticationError,
        ChatBotError,
        ListenError,
        MissingAccessTokenError,
        NotFoundError,
        PayloadError,
        PlanError,
        RateLimitError,
        ReceiverError,
        ReceiverTimeoutError,
        SandboxError,
        ServerError,
        TransportError,
        UnreadableFieldWarning,
    )
    from chatbot_nb.payloads.asserting import assert_reply
    from chatbot_nb.payloads.bulk.file import check_file
    from chatbot_nb.payloads.bulk.frame import check_frame
    from chatbot_nb.payloads.check import check
    from chatbot_nb.payloads.reply.elements import card, goto, phone, postback, raw, url, webview
    from chatbot_nb.payloads.reply.reply import Reply
    from chatbot_nb.sandbox.connect import connect
    from chatbot_nb.sandbox.sandbox import Sandbox
    from chatbot_nb.traffic.receiver import Receiver
    from chatbot_nb.widgets.builder import ResponseBuilder
    from chatbot_nb.widgets.chat import ChatPreview
    from chatbot_nb.widgets.connection_grid.grid import ConnectionGrid
    from chatbot_nb.widgets.show import show
    from chatbot_nb.widgets.traffic.panel import TrafficPanel

__version__ = "0.1.0"

__all__ = [
    "ApiError",
    "ApiTimeoutError",
    "AuthenticationError",
    "ChatBotError",
    "ChatPreview",
    "Client",
    "ConnectionGrid",
    "ListenError",
    "MissingAccessTokenError",
    "NotFoundError",
    "PayloadError",
    "PlanError",
    "RateLimitError",
    "Receiver",
    "ReceiverError",
    "ReceiverTimeoutError",
    "Reply",
    "ResponseBuilder",
    "Sandbox",
    "SandboxError",
    "ServerError",
    "TrafficPanel",
    "TransportError",
    "UnreadableFieldWarning",
    "assert_reply",
    "audit",
    "card",
    "check",
    "check_file",
    "check_frame",
    "connect",
    "goto",
    "phone",
    "plan",
    "postback",
    "raw",
    "resume",
    "show",
    "snapshot",
    "url",
    "webview",
]

_ELEMENTS = "chatbot_nb.payloads.reply.elements"
# Where each public name that is not an exception lives.
_HOMES = {
    "ChatPreview": "chatbot_nb.widgets.chat",
    "Client": "chatbot_nb.connections.client",
    "ConnectionGrid": "chatbot_nb.widgets.connection_grid.grid",
    "Receiver": "chatbot_nb.traffic.receiver",
    "Reply": "chatbot_nb.payloads.reply.reply",
    "ResponseBuilder": "chatbot_nb.widgets.builder",
    "Sandbox": "chatbot_nb.sandbox.sandbox",
    "TrafficPanel": "chatbot_nb.widgets.traffic.panel",
    "assert_reply": "chatbot_nb.payloads.asserting",
    "audit": "chatbot_nb.audits.audit",
    "check": "chatbot_nb.payloads.check",
    "check_file": "chatbot_nb.payloads.bulk.file",
    "check_frame": "chatbot_nb.payloads.bulk.frame",
    "connect": "chatbot_nb.sandbox.connect",
    "plan": "chatbot_nb.connections.plan.plan",
    "resume": "chatbot_nb.connections.plan.resume",
    "show": "chatbot_nb.widgets.show",
    "snapshot": "chatbot_nb.connections.snapshots.snapshot",
    **dict.fromkeys(("card", "goto", "phone", "postback", "raw", "url", "webview"), _ELEMENTS),
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    value: object = getattr(importlib.import_module(_HOMES.get(name, "chatbot_nb.errors")), name)
    globals()[name] = value  # the next access does not come here again
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]

"""``python -m chatbot_nb.sandbox``: a sandbox of its own, for other programs, until Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from typing import TYPE_CHECKING

from chatbot_nb.errors import ChatBotError
from chatbot_nb.sandbox.sandbox import Sandbox
from chatbot_nb.sandbox.seed import TYPICAL

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a sandbox until SIGINT or SIGTERM; return the exit status: 0, or 1 where it could not start."""
    options = _parser().parse_args(arguments)
    # KeyboardInterrupt for both, so that they also end the filling; set, since a shell's background job ignores SIGINT.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        with Sandbox(options.path, verify=options.verify, port=options.port) as sandbox:
            sandbox.seed(options.seed)
            print(_introduction(sandbox), flush=True)  # noqa: T201 - a command's output
            threading.Event().wait()
    except KeyboardInterrupt:
        return 0
    except ChatBotError as exc:
        print(f"chatbot_nb.sandbox: {exc}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _introduction(sandbox: Sandbox) -> str:
    # The token is that of this process's own, local account: whoever started it needs it.
    return "\n".join(
        (
            f"{sandbox!r} at {sandbox.base_url}; Ctrl-C stops it.",
            f"export CHATBOT_ACCESS_TOKEN={sandbox.access_token}",
            f'client = cb.Client(base_url="{sandbox.base_url}")',
        )
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m chatbot_nb.sandbox", description="A ChatBot account on this machine."
    )
    parser.add_argument("--path", metavar="FILE", help="keep the account in this SQLite file (default: in memory)")
    parser.add_argument("--port", type=int, default=0, metavar="N", help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument(
        "--seed", type=int, default=TYPICAL, metavar="N", help="add N realistic connections (default: %(default)s)"
    )
    parser.add_argument(
        "--verify",
        choices=("off", "warn", "require"),
        default="warn",
        help="verification of new URLs (default: %(default)s)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())

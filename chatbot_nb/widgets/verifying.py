"""An exported backend tried out: started on this machine, verified and posted to as ChatBot does."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, Protocol

from chatbot_nb.bot.delivery import deliver
from chatbot_nb.bot.new_request import new_request, object_id
from chatbot_nb.bot.verification import verify
from chatbot_nb.payloads.exports.export import export
from chatbot_nb.payloads.patch import json_patch
from chatbot_nb.payloads.preview.strings import visible
from chatbot_nb.payloads.wording import counted, either, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

State = Literal["ok", "failed", "running", "skipped"]

#: What each backend needs beside Python: the module, and what it is called.
_NEEDS: Final[dict[str, dict[str, str]]] = {
    "python": {},
    "flask": {"flask": "Flask"},
    "fastapi": {"fastapi": "FastAPI", "uvicorn": "uvicorn"},
}
_STEPS: Final = ("code", "start", "verification", "webhook request", "comparison")
_DEADLINE: Final = 20.0  # seconds for everything
_SHOWN: Final = 200  # characters of what a backend printed
# It ends with whoever holds the other end of its input, even if that is killed.
_RUN: Final = """\
import os, runpy, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
runpy.run_path("backend.py", run_name="__main__")
"""
# No access token, and nothing else that a backend has no business with.
_PASSED_ON: Final = (
    "HOME",
    "LANG",
    "LD_LIBRARY_PATH",
    "PATH",
    "PYTHONPATH",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "USERPROFILE",
)


class Step(NamedTuple):
    """One step of trying a backend out.

    Parameters
    ----------
    name : str
    state : {"ok", "failed", "running", "skipped"}
    detail : str
        What came of it; after a failure, why and what to do.
    """

    name: str
    state: State
    detail: str = ""


class Tell(Protocol):
    """Takes the steps so far; ``done`` the last time."""

    def __call__(self, steps: Sequence[Step], *, done: bool) -> None:
        """Take them."""


class _Failed(Exception):  # noqa: N818  # the step in which it is raised failed; its text is the detail
    pass


def try_out(payload: Any, target: str, tell: Tell, *, deadline: float = _DEADLINE) -> list[Step]:  # noqa: ANN401
    """Start an exported backend, verify it, send it a webhook request, and compare what it answers.

    Parameters
    ----------
    payload : JSON value
        The reply.
    target : {"python", "flask", "fastapi"}
        What it is exported to.
    tell : callable
        Called with the steps whenever one begins or ends.
    deadline : float, default 20.0
        Seconds for everything together.

    Returns
    -------
    list of Step
        ``code``, ``start``, ``verification``, ``webhook request`` and ``comparison``; those after one that failed
        are skipped. The backend has ended, and nothing of it is left on the disk.
    """
    progress = _Progress(tell)
    try:
        _run(payload, target, progress, time.monotonic() + deadline)
    except _Failed as exc:
        progress.end("failed", str(exc))
    finally:
        progress.finish()
    return progress.steps


class _Progress:
    """The steps so far."""

    def __init__(self, tell: Tell) -> None:
        self.steps: list[Step] = []
        self._tell = tell

    def begin(self, name: str) -> None:
        self.steps.append(Step(name, "running"))
        self._tell(self.steps, done=False)

    def end(self, state: State, detail: str) -> None:
        self.steps[-1] = Step(self.steps[-1].name, state, detail)
        self._tell(self.steps, done=False)

    def finish(self) -> None:
        if self.steps and self.steps[-1].state == "running":
            self.steps[-1] = Step(self.steps[-1].name, "failed", "something went wrong here; see the message below")
        self.steps += [Step(name, "skipped") for name in _STEPS[len(self.steps) :]]
        self._tell(self.steps, done=True)


def _run(payload: Any, target: str, progress: _Progress, end: float) -> None:  # noqa: ANN401
    code, start, verification, request, comparison = _STEPS
    progress.begin(code)
    source = _source(payload, target)
    progress.end("ok", counted(source.count("\n"), "line"))
    progress.begin(start)
    token = secrets.token_urlsafe()
    with tempfile.TemporaryDirectory(prefix="chatbot_nb-") as folder:
        Path(folder, "backend.py").write_text(source, encoding="utf-8")
        with _started(Path(folder), token) as backend:
            backend.wait(end)
            progress.end("ok", "it takes connections")
            progress.begin(verification)
            progress.end("ok", _verify(backend.url, token, end))
            progress.begin(request)
            body, detail = _post(backend.url, token, end)
            progress.end("ok", detail)
            progress.begin(comparison)
            progress.end("ok", _compare(payload, body))


def _source(payload: Any, target: str) -> str:  # noqa: ANN401
    if target not in tuple(_NEEDS):  # no dict: what is passed may have no hash
        raise _Failed(f"{show(target)} cannot be tried out here; use {either(_NEEDS)}")
    needed = _NEEDS[target]
    missing = [module for module in needed if importlib.util.find_spec(module) is None]
    if missing:
        names, are = " and ".join(needed[module] for module in missing), "are" if len(missing) > 1 else "is"
        raise _Failed(f"{names} {are} not installed here: pip install {' '.join(missing)}")
    try:
        return export(payload, target)  # type: ignore[arg-type]  # the keys of _NEEDS are targets
    except ValueError as exc:
        raise _Failed(str(exc)) from exc


class _Backend:
    """A backend that was started."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, output: Path) -> None:
        self._process = process
        self._port = port
        self._output = output
        self.url = f"http://127.0.0.1:{port}/webhook"

    def wait(self, end: float) -> None:
        """Wait until it takes connections."""
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port), 1):
                return
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(0.02)
                raise _Failed(f"it ended at once: {self._last_line()}")
            if time.monotonic() > end:
                raise _Failed(f"it took no connection in time: {self._last_line()}")

    def _last_line(self) -> str:
        lines = self._output.read_text(encoding="utf-8", errors="replace").split("\n")
        said = [line.strip() for line in lines if line.strip()]
        return visible(said[-1])[:_SHOWN] if said else "it said nothing"


@contextlib.contextmanager
def _started(folder: Path, token: str) -> Iterator[_Backend]:
    """Start the backend in a folder, and end it in any case."""
    port, output = _free_port(), folder / "output"
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment |= {"PORT": str(port), "CHATBOT_TOKEN": token, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
    with output.open("wb") as file:
        process = subprocess.Popen(  # noqa: S603  # our own program
            [sys.executable, "-c", _RUN],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    with process:  # which closes its input and waits
        try:
            yield _Backend(process, port, output)
        finally:
            process.kill()


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise _Failed("no time is left")
    return min(left, 10.0)


def _verify(url: str, token: str, end: float) -> str:
    verified = verify(url, token=token, timeout=_left(end))
    if not verified.ok:
        raise _Failed("; ".join([f"{verified.error}", *(finding.message for finding in verified.findings)]))
    return "it gives the challenge back"


def _post(url: str, token: str, end: float) -> tuple[bytes, str]:
    request = new_request(webhook_id=object_id(), webhook_name="tried out from a notebook")
    delivery = deliver(url, request, token=token, timeout=_left(end))
    if delivery.error is not None:
        raise _Failed("; ".join([delivery.error, *(finding.message for finding in delivery.report.findings)]))
    return delivery.body, f"it answers {delivery.status} after {delivery.seconds * 1000:.0f} ms"


def _compare(payload: Any, body: bytes) -> str:  # noqa: ANN401
    try:
        answered = json.loads(body)
    except (ValueError, RecursionError):
        raise _Failed("it answers something else: no JSON") from None
    # As text, since the order of keys counts too.
    if json.dumps(answered) != json.dumps(payload):
        different = len(json_patch(payload, answered))
        what = counted(different, "difference") if different else "another order of keys"
        raise _Failed(f"it answers something else: {what}")
    return "it answers this reply"

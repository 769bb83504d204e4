"""The child of a receiver: another Python, started from scratch."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, Final

from chatbot_nb.errors import ReceiverError

# Isolated, so that no variable and no file of the user's comes in its way; then with this process's paths. Not the
# empty one: a notebook's folder may hold a module of any name.
_PROGRAM: Final = """
import sys
sys.path[:] = sys.argv.pop().split("\\n")
from chatbot_nb.traffic.engines.child import main
main()
"""
_LAST_WORDS: Final = 1000  # characters
_PATIENCE: Final = 2.0  # seconds in which it ends by itself


class Launched:
    """A process that waits for messages."""

    def __init__(self) -> None:
        if not sys.executable:
            raise ReceiverError("mode='process' needs a Python to start, and sys.executable names none")
        home = str(Path(__file__).parents[3])  # of this package
        paths = [path for path in sys.path if path]
        command = [sys.executable, "-I", "-c", _PROGRAM, "\n".join([*paths, *([] if home in paths else [home])])]
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # as long as the process
        try:
            # Not in the kernel's session: an interrupted cell must not interrupt it.
            self._process = subprocess.Popen(  # noqa: S603  # this Python
                command,
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                start_new_session=True,
            )
        except OSError as exc:
            self._errors.close()
            raise ReceiverError(f"mode='process': {sys.executable} could not be started: {exc.strerror}") from exc
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._stdin, self._stdout = self._process.stdin, self._process.stdout

    @property
    def inbox(self) -> int:
        """The descriptor of what it says."""
        return self._stdout.fileno()

    @property
    def outbox(self) -> int:
        """The descriptor of what it is told."""
        return self._stdin.fileno()

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def dismiss(self) -> None:
        """Say no more to it: it ends."""
        self._stdin.close()

    def kill(self) -> None:
        """End it, whatever it does."""
        self._process.kill()

    def retire(self) -> str:
        """End it, and return how it ended."""
        self.dismiss()
        try:
            code = self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        self._stdout.close()
        self._errors.seek(max(0, self._errors.seek(0, os.SEEK_END) - _LAST_WORDS))
        words = self._errors.read().decode(errors="replace").strip()
        self._errors.close()
        how = f"killed by signal {-code}" if code < 0 else f"exit status {code}"
        return f"{how}: {words}" if words else how

    def disown(self) -> None:
        """In a forked child: it is not this process's, and must not be waited for."""
        self._process.returncode = 0

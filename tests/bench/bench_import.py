"""What ``import chatbot_nb`` costs over an interpreter that does nothing."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

ROUNDS = 25


def seconds(code: str) -> float:
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - begin


def run() -> list[tuple[str, str, str]]:
    for code in ("pass", "import chatbot_nb"):  # writes the .pyc files
        seconds(code)
    extra = [seconds("import chatbot_nb") - seconds("pass") for _ in range(ROUNDS)]
    measured = f"{statistics.median(extra) * 1000:.1f} ms"
    return [("`import chatbot_nb`", "at most 10 ms more than `python -c pass`", measured)]

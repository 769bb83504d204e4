"""Print the benchmark table of the README: ``python tests/bench``.

Each ``bench_*.py`` beside this file has ``run() -> list[Row]``. Only ratios and differences within one run are shown:
the machines are shared and noisy, so a time in seconds says little.
"""

from __future__ import annotations

import importlib
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

Row = tuple[str, str, str]  # what, target, measured


def table(rows: list[Row]) -> str:
    lines = ["| what | target | measured |", "| --- | --- | --- |"]
    return "\n".join(lines + [f"| {what} | {target} | {measured} |" for what, target, measured in rows])


def main(names: list[str]) -> None:
    here = Path(__file__).parent
    rows: list[Row] = []
    for name in names or sorted(path.stem for path in here.glob("bench_*.py")):
        print(f"{name} ...", file=sys.stderr, flush=True)
        rows += importlib.import_module(name).run()
    print(table(rows))
    today = datetime.now(UTC).date().isoformat()
    print(f"\n{today}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")


if __name__ == "__main__":
    main(sys.argv[1:])

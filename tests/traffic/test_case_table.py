"""Every hard case of the receiver has a test."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

TESTS = Path(__file__).parents[1]
CASES = range(1, 71)


def collected():
    """Number -> the tests that pytest collects for it, as file::name."""
    table = defaultdict(list)
    for folder in ("transport", "traffic", "widgets", "browser"):
        for path in sorted((TESTS / folder).rglob("test_*.py")):
            for node in ast.parse(path.read_text("utf-8")).body:
                if isinstance(node, ast.FunctionDef) and (found := re.match(r"test_case_(\d\d)_", node.name)):
                    table[int(found[1])].append(f"{path.relative_to(TESTS)}::{node.name}")
    return table


def test_the_table_of_cases_is_complete():
    """Each number from 1 to 70 has at least one test, and no test has a number that is no case."""
    table = collected()
    missing = set(CASES) - set(table)
    unknown = set(table) - set(CASES)
    lines = "\n".join(f"{number:>2}  {', '.join(table.get(number, '-'))}" for number in sorted({*CASES, *table}))
    assert missing | unknown == set(), f"missing: {sorted(missing)}, unknown: {sorted(unknown)}\n{lines}"

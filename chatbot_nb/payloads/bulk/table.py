"""Findings of many payloads as one table, column by column, and the progress bar while they are found."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Self

    import pandas as pd

    from chatbot_nb.payloads.bulk.rules import Row

_COLUMNS: Final = ("pointer", "code", "severity", "message", "limit", "actual")
_OBJECTS: Final = {"limit", "actual"}
# So many findings are held as Python objects, which take five times the memory.
_HELD: Final = 10_000
_PATIENCE: Final = 1.0  # seconds without a progress bar


class Table:
    """Findings while they come in: few as Python objects, the rest as frames."""

    def __init__(self) -> None:
        self._frames: list[pd.DataFrame] = []
        self._numbers: list[int] = []
        # One row after another, in one list: of tuples the garbage collector would look at every one, again and again.
        self._fields: list[Any] = []

    def add(self, number: int, rows: Sequence[Row]) -> None:
        """Add the findings of the payload of this number."""
        for row in rows:
            self._numbers.append(number)
            self._fields += row
        if len(self._numbers) >= _HELD:
            self._settle()

    def frame(self) -> pd.DataFrame:
        """Return all findings; ``row`` is the number of the payload."""
        import pandas as pd

        if self._numbers or not self._frames:
            self._settle()
        return pd.concat(self._frames, ignore_index=True) if len(self._frames) > 1 else self._frames[0]

    def _settle(self) -> None:
        import pandas as pd

        made: dict[str, Any] = {"row": pd.Series(self._numbers, dtype="int64")}
        for place, name in enumerate(_COLUMNS):
            column = self._fields[place :: len(_COLUMNS)]
            made[name] = pd.Series(column, dtype="object" if name in _OBJECTS else "str")
        self._frames.append(pd.DataFrame(made))
        self._numbers, self._fields = [], []


class Progress:
    """A progress bar for what takes longer than a second."""

    def __init__(self, total: int | None, unit: str, *, shown: bool) -> None:
        self._total, self._unit, self._shown = total, unit, shown
        self._begin = time.monotonic()
        self._done = 0
        self._bar: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def add(self, count: int) -> None:
        """Tell that so much more is done."""
        self._done += count
        if self._bar is not None:
            self._bar.update(count)
        # Not tqdm's own delay: in a notebook it makes the bar's widgets, and their messages, even if none is shown.
        elif self._shown and time.monotonic() - self._begin > _PATIENCE:
            from tqdm.auto import tqdm

            self._bar = tqdm(
                desc="payloads", initial=self._done, total=self._total, unit=self._unit, unit_scale=self._unit == "B"
            )

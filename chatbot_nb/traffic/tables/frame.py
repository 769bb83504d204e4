"""Traffic as a DataFrame that grows with it: what was read once is not read again."""

from __future__ import annotations

import threading
from bisect import bisect_right
from itertools import chain, groupby, islice
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from chatbot_nb.traffic.capture import Capture
    from chatbot_nb.traffic.exchange import Exchange
    from chatbot_nb.traffic.tables.segments import Segment

# So many rows are read at once: their texts are still in the processor's cache when arrays are made of them.
_ROWS: Final = 2048
_EVICTED: Final = "body_evicted"


class Frames:
    """The DataFrame of a capture; its method may be called from any thread.

    Parameters
    ----------
    capture : Capture
    """

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._lock = threading.Lock()
        self._last: tuple[_State, pd.DataFrame] | None = None

    def frame(self) -> pd.DataFrame:
        """Return the exchanges that are kept as one row each.

        Returns
        -------
        pandas.DataFrame, shape (kept, 22 + attributes)
            Index ``seq`` (int64), ascending. Columns, the same when empty:

            - ``received_at`` (datetime64, UTC), ``method``, ``status`` (of reading: ``"complete"``, ``"truncated"``,
              ...), ``marks`` (joined with ``", "``; empty if there are none);
            - of the body, missing where it is no object or has no such text: ``chat_id``, ``message_id``, ``user_id``,
              ``external_id``, ``node`` (its name), ``webhook_id``, ``webhook_name``, ``message``;
            - ``bytes`` (int64: of the body as it came), ``verdict`` (``"ok"``, ``"warnings"``, ``"errors"``),
              ``findings`` (int64: errors and warnings), ``first_finding`` (missing if none);
            - ``reply_status`` (Int64, missing while the exchange is open; 0 if the connection closed unanswered),
              ``rule``, ``reply_verdict`` (both missing while the reply is not chosen), ``reply_error`` (one line: of a
              handler's traceback the exception), ``chatbot_error`` (both missing if none), ``ms`` (float64:
              milliseconds from the first byte to the end of the reply, NaN while open).

            Then ``user_attributes.<name>``, then ``attributes.<name>``, each in order of appearance: str where all
            values are texts or null, else object with the values as they are, integers exact and objects nested;
            missing where there is none or null. The first 200 that appear have a column;
            ``frame.attrs["attributes_left_out"]`` says how many others there are, 10,000 for more. Never headers or
            queries.

        Notes
        -----
        Where a body is no longer kept, what was read of it before stays. The frame is the caller's own: it may be
        written to, but not through ``.array`` nor into nested values, which frames share.
        """
        with self._lock:
            self._last = last = self._up_to_date()
        return last[1].copy(deep=False)

    def _up_to_date(self) -> tuple[_State, pd.DataFrame]:
        import numpy as np
        import pandas as pd

        # Texts are stored in another way where the user has set another option of pandas.
        storage = str(pd.StringDtype(na_value=np.nan).storage)
        capture = self._capture
        while True:
            generation, first, bodies_from = capture.generation, capture.first, capture.bodies_from
            key = (generation, storage)
            former = self._last[0] if self._last and self._last[0].key == key else _State(key)
            begin = former.news_from(first, bodies_from)
            exchanges = capture.since(begin)
            if (capture.generation, capture.first) == (generation, first):
                break  # all of one moment
        news = _News(former, exchanges, begin, first, bodies_from)
        if self._last and self._last[0] is former and not news:
            return self._last
        state = _read_on(former, news, capture)
        return state, _assembled(state)


class _State(NamedTuple):
    """What has been read.

    Parameters
    ----------
    key : tuple
        What makes it void when it changes.
    segments : tuple of Segment
        The oldest are the largest.
    shown : tuple of str
        The columns of attributes, in order of appearance.
    open : dict of int to Exchange
        By `seq` those that were not done, as they were when they were read.
    end : int
        The `seq` to read on from.
    bodies_from : int
        Of the capture, when it was read.
    """

    key: tuple[int, str]
    segments: tuple[Segment, ...] = ()
    shown: tuple[str, ...] = ()
    open: dict[int, Exchange] = {}  # noqa: RUF012  # a NamedTuple's default, never changed
    end: int = 0
    bodies_from: int = 0

    @property
    def first(self) -> int:
        return self.segments[0].first if self.segments else self.end

    def stripped(self, bodies_from: int) -> range:
        """Return by `seq` what was read with its body, which is gone now."""
        return range(self.bodies_from, min(bodies_from, self.end))

    def news_from(self, first: int, bodies_from: int) -> int:
        """Return the lowest `seq` of which something may be new, in a capture that is as the parameters say."""
        seqs: list[int] = [self.end, *self.open, *self.stripped(bodies_from)[:1]]
        return max(min(seqs), first)


class _News:
    """What is in a capture and was not read before; true if there is something.

    Parameters
    ----------
    former : _State
        What was read before.
    exchanges : list of Exchange
        What is kept now, from `begin` on.
    begin : int
    first, bodies_from : int
        Of the capture.

    Attributes
    ----------
    changed : list of Exchange
        By `seq`: those that were read before, and have changed since.
    added : list of Exchange
        Those that were not.
    open : dict of int to Exchange
        By `seq` all that are not done.
    """

    def __init__(self, former: _State, exchanges: list[Exchange], begin: int, first: int, bodies_from: int) -> None:
        self.first, self.bodies_from = first, bodies_from
        was_open = [exchanges[seq - begin] for seq in former.open if seq >= begin]
        changed = [exchange for exchange in was_open if exchange is not former.open[exchange.seq]]
        changed += [exchanges[seq - begin] for seq in former.stripped(bodies_from) if seq >= begin]
        self.changed = sorted({exchange.seq: exchange for exchange in changed}.values(), key=lambda each: each.seq)
        self.added = exchanges[max(former.end - begin, 0) :]
        self.open = {exchange.seq: exchange for exchange in chain(was_open, self.added) if not exchange.done}
        self._rows_gone = first > former.first

    def __bool__(self) -> bool:
        return bool(self.changed or self.added or self._rows_gone)


def _read_on(former: _State, news: _News, capture: Capture) -> _State:
    """Return the state with what is new, and without what is gone."""
    from chatbot_nb.traffic.tables.segments import read

    segments = _updated(_without_evicted(former, news.first, capture), news.changed)
    for begin in range(0, len(news.added), _ROWS):
        segments.append(read(news.added[begin : begin + _ROWS], _first_names(segments)))
    _merge(segments, capture)
    shown = _first_names(segments)
    for place, segment in enumerate(segments):
        # A name that was one too many may have a column now.
        if segment.lacks(shown) and (exchanges := _again(capture, segment)) is not None:
            segments[place] = read(exchanges, shown)
    end = segments[-1].end if segments else former.end
    return _State(former.key, tuple(segments), shown, news.open, end, news.bodies_from)


def _without_evicted(former: _State, first: int, capture: Capture) -> list[Segment]:
    from chatbot_nb.traffic.tables.segments import read

    segments = [segment for segment in former.segments if segment.end > first]
    if segments and (gone := first - segments[0].first) > 0:
        rest = segments[0].without(gone)
        exchanges = _again(capture, rest) if rest.left_out else None
        segments[0] = rest if exchanges is None else read(exchanges, former.shown)
    return segments


def _updated(segments: list[Segment], changed: Sequence[Exchange]) -> list[Segment]:
    """Return the segments with what became of exchanges that were read before; their bodies are not read again."""
    from chatbot_nb.traffic.tables.columns import columns_of, outcome_cells, verdict_cells

    firsts = [segment.first for segment in segments]
    for place, group in groupby(changed, key=lambda exchange: bisect_right(firsts, exchange.seq) - 1):
        exchanges = list(group)
        # Without its body an exchange is not judged anew.
        judgeable = [exchange for exchange in exchanges if _EVICTED not in exchange.marks]
        for some, cells_of in ((exchanges, outcome_cells), (judgeable, verdict_cells)):
            if some:
                places = [exchange.seq - firsts[place] for exchange in some]
                segments[place] = segments[place].updated(places, columns_of(cells_of(some)))
    return segments


def _merge(segments: list[Segment], capture: Capture) -> None:
    """Make one of the last segments where they are small beside what follows: so a row is moved only a few times."""
    from chatbot_nb.traffic.tables.segments import MAX_ATTRIBUTES, one_of, read

    place, rows = len(segments) - 1, 0
    while place > 0 and segments[place - 1].rows <= 2 * (rows + segments[place].rows):
        rows += segments[place].rows
        place -= 1
    last = segments[place:]
    if len(last) > 1:
        names = set[str]().union(*(segment.attributes for segment in last))
        if len(names) <= 2 * MAX_ATTRIBUTES and not any(segment.left_out for segment in last):
            segments[place:] = [one_of(last)]
        elif (exchanges := _again(capture, *last)) is not None:
            segments[place:] = [read(exchanges, _first_names(segments))]


def _again(capture: Capture, *segments: Segment) -> list[Exchange] | None:
    """Return the exchanges of neighbouring segments, None if one is gone, or its body is."""
    first, end = segments[0].first, segments[-1].end
    exchanges = capture.since(first)[: end - first]
    if not exchanges or exchanges[0].seq > first or any(_EVICTED in exchange.marks for exchange in exchanges):
        return None
    return exchanges


def _first_names(segments: Iterable[Segment]) -> tuple[str, ...]:
    """Return the attributes that have a column, in order of appearance."""
    from chatbot_nb.traffic.tables.segments import MAX_ATTRIBUTES

    names = dict.fromkeys(chain.from_iterable(segment.attributes for segment in segments))
    return tuple(islice(names, MAX_ATTRIBUTES))


def _assembled(state: _State) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    from chatbot_nb.traffic.tables.columns import FIXED, columns_of, fixed_cells, joined
    from chatbot_nb.traffic.tables.segments import OF_USER

    segments = state.segments
    if segments:
        columns = {name: joined([segment.fixed[name] for segment in segments]) for name in FIXED}
    else:
        columns = columns_of(fixed_cells([], []))
    for name in sorted(state.shown, key=lambda name: not name.startswith(OF_USER)):
        columns[name] = joined([segment.column(name) for segment in segments])
    index = pd.Index(np.arange(state.first, state.end, dtype=np.int64), name="seq")
    # Not copied: `joined` made them for this frame.
    frame = pd.DataFrame(columns, index=index, copy=False)
    frame.attrs["attributes_left_out"] = _left_out(state)
    return frame


def _left_out(state: _State) -> int:
    """Return how many attributes have no column."""
    from chatbot_nb.traffic.tables.segments import MAX_COUNTED

    names = set[str]().union(*(chain(segment.attributes, segment.left_out) for segment in state.segments))
    return min(len(names.difference(state.shown)), MAX_COUNTED)

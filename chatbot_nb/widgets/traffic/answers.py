"""How a panel talks with its browser: what it tells by itself, and what it is asked."""

from __future__ import annotations

import contextlib
import gzip
import threading
import time
from typing import TYPE_CHECKING, Any, ClassVar, Final

import traitlets

from chatbot_nb.errors import ChatBotError
from chatbot_nb.payloads.preview.strings import visible
from chatbot_nb.payloads.wording import printable, show
from chatbot_nb.transport.redact import MASK, safe_url
from chatbot_nb.widgets._base import Widget
from chatbot_nb.widgets.grid.request import Request
from chatbot_nb.widgets.grid.window import packed
from chatbot_nb.widgets.traffic.bodies import FORMS
from chatbot_nb.widgets.traffic.details import Details
from chatbot_nb.widgets.traffic.light import state_of, url_of
from chatbot_nb.widgets.traffic.lines import Lines, rows
from chatbot_nb.widgets.traffic.listing import Listing
from chatbot_nb.widgets.traffic.painter import Painter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from chatbot_nb.traffic.exchange import Exchange
    from chatbot_nb.traffic.receiver import Receiver

_NEWEST: Final = 30  # lines that travel by themselves: more than a screen shows
_WINDOW: Final = 500  # lines that travel when they are asked for
_LARGEST: Final = 8_000_000  # bytes of an export, packed; what is larger is no message
_RENEWED: Final = 5.0  # seconds between two pictures in the notebook while traffic comes
_EXPORTS: Final = {"jsonl": "jsonl", "har": "har", "pytest": "py", "curl": "sh", "python": "py"}  # their files' endings

Answer = dict[str, Any]


class Watching(Widget):
    """A receiver that is watched in a browser.

    Parameters
    ----------
    receiver : Receiver
    **keywords : object
        What any ipywidget takes.
    """

    _entry: ClassVar[str] = "traffic/main.js"
    _painter: Painter | None = None

    look = traitlets.Dict().tag(sync=True)

    def __init__(self, receiver: Receiver, **keywords: Any) -> None:  # noqa: ANN401
        self._receiver = self._watched = receiver
        # The painter has a thread of its own, and front ends may have messages answered in others while a cell runs.
        self._lock = threading.RLock()
        self._listing = Listing(receiver.capture, Lines(receiver.masking.text))
        self._painter = Painter(self._paint, lambda: self._receiver.latest.capture, self._tell_failure)
        self._failure = ""
        self._views: set[str] = set()
        self._sent: tuple[Any, ...] = ()
        self._renewed = float("-inf")
        self._is_picture_old = False
        super().__init__({"look": {"rev": 0, "filter": "", "selected": None}}, **keywords)

    # What is told

    def _paint(self) -> None:
        with self._lock:
            before, self._failure = self._failure, ""
            try:
                is_changed = self._show()
            except Exception:
                self._failure = before
                raise
        self._is_picture_old |= is_changed
        now = time.monotonic()
        if self._is_picture_old and (not is_changed or now - self._renewed >= _RENEWED):
            self._renewed, self._is_picture_old = now, False
            self._saved.renew_soon()

    def _tell_failure(self, error: Exception) -> None:
        with self._lock:  # a button may be showing something at this moment, which would count as shown afterwards
            self._failure = visible(f"{type(error).__name__}: {error}")[:200]
            self.errors = [*self.errors[-99:], error]
            self._sent = ()  # the light is to be put right even if nothing else is new by then
            with contextlib.suppress(Exception):  # the line to the browser may be what failed
                self.send({"type": "state", "state": ["failed", self._failure]})

    def _show(self, *, whole: bool = False) -> bool:
        """Send what is other than what was sent; `whole`: in any case."""
        with self._lock:
            self._turn_to_latest()
            listing = self._listing
            listing.refresh()
            changed = listing.changed()
            newest = listing.watch(listing.newest(_NEWEST))
            head = self._head()
            told = (head, newest, sorted(listing.pinned))
            if told == self._sent and not changed and not whole:
                return False
            lines_are_known = not whole and self._sent[1:] == told[1:]
            self._sent = told
            content = {
                "newest": None if lines_are_known else rows(newest, listing.pinned),
                "changed": rows(changed, listing.pinned) if changed else None,
            }
            self._send_packed({"type": "snapshot", **head}, content)
            return True

    def _head(self) -> Answer:
        receiver, listing = self._watched, self._listing
        word, why = state_of(self._receiver.latest, self._failure)
        return {
            "generation": listing.generation,
            "count": len(listing),
            "matched": listing.matched,
            "filter": listing.filter,
            "counters": {
                "seen": listing.capture.seen,
                "evicted": listing.capture.evicted,
                "refused": receiver.refused,
                "pinned": len(listing.pinned),
                "errors": len(receiver.errors),
            },
            "state": [word, visible(receiver.masking.text(why))],
            "name": listing.lines.shown(receiver.name),
            "url": visible(_shown_url(url_of(self._receiver.latest))),
        }

    def _turn_to_latest(self) -> None:
        """Go on with the receiver that took this one's traffic over, which may have other secrets."""
        latest = self._receiver.latest
        if latest is self._watched and latest.capture is self._listing.capture:
            return
        self._watched = latest
        self._listing.capture, self._listing.lines = latest.capture, Lines(latest.masking.text)
        self._listing.anew()

    def _look(self, **change: Any) -> None:  # noqa: ANN401  # filter, selected
        """Look at something else, and show it."""
        with self._lock:
            look = {**self.look, **change}
            if look["filter"] != self._listing.filter:
                self._listing.filter = look["filter"]
                self._listing.anew()
            self.look = {**look, "rev": look["rev"] + 1}
            self._show()

    def _pin(self, seq: int, exchange: Exchange | None) -> None:
        with self._lock:
            self._listing.pin(seq, exchange)
            self._show()
            self._send_packed({"type": "changed"}, {"changed": self._rows_of(seq)})

    def _rows_of(self, seq: int) -> Answer | None:
        exchange = self._listing.get(seq)
        return None if exchange is None else rows(self._listing.watch([exchange]), self._listing.pinned)

    def _tell_outcome(self, seq: int, outcome: pd.DataFrame) -> None:
        self.send({"type": "outcome", "id": seq, **_outcome(outcome)})

    def _send_packed(self, message: Answer, content: Answer) -> None:
        data, buffers = packed(content)
        self.send(message if data is None else {**message, "data": data}, buffers or None)

    def _catch_up(self) -> None:
        """Have here all that was answered until now, also by a receiver in another process."""
        self._receiver.latest.seen  # noqa: B018  # asked for what it does on the way

    def _begin(self) -> None:
        assert self._painter is not None
        self._painter.start()

    def _ipython_display_(self) -> None:
        super()._ipython_display_()
        # Not only once a view says that it is there: the kernel may be busy by then, and hear it much later.
        self._begin()

    # What is asked

    def _handlers(self) -> dict[str, Callable[[Mapping[str, Any]], None]]:
        own: dict[str, Callable[[Request], Answer | None]] = {
            "watch": self._watch,
            "unwatch": self._unwatch,
            "window": self._window,
            "locate": self._locate,
            "look": self._looked,
            "open": self._open,
            "body": self._body,
            "chat": lambda request: self._details(request).chat(),
            "pin": self._pinned,
            "url": lambda _: {"text": url_of(self._receiver.latest)},
            "curl": self._curl,
            "replay": self._replayed,
            "export": self._exported,
            "clear": lambda _: self.clear(),  # these are the public methods of the panel
            "start": lambda _: self.start(),
            "stop": lambda _: self.stop(),
        }
        return {**super()._handlers(), **{kind: self._answering(kind, answer) for kind, answer in own.items()}}

    def _answering(self, kind: str, answer: Callable[[Request], Answer | None]) -> Callable[[Mapping[str, Any]], None]:
        def handle(content: Mapping[str, Any]) -> None:
            seq = content.get("seq", 0)
            try:
                made = answer(Request(content))
            except (ChatBotError, ValueError, KeyError) as exc:
                text = str(exc.args[0]) if isinstance(exc, KeyError) and exc.args else str(exc)
                self.send({"type": "failed", "seq": seq, "message": visible(text)})
            except Exception:
                self.send({"type": "failed", "seq": seq, "message": ""})  # what it was is shown below the panel
                raise
            else:
                if made is not None:
                    self._send_packed({"type": kind, "seq": seq}, made)

        return handle

    def _watch(self, request: Request) -> Answer:
        self._views.add(request.text("view"))
        self._show(whole=True)
        self._begin()
        return {}

    def _unwatch(self, request: Request) -> None:
        self._views.discard(request.text("view"))
        if not self._views:
            assert self._painter is not None
            self._painter.stop()
            self._saved.renew_soon()

    def _window(self, request: Request) -> Answer:
        begin, end = request.range()
        with self._lock:
            self._listing.refresh()
            exchanges, count = self._listing.window(_top(request), begin, min(end, begin + _WINDOW))
            lines = rows(self._listing.watch(exchanges), self._listing.pinned)
            return {"begin": begin, "count": count, "generation": self._listing.generation, "rows": lines}

    def _locate(self, request: Request) -> Answer:
        with self._lock:
            return {"index": self._listing.place(request.row("id"), _top(request))}

    def _looked(self, request: Request) -> Answer:
        """Look at what a view says: at once for all views, the one that asked is told when."""
        selected = request.cell("selected")
        self._look(filter=request.text("filter"), selected=None if selected is None else request.row("selected"))
        return {}

    def _open(self, request: Request) -> Answer:
        seq = request.row("id")
        made = self._details(request).all()
        return {"id": str(seq), **made, "is_pinned": seq in self._listing.pinned}

    def _body(self, request: Request) -> Answer:
        form: Any = request.cell("form")
        if form is not None and form not in FORMS:
            raise ChatBotError(f"body: {show(form)} is no form of a body")
        return self._details(request).body(request.text("part"), form, whole=request.flag("whole"))

    def _details(self, request: Request) -> Details:
        # Without the lock: a body that is hostile takes its time.
        receiver = self._receiver.latest
        return Details(self._there(request.row("id")), receiver.masking, receiver.limits.preview_bytes)

    def _pinned(self, request: Request) -> Answer:
        seq = request.row("id")
        self._pin(seq, self._there(seq) if request.flag("on") else None)
        return {}

    def _curl(self, request: Request) -> Answer:
        exchange = self._there(request.row("id"))
        return {"text": printable(self._receiver.latest.export("curl", exchanges=[exchange]))}

    def _replayed(self, request: Request) -> None:
        """Replay in a thread of its own: the other side may take ten seconds, in which the kernel goes on."""
        row, url, seq = request.row("id"), request.text("url"), request.cell("seq")

        def act() -> None:
            try:
                self.replay(row, url or None)
                answer: Answer = {"type": "replay", "seq": seq}
            except Exception as exc:  # noqa: BLE001  # a border: whatever it is, the panel says it
                answer = {"type": "failed", "seq": seq, "message": visible(str(exc) or type(exc).__name__)}
            self.send(answer)

        threading.Thread(target=act, name="chatbot_nb replay", daemon=True).start()

    def _exported(self, request: Request) -> Answer | None:
        target = request.text("target")
        text = printable(self.export(target))
        content = gzip.compress(text.encode(), compresslevel=1, mtime=0)
        if len(content) > _LARGEST:
            raise ChatBotError(
                f"the export has {len(content):,} bytes even when packed, too many for a message; "
                "filter the list, or write it in a cell: receiver.save(path)"
            )
        name = f"traffic.{_EXPORTS[target]}"
        self.send({"type": "export", "seq": request.cell("seq"), "name": name}, [content])
        return None

    def _there(self, seq: int) -> Exchange:
        exchange = self._listing.get(seq)
        if exchange is None:
            self._catch_up()
            exchange = self._listing.get(seq)
        if exchange is None:
            raise KeyError(f"exchange {seq} is not kept (any more)")
        return exchange


def _top(request: Request) -> int | None:
    return None if request.cell("top") is None else request.row("top")


def _shown_url(url: str) -> str:
    """Return a URL without its path, which is all that protects it."""
    if not url:
        return ""
    scheme, _, rest = safe_url(url).partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host}{slash}{MASK if path else ''}"


def _outcome(outcome: pd.DataFrame) -> dict[str, str]:
    """Return a replay's outcome as a line, and its tone."""
    if outcome.empty:
        reasons = ", ".join(outcome.attrs.get("left_out", {}))
        return {"tone": "warning", "text": visible(f"not replayed: {reasons}")}
    row = outcome.iloc[0]
    status = "no answer" if outcome["new_status"].isna().iloc[0] else row["new_status"]
    same = "another reply" if row["changed"] else "the same reply"
    parts = [f"{row['verdict']}: {status}, {same}, {row['ms']:.0f} ms"]
    parts += [str(row[name]) for name in ("error", "finding") if row[name]]
    tone = "error" if row["new_errors"] else "warning" if row["changed"] else "ok"
    return {"tone": tone, "text": visible("; ".join(parts))}

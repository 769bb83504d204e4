"""What all widgets have in common: how they reach the browser, how they are shown elsewhere, how failures are shown."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Final

import anywidget
import traitlets

from chatbot_nb.errors import ChatBotError
from chatbot_nb.payloads.wording import nearest, show
from chatbot_nb.widgets.bundle import LOADER, bundle
from chatbot_nb.widgets.saved import Saved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

# What any ipywidget takes, and so do ours.
_COMMON: Final = frozenset({"layout", "tabbable", "tooltip"})
_KEPT: Final = 100  # errors, the newest
_QUIET: Final = 1.0  # seconds; the loader asks every two
# What the browser may say of itself; all else it asks for by messages.
_FROM_THE_BROWSER: Final = frozenset({"_view_count", "layout", "tabbable", "tooltip"})


class Widget(anywidget.AnyWidget):
    """Base of our widgets.

    Parameters
    ----------
    state : mapping of str to object
        The first values of the widget's own traits.
    **keywords : object
        What any ipywidget takes: ``layout``, ``tabbable``, ``tooltip``.

    Attributes
    ----------
    errors : list of Exception
        What failed in answering the browser, the newest 100; each was shown below the widget, too.

    Raises
    ------
    TypeError
        A keyword that is not known.

    Notes
    -----
    The front end travels on request (a message ``{"type": "modules"}``), in no trait: a saved notebook holds only
    the loader. Subclasses set ``_entry``, add to ``_handlers`` and say what they are in `_text` and `_html`.
    """

    _esm = LOADER
    bundle = traitlets.Unicode().tag(sync=True)

    _entry: ClassVar[str]

    def __init__(self, state: Mapping[str, object], /, **keywords: Any) -> None:  # noqa: ANN401  # as ipywidgets does
        if unknown := [name for name in keywords if name not in _COMMON]:
            raise TypeError(_misspelt(type(self), unknown[0]))
        self.errors: list[Exception] = []
        self._answered = float("-inf")  # when the modules were sent
        self._saved = Saved(self._html)
        super().__init__(bundle=bundle(self._entry).hash, **state, **keywords)

    def _handlers(self) -> dict[str, Callable[[Mapping[str, Any]], None]]:
        """Return what answers each message of the browser, by its type."""
        return {"modules": self._send_modules}

    def _handle_custom_msg(self, content: Any, buffers: Any) -> None:  # noqa: ANN401  # what the browser sent
        with self.failures_shown():
            kind = content.get("type") if isinstance(content, dict) else None
            handlers = self._handlers()
            if not isinstance(kind, str) or kind not in handlers:
                raise ChatBotError(f"{show(kind)} is not a message that this widget knows")
            handlers[kind](content)
        super()._handle_custom_msg(content, buffers)

    @contextmanager
    def failures_shown(self) -> Iterator[None]:
        """Show what fails inside below the widget, and keep it in ``errors``.

        Jupyter's front ends would put it where nobody looks.
        """
        try:
            yield
        except Exception as exc:  # noqa: BLE001  # the border to the browser: whatever it is, it is shown
            self.errors = [*self.errors[1 - _KEPT :], exc]
            message = str(exc) if isinstance(exc, ChatBotError) else f"{type(exc).__name__}: {exc}"
            self.send({"type": "error", "message": message})

    def _send_modules(self, _content: Mapping[str, Any]) -> None:
        # While a cell runs, a view asks again and again; one answer to all of that is enough.
        now = time.monotonic()
        if now - self._answered < _QUIET:
            return
        self._answered = now
        self.send({"type": "modules"}, [bundle(self._entry).packed])

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take over what the browser says of a widget's look; its content changes by messages only."""
        refused = sync_data.keys() - _FROM_THE_BROWSER
        super().set_state({name: value for name, value in sync_data.items() if name not in refused})
        if ours := refused & set(self.keys):
            self.send_state(ours)

    def _text(self) -> str:
        """Return what the widget is, in a line that is the same whenever it is run."""
        raise NotImplementedError

    def _html(self) -> str:
        """Return the same to look at, where no widget can run."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return self._text()

    def _ipython_display_(self) -> None:
        """Show the widget, and beside it what a saved notebook keeps: where one is seen, the other is not."""
        from IPython.display import display

        made = self._repr_mimebundle_()
        assert made is not None  # as for what has no view
        shown, metadata = made
        display(shown, metadata=metadata, raw=True)
        self._saved.show()


def _misspelt(widget: type, name: str) -> str:
    meant = nearest(name, sorted(_COMMON))
    hint = f"; did you mean {meant!r}?" if meant else ""
    return f"{widget.__name__} takes no keyword {name!r}; check the spelling{hint}"

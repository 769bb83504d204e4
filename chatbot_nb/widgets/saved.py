"""What a saved notebook keeps of a widget: an output beside it, kept up to date, seen only where no widget is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_PAUSE: Final = 1.0  # seconds without a change, after which the output is renewed
# Where the widget lives, its picture is hidden with the room that it takes. A notebook that is not trusted loses the
# style, but no widget lives there.
_OPENING: Final = (
    "<style>.jp-OutputArea:has(.cbn) > .jp-OutputArea-child:has(.cbn-saved) { display: none }</style>"
    '<div class="cbn-saved">'
)


class Saved:
    """The outputs in which a widget is remembered: one for each time it was shown.

    Parameters
    ----------
    html : callable
        Returns what is to be remembered, as HTML.

    Notes
    -----
    Front ends save no state of widgets unless told to. Opened again, a notebook would show an error in its place, and
    what was edited would be gone.
    """

    def __init__(self, html: Callable[[], str]) -> None:
        self._html = html
        self._handles: list[Any] = []
        self._changes = 0

    def show(self) -> None:
        """Add an output below what the running cell has shown."""
        from IPython.display import display

        self._handles.append(display(self._bundle(), raw=True, display_id=True))

    def renew_soon(self) -> None:
        """Bring all outputs up to date, once nothing has changed for a second."""
        if not self._handles:
            return
        self._changes += 1
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._renew(self._changes)
        else:
            loop.call_later(_PAUSE, self._renew, self._changes)

    def renew_now(self) -> None:
        """Bring all outputs up to date, for nothing will change any more."""
        self._changes += 1
        self._renew(self._changes)

    def _renew(self, change: int) -> None:
        if change == self._changes:
            bundle = self._bundle()
            for handle in self._handles:
                handle.update(bundle, raw=True)

    def _bundle(self) -> dict[str, str]:
        return {"text/html": f"{_OPENING}{self._html()}</div>"}

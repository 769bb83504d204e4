"""A grid with a browser that asks and is answered."""

from __future__ import annotations

import gzip
import json

import pytest

from chatbot_nb.widgets.grid.grid import Grid


class Browser:
    """Sends a grid what a page sends, and reads what comes back."""

    def __init__(self, grid, send):
        self.grid = grid
        self._send = send
        self._count = 0

    def ask(self, kind, **content):
        """Return all messages that a request brings, and what is packed in each."""
        self._count += 1
        sent = self.grid.comm.sent
        begin = len(sent)
        self._send(self.grid, {"type": kind, "seq": f"page:{self._count}", **content})
        messages = [(each[1]["content"], each[2]) for each in sent[begin:] if each[1].get("method") == "custom"]
        return [self.unpacked(*each) for each in messages]

    def answer(self, kind, **content):
        """Return the one answer to a request."""
        answers = [each for each in self.ask(kind, **content) if each.get("seq") == f"page:{self._count}"]
        assert len(answers) == 1
        return answers[0]

    @staticmethod
    def unpacked(message, buffers):
        if buffers:
            (packed,) = buffers
            name = "rows" if message["type"] == "edited" else "data"
            return {**message, name: json.loads(gzip.decompress(packed))}
        return message

    def window(self, begin=0, end=500):
        return self.answer("window", begin=begin, end=end)["data"]

    def cells(self, column, begin=0, end=500):
        return self.window(begin, end)["cells"][column]

    def edit(self, *changes, what="edit", add=()):
        named = [dict(zip(("id", "column", "value"), each, strict=True)) for each in changes]
        return self.answer("edit", what=what, changes=named, add=list(add))

    def look(self, *, sort=(), filters=None, search="", hidden=()):
        return self.answer("view", sort=list(sort), filters=filters or {}, search=search, hidden=list(hidden))

    def findings(self):
        """Return id, column and message of each finding of a window."""
        data = self.window()
        return {
            (data["ids"][int(offset)], column, message)
            for offset, columns in data["findings"].items()
            for column, found in columns.items()
            for _, message in found
        }


@pytest.fixture
def browse(from_browser, closing):
    """Return a function that makes a grid and a browser that looks at it."""

    def make(frame, *arguments, **keywords):
        grid = closing(Grid(frame, *arguments, **keywords))
        return grid, Browser(grid, from_browser)

    return make

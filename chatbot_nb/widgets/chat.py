"""`ChatPreview`: a reply as the chat that it makes, alive."""

from __future__ import annotations

from typing import ClassVar

from chatbot_nb.widgets.reply_widget import ReplyWidget


class ChatPreview(ReplyWidget):
    """A reply as the user meets it: with delays, buttons that answer, and the attributes of sample users filled in.

    Parameters
    ----------
    reply : Reply, bytes, str, dict, list or model, optional
        As `Reply.from_payload` takes it. Set ``reply`` later to show another one at the same place.
    samples : pandas.DataFrame or iterable of mappings, optional
        Users to see it as, at most 100: one a row, a column for each attribute.
    **keywords : object
        What any ipywidget takes: ``layout``, ``tabbable``, ``tooltip``.

    Raises
    ------
    PayloadError
        The payload cannot be read: as from `Reply.from_payload`.
    TypeError
        Samples that are no rows; a keyword that is not known.
    ValueError
        A payload of more than 5,000,000 bytes, or more than 100 samples.

    Examples
    --------
    >>> import chatbot_nb as cb
    >>> cb.ChatPreview(cb.Reply().text("Hi {{default_name}}!"), samples=[{"default_name": "Ada"}])
    ChatPreview: 1 response
    """

    _entry: ClassVar[str] = "chat/main.js"

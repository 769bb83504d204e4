"""`Reply`: what a backend answers, written in Python, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self, TypeVar

from chatbot_nb.payloads.limits import DEFAULT_DELAY
from chatbot_nb.payloads.reply.line import as_json, checked, json_of, raw_places, star_hints
from chatbot_nb.payloads.reply.outcome import Outcome
from chatbot_nb.payloads.wording import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from chatbot_nb.payloads.reply.elements import AnyButton, Card, QuickReply

_Item = TypeVar("_Item")
_Reply = TypeVar("_Reply", bound="Reply")
_RESPONSE: Final = "/responses/0"  # where a response stands that is checked on its own
_PARAMETERS: Final = {"elements": "cards"}  # called otherwise in Python than in JSON


class Reply(Outcome):
    """What a backend answers: responses for the user, attributes for the story. Immutable; every method returns one.

    Each response is checked on the line that adds it. The reply as a whole is checked by `check` and `build`; it may
    hold what breaks the rules, from `raw` or `from_payload`, but nothing that is no JSON. Replies are equal if their
    payloads are, whatever the order of keys; 1, 1.0 and true are three values.

    Raises
    ------
    PayloadError
        From the methods that add something: what breaks a documented rule, all of it in ``findings``.

    Notes
    -----
    Source: ChatBot docs, "Available Bot Responses", "How ChatBot Webhooks works?".

    Examples
    --------
    >>> import chatbot_nb as cb
    >>> cb.Reply().text("Hi {{default_name}}!").quick_replies("What now?", cb.postback("Track order", "track")).build()
    ... # doctest: +NORMALIZE_WHITESPACE
    {'responses': [{'type': 'text', 'message': 'Hi {{default_name}}!'},
                   {'type': 'quickReplies', 'title': 'What now?',
                    'buttons': [{'type': 'postback', 'title': 'Track order', 'value': 'track'}]}]}
    """

    __slots__ = ()

    def text(self, message: str, *, delay: float = DEFAULT_DELAY) -> Self:
        """Add a text.

        Parameters
        ----------
        message : str
            1 to 1,024 characters.
        delay : float, default 1000
            Milliseconds, 100 to 10,000, for which the bot seems to type; the default is not sent. The same for every
            response.
        """
        return self._with("text", "text", delay, {"message": message})

    def random_text(self, *messages: str, delay: float = DEFAULT_DELAY) -> Self:
        """Add one of several texts, chosen by ChatBot at random.

        Parameters
        ----------
        *messages : str
            1 to 20 of them, of 1 to 1,024 characters each.
        delay : float, default 1000
        """
        return self._with("random_text", "randomText", delay, {"messages": list(messages)})

    def image(self, address: str, *, delay: float = DEFAULT_DELAY) -> Self:
        """Add an image.

        Parameters
        ----------
        address : str
            Its web address, 1 to 2,048 characters.
        delay : float, default 1000
        """
        return self._with("image", "image", delay, {"imageUrl": address})

    def quick_replies(self, title: str, *buttons: QuickReply, delay: float = DEFAULT_DELAY) -> Self:
        """Add a text with buttons that vanish after a press.

        Parameters
        ----------
        title : str
            1 to 640 characters.
        *buttons : Postback, Goto, Raw or dict
            1 to 13 of them.
        delay : float, default 1000
        """
        return self._with("quick_replies", "quickReplies", delay, {"title": title, "buttons": buttons})

    def cards(self, *cards: Card, delay: float = DEFAULT_DELAY) -> Self:
        """Add a gallery of cards.

        Parameters
        ----------
        *cards : CardElement, Raw or dict
            At least one, as `card` makes it; of more than 10 a check warns.
        delay : float, default 1000
        """
        return self._with("cards", "cards", delay, {"elements": cards})

    def buttons(self, title: str, *buttons: AnyButton, delay: float = DEFAULT_DELAY) -> Self:
        """Add a text with buttons that stay.

        Parameters
        ----------
        title : str
            1 to 640 characters.
        *buttons : Postback, Goto, Url, Webview, Phone, Raw or dict
            1 to 5 of them.
        delay : float, default 1000
        """
        return self._with("buttons", "buttons", delay, {"title": title, "buttons": buttons})

    def raw(self, response: object) -> Self:
        """Add a response as it is; its rules are not checked until `check` or `build`.

        Parameters
        ----------
        response : JSON value
            It is copied. What is no JSON is refused, as in `from_payload`.
        """
        return self._added(json_of(response, "raw"))

    def set(self, attributes: Mapping[str, str] | None = None, /, **more: str) -> Self:
        """Set attributes of the chat; those of the same name that were set before get the new value.

        Parameters
        ----------
        attributes : mapping of str to str, optional
            For names that are no Python names, such as ``"Phone number"``.
        **more : str
            The same, by keyword. Of a name that is given twice, this value counts.
        """
        document = self._object()
        new = checked({"attributes": {**({} if attributes is None else attributes), **more}}, "set")["attributes"]
        return self._of({**document, "attributes": {**document.get("attributes", {}), **new}}, self._values)

    def when(
        self, condition: object, then: Callable[[Self], Self], otherwise: Callable[[Self], Self] | None = None
    ) -> Self:
        """Return ``then(self)`` if the condition holds, else ``otherwise(self)``, or the reply itself.

        Parameters
        ----------
        condition : object
            True or false, as in an ``if``.
        then, otherwise : callable
            From the reply so far to the reply with more in it.

        Raises
        ------
        TypeError
            What was called returned no reply.
        """
        if condition:
            return _a_reply(then(self), "when")
        return self if otherwise is None else _a_reply(otherwise(self), "when")

    def each(self, items: Iterable[_Item], add: Callable[[Self, _Item], Self]) -> Self:
        """Return the reply after ``reply = add(reply, item)`` for each item, in order.

        Parameters
        ----------
        items : iterable
        add : callable
            From the reply so far, and one item, to the reply with more in it.

        Raises
        ------
        TypeError
            ``add`` returned no reply.
        """
        reply = self
        for item in items:
            reply = _a_reply(add(reply, item), "each")
        return reply

    def __add__(self, other: Reply) -> Self:
        """Return a reply that says this one, then the other; of an attribute or key that both set, the other's."""
        if not isinstance(other, Reply):
            return NotImplemented
        mine, theirs = self._object(), other._object()
        both = {**mine, **theirs}
        if "responses" in both:
            both["responses"] = [*mine.get("responses", []), *theirs.get("responses", [])]
        if "attributes" in both:
            both["attributes"] = {**mine.get("attributes", {}), **theirs.get("attributes", {})}
        return self._of(both, self._values or other._values)

    def _with(self, what: str, kind: str, delay: float, fields: Mapping[str, object]) -> Self:
        """Return the reply with one more response, which is checked."""
        response, free, hints = dict[str, object](type=kind, delay=delay), list[str](), dict[str, str]()
        for key, value in fields.items():
            response[key] = value
            if isinstance(value, tuple):
                response[key] = [as_json(element) for element in value]
                free += raw_places(value, f"{_RESPONSE}/{key}")
            if isinstance(value, tuple | list):
                hints |= star_hints(value, f"{_RESPONSE}/{key}", _PARAMETERS.get(key, key))
        made = checked({"responses": [response]}, what, within=_RESPONSE, but=free, hints=hints)["responses"][0]
        if made["delay"] == DEFAULT_DELAY:
            del made["delay"]
        return self._added(made)

    def _added(self, response: object) -> Self:
        document = self._object()
        # Responses stand first, whatever was set before: equal replies are written alike.
        responses = [*document.get("responses", []), response]
        return self._of({"responses": responses, **document} | {"responses": responses}, self._values)


def _a_reply(made: _Reply, method: str) -> _Reply:
    if not isinstance(made, Reply):
        raise TypeError(f"{method}: the function returned {kind_of(made)}, not a Reply; write return reply.text(...)")
    return made

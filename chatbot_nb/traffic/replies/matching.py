"""The conditions of a rule: which webhook requests it answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chatbot_nb.payloads.wording import SHOWN, kind_of, show
from chatbot_nb.traffic.replies.workers import called

if TYPE_CHECKING:
    from chatbot_nb.payloads.request import WebhookRequest

Predicate = Callable[["WebhookRequest"], object]
#: An exact value, a pattern that is searched for in a text, or a function of the value.
Wanted = str | int | float | bool | None | re.Pattern[str] | Callable[[Any], object]

_ABSENT: Final = object()
_SCALARS: Final = (str, int, float, bool, type(None))


@dataclass(frozen=True, slots=True)
class Conditions:
    """What must hold for a request, all of it; without any, it holds for every request.

    Parameters
    ----------
    node : str, optional
        Exact name of the node.
    message : str, re.Pattern or callable, optional
        Of the message; a message that is no text fits nothing.
    attributes : tuple of (str, object)
        By name what each attribute must be: it is looked up among the attributes of the chat, and only where it is
        not there among those of the user.
    where : callable, optional
        Of the whole request.
    """

    node: str | None = None
    message: str | re.Pattern[str] | Callable[[str], object] | None = None
    attributes: tuple[tuple[str, Wanted], ...] = ()
    where: Predicate | None = None

    @property
    def runs_code(self) -> bool:
        """Whether a function of the user's is among them."""
        return any(map(callable, (self.message, self.where, *(wanted for _, wanted in self.attributes))))

    def may_hold(self, payload: object) -> bool:
        """Whether all holds but what takes a function to know."""
        return all(_may_fit(wanted, value) for wanted, value in self._pairs(payload))

    def hold(self, payload: object, request: WebhookRequest | None) -> bool:
        """Whether all holds; raises what a function of the user's raises.

        Parameters
        ----------
        payload : JSON value
        request : WebhookRequest or None
            None where the payload is none; then ``where`` does not hold.
        """
        pairs = self._pairs(payload)
        # Functions last: most requests fail before.
        if not all(_may_fit(wanted, value) for wanted, value in pairs):
            return False
        if not all(called(wanted, value) for wanted, value in pairs if callable(wanted)):
            return False
        return self.where is None or (request is not None and bool(called(self.where, request)))

    def without_code(self) -> Conditions:
        """Return them for another process, which learns of a user's function only that there is one."""
        attributes = tuple((_bare(name), _bare(wanted)) for name, wanted in self.attributes)
        return Conditions(_bare(self.node), _bare(self.message), attributes)  # `may_hold` does not ask for `where`

    def __str__(self) -> str:
        parts = [] if self.node is None else [f"node {show(self.node)}"]
        parts += [] if self.message is None else [f"message {_shown(self.message)}"]
        parts += [f"attribute {show(name)} {_shown(wanted)}" for name, wanted in self.attributes]
        parts += [] if self.where is None else [f"where {name_of(self.where)}"]
        return ", ".join(parts)

    def _pairs(self, payload: object) -> list[tuple[Wanted, object]]:
        """Return what is wanted, and what is there."""
        pairs: list[tuple[Wanted, object]] = []
        if self.node is not None:
            pairs.append((self.node, _entry(_entry(payload, "node"), "name")))
        if self.message is not None:
            message = _entry(payload, "message")
            pairs.append((self.message, message if isinstance(message, str) else _ABSENT))
        for name, wanted in self.attributes:
            own = _entry(_entry(payload, "attributes"), name)
            pairs.append((wanted, _entry(_entry(payload, "userAttributes"), name) if own is _ABSENT else own))
        return pairs


def make_conditions(node: object, message: object, attributes: object, where: object) -> Conditions:
    """Return the checked conditions.

    Raises
    ------
    TypeError
        One is of the wrong type; the message says which, and what it may be.
    ValueError
        There is none.
    """
    if node is not None and not isinstance(node, str):
        raise TypeError(f"node: the exact name of a node as text, not {kind_of(node)}")
    if not (message is None or isinstance(message, str) or _is_pattern(message) or callable(message)):
        raise TypeError(f"message: text, a re.Pattern of text or a function, not {kind_of(message)}")
    if not isinstance(attributes, Mapping | None):
        raise TypeError(f"attributes: a mapping of names to values, not {kind_of(attributes)}")
    if where is not None and not callable(where):
        raise TypeError(f"where: a function of the WebhookRequest, not {kind_of(where)}")
    for name, wanted in (attributes or {}).items():
        if not isinstance(name, str):
            raise TypeError(f"attributes: names are text, not {kind_of(name)}")
        if not (isinstance(wanted, _SCALARS) or _is_pattern(wanted) or callable(wanted)):
            allowed = "text, a number, a bool, None, a re.Pattern of text or a function"
            raise TypeError(f"attributes[{show(name)}]: {allowed}, not {kind_of(wanted)}")
    conditions = Conditions(node, message, tuple((attributes or {}).items()), where)  # type: ignore[arg-type]  # checked
    if conditions == Conditions():
        raise ValueError("no condition: give node=, message=, attributes= or where=; set() is for what no rule matches")
    return conditions


def name_of(function: object) -> str:
    """Return what a function is called."""
    name = str(getattr(function, "__qualname__", type(function).__qualname__)).rpartition("<locals>.")[2]
    return name if len(name) <= SHOWN else name[: SHOWN - 1] + "…"


def _entry(value: object, key: str) -> object:
    return value.get(key, _ABSENT) if isinstance(value, dict) else _ABSENT


def _may_fit(wanted: Wanted, value: object) -> bool:
    if value is _ABSENT:
        return False
    if isinstance(wanted, re.Pattern):
        return isinstance(value, str) and wanted.search(value) is not None
    # 1, 1.0 and true are three values in JSON, but 1 and 1.0 are one number
    return callable(wanted) or (wanted == value and isinstance(wanted, bool) == isinstance(value, bool))


def _is_pattern(value: object) -> bool:
    return isinstance(value, re.Pattern) and isinstance(value.pattern, str)


def known_elsewhere(_value: object) -> object:
    """Stand for a function of the user's in a process that does not have it."""
    raise AssertionError("only may_hold is asked there")


def _bare(wanted: Any) -> Any:  # noqa: ANN401  # what it is given, as a value of its base class
    """Return what is wanted as another process can have it: not as a class of the user's, and no function."""
    if isinstance(wanted, re.Pattern):
        return re.compile(_bare(wanted.pattern), wanted.flags)
    if callable(wanted) and not isinstance(wanted, _SCALARS):
        return known_elsewhere
    if isinstance(wanted, str):
        return str.__str__(wanted)
    if isinstance(wanted, float):
        return float.__float__(wanted)
    return int.__index__(wanted) if isinstance(wanted, int) and type(wanted) is not bool else wanted


def _shown(wanted: Wanted) -> str:
    if isinstance(wanted, re.Pattern):
        return f"matches {show(wanted.pattern)}"
    return name_of(wanted) if callable(wanted) else f"is {show(wanted)}"

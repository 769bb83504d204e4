"""The way back: for a change that was made, the one that undoes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatbot_nb.connections.plan.change import HIDDEN, SECRET_FIELDS, Change, Seen

if TYPE_CHECKING:
    from chatbot_nb.connections.plan.change import Hidden, Outcome


def inverse(change: Change, outcome: Outcome, twins: tuple[str, ...] = ()) -> Change:
    """Return the change that undoes one that was made.

    Parameters
    ----------
    change : Change
    outcome : Outcome
        What became of it; its ``before`` has the secrets that were there.
    twins : tuple of str
        `Change.twins` for a connection that is created again.
    """
    if change.action == "create":
        story, secrets = _text(change.fields.get("storyId")), {key: change.fields.get(key) for key in SECRET_FIELDS}
        made = Seen(change.name, _url(change.fields.get("url")), story, None, secrets)
        return Change("delete", change.row, outcome.id, made)
    seen = change.seen
    assert seen is not None
    then = {"name": seen.name, "url": seen.url} | {key: outcome.before.get(key) for key in SECRET_FIELDS}
    if change.action == "delete":
        return Change("create", change.row, None, None, {"storyId": seen.story_id, **then}, twins)
    name, url = _text(change.fields.get("name", seen.name)), _url(change.fields.get("url", seen.url))
    secrets = {key: value for key, value in change.fields.items() if key in SECRET_FIELDS}
    left = Seen(name, url, None, None, secrets)
    return Change("update", change.row, change.id, left, {key: then[key] for key in change.fields})


def _url(value: object) -> str | Hidden | None:
    return HIDDEN if value is HIDDEN else _text(value)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None

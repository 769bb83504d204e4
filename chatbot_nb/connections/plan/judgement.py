"""What a connection's present state means for a change of it: to be made, made already, or not to be made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chatbot_nb.connections.plan.change import HIDDEN, SECRET_FIELDS, Change, Outcome, Seen
from chatbot_nb.connections.reading import Reader
from chatbot_nb.connections.writing import kept_fields
from chatbot_nb.payloads.wording import show
from chatbot_nb.transport.redact import safe_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from chatbot_nb.connections.reading import Row

_ANEW: Final = "Make the plan anew to see what differs now"


def judge(change: Change, row: Row | None, *, maybe: bool, undo: bool = False) -> Outcome | None:
    """Return what became of an update or a delete, None if it is to be made.

    Parameters
    ----------
    change : Change
    row : dict or None
        The connection as the account shows it now; None if there is none.
    maybe : bool
        Whether a write of ours may have taken effect.
    undo : bool, default False
        Whether it is on the way back, for the words.
    """
    since = "since the plan was applied" if undo else "since the plan was made"
    advice = "It is left as it is" if undo else _ANEW
    if row is None:
        if change.action == "delete" and maybe:
            return Outcome("done")
        return Outcome("conflict", f"the connection is gone: somebody deleted it {since}. {advice}")
    now = seen(row)
    if change.action == "update" and _holds(change, row, now, maybe=maybe):
        return Outcome("done") if maybe else Outcome("unchanged", "the account had it so already; nothing was sent")
    assert change.seen is not None
    if differs := [*_differences(change.seen, now), *_other_secrets(change.seen, row)]:
        return Outcome("conflict", f"changed on the server {since}: {'; '.join(differs)}. {advice}")
    return None


def created(change: Change, rows: Iterable[object], claimed: set[str]) -> str | None:
    """Return the id of the connection that a create of ours has made, None if it made none.

    Our reading, since the API has no key for it: a connection with the same story, name and URL that was not there
    when the plan was made, and that no other change of it has made.
    """
    for connection_id in _like(identity(change.fields), rows):
        if connection_id not in change.twins and connection_id not in claimed:
            return connection_id
    return None


def like(then: Seen | None, rows: Iterable[object]) -> tuple[str, ...]:
    """Return the ids of the connections with the story, name and URL of one that was seen."""
    return () if then is None else tuple(_like((then.story_id, then.name, then.url), rows))


def _like(wanted: tuple[object, ...], rows: Iterable[object]) -> Iterator[str]:
    for row in rows:
        if not isinstance(row, dict) or not isinstance(row.get("id"), str):
            continue
        story = row.get("story")
        if (story.get("id") if isinstance(story, dict) else None, row.get("name"), row.get("url")) == wanted:
            yield row["id"]


def identity(fields: Mapping[str, object]) -> tuple[object, ...]:
    """Return what two creates of the same connection have in common: story, name and URL."""
    return fields.get("storyId"), fields.get("name"), fields.get("url")


def seen(row: Row) -> Seen:
    """Return what the account shows, as leniently as `Connections.frame` reads it."""
    reader = Reader([{**row, "id": "-"}], single=True)
    ((name,), (url,), (story_id,), (updated_at,)) = (
        reader.texts("name"),
        reader.texts("url"),
        reader.texts("story", "id"),
        reader.times("updatedAt"),
    )
    return Seen(name, url, story_id, updated_at)


def _holds(change: Change, row: Row, now: Seen, *, maybe: bool) -> bool:
    """Return whether the connection is as the update wants it."""
    kept = kept_fields(row)
    visible = {key: value for key, value in change.fields.items() if value is not HIDDEN}
    if any(kept.get(key) != value for key, value in visible.items()):
        return False
    if len(visible) == len(change.fields):
        return True
    # A secret that only a journal told of cannot be compared: our write shows by the time that it left.
    assert change.seen is not None
    return maybe and now.updated_at != change.seen.updated_at


def _differences(then: Seen, now: Seen) -> Iterable[str]:
    if then.name != now.name:
        yield f"name is {show(now.name)}, was {show(then.name)}"
    if then.url is not HIDDEN and then.url != now.url:
        yield f"url is {_shown(now.url)}, was {_shown(then.url)}"
    if then.story_id is not None and then.story_id != now.story_id:
        yield f"its story is {show(now.story_id)}, was {show(then.story_id)}"
    if then.updated_at is not None and then.updated_at != now.updated_at:
        yield f"updatedAt is {now.updated_at}, was {then.updated_at}"


def _other_secrets(then: Seen, row: Row) -> Iterable[str]:
    kept = kept_fields(row)
    for key, value in then.secrets.items():
        if value is not HIDDEN and kept.get(key) != value:
            yield f"{key} is another one"


def _shown(url: object) -> str:
    return show(safe_url(url) if isinstance(url, str) else url)


def secrets_before(change: Change, row: Mapping[str, object]) -> dict[str, object]:
    """Return what an undo needs beyond the plan: the secret fields, None for one that is not there."""
    kept = kept_fields(row)
    concerned = SECRET_FIELDS if change.action == "delete" else [key for key in SECRET_FIELDS if key in change.fields]
    return {key: kept.get(key) for key in concerned}

"""Replies as backends send them, for benchmarks: drawn from a seed, about five responses each, half of them broken.

What breaks them is what the documentation limits and what public backends get wrong, in the shares of `FAULTS`.
"""

from __future__ import annotations

import json
import random
from typing import Any

Json = dict[str, Any]

_WORDS = """
    order track your the is on its way we have sent a link to account please choose one of plans below
    if you need help with billing delivery returns our team answers within hours thanks for waiting
    {{default_name}} café 24/7
""".split()  # noqa: SIM905 - as a list it takes thirty lines
_BLOCK = "0e1a2425-76e3-49fd-bfc0-547603ab1fe3"


def _text(rng: random.Random, low: int, high: int) -> str:
    text = " ".join(rng.choices(_WORDS, k=high // 5 + 2))[: rng.randint(low, high) - 3].strip()
    return text + (" 👋" if high > 60 and rng.random() < 0.08 else "")


def _button(rng: random.Random, kinds: str = "ppppguwt") -> Json:
    kind = rng.choice(kinds)
    title = _text(rng, 4, 20) or "OK"
    number = rng.randint(1, 10**6)
    if kind == "p":
        return {"type": "postback", "title": title, "value": _text(rng, 5, 40)}
    if kind == "g":
        return {"type": "goto", "title": title, "value": _BLOCK}
    if kind == "u":
        return {"type": "url", "title": title, "value": f"https://shop.example/orders/{number}?from=chat"}
    if kind == "w":
        return {"type": "webview", "title": title, "value": f"https://shop.example/form/{number}", "height": "tall"}
    return {"type": "phone", "title": title, "value": f"+48{number:09}"}


def _buttons(rng: random.Random, low: int, high: int, kinds: str = "ppppguwt") -> list[Json]:
    return [_button(rng, kinds) for _ in range(rng.randint(low, high))]


def _response(rng: random.Random) -> Json:
    kind = rng.choices(("text", "randomText", "image", "quickReplies", "buttons", "cards"), (45, 8, 8, 16, 12, 11))[0]
    response: Json = {"type": kind}
    if rng.random() < 0.3:
        response["delay"] = rng.randrange(200, 3000, 100)
    if kind == "text":
        response["message"] = _text(rng, 30, 400)
    elif kind == "randomText":
        response["messages"] = [_text(rng, 20, 150) for _ in range(3)]
    elif kind == "image":
        response["imageUrl"] = f"https://cdn.example/images/{rng.randint(1, 10**9)}.png"
    elif kind == "cards":
        response["elements"] = [
            {
                "title": _text(rng, 8, 60),
                "subtitle": _text(rng, 20, 79),
                "imageUrl": f"https://cdn.example/cards/{rng.randint(1, 10**9)}.jpg",
                "buttons": _buttons(rng, 1, 3),
            }
            for _ in range(rng.randint(1, 4))
        ]
    else:
        response["title"] = _text(rng, 15, 200)
        quick = kind == "quickReplies"
        response["buttons"] = _buttons(rng, 2, 5 if quick else 3, "ppppg" if quick else "ppppguwt")
    return response


def _reply(rng: random.Random) -> Json:
    reply: Json = {"responses": [_response(rng) for _ in range(rng.randint(3, 7))]}
    if rng.random() < 0.6:
        names = rng.sample(("plan", "order_id", "Phone number", "seen_welcome", "segment", "cart"), rng.randint(1, 4))
        reply["attributes"] = {name: _text(rng, 3, 20) for name in names}
    return reply


def _holders(reply: Json, key: str) -> list[Json]:
    """Return the responses, elements and buttons that have a key."""
    found: list[Json] = []
    for response in reply["responses"]:
        elements = response.get("elements", [])
        buttons = [button for holder in (response, *elements) for button in holder.get("buttons", [])]
        found += [each for each in (response, *elements, *buttons) if key in each]
    return found


# A share in all faults, and what it does to one holder of a key: the documented limits first.
FAULTS: list[tuple[int, str, Any]] = [
    (
        26,
        "title",
        lambda rng, each: each.update(title=_text(rng, 21, 60) + " " + "x" * (620 if len(each) == 3 else 80)),
    ),
    (10, "message", lambda rng, each: each.update(message=_text(rng, 1025, 1500).ljust(1025, "."))),
    (6, "message", lambda _, each: each.update(message="")),
    (9, "buttons", lambda rng, each: each.update(buttons=_buttons(rng, 6, 7, "ppppg"))),
    (3, "buttons", lambda _, each: each.update(buttons=[])),
    (5, "subtitle", lambda rng, each: each.update(subtitle=_text(rng, 81, 140).ljust(81, "."))),
    (5, "type", lambda rng, each: each.update(delay=rng.choice([0, 50, 20_000, 60_000]))),
    (6, "value", lambda _, each: each.update(value="")),
    (3, "imageUrl", lambda _, each: each.update(imageUrl="/images/1.png")),
    # What is missing or of another type.
    (4, "subtitle", lambda _, each: each.pop("subtitle")),
    (3, "height", lambda _, each: each.pop("height")),
    (3, "message", lambda _, each: each.update(message=None)),
    (5, "type", lambda _, each: each.update(id=7)),
    # PLATFORM's shapes that real backends send by mistake.
    (3, "message", lambda _, each: each.update(text=each.pop("message"))),
    (2, "message", lambda _, each: each.update(type="TEXT")),
    (1, "imageUrl", lambda _, each: each.update(image_url=each.pop("imageUrl"))),
    (1, "message", lambda _, each: each.update(message=[each["message"], "b"])),
]
_OF_ATTRIBUTES = 10  # and this share in attributes that are numbers, null or objects
_NOT_JSON = 2


def broken(rng: random.Random) -> bytes:
    """Return a reply with one fault, or a few."""
    reply = _reply(rng)
    shares = [share for share, _, _ in FAULTS]
    for _ in range(rng.choices((1, 2, 4), (70, 22, 8))[0]):
        draw = rng.random() * (sum(shares) + _OF_ATTRIBUTES + _NOT_JSON)
        if draw < _NOT_JSON:
            return rng.choice([b"<!DOCTYPE html><h1>Internal Server Error</h1>", encoded(reply, rng)[:-9], b""])
        if draw < _NOT_JSON + _OF_ATTRIBUTES:
            reply.setdefault("attributes", {})["count"] = rng.choice([1, 2.5, None, True, {}])
            continue
        while True:
            _, key, change = rng.choices(FAULTS, shares)[0]
            if holders := _holders(reply, key):
                change(rng, rng.choice(holders))
                break
    return encoded(reply, rng)


def encoded(reply: Json, rng: random.Random) -> bytes:
    """Return what JavaScript, or PHP and Python with their defaults, make of it: nine, and one, in ten."""
    if rng.random() < 0.9:
        return json.dumps(reply, ensure_ascii=False, separators=(",", ":")).encode()
    return json.dumps(reply).encode()


def replies(count: int, seed: int = 0) -> list[bytes]:
    """Return so many replies, of which every second is broken."""
    rng = random.Random(seed)
    return [broken(rng) if number % 2 else encoded(_reply(rng), rng) for number in range(count)]

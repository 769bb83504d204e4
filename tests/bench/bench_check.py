"""How much longer a check takes than reading the same JSON; ratios within one run."""

from __future__ import annotations

import json
import statistics
import time

from chatbot_nb.payloads.check import check

Row = tuple[str, str, str]

_ROUNDS = 300
_CALLS = 20

_POSTBACK = {"type": "postback", "title": "Track order", "value": "track my order please"}
_URL = {"type": "url", "title": "Pricing", "value": "https://example.com/pricing?plan=pro"}
_PHONE = {"type": "phone", "title": "Call us", "value": "+1234567890"}
_CARD = {
    "title": "Pro plan",
    "subtitle": "Billed yearly, cancel at any time",
    "imageUrl": "https://example.com/images/plans/pro.png",
    "buttons": [_POSTBACK, _URL, _PHONE],
}
REPLY = {
    "responses": [
        {"type": "text", "delay": 500, "message": "Hi {{default_name}}, good to see you again! What is it today?"},
        {"type": "randomText", "messages": ["How can I help?", "What can I do for you?", "Anything else?"]},
        {"type": "image", "imageUrl": "https://example.com/images/welcome.png"},
        {"type": "quickReplies", "title": "Pick one of these", "buttons": [_POSTBACK, _POSTBACK, _POSTBACK]},
        {"type": "cards", "elements": [_CARD, _CARD]},
    ],
    "attributes": {"plan": "pro", "seen_welcome": "yes"},
}


def run() -> list[Row]:
    """Return a row for each kind of payload: what, target, measured."""
    with_emoji = json.loads(json.dumps(REPLY))
    with_emoji["responses"][0]["message"] = "Hi {{default_name}} 👋🏽 good to see you again! What is it today?"
    broken = json.loads(json.dumps(REPLY))
    broken["responses"][3]["buttons"][1]["title"] = "a title that is longer than twenty"
    broken["attributes"]["count"] = 3
    return [
        ("cb.check(bytes), valid, five responses", "at most 2.5 x json.loads", _ratio(REPLY)),
        ("cb.check(bytes), valid, with emoji", "", _ratio(with_emoji)),
        ("cb.check(bytes), two findings", "", _ratio(broken)),
    ]


def _ratio(payload: object) -> str:
    data = json.dumps(payload, ensure_ascii=False).encode()
    check(data)  # builds the schema
    pairs = [(_time(json.loads, data), _time(check, data)) for _ in range(_ROUNDS)]
    ratio = statistics.median(checked / loaded for loaded, checked in pairs)
    floor = statistics.median(loaded for loaded, _ in pairs) * 1e6
    return f"{ratio:.2f} x ({floor:.1f} µs for {len(data)} bytes)"


def _time(function, data: bytes) -> float:
    start = time.perf_counter()
    for _ in range(_CALLS):
        function(data)
    return (time.perf_counter() - start) / _CALLS


if __name__ == "__main__":
    for what, target, measured in run():
        print(f"{what}: {measured} (target: {target or 'none'})")

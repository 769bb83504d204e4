"""Realistic connections to fill a sandbox with; the same ones for the same seed, on every machine."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from chatbot_nb.payloads.limits import CONNECTION_NAME
from chatbot_nb.sandbox.store import Settings, StoredConnection, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator

TYPICAL: Final = 24  # connections of an account to try things on
# What the webhook does, the path of its URL.
_TASKS: Final = (
    ("Order status", "orders/status"),
    ("Returns and refunds", "returns"),
    ("Account balance", "accounts/balance"),
    ("Opening hours", "opening-hours"),
    ("Package tracking", "tracking"),
    ("VIP check", "customers/vip"),
    ("Appointment booking", "appointments"),
    ("Invoice copy", "invoices/copy"),
    ("Delivery slots", "delivery/slots"),
    ("Product search", "products/search"),
    ("Password reset", "accounts/password-reset"),
    ("Subscription status", "subscriptions/status"),
    ("Store locator", "stores/nearest"),
    ("Warranty check", "warranty"),
    ("Newsletter sign-up", "newsletter"),
    ("Complaint intake", "complaints"),
)
# Stories are of very different size: the weights of the rows above.
_STORIES: Final = (
    ("Customer service", 40),
    ("Web shop", 25),
    ("Banking assistant", 12),
    ("After hours", 8),
    ("Lead generation", 6),
    ("Appointments", 4),
    ("Facebook page", 3),
    ("Old bot (2023)", 2),
)
_REGIONS: Final = ("DE", "FR", "PL", "UK", "US", "ES", "NL", "IT")
_STAGES: Final = ("staging", "test", "v1", "backup")
_HOSTS: Final = (
    "hooks.acme-shop.example",
    "api.northwind.example",
    "webhooks.bluebank.example",
    "bots.parcel-express.example",
    "chat.city-clinic.example",
    "functions.helpdesk.example",
)
# As axios words them; {host} is that of the connection's URL.
_ERRORS: Final = (
    "Request failed with status code 404",
    "Request failed with status code 500",
    "timeout of 10000ms exceeded",
    "getaddrinfo ENOTFOUND {host}",
    "Request failed with status code 401",
    "connect ECONNREFUSED 127.0.0.1:443",
    "certificate has expired",
    "Request failed with status code 502",
    "socket hang up",
)
# Names that tables and forms get wrong: spaces, emoji, right to left, the longest, markup, letters beyond ASCII.
_ODD_NAMES: Final = (
    "  Order   status ",
    "🛒 Cart helper 👩‍💻",
    "حالة الطلب",
    "Order status for customers of the web shop, the branches and the hotline, with delivery dates".ljust(
        CONNECTION_NAME.max, "."
    ),
    "<b>Returns</b> & refunds",
    "שעות פתיחה (test)",
    "Rückgabe: Größe/Maß",
)
# Sixteen connections show every trait of an account at least once; what is left is drawn.
_CYCLE: Final = 16
_HTTP, _SAME_URL, _SAME_NAME, _LOCAL = 3, 7, 10, 13
_ODD = (4, 5, 11, 12)
_FAILING = (2, 8, 14)
_CHANGED, _WITH_TOKEN, _WITH_HEADERS, _WITH_AUTH = 0.6, 0.5, 0.25, 0.2  # shares of all

_NEWEST: Final = datetime(2025, 12, 15, 9, 30, tzinfo=UTC)
_OLDEST_DAYS: Final = 3 * 365


def seeded(n: int, seed: int = 0) -> Iterator[StoredConnection]:
    """Yield `n` connections; the first of more are the same, whatever `n` is.

    Notes
    -----
    Hosts stand under the reserved names ``.example`` and ``localhost``, so that nothing is ever sent to anybody.
    Of each sixteen: three fail, four have odd names, one has an ``http`` URL, one the URL and one the name of the
    connection before it, one is on ``localhost``. Half have a token, a quarter headers, a fifth Basic auth. Created
    within the three years before December 2025, in no order.
    """
    rng = random.Random(f"chatbot_nb sandbox {seed}")  # noqa: S311 - sample data, nothing is kept secret by it
    stories = [(_object_id(rng, _NEWEST), name) for name, _ in _STORIES]
    weights = [weight for _, weight in _STORIES]
    settings = Settings("", "")
    for i in range(n):
        story_id, story_name = rng.choices(stories, weights)[0]
        settings = _settings(rng, i, settings)
        created = _NEWEST - timedelta(days=rng.uniform(0, _OLDEST_DAYS))
        updated = created + (_NEWEST - created) * rng.random() if rng.random() < _CHANGED else created
        yield StoredConnection(
            _object_id(rng, created),
            story_id,
            story_name,
            settings,
            _error(i, settings.url),
            timestamp(created),
            timestamp(updated),
        )


def _settings(rng: random.Random, i: int, previous: Settings) -> Settings:
    place = i % _CYCLE
    task, path = _TASKS[(i * 7 + i // _CYCLE) % len(_TASKS)]
    region, host = rng.choice(_REGIONS), rng.choice(_HOSTS)
    name = _name(rng, i, task, region)
    url = f"https://{host}/{path}" + rng.choice(
        ("", f"/{region.lower()}", "?source=chatbot", f"?shop={region.lower()}")
    )
    if place == _HTTP:
        url = url.replace("https:", "http:")
    elif place == _LOCAL:
        url = f"http://localhost:{rng.randint(3000, 9000)}/{path}"
    elif place == _SAME_URL:
        url = previous.url
    elif place == _SAME_NAME:
        name = previous.name
    token = f"{rng.getrandbits(128):032x}" if rng.random() < _WITH_TOKEN else None
    headers = _headers(rng, region) if rng.random() < _WITH_HEADERS else None
    auth = (f"chatbot-{region.lower()}", f"{rng.getrandbits(64):016x}") if rng.random() < _WITH_AUTH else None
    return Settings(name, url, token, headers, auth)


def _name(rng: random.Random, i: int, task: str, region: str) -> str:
    place = i % _CYCLE
    if place in _ODD:
        return _ODD_NAMES[(i // _CYCLE * len(_ODD) + _ODD.index(place)) % len(_ODD_NAMES)]
    if i < _CYCLE:
        return task
    return rng.choice((f"{task} {region}", f"{task} ({rng.choice(_STAGES)})", f"{task} {region} {rng.randint(2, 99)}"))


def _error(i: int, url: str) -> str | None:
    if i % _CYCLE not in _FAILING:
        return None
    nth = i // _CYCLE * len(_FAILING) + _FAILING.index(i % _CYCLE)
    return _ERRORS[nth % len(_ERRORS)].format(host=url.split("/")[2])


def _headers(rng: random.Random, region: str) -> dict[str, str]:
    headers = {"x-api-key": f"{rng.getrandbits(96):024x}", "x-region": region.lower(), "x-channel": "chatbot"}
    return dict(list(headers.items())[: rng.randint(1, 3)])


def _object_id(rng: random.Random, created: datetime) -> str:
    return f"{int(created.timestamp()):08x}{rng.getrandbits(64):016x}"

"""Seeded connections: the same for everybody, and with every trait that a real account has."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlsplit

import pytest

from chatbot_nb.connections.models import check_new
from chatbot_nb.sandbox.seed import seeded


def _body(row):
    settings = row.settings
    auth = settings.auth and {"username": settings.auth[0], "password": settings.auth[1]}
    optional = {"token": settings.token, "headers": settings.headers, "auth": auth}
    return {"storyId": row.story_id, "name": settings.name, "url": settings.url} | {
        key: value for key, value in optional.items() if value is not None
    }


def test_same_seed_same_connections():
    """Ids, secrets and times too; few are the first of many; another seed gives others."""
    assert list(seeded(40, 7)) == list(seeded(40, 7)) == list(seeded(100, 7))[:40]
    assert not {row.id for row in seeded(40, 7)} & {row.id for row in seeded(40, 8)}


def test_every_seeded_connection_could_have_been_created():
    """What is seeded keeps every documented rule."""
    assert [finding for row in seeded(500) for finding in check_new(_body(row))] == []


@pytest.mark.parametrize("seed", [0, 1, 12345])
def test_small_account_has_every_trait(seed):
    """Already the 24 connections of connect() show what analyses must cope with."""
    rows = list(seeded(24, seed))
    names = [row.settings.name for row in rows]
    urls = [row.settings.url for row in rows]
    errors = {row.error for row in rows} - {None}
    assert len(errors) >= 3
    assert max(Counter(names).values()) > 1
    assert max(Counter(urls).values()) > 1
    assert any(url.startswith("http://") and ".example/" in url for url in urls)
    assert any("localhost:" in url for url in urls)
    assert any(name != name.strip() for name in names)
    assert any("🛒" in name for name in names)
    assert any("\u0600" <= name[0] <= "\u06ff" for name in names)
    assert 128 in map(len, names)
    assert len({row.story_id for row in rows}) >= 3
    assert len({row.created_at[:7] for row in rows}) >= 6
    assert any(row.settings.token for row in rows)
    assert any(row.settings.headers for row in rows)
    assert any(row.settings.auth for row in rows)
    assert not all(row.settings.token or row.settings.headers or row.settings.auth for row in rows)


def test_hosts_are_reserved_names():
    """Nobody is ever called by a delivery to a seeded connection."""
    hosts = {urlsplit(row.settings.url).hostname for row in seeded(1000)}
    assert all(host == "localhost" or host.endswith(".example") for host in hosts)


def test_errors_are_worded_as_axios_words_them():
    """All wordings of PLATFORM section 4 occur, and a host in one is the connection's own."""
    rows = [row for row in seeded(200) if row.error]
    text = "\n".join(row.error for row in rows)
    for wording in ("Request failed with status code 404", "timeout of 10000ms exceeded", "connect ECONNREFUSED "):
        assert wording in text
    named = [row for row in rows if "ENOTFOUND" in row.error]
    assert named
    assert all(row.error == f"getaddrinfo ENOTFOUND {urlsplit(row.settings.url).hostname}" for row in named)


def test_ages_make_sense():
    """Never updated before created, nothing from the future; some never updated."""
    rows = list(seeded(200))
    assert all("2022-12" <= row.created_at <= row.updated_at <= "2025-12-15T09:30:00.000Z" for row in rows)
    assert 0 < sum(row.created_at == row.updated_at for row in rows) < 200


def test_large_account_is_varied():
    """Ids are unique; stories differ much in size."""
    rows = list(seeded(5000))
    assert len({row.id for row in rows}) == 5000
    sizes = Counter(row.story_id for row in rows)
    assert max(sizes.values()) > 10 * min(sizes.values())

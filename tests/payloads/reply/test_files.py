"""`Reply.save` and `Reply.load`: a file is written whole or not at all, and what fails is said with its name."""

from __future__ import annotations

import gzip
import os
import re
import stat
import threading
from pathlib import Path

import pytest

import chatbot_nb as cb

HELLO = cb.Reply().text("Hello")
BYE = cb.Reply().text("Bye")


def test_a_file_that_is_not_there(tmp_path):
    """Nothing of this name, a folder of this name, and nothing where its folder should be."""
    path = tmp_path / "none.json"
    with pytest.raises(FileNotFoundError) as caught:
        cb.Reply.load(path)
    assert str(caught.value) == f"there is no file {str(path)!r}"
    with pytest.raises(IsADirectoryError) as caught:
        cb.Reply.load(tmp_path)
    assert str(caught.value) == f"{str(tmp_path)!r} is a folder; pass the name of a JSON file in it"
    path.touch()
    with pytest.raises(NotADirectoryError) as caught:
        cb.Reply.load(path / "a.json")
    assert str(caught.value) == f"{str(path / 'a.json')!r} cannot be read: Not a directory"


def test_a_file_of_somebody_else(tmp_path, monkeypatch):
    """The system's refusals are made here: root may read and write everything."""

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied", "/what/ever.tmp")

    path = tmp_path / "a.json"
    HELLO.save(path)
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(PermissionError) as caught:
        cb.Reply.load(path)
    assert str(caught.value) == f"{str(path)!r} may not be read"
    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(PermissionError) as caught:
        BYE.save(path)
    folder = f"{str(tmp_path)!r} lets you make no file in it"
    assert str(caught.value) == f"{str(path)!r} may not be written: the folder {folder}"


@pytest.mark.parametrize(
    ("content", "codes", "said"),
    [
        (b"<html></html>", ["html_page"], "an HTML page; the backend failed, or the URL leads elsewhere"),
        (b"", ["not_json"], "not JSON: it is empty"),
        (gzip.compress(b"{}"), ["compressed"], "compressed (gzip), not JSON; decompress it first"),
        (b'{"a": "\xff",}', ["not_utf8", "trailing_comma"], "not UTF-8: byte 0xff at offset 7"),
        (b'{"a": 1, "a": 2}', ["duplicate_key"], "the key 'a' stands here more than once"),
        (rb'{"a": "\ud83d"}', ["lone_surrogate"], "half a surrogate pair, U+D83D"),
    ],
)
def test_a_file_that_holds_no_reply(tmp_path, content, codes, said):
    """The message names the file and what is wrong in it; all of that is in the findings."""
    path = tmp_path / "page.json"
    path.write_bytes(content)
    with pytest.raises(cb.PayloadError, match=re.escape(said)) as caught:
        cb.Reply.load(path)
    assert str(caught.value).startswith(f"reply in {str(path)!r}: {len(codes)} error")
    assert [finding.code for finding in caught.value.findings] == codes


def test_nowhere_to_save(tmp_path):
    """No such folder, and a folder of this name."""
    path = tmp_path / "none" / "a.json"
    with pytest.raises(FileNotFoundError) as caught:
        HELLO.save(path)
    assert str(caught.value) == f"there is no folder {str(path.parent)!r}; make it first"
    with pytest.raises(IsADirectoryError) as caught:
        HELLO.save(tmp_path)
    assert str(caught.value) == f"{str(tmp_path)!r} is a folder; pass the name of a file in it"


@pytest.mark.parametrize("failing", ["fsync", "replace"])
@pytest.mark.parametrize("there", [True, False])
def test_a_save_that_fails_half_way(tmp_path, monkeypatch, there, failing):
    """What was there is still there, whole, and nothing is left beside it; the message names the file."""
    path = tmp_path / "a.json"
    if there:
        HELLO.save(path)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(*{"fsync": (os, "fsync"), "replace": (Path, "replace")}[failing], full)
    with pytest.raises(OSError, match="No space left") as caught:
        BYE.save(path)
    assert str(caught.value) == (
        f"{str(path)!r} could not be written: No space left on device; what was there is as it was"
    )
    assert [file.name for file in tmp_path.iterdir()] == (["a.json"] if there else [])
    assert not there or cb.Reply.load(path) == HELLO


def test_a_saved_file_replaces_another(tmp_path):
    """Nothing is left beside it."""
    path = tmp_path / "a.json"
    HELLO.save(path)
    BYE.save(str(path))
    assert cb.Reply.load(path) == BYE
    assert [file.name for file in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_permissions_stay(tmp_path):
    """Who may read the file that was there may read the new one, and nobody else; a new file is as any other."""
    path, other = tmp_path / "a.json", tmp_path / "other"
    HELLO.save(path)
    other.touch()
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(other.stat().st_mode)
    for mode in (0o600, 0o666, 0o640):
        path.chmod(mode)
        BYE.save(path)
        assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX")
def test_a_link_stays_a_link(tmp_path):
    """The file that it leads to is replaced, where that is."""
    (tmp_path / "far").mkdir()
    link, target = tmp_path / "a.json", tmp_path / "far" / "b.json"
    link.symlink_to(target)
    for reply in (HELLO, BYE):
        reply.save(link)
        assert link.is_symlink()
        assert cb.Reply.load(target) == reply
    assert [file.name for file in (tmp_path / "far").iterdir()] == ["b.json"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes of POSIX")
def test_what_is_no_ordinary_file_is_written_into(tmp_path):
    """A pipe, or a device such as /dev/stdout, is not replaced by a file."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    HELLO.save(pipe)
    reader.join(10)
    assert cb.Reply.from_payload(read[0]) == HELLO
    assert pipe.is_fifo()

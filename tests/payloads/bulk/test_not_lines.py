"""`check_file` on what is no JSON lines: one finding names the cause; a broken line or two never pass for it."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tracemalloc
import zipfile

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot_nb.payloads.bulk import file as module
from chatbot_nb.payloads.bulk.file import check_file
from chatbot_nb.payloads.bulk.not_lines import not_lines
from chatbot_nb.payloads.check import check

FINE = b'{"responses":[]}\n'
WRONG = b'{"attributes":{"a":{}}}\n'
REPLY = {"responses": [{"type": "text", "message": "Hi, {x} [y]"}], "attributes": {"a": "ż\\"}}
ARRAY = (
    "the file is one JSON array over many lines, not a payload a line, so nothing was checked;"
    " check_frame(pd.Series(json.load(file))) checks its entries"
)
OBJECT = (
    "the file is one JSON object over many lines, not a payload a line, so nothing was checked;"
    " pass its text to check, or write it with json.dumps without indent"
)
SEVERAL = (
    "the file has JSON documents of many lines each, not a payload a line, so nothing was checked;"
    " write each with json.dumps without indent, or jq -c"
)


@pytest.fixture
def told(tmp_path):
    """Check a file of these bytes, and return row, code, severity and message of each finding."""

    def find(content):
        path = tmp_path / "answers.jsonl"
        path.write_bytes(content)
        found = check_file(path)
        return list(found[["row", "code", "severity", "message"]].itertuples(index=False, name=None))

    return find


def zipped(data):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("answers.jsonl", data)
    return file.getvalue()


COMPRESSED = [
    pytest.param(gzip.compress, "gzip", "gunzip", id="gzip"),
    pytest.param(zipped, "zip", "unzip", id="zip"),
    pytest.param(lambda data: b"\x28\xb5\x2f\xfd" + data, "zstd", "unzstd", id="zstd"),
    pytest.param(bz2.compress, "bzip2", "bunzip2", id="bzip2"),
    pytest.param(lzma.compress, "xz", "unxz", id="xz"),
]


@pytest.mark.parametrize(("compress", "name", "tool"), COMPRESSED)
@pytest.mark.parametrize("data", [b"", FINE * 10_000], ids=["empty", "full"])
def test_compressed_files(told, compress, name, tool, data):
    """The format, and what to do."""
    message = f"the file is compressed ({name}), so nothing was checked; {tool} it first"
    assert told(compress(data)) == [(1, "compressed", "error", message)]


@pytest.mark.parametrize(("compress", "name", "tool"), COMPRESSED)
def test_compressed_bodies(compress, name, tool):  # noqa: ARG001
    """One payload that is compressed is told by `check` too; a text that begins alike is not."""
    (finding,) = check(compress(FINE)).findings
    assert (finding.code, finding.message) == ("compressed", f"compressed ({name}), not JSON; decompress it first")
    assert [each.code for each in check(b"BZh9 is no archive").findings] == ["not_json"]


def test_parquet(told):
    """A table of payloads has its own way in."""
    file = io.BytesIO()
    pytest.importorskip("pyarrow")
    pd.DataFrame({"body": [FINE]}).to_parquet(file)
    message = "the file is Parquet, so nothing was checked; check_frame(pd.read_parquet(path)) checks its payloads"
    assert told(file.getvalue()) == [(1, "not_json_lines", "error", message)]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("lines", [1, 3, 20_000])
def test_other_encodings(told, encoding, lines):
    """UTF-16 and UTF-32, with a byte order mark and without: in which encoding it can be opened."""
    content = '{"responses":[{"type":"text","message":"żó 👋"}]}\r\n' * lines
    name = encoding[:6]
    message = (
        f"the file is {name.upper()} text, so nothing was checked;"
        f" open it with encoding={encoding!r} and write it again with encoding='utf-8'"
    )
    assert told(content.encode(encoding)) == [(1, "not_utf8", "error", message)]


DOCUMENTS = [
    pytest.param([REPLY] * 3, ARRAY, id="array"),
    pytest.param([REPLY] * 3000, ARRAY, id="long array"),
    pytest.param([], None, id="array without entries"),
    pytest.param([[REPLY]], ARRAY, id="array of arrays"),
    pytest.param(["a", "b"], ARRAY, id="array of texts"),
    pytest.param(REPLY, OBJECT, id="object"),
    pytest.param({str(key): REPLY for key in range(3000)}, OBJECT, id="long object"),
]


@pytest.mark.parametrize("indent", [0, 2, "\t"])
@pytest.mark.parametrize("around", [("", ""), ("\n \n", "\n"), ("\ufeff", "\r\n\n")])
@pytest.mark.parametrize(("value", "message"), DOCUMENTS)
def test_one_document_over_many_lines(told, value, message, indent, around):
    """What it is and what to do, however it is indented, with blanks around it, or a byte order mark."""
    content = json.dumps(value, indent=indent).join(around).encode()
    found = told(content)
    if message:
        assert found == [(1, "not_json_lines", "error", message)]
    else:
        assert "not_json_lines" not in [row[1] for row in found]


@pytest.mark.parametrize("entry", [b'{"responses":[]}', b'{\n"responses": []\n}'])
def test_an_array_of_a_payload_a_line(told, entry):
    """Brackets around, and commas between: also where its end is not there."""
    whole = b"[\n" + b",\n".join([entry] * 3) + b"\n]\n"
    for content in (whole, whole[:-2], b"[" + whole[2:], whole.replace(b"\n", b"\r\n"), whole[:-4] + b",\n"):
        assert told(content) == [(1, "not_json_lines", "error", ARRAY)]


@pytest.mark.parametrize("number", [2, 3000])
def test_several_documents_over_many_lines(told, number):
    """As jq writes them."""
    content = (json.dumps(REPLY, indent=2) + "\n").encode() * number
    assert told(content) == [(1, "not_json_lines", "error", SEVERAL)]
    assert told(content[:-5]) == [(1, "not_json_lines", "error", SEVERAL)]


@pytest.mark.parametrize(
    "begin",
    [
        b'{"responses":[\n',
        b'{"responses":\n',
        b"{\n",
        b"[\n",
        b'[{"responses":[]},\n',
        b"\n",
        b"  \n\r\n",
        b"\xff\n",
        b"\x1f\n",
        b"\0\0\n",
        b"{\0\n",
        b"PK\n",
        b"BZh\n",
        b"PAR\n",
        b"<html>\n",
        b'{"a": "x\n',
        b"'\n",
        b"1\n",
        b"[" * 30_000 + b"\n",
        b"9" * 5000 + b"\n",
        b'{"responses":[\n]}\n',
        b'[\n{"responses":[]}\n]\n',
    ],
)
@pytest.mark.parametrize("lines", [1, 2, 3, 5000])
def test_a_broken_first_line_is_one_broken_line(told, begin, lines):
    """Whatever stands first, the lines after it are checked, each on its own: here each has an error."""
    first = 1 + begin.count(b"\n")
    rows = [row[0] for row in told(begin + WRONG * lines) if row[1] == "wrong_type" and row[0] >= first]
    assert rows == list(range(first, first + lines))


def test_one_line_is_a_payload(told):
    """A file of one line is one payload, whatever it is."""
    for content in (b"[", b"{", b'{"a":', b'[{"responses":[]}]', b""):
        assert "not_json_lines" not in [row[1] for row in told(content) + told(content + b"\n")]


TEXT = st.text(st.sampled_from('a{}[]",:\\ \nż'), max_size=8)
VALUES = st.recursive(
    TEXT | st.integers() | st.booleans(),
    lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(TEXT, inner, min_size=1, max_size=3),
    max_leaves=8,
).filter(lambda value: isinstance(value, list | dict))


@given(VALUES, st.data())
@settings(max_examples=300, deadline=None, database=None)
def test_any_beginning_of_a_document(value, data):
    """Wherever the part that is looked at ends, a document over three lines and more is known for what it is."""
    content = json.dumps([value], indent=1, ensure_ascii=False).encode()
    third = len(b"\n".join(content.split(b"\n")[:3]))
    cut = data.draw(st.integers(third, len(content)))
    row = not_lines(content[:cut], whole=cut == len(content))
    assert row is not None
    assert row[3] == ARRAY


@given(st.lists(VALUES, min_size=1, max_size=5))
@settings(max_examples=300, deadline=None, database=None)
def test_json_lines_never_pass_for_a_document(values):
    """Whatever the payloads are."""
    content = "".join(json.dumps(value) + "\n" for value in values).encode()
    assert not_lines(content, whole=True) is None
    assert not_lines(content[:-3], whole=False) is None


def test_memory_is_that_of_the_beginning(tmp_path):
    """A document of 40 MB is not read."""
    path = tmp_path / "a"
    path.write_bytes(b"[\n" + b'{"responses":[{"type":"text","message":"a"}]},\n' * 800_000 + b"{}\n]")
    tracemalloc.start()
    assert len(check_file(path)) == 1
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3_000_000


def test_a_byte_order_mark_at_the_beginning(told):
    """A warning about the file, once; its first payload is checked as any other, also where there is none."""
    mark = b"\xef\xbb\xbf"
    said = (1, "byte_order_mark", "warning", "the file begins with a UTF-8 byte order mark; write it without one")
    assert told(mark + FINE + WRONG) == [said, *told(FINE + WRONG)]
    assert told(mark + WRONG) == [said, *told(WRONG)]
    assert told(mark) == [said]
    assert told(mark + b"\n" + FINE) == [said, *told(b"\n" + FINE)]
    assert [row[:2] for row in told(FINE + mark + FINE)] == [(2, "byte_order_mark")]


def test_a_pipe(tmp_path, monkeypatch):
    """What cannot be read twice is read once; how much of it comes at first changes nothing."""
    path = tmp_path / "a"
    path.write_bytes(b"\xef\xbb\xbf" + WRONG * 3)
    opened = module.opened

    class Pipe(io.BufferedReader):
        def seek(self, *_):
            raise io.UnsupportedOperation

    monkeypatch.setattr(module, "opened", lambda *args: Pipe(opened(*args).detach(), 64))
    assert list(check_file(path)["row"]) == [1, 1, 2, 3]

"""Whatever the browser suspects, Python finds: the same place, the same code, word for word."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatbot_nb.payloads.check import check
from chatbot_nb.payloads.reply.placeholders import Values, names_in
from chatbot_nb.widgets.form import form

FOLDER = Path(__file__).parent / "front_end"
FORM = form()
# What the browser looks for.
CODES = {"too_long", "too_short", "too_long_utf16", "too_many", "too_few", "missing"}
BATCHES = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def answers():
    """Return a function that asks the browser's modules, many questions at once."""
    if not shutil.which("node"):
        if os.environ.get("CI") == "true" or os.environ.get("CI_REQUIRES_RUNTIMES") == "1":
            pytest.fail("node is not installed, but this is CI")
        pytest.skip("node is not installed")

    def ask(questions):
        lines = "\n".join(json.dumps(question) for question in questions)
        done = subprocess.run(
            ["node", FOLDER / "answers.mjs"], input=lines, capture_output=True, encoding="utf-8", check=False
        )
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.split("\n") if line]

    return ask


def said_by_browser(answers, documents):
    """Return for each document what the browser suspects, as tuples."""
    answered = answers([{"doc": document, "form": FORM} for document in documents])
    assert len(answered) == len(documents)
    return [[(one["pointer"], one["code"], one["severity"], one["message"]) for one in found] for found in answered]


def said_by_python(document):
    return [(each.pointer, each.code, each.severity, each.message) for each in check(document).findings]


def good(field):
    """Return a value with which nothing is wrong."""
    kind = field["kind"]
    if kind == "choice":
        return field["default"]
    if kind == "texts":
        return ["a"]
    if kind == "elements":
        return [{each["key"]: good(each) for each in field["fields"]}]
    if kind == "buttons":
        return [good_button(field["types"][0])]
    texts = {"url": "https://example.com", "uuid4": "8a8ab9b8-8f3c-4a1e-9c2d-0123456789ab", "phone": "+48123"}
    return texts.get(field.get("format"), "a")


def good_button(kind):
    return {"type": kind} | {each["key"]: good(each) for each in FORM["buttons"][kind]["fields"]}


def good_response(kind):
    return {"type": kind} | {each["key"]: good(each) for each in FORM["responses"][kind]["fields"]}


def around(size):
    """Return the numbers at and around two bounds."""
    return sorted({max(0, size["min"] - 1), size["min"], size["max"], size["max"] + 1})


def at_limits(field):
    """Yield values of a field at and around each of its limits."""
    if field["kind"] in {"text", "texts"}:
        texts = [character * size for size in around(field) for character in ("a", "é", "\U0001f44b")]
        texts += ["\U0001f44b" * (field["max"] // 2 + extra) for extra in (0, 1)]
        yield from texts if field["kind"] == "text" else [[text] for text in texts]
    if "entries" in field:
        for size in around(field["entries"]):
            yield good(field) * size
    if field["kind"] == "elements":
        for inner in field["fields"]:
            for value in at_limits(inner):
                yield [good(field)[0] | {inner["key"]: value}]
    if field["kind"] == "buttons":
        for kind in field["types"]:
            for inner in FORM["buttons"][kind]["fields"]:
                yield from ([good_button(kind) | {inner["key"]: value}] for value in at_limits(inner))


def test_every_limit(answers):
    """At and around each limit of each field the browser says just what Python says about sizes."""
    documents = []
    for kind in FORM["responses"]:
        for field in FORM["responses"][kind]["fields"]:
            values = at_limits(field)
            documents += [{"responses": [good_response(kind) | {field["key"]: value}]} for value in values]
    said = said_by_browser(answers, documents)
    for document, suspects in zip(documents, said, strict=True):
        assert suspects == [finding for finding in said_by_python(document) if finding[1] in CODES]
    assert {code for suspects in said for _, code, _, _ in suspects} == CODES - {"missing"}


JUNK = st.sampled_from(
    [
        None,
        True,
        False,
        0,
        5,
        -3,
        2.5,
        1e300,
        "",
        "x",
        "it's",
        'a "b"',
        "\\",
        "é",
        "a" * 70,
        [],
        ["a"],
        {},
        {"a": 1},
        [[]],
    ]
)
TYPES = st.sampled_from(
    [
        *FORM["responses"],
        *FORM["buttons"],
        *("Text", "txt", "card", "question", "goto", "setAttributes", "imgae", "quick_replies", "zzz", "", "a'b"),
        *(None, 5, True, ["text"], {}),
    ]
)
MORE_KEYS = st.sampled_from(
    [
        *("text", "content", "body", "msg", "image_url", "url", "src", "elements", "attributes", "parameters"),
        *("titel", "subtitle", "buttons", "title", "message", "messages", "value", "delay", "x"),
    ]
)
CHARACTERS = st.sampled_from(["a", "é", "\U0001f44b", "ab ", "{{x}}"])


def often(strategy, otherwise):
    """Draw from the first strategy nine times in ten."""
    return st.integers(0, 9).flatmap(lambda number: strategy if number else otherwise)


@st.composite
def objects(draw, fields, types, kind):
    """Objects with these fields, some left out, some of another kind, some with a key too many."""
    made = {"type": draw(often(st.just(kind), TYPES))} if types else {}
    for field in fields:
        if draw(st.integers(0, 19)):
            made[field["key"]] = draw(often(values(field), JUNK))
    if types and not draw(st.integers(0, 19)):
        del made["type"]
    if not draw(st.integers(0, 19)):
        made[draw(MORE_KEYS)] = draw(JUNK)
    return made


def values(field):
    """Values of a field, mostly at its limits."""
    kind = field["kind"]
    if kind == "choice":
        return st.sampled_from([*field["choices"], "Full", "x"])
    if kind == "text":
        return st.builds(lambda size, text: (text * size)[:size], st.sampled_from(around(field)), CHARACTERS)
    if kind == "texts":
        entry = values(field | {"kind": "text"})
    elif kind == "elements":
        entry = objects(field["fields"], False, "")  # noqa: FBT003
    else:
        entry = st.sampled_from(field["types"]).flatmap(buttons)
    one = often(entry, JUNK)
    return st.one_of(
        st.lists(one, max_size=3),
        st.builds(lambda entry, size: [entry] * size, one, st.sampled_from(around(field["entries"]))),
    )


def buttons(kind):
    return objects(FORM["buttons"][kind]["fields"], True, kind)  # noqa: FBT003


@st.composite
def responses(draw):
    kind = draw(st.sampled_from(list(FORM["responses"])))
    made = draw(objects(FORM["responses"][kind]["fields"], True, kind))  # noqa: FBT003
    if draw(st.booleans()):
        made["delay"] = draw(st.one_of(st.sampled_from([-1, 0, 99, 100, 100.5, 10_000, 10_001]), JUNK))
    return made


@st.composite
def replies(draw):
    made = {"responses": draw(often(st.lists(often(responses(), JUNK), max_size=3), JUNK))}
    if not draw(st.integers(0, 9)):
        made["responses"] = [draw(responses())] * draw(st.sampled_from([99, 100]))
    if draw(st.booleans()):
        made["attributes"] = dict.fromkeys(map(str, range(draw(st.sampled_from([0, 1, 99, 100])))), "a")
    if not draw(st.integers(0, 9)):
        made[draw(MORE_KEYS)] = draw(JUNK)
    return made


@BATCHES
@given(st.lists(replies(), min_size=1, max_size=40))
def test_suspects_are_findings(answers, documents):
    """Each suspect of the browser is a finding of Python with the same pointer, code, severity and message."""
    for document, suspects in zip(documents, said_by_browser(answers, documents), strict=True):
        assert not set(suspects) - set(said_by_python(document)), document


@BATCHES
@given(st.lists(st.recursive(JUNK, lambda inner: st.lists(inner) | st.dictionaries(MORE_KEYS, inner)), max_size=40))
def test_junk(answers, documents):
    """No document at all makes the browser say what Python does not, or stop."""
    for document, suspects in zip(documents, said_by_browser(answers, documents), strict=True):
        found = said_by_python(document if isinstance(document, dict | list) else json.dumps(document))
        assert not set(suspects) - set(found), document


PIECES = st.lists(
    st.sampled_from(["{{", "}}", "{", "}", "a", "b", " ", "\x1c", "\x85", "\u3000", "\ufeff", "é", "\U0001f44b"])
    | st.sampled_from(["{{a}}", "{{ b }}", "{{\u00a0a\t}}", "{{}}", "{{ }}", "{{c}}", "{{__proto__}}"])
)


@BATCHES
@given(st.lists(PIECES.map("".join), min_size=1, max_size=40))
def test_placeholders(answers, texts):
    """The browser finds and fills placeholders as Python does."""
    values = {"a": "{{b}}", "b": "$&", "é": None, "\ufeffa": "with a mark"}
    answered = answers([{"text": text, "values": values} for text in texts])
    for text, answer in zip(texts, answered, strict=True):
        assert answer == {"names": names_in(text), "filled": Values(values).fill(text)}, text


def test_table_of_the_browsers_tests():
    """The browser's own tests use the form's table as it is: write it anew with json.dump where it changed."""
    assert json.loads((FOLDER / "form.json").read_text(encoding="utf-8")) == FORM

"""What the literals of each language mean, asked of the language itself."""

from __future__ import annotations

import ast
import base64
import json
import subprocess

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chatbot_nb.payloads.exports import express, php
from chatbot_nb.payloads.exports.layout import WIDTH, lay_out
from chatbot_nb.payloads.exports.literals import PYTHON, literal
from chatbot_nb.payloads.exports.quoting import js_string, php_string, python_string

SETTINGS = settings(
    max_examples=200, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
TEXTS = st.text(max_size=30) | st.sampled_from(["__proto__", "0", "1", "10", "01", "-0", "length", "toJSON", "\0a", ""])
NUMBERS = st.integers() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=5),
    max_leaves=25,
)
# Each line is a source in base64; the answer is its value as a line of JSON.
NODE = """
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  console.log((0, eval)("(" + Buffer.from(line, "base64").toString() + ")"));
});
"""
PHP = """
const JSON = JSON_THROW_ON_ERROR | JSON_PRESERVE_ZERO_FRACTION;
while (($line = fgets(STDIN)) !== false) { echo eval("return " . base64_decode($line) . ";"), "\\n"; }
"""


def asked(command):
    """Run an interpreter, and give a function that asks it for the value of a source."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:

        def evaluate(source):
            process.stdin.write(base64.b64encode(source.encode()) + b"\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield evaluate
        process.stdin.close()
        process.wait(10)


@pytest.fixture(scope="module")
def in_node(needs):
    needs("express")
    yield from asked(["node", "-e", NODE])


@pytest.fixture(scope="module")
def in_php(needs):
    needs("php")
    yield from asked(["php", "-r", PHP])


def ordered(value):
    """Return a JSON value in which the order of keys counts, and true is not 1."""
    if isinstance(value, dict):
        return [(key, ordered(entry)) for key, entry in value.items()]
    return [ordered(entry) for entry in value] if isinstance(value, list) else (isinstance(value, bool), value)


def test_python_strings(texts):
    """800 nasty texts, as Python's own parser reads them."""
    assert [ast.literal_eval(python_string(text)) for text in texts] == texts


def test_javascript_strings(texts, in_node):
    """800 nasty texts, as Node reads them."""
    assert in_node(f"JSON.stringify([{','.join(map(js_string, texts))}])") == texts


def test_php_strings(texts, in_php):
    """800 nasty texts, as PHP reads them."""
    assert in_php(f"json_encode([{','.join(map(php_string, texts))}], JSON)") == texts


@pytest.mark.parametrize("quoted", [python_string, js_string, php_string])
def test_literals_show_all(quoted, texts):
    """No literal holds anything that does not print: no line end, no escape sequence, no reordering of the line."""
    assert all(quoted(text).isprintable() for text in texts)


@given(JSON)
@SETTINGS
def test_python_literals(document):
    """Any JSON document is the same in Python, on one line or many."""
    node = literal(document, PYTHON)
    for taken in (0, WIDTH):
        assert ordered(ast.literal_eval(lay_out(node, taken=taken))) == ordered(document)


@given(JSON)
@example({"__proto__": {"a": 1}, "b": {"__proto__": "c"}})
@example({"b": 1, "10": 2, "9": 3})
@example([2**53 - 1, 2**53, 2**53 + 1, -(2**53) - 1])
@example([1e15, -1e16, 123456789012345677877.0, 1e22])
@SETTINGS
def test_javascript_literals(in_node, document):
    """Any JSON document comes back from Node as it was, keys in their order and numbers to the last digit."""
    assert ordered(in_node(express.reply_as_json(document))) == ordered(document)


@given(JSON)
@example([{}, [], {"0": "a", "1": "b"}, {"1": "a", "0": "b"}, {"0": {}}, {"": {}}, {"\0a": 1}])
@example([2**63 - 1, 2**63, -(2**63), -(2**63) - 1])
@example([1.0, -0.5, 1e-7, 5e-324, 1e22, 1.7976931348623157e308])
@SETTINGS
def test_php_literals(in_php, document):
    """Any JSON document comes back from PHP as it was; empty objects and those with keys 0, 1, 2 stay objects."""
    assert ordered(in_php(php.reply_as_json(document))) == ordered(document)


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("it's", '"it\'s"'),
        ('say "hi"', "'say \"hi\"'"),
        ('it\'s "x"', "'it\\'s \"x\"'"),
        ("\\'\"", '"\\\\\'\\""'),
        ("a\nb\u202e👋", '"a\\nb\\u202e👋"'),
    ],
)
def test_quotes_of_python(text, quoted):
    """The quotes are double ones unless those need more escapes, as formatters have it."""
    assert python_string(text) == quoted


@pytest.mark.parametrize(
    ("text", "quoted"),
    [("it's $x \\ {$y}", "'it\\'s $x \\\\ {$y}'"), ("a\n$x\0\u202e{$y}", '"a\\n\\$x\\u{0}\\u{202e}{\\$y}"')],
)
def test_quotes_of_php(text, quoted):
    """Single quotes where all prints, else double ones in which nothing is filled in."""
    assert php_string(text) == quoted

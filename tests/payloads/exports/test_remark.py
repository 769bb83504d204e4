"""An export of a reply that ChatBot would refuse says so, in a comment that nothing from outside can end."""

from __future__ import annotations

import ast
import subprocess
import warnings
from typing import get_args

import pytest

import chatbot_nb as cb
from chatbot_nb.finding import Finding
from chatbot_nb.payloads.exports import remark
from chatbot_nb.payloads.exports.export import Target, export
from chatbot_nb.payloads.exports.layout import WIDTH
from chatbot_nb.payloads.exports.remark import remarked

TARGETS = get_args(Target)
MARKS = {"express": "//", "php": "//"}
BROKEN = cb.Reply().raw({"type": "text", "message": ""}).raw({"type": "imgae", "imageUrl": "https://a", "x": 1})
WARNING = (
    "ChatBot would refuse what was exported. reply: 2 errors\n"
    "  /responses/0/message: 0 characters, at least 1\n"
    "  /responses/1/type: 'imgae' is not a Bot Response; use buttons, cards, image, quickReplies, randomText or text;"
    " did you mean 'image'?"
)
# Each would end a comment, become code, or be read before the code is, in one of the languages.
NASTY = [
    *(
        "?>",
        "??>>",
        "?\0>",
        "?\n>",
        "*/",
        "\nid\n",
        "\r\nid\r\n",
        "\rid",
        "\u2028id()",
        "\u2029id()",
        "\x85id",
        "\x0bid",
    ),
    *(
        "\\\nid",
        "`id`",
        "$(id)",
        "';id;'",
        '";id;"',
        "-*- coding: utf-7 -*-",
        "vim: set fileencoding=utf-7 :",
        "!/bin/rm",
    ),
    *(
        "<?php id(); ?>",
        "<script language='php'>id();</script>",
        "<!--",
        "-->",
        "'''",
        '"""',
        "\x1b[2J",
        "\u202eid",
        "\ufeff",
    ),
    *("+ADw-?php", "\\u000aid()", "@REPLY@", "x" * 9000, " " * 500 + "id", "👋" * 500, "ż\u0301" * 200, "#", "//", "/"),
]


def refused(reply, target):
    """Export a reply that breaks rules, and return the source."""
    with pytest.warns(UserWarning, match="^ChatBot would refuse what was exported"):
        return reply.export(target)


def split(source, target):
    """Return the lines of the comment on top, and the source as if there was none."""
    begin = "<?php\n" if target == "php" else ""
    mark = MARKS.get(target, "#")
    lines = source.removeprefix(begin).split("\n")
    length = lines.index(mark, 2) if target != "reply" else next(i for i, line in enumerate(lines) if line[:1] != mark)
    return lines[:length], begin + "\n".join(lines[length + (target != "reply") :])


@pytest.mark.parametrize("target", TARGETS)
def test_the_comment(target):
    """On top of the code, in its language: what is wrong with the reply, not its warnings; the code is as without."""
    comment, source = split(refused(BROKEN, target), target)
    mark = MARKS.get(target, "#")
    assert comment == [
        f"{mark} ChatBot would refuse the reply that this was made of. What is wrong with it:",
        mark,
        f"{mark}  * /responses/0/message: 0 characters, at least 1",
        f"{mark}  * /responses/1/type: 'imgae' is not a Bot Response; use buttons, cards, image, quickReplies,",
        f"{mark}    randomText or text; did you mean 'image'?",
    ]
    assert source == export(BROKEN.payload, target)


def test_the_warning_names_the_line_that_exports():
    """It says what is wrong, and the code comes all the same."""
    with pytest.warns(UserWarning, match="^ChatBot") as caught:
        BROKEN.export("flask")
    (warning,) = caught
    assert str(warning.message) == WARNING
    assert (warning.category, warning.filename) == (UserWarning, __file__)


@pytest.mark.parametrize("target", TARGETS)
def test_what_is_accepted_has_no_remark(target):
    """Neither for a valid reply, nor for one with warnings, nor for placeholders that nothing filled."""
    fine = cb.Reply().text("Hi {{name}}").raw({"type": "text", "message": "a", "x": 1})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for reply in (fine, fine.render(), cb.Reply()):
            assert reply.export(target) == export(reply.payload, target)


@pytest.mark.parametrize("target", TARGETS)
def test_many_findings(target):
    """The first twenty, and how many more there are."""
    reply = cb.Reply().each(range(25), lambda r, _: r.raw({"type": "text", "message": ""}))
    comment, _ = split(refused(reply, target), target)
    assert len(comment) == 2 + 20 + 1
    assert comment[-1] == f"{MARKS.get(target, '#')}  and 5 more: Reply.check() has all of them"


def nasty_reply(text):
    """Return a reply with the text in every part of a finding: in a key, in a type, and in a value."""
    return cb.Reply.from_payload(
        {"responses": [{"type": text}, {"type": "image", "imageUrl": f"javascript:{text}"}], "attributes": {text: {}}}
    )


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_ends_the_comment(target, texts):
    """Whatever is in the reply, every line begins with the mark, prints, and has no end of PHP in it."""
    mark = MARKS.get(target, "#")
    for text in [*NASTY, *texts[::4]]:
        reply = nasty_reply(text)
        comment, source = split(refused(reply, target), target)
        assert source == export(reply.payload, target)
        assert comment[:2] == [
            f"{mark} ChatBot would refuse the reply that this was made of. What is wrong with it:",
            mark,
        ]
        for line in comment:
            assert line == mark or line.startswith(f"{mark} ")
            assert line.isprintable()
            assert "?>" not in line
            assert len(line) <= WIDTH


@pytest.fixture
def findings(texts, monkeypatch):
    """Return a finding for each nasty text, all of which are shown."""
    monkeypatch.setattr(remark, "SHOWN", 10_000)
    return [Finding(f"/{text}", "code", "error", f"wrong: {text}") for text in [*NASTY, *texts]]


@pytest.mark.parametrize("target", ["python", "flask", "fastapi", "reply"])
def test_python_reads_past_it(target, findings):
    """Also from bytes, where a comment may name an encoding."""
    for some in (findings, *([finding] for finding in findings[: len(NASTY)])):
        source = remarked("ran = 1", target, some)
        assert ast.dump(ast.parse(source.encode())) == ast.dump(ast.parse("ran = 1"))
    assert eval(remarked("1 + 1", "reply", findings)) == 2


@pytest.mark.parametrize(
    ("target", "command", "program"),
    [
        ("express", ["node", "-"], 'console.log("ran")'),
        ("php", ["php"], "<?php\necho 'ran', \"\\n\";"),
        ("curl", ["sh"], "echo ran"),
    ],
)
def test_other_languages_read_past_it(target, command, program, findings, needs):
    """Nothing of it runs, nothing of it is printed."""
    needs(target)
    source = remarked(program, target, findings)
    done = subprocess.run(command, input=source.encode(), capture_output=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == (b"ran\n", b"", 0)

"""The bundle: an entry, all that it imports, and nothing else."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys

import pytest

from chatbot_nb.widgets.bundle import LOADER, STATIC, bundle, modules_of
from chatbot_nb.widgets.form import form
from chatbot_nb.widgets.templates import templates

ENTRIES = ["builder/main.js", "chat/main.js", "chat/page.js", "grid/main.js", "traffic/main.js"]
KIBIBYTE = 1024


@pytest.fixture
def folder(tmp_path):
    """Return a function that writes modules, and the style sheets, into a folder."""

    def write(**sources):
        for name in ("theme", "chat", "controls", "builder", "grid", "traffic"):
            (tmp_path / "style").mkdir(exist_ok=True)
            (tmp_path / "style" / f"{name}.css").write_text(f"/* {name} */")
        for name, source in sources.items():
            file = tmp_path / f"{name.replace('__', '/')}.js"
            file.parent.mkdir(exist_ok=True)
            file.write_text(source, encoding="utf-8")
        return tmp_path

    return write


def test_modules_come_after_what_they_import(folder):
    """Depth first, each once, whichever way it is reached; what nobody imports stays away."""
    there = folder(
        chat__main='import { a } from "./a.js";\nimport * as dom from "../core/dom.js";\nexport default { a, dom };\n',
        chat__a='/** What is a. */\nimport { h } from "../core/dom.js";\nimport "./b.js";\nexport const a = h;\n',
        chat__b='import {} from "../core/dom.js";\n',
        chat__unused="",
        core__dom="export const h = 'ż';\n",
    )
    made = bundle("chat/main.js", there)
    assert list(made.modules) == ["core/dom.js", "chat/b.js", "chat/a.js", "chat/main.js"]
    assert made.modules["core/dom.js"] == "export const h = 'ż';\n"


@pytest.mark.parametrize(
    ("entry", "sheets"),
    [
        ("chat/main.js", ["theme", "chat"]),
        ("builder/main.js", ["theme", "chat", "controls", "builder"]),
        ("grid/main.js", ["theme", "controls", "grid"]),
        ("traffic/main.js", ["theme", "chat", "controls", "grid", "traffic"]),
    ],
)
def test_style_sheets_in_their_order(folder, entry, sheets):
    made = bundle(entry, folder(chat__main="", builder__main="", grid__main="", traffic__main=""))
    assert made.css == [f"/* {name} */" for name in sheets]


@pytest.mark.parametrize(
    ("sheet", "scope"),
    [
        ("chat", r"\.cbn(?: |)\.cbn-chat\b"),
        ("controls", r"\.cbn :is\(\.cbn-builder, \.cbn-grid\)"),
        ("builder", r"\.cbn \.cbn-builder\b"),
        ("grid", r"\.cbn \.cbn-grid\b"),
        ("traffic", r"\.cbn \.cbn-traffic\b"),
    ],
)
def test_a_sheet_is_about_its_own_widget(sheet, scope):
    """All sheets of a page are in its one head: no widget looks otherwise where another one is shown, too."""
    text = re.sub(r"/\*.*?\*/", "", (STATIC / "style" / f"{sheet}.css").read_text(encoding="utf-8"), flags=re.DOTALL)
    outer = re.findall(r"^(?:|  (?=\.cbn[ .]))(\.[^{]*) \{", text, flags=re.MULTILINE)  # also those of a query
    assert outer
    selectors = [each for rule in outer for each in re.split(r", (?![^(]*\))", rule)]
    assert [each for each in selectors if not re.match(scope, each)] == []


def test_a_circle_is_refused(folder):
    there = folder(
        chat__main='import { a } from "./a.js";\n',
        chat__a='import { b } from "./b.js";\n',
        chat__b='import "./a.js";\n',
    )
    message = "modules import each other in a circle: chat/a.js > chat/b.js > chat/a.js"
    with pytest.raises(ValueError, match=message):
        modules_of("chat/main.js", there)


@pytest.mark.parametrize(
    "line",
    [
        'import { a } from "https://cdn.example/a.js";',
        'import { a } from "lodash";',
        "import { a } from './a.js';",
        'import {\n  a,\n} from "./a.js";',
        '  import { a } from "./a.js";',
        'import { a } from "./a.js"',
        'export { a } from "./a.js";',
        'export * from "./a.js";',
    ],
)
def test_an_import_of_another_form_is_refused(folder, line):
    """What the loader would not rewrite: it would ask a host, or fail only in the browser."""
    message = r'chat/main.js: write each import on a line of its own, as import { a, b } from "\./x\.js";'
    with pytest.raises(ValueError, match=message):
        modules_of("chat/main.js", folder(chat__main=line + "\n", chat__a=""))


def test_an_import_may_not_leave_the_folder(folder):
    with pytest.raises(ValueError, match="leads out of the folder"):
        modules_of("chat/main.js", folder(chat__main='import "../../x.js";\n'))


def test_words_like_import_in_code_are_none(folder):
    source = (
        "export const imports = 1;\nexport function important() {}\n// import of goods\nexport { imports as from };\n"
    )
    assert list(modules_of("chat/main.js", folder(chat__main=source))) == ["chat/main.js"]


def test_a_missing_module_is_named(folder):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.js"):
        modules_of("chat/main.js", folder(chat__main='import "./nowhere.js";\n'))


def test_packed_is_what_it_holds(folder):
    """What travels is JSON in gzip, for the builder with form and templates, the same bytes each time."""
    there = folder(builder__main="export default 1;")
    made = bundle("builder/main.js", there)
    assert json.loads(gzip.decompress(made.packed)) == {
        "entry": "builder/main.js",
        "modules": {"builder/main.js": "export default 1;"},
        "css": ["/* theme */", "/* chat */", "/* controls */", "/* builder */"],
        "kit": {"form": form(), "templates": templates()},
    }
    bundle.cache_clear()
    again = bundle("builder/main.js", there)
    assert again is not made
    assert (again.packed, again.hash) == (made.packed, made.hash)


def test_the_hash_tells_bundles_apart(folder):
    first = bundle("chat/main.js", folder(chat__main="export default 1;")).hash
    bundle.cache_clear()
    assert bundle("chat/main.js", folder(chat__main="export default 2;")).hash != first
    assert len(first) == 16


@pytest.mark.parametrize("entry", ["chat/main.js", "grid/main.js", "traffic/main.js"])
def test_who_needs_no_form_gets_none(entry):
    assert bundle(entry).kit == {}


@pytest.mark.parametrize("entry", ENTRIES)
def test_the_real_ones_are_whole_and_small(entry):
    """No circle, no foreign import; what travels is small, and the loader, which every saved widget holds, tiny."""
    made = bundle(entry)
    assert list(made.modules)[-1] == entry
    assert len(made.packed) < 60 * KIBIBYTE
    assert LOADER.stat().st_size < 4 * KIBIBYTE


def test_no_module_is_dead():
    """Every module is reached from an entry, but the loader itself."""
    reached = {name for entry in ENTRIES for name in modules_of(entry, STATIC)}
    there = {path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*.js")}
    assert there - {"loader.js"} == reached


def test_without_the_extra_the_error_says_what_to_install():
    """`cb.ResponseBuilder` without anywidget names the command; the rest of the package works."""
    code = (
        "import sys; sys.modules['anywidget'] = None\n"
        "import chatbot_nb as cb; cb.check({})\n"
        "try: cb.ResponseBuilder\n"
        "except ImportError as exc: print(exc)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    wanted = "the widgets need anywidget, which is not installed: python -m pip install 'chatbot_nb[lab]'\n"
    assert done.stdout == wanted

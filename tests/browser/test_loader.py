"""The loader and the static page in Chromium: what reaches a page, when, and what is seen until then."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt

import pytest

import chatbot_nb as cb
from chatbot_nb.widgets.bundle import LOADER, bundle

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")

NEXT_YEAR = dt.datetime.now(dt.UTC) + dt.timedelta(days=365)
MODULES = {
    "core/shared.js": "globalThis.loads = (globalThis.loads ?? 0) + 1;\nexport const count = { views: 0 };\n",
    "builder/part.js": 'import { count } from "../core/shared.js";\nexport const add = () => ++count.views;\n',
    "builder/main.js": """\
import { count } from "../core/shared.js";
import { add } from "./part.js";
export default {
  render({ model, el, shared, kit }) {
    shared.views = (shared.views ?? 0) + 1;
    const button = document.createElement("button");
    button.textContent = `view ${add()} of ${count.views}, ${shared.views} of its model, ${Object.keys(kit)}`;
    el.append(button);
    return () => (globalThis.ended = (globalThis.ended ?? 0) + 1);
  },
};
""",
}
# A page in which anywidget's part is played: a model, whose views share one copy of the loader.
STAGE = """
async ([loader, hash, packed]) => {
  const url = URL.createObjectURL(new Blob([loader], { type: "text/javascript" }));
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  globalThis.newModel = async () => {
    const heard = new Map();
    const model = {
      asked: 0,
      state: { bundle: hash, document: { rev: 0, payload: { text: "<b>Hi</b>" } } },
      get: (name) => model.state[name],
      on: (name, callback) => heard.set(name, [...(heard.get(name) ?? []), callback]),
      off: (name, callback) => heard.set(name, (heard.get(name) ?? []).filter((each) => each !== callback)),
      send: ({ type }) => (model.asked += type === "modules"),
      tell: (name, ...content) => (heard.get(name) ?? []).forEach((callback) => callback(...content)),
      answer: () => model.tell("msg:custom", { type: "modules" }, [new DataView(bytes.buffer)]),
      loader: (await import(url + "#" + Math.random())).default,
    };
    return model;
  };
  globalThis.newView = (model) => {
    const el = document.body.appendChild(document.createElement("div"));
    const gone = new AbortController();
    return { el, gone, done: model.loader.render({ model, el, signal: gone.signal }) };
  };
}
"""


@pytest.fixture
def closing():
    """Return a function that closes a widget when the test ends."""
    with contextlib.ExitStack() as stack:

        def later(widget):
            stack.callback(widget.close)
            return widget

        yield later


@pytest.fixture
def page(chromium):
    """A page that fails the test if a script fails in it, or if it asks any host for anything."""
    opened = chromium.new_page()
    odd = []
    opened.on("pageerror", lambda error: odd.append(str(error)))
    opened.on("request", lambda request: odd.append(request.url) if request.url.startswith("http") else None)
    opened.clock.install()
    yield opened
    opened.close()
    assert odd == []


@pytest.fixture
def stage(page, tmp_path):
    """Return a function that sets the stage with these modules."""

    def play(modules=MODULES):
        for name, source in {
            **modules,
            "style/theme.css": ".cbn { color: red; }",
            "style/chat.css": "b {}",
            "style/controls.css": "u {}",
            "style/builder.css": "i {}",
        }.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(source)
        bundle.cache_clear()
        made = bundle("builder/main.js", tmp_path)
        packed = base64.b64encode(made.packed).decode()
        page.evaluate(STAGE, [LOADER.read_text(encoding="utf-8"), made.hash, packed])
        return page

    yield play
    bundle.cache_clear()


def test_modules_are_asked_for_once_a_page(stage):
    """Two models, three views, one question; modules and sheets are there once, `shared` once a model."""
    page = stage()
    texts = page.evaluate(
        """async () => {
          const [one, two] = [await newModel(), await newModel()];
          const views = [newView(one), newView(one), newView(two)];
          one.answer();
          for (const view of views) await view.done;
          const later = newView(two);
          await later.done;
          return [one.asked, two.asked, loads, document.querySelectorAll("style").length,
            ...[...views, later].map(({ el }) => el.textContent)];
        }"""
    )
    assert texts == [
        *(1, 0, 1, 4),
        "view 1 of 1, 1 of its model, form,templates",
        "view 2 of 2, 2 of its model, form,templates",
        "view 3 of 3, 1 of its model, form,templates",
        "view 4 of 4, 2 of its model, form,templates",
    ]
    assert page.evaluate("getComputedStyle(document.querySelector('button').parentElement).color") == "rgb(255, 0, 0)"


def test_the_document_is_seen_until_the_kernel_answers(stage):
    """As plain text after a second; asked again every two; an answer that comes late is welcome."""
    page = stage()
    page.clock.pause_at(NEXT_YEAR)
    page.evaluate("async () => { globalThis.model = await newModel(); globalThis.view = newView(model); }")
    page.clock.run_for(900)
    assert page.inner_text("body").strip() == ""
    page.clock.run_for(200)
    assert page.inner_text("body").startswith("Waiting for the kernel…")
    assert '"text": "<b>Hi</b>"' in page.inner_text("pre")
    page.clock.run_for(4000)
    assert page.evaluate("model.asked") == 3
    page.evaluate("async () => { model.answer(); await view.done; }")
    assert page.inner_text("body").strip() == "view 1 of 1, 1 of its model, form,templates"
    page.clock.run_for(5000)
    assert page.evaluate("model.asked") == 3


def test_where_the_view_that_asked_is_gone_another_asks(stage):
    page = stage()
    asked = page.evaluate(
        """async () => {
          const [one, two] = [await newModel(), await newModel()];
          const [gone, stays] = [newView(one), newView(two)];
          gone.gone.abort();
          await gone.done;
          await new Promise((later) => queueMicrotask(later));
          two.answer();
          await stays.done;
          return [one.asked, two.asked, gone.el.textContent, stays.el.textContent];
        }"""
    )
    assert asked == [1, 1, "", "view 1 of 1, 1 of its model, form,templates"]


def test_the_entrys_clean_up_is_handed_on(stage):
    page = stage()
    page.evaluate(
        """async () => {
          const model = await newModel();
          const view = newView(model);
          model.answer();
          (await view.done)();
        }"""
    )
    assert page.evaluate("ended") == 1


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("export default { render() { throw new TypeError('it <b>broke</b>'); } };\n", "it <b>broke</b>"),
        ("export default {\n", "Unexpected end of input"),
    ],
)
def test_what_fails_is_said(stage, source, said):
    page = stage({"builder/main.js": source})
    page.evaluate(
        """async () => {
          const model = await newModel();
          const view = newView(model);
          model.answer();
          await view.done;
        }"""
    )
    assert page.inner_text("[role=alert]") == f"The widget cannot be shown: {said}"


def test_what_fails_in_python_is_shown_until_the_next_change(stage):
    page = stage()
    said = page.evaluate(
        """async () => {
          const model = await newModel();
          const view = newView(model);
          model.answer();
          await view.done;
          const alert = view.el.querySelector("[role=alert]");
          model.tell("msg:custom", { type: "error", message: "ValueError: <i>x</i>" }, []);
          const before = alert.textContent;
          model.tell("change:document");
          return [before, alert.textContent];
        }"""
    )
    assert said == ["ValueError: <i>x</i>", ""]


def test_no_key_leaves_but_tab(stage):
    """And what has the focus tells JupyterLab, which asks it first, to leave its keys alone."""
    page = stage()
    page.evaluate(
        """async () => {
          globalThis.keys = [];
          document.addEventListener("keydown", ({ key }) => keys.push(key));
          const model = await newModel();
          const view = newView(model);
          model.answer();
          await view.done;
        }"""
    )
    page.focus("button")
    for key in ("d", "d", "Enter", "Shift+Enter", "Tab"):
        page.keyboard.press(key)
    assert page.evaluate("keys") == ["Tab"]
    assert page.get_attribute("button", "data-lm-suppress-shortcuts") == "true"


@pytest.mark.parametrize("widget", ["ResponseBuilder", "ChatPreview"])
def test_the_real_bundles_run(page, closing, widget):
    """The package's own modules show a reply, with nothing of a notebook around."""
    made = closing(getattr(cb, widget)(cb.Reply().text("Hi {{name}}!"), [{"name": "Ada"}]))
    packed = base64.b64encode(bundle(made._entry).packed).decode()
    page.evaluate(STAGE, [LOADER.read_text(encoding="utf-8"), made.bundle, packed])
    page.evaluate(
        """async ([document, verdict]) => {
          const model = await newModel();
          Object.assign(model.state, { document, verdict });
          const view = newView(model);
          model.answer();
          await view.done;
        }""",
        [made.document, made.verdict],
    )
    playwright.expect(page.get_by_role("log").first).to_contain_text("Hi Ada!")
    assert page.inner_text("[role=alert]:not(.cbn *)") == ""


def test_the_static_page_runs_from_a_disk(page, closing, tmp_path):
    """Chat, findings and samples, alive; the static twin is gone, and no host is asked for anything."""
    payload = {"responses": [{"type": "text", "message": "Hi {{name}}! </script>"}, {"type": "text", "message": ""}]}
    closing(cb.ChatPreview(payload, [{"name": "Ada"}, {"name": "Bo"}])).to_html(tmp_path / "reply.html")
    page.goto((tmp_path / "reply.html").as_uri())
    playwright.expect(page.get_by_role("log").first).to_contain_text("Hi Ada! </script>")
    assert page.locator(".chatbot-nb").count() == 0


def test_the_static_page_without_scripts(chromium, closing, tmp_path):
    """The static chat is what is left."""
    closing(cb.ChatPreview(cb.Reply().text("Hi {{name}}!"))).to_html(tmp_path / "reply.html")
    page = chromium.new_page(java_script_enabled=False)
    page.goto((tmp_path / "reply.html").as_uri())
    assert "Hi {{name}}!" in page.inner_text("main")
    page.close()

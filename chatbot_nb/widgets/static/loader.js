// Asks Python for a widget's modules, once a page, and starts them. Each saved widget holds this file: it is short.
const page = (globalThis[Symbol.for("chatbot_nb")] ??= { parts: new Map() });
const shared = {}; // this module is loaded once for each model, whose views share this

const once = (text, make) => page.parts.get(text) ?? page.parts.set(text, make()).get(text);
const add = (to, tag, props) => to.appendChild(Object.assign(document.createElement(tag), props));

/** Import a bundle's entry; its modules come each after what it imports. */
export async function load({ entry, modules, css, kit }) {
  for (const textContent of css) once("css " + textContent, () => add(document.head, "style", { textContent }));
  const urls = {};
  for (const name in modules) {
    const source = modules[name].replace(
      /^(import [^"\n]*")(\.{1,2}\/[^"\n]+)(?=";$)/gm,
      (_, before, path) => before + urls[new URL(path, "file:///" + name).pathname.slice(1)],
    );
    urls[name] = once(source, () => URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  }
  return { kit, ...(await import(urls[entry])) };
}

function ask(model, signal) {
  return new Promise((resolve, reject) => {
    const send = () => {
      try {
        model.send({ type: "modules" });
      } catch {} // there is no kernel now; what is seen says that we wait for one
    };
    const timer = setInterval(send, 2000); // the kernel may be busy, or come back
    const end = () => (clearInterval(timer), model.off("msg:custom", answer));
    function answer({ type }, [packed]) {
      if (type !== "modules") return;
      end();
      const json = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
      new Response(json).json().then(load).then(resolve, reject);
    }
    model.on("msg:custom", answer);
    signal.addEventListener("abort", () => (end(), reject(signal)));
    send();
  });
}

async function entryOf(model, signal) {
  const hash = model.get("bundle");
  for (;;) {
    const asked = once(hash, () => ask(model, signal));
    try {
      return await asked;
    } catch (reason) {
      page.parts.delete(hash);
      // Where the view that asked is gone, another one asks.
      if (signal.aborted || !(reason instanceof AbortSignal)) throw reason;
    }
  }
}

async function render({ model, el, signal }) {
  const root = add(el, "div", { className: "cbn mathjax_ignore tex2jax_ignore" });
  const failure = add(el, "p", { role: "alert" });
  // JupyterLab must see no key that is pressed in here: d d would delete the cell.
  root.addEventListener("keydown", (event) => event.key === "Tab" || event.stopPropagation());
  root.addEventListener("focusin", ({ target }) => target.setAttribute("data-lm-suppress-shortcuts", "true"));
  model.on("msg:custom", ({ type, message }) => type === "error" && (failure.textContent = message));
  model.on("change:document", () => (failure.textContent = ""));
  const waiting = setTimeout(() => {
    root.append("Waiting for the kernel…");
    add(root, "pre", { textContent: JSON.stringify(model.get("document"), null, 2) });
  }, 1000);
  try {
    const { default: entry, kit } = await entryOf(model, signal);
    root.textContent = "";
    if (!signal.aborted) return await entry.render({ model, el: root, signal, shared, kit });
  } catch (error) {
    if (!signal.aborted) failure.textContent = `The widget cannot be shown: ${error.message ?? error}`;
  } finally {
    clearTimeout(waiting);
  }
}

export default { render };

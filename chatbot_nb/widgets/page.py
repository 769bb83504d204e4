"""A reply's chat as one web page, which needs no kernel and no network."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from chatbot_nb.widgets.bundle import LOADER, bundle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatbot_nb.widgets.samples import Sample

_ENTRY: Final = "chat/page.js"
# Images come from where the reply says, once the reader asks for them; nothing else comes from anywhere.
_POLICY: Final = (
    "default-src 'none'; script-src 'unsafe-inline' blob:; style-src 'unsafe-inline'; img-src http: https:; "
    "base-uri 'none'; form-action 'none'"
)
_PAGE: Final = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="@POLICY@">
<meta name="color-scheme" content="light dark">
<title>ChatBot reply</title>
</head>
<body style="margin: 0">
<main class="cbn">@STATIC@</main>
<script type="application/json" id="parts">@PARTS@</script>
<script type="module">
const { loader, bundle, reply } = JSON.parse(document.getElementById("parts").textContent);
const { load } = await import(URL.createObjectURL(new Blob([loader], { type: "text/javascript" })));
const { show } = await load(bundle);
const main = document.querySelector("main");
const before = [...main.childNodes];
show(main, reply);
before.forEach((node) => node.remove());
</script>
</body>
</html>
"""


def page(payload: object, findings: Sequence[dict[str, Any]], samples: Sequence[Sample], *, static: str) -> str:
    """Return a web page with a reply's chat.

    Parameters
    ----------
    payload : JSON value
    findings : sequence of dict
        As a verdict has them.
    samples : sequence of dict
        Users to choose from.
    static : str
        The same as HTML, for a reader whose browser runs no scripts.

    Returns
    -------
    str
        The text of one file, which a browser shows as it is, also from a disk.
    """
    chat = bundle(_ENTRY)
    parts = {
        "loader": LOADER.read_text(encoding="utf-8"),
        "bundle": {"entry": chat.entry, "modules": chat.modules, "css": chat.css},
        "reply": {"payload": payload, "findings": findings, "samples": samples},
    }
    # What comes from outside is put in last, so that no mark in it is filled.
    head, between, tail = _PAGE.replace("@POLICY@", _POLICY).replace("@STATIC@", "@PARTS@").split("@PARTS@")
    return head + static + between + _embedded(parts) + tail


def _embedded(value: object) -> str:
    r"""Return JSON that ends no script and begins none: ``<`` is written ``\u003c``."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")

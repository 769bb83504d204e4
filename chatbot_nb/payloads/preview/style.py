"""The look of a reply's preview: tokens, and rules that reach nothing outside it.

A notebook that is not trusted loses the style sheet: what is here is then a list with the same words, unseen
elsewhere.
"""

from __future__ import annotations

from typing import Final

from chatbot_nb.payloads.display import COLOURS

# MathJax would typeset $…$ in chat texts; it leaves alone what has one of these classes (version 3 and 4, version 2).
OPENING: Final = '<div class="chatbot-nb mathjax_ignore tex2jax_ignore">'

_FRAMES: Final = ".cbn-bubble, .cbn-chips > li, .cbn-gallery > li"
# A notebook has rules of its own for lists, tables and code; with an id in :is() these weigh more.
STYLE: Final = f"""<style>
:is(.chatbot-nb, #chatbot-nb) {{
  --cbn-ground: var(--jp-layout-color0, var(--vscode-editor-background, light-dark(#ffffff, #1a1d21)));
  --cbn-text: var(--jp-content-font-color0, var(--vscode-editor-foreground, light-dark(#1c1f23, #e8eaed)));
  --cbn-accent: color-mix(in srgb, var(--jp-brand-color1, var(--vscode-textLink-foreground,
    light-dark(#0b57d0, #8ab4f8))) 85%, var(--cbn-text));
  --cbn-muted: color-mix(in srgb, var(--cbn-text) 68%, var(--cbn-ground));
  --cbn-line: color-mix(in srgb, var(--cbn-text) 18%, var(--cbn-ground));
  --cbn-raised: color-mix(in srgb, var(--cbn-text) 4%, var(--cbn-ground));
  --cbn-mono: var(--jp-code-font-family, var(--vscode-editor-font-family, ui-monospace, monospace));
  box-sizing: border-box; max-width: 1200px; padding: 12px 16px; border: 1px solid var(--cbn-line);
  border-radius: 8px; background: var(--cbn-raised); color: var(--cbn-text); overflow-wrap: anywhere;
  font: 14px/20px var(--jp-ui-font-family, var(--vscode-font-family, system-ui, sans-serif));
  & p {{ margin: 0 0 8px; }}
  & li > p {{ margin: 4px 0 0; }}
  & .cbn-head {{ display: flex; flex-wrap: wrap; gap: 0 12px; }}
  & .cbn-head > span {{ color: var(--cbn-muted); }}
  & small, & summary {{ color: var(--cbn-muted); font-size: 12px; line-height: 16px; }}
  & code, & pre {{ padding: 0; background: none; color: inherit; font: 12px/16px var(--cbn-mono);
    white-space: pre-wrap; overflow-wrap: anywhere; }}
  & pre {{ margin: 4px 0 0; }}
  & ol, & ul {{ margin: 0; padding: 0; list-style: none; }}
  & ol.cbn-chat {{ padding-left: 24px; list-style: decimal; }}
  & ol.cbn-chat > li {{ margin: 0 0 8px; }}
  & ol.cbn-chat > li::marker {{ color: var(--cbn-muted); font-size: 12px; }}
  & .cbn-word {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
    white-space: nowrap; }}
  & .cbn-row {{ position: relative; display: flex; flex-wrap: wrap; align-items: end; gap: 4px 8px; }}
  & .cbn-row > * {{ min-width: 0; max-width: 100%; }}
  & .cbn-delay {{ padding: 0 8px; border: 1px solid var(--cbn-line); border-radius: 8px; }}
  & .cbn-bubble {{ box-sizing: border-box; width: fit-content; max-width: min(560px, 100%); padding: 8px 12px;
    overflow: hidden; border: 1px solid var(--cbn-line); border-radius: 8px; background: var(--cbn-ground); }}
  & bdi {{ white-space: pre-wrap; }}
  & var {{ padding: 0 2px; border-radius: 4px; background: color-mix(in srgb, var(--cbn-accent) 14%, transparent);
    font-style: normal; }}
  & s {{ color: var(--cbn-muted); font: 12px/16px var(--cbn-mono); text-decoration: none;
    border-bottom: 1px dotted; }}
  & details {{ margin-top: 4px; }}
  & summary {{ cursor: pointer; }}
  & details li {{ margin-top: 4px; padding-top: 4px; border-top: 1px solid var(--cbn-line); }}
  & .cbn-line {{ display: block; margin-top: 4px; }}
  & .cbn-card {{ width: 320px; padding: 0; }}
  & .cbn-text {{ padding: 8px 12px; }}
  & .cbn-image {{ box-sizing: border-box; min-height: 96px; padding: 8px 12px; display: flex;
    flex-direction: column; justify-content: center; text-align: center; color: var(--cbn-muted);
    background: repeating-linear-gradient(-45deg, var(--cbn-raised) 0 8px, transparent 8px 16px); }}
  & .cbn-gallery {{ display: flex; flex-wrap: wrap; align-items: start; gap: 8px; }}
  & .cbn-gallery > li {{ width: 240px; max-width: 100%; overflow: hidden; border: 1px solid var(--cbn-line);
    border-radius: 8px; background: var(--cbn-ground); }}
  & .cbn-buttons > li {{ padding: 4px 12px; border-top: 1px solid var(--cbn-line); text-align: center; }}
  & .cbn-buttons b + small {{ display: block; }}
  & .cbn-image + .cbn-text {{ border-top: 1px solid var(--cbn-line); }}
  & .cbn-chips {{ display: flex; flex-wrap: wrap; gap: 4px; margin-top: 4px; }}
  & .cbn-chips > li {{ padding: 4px 12px; border: 1px solid var(--cbn-line); border-radius: 8px;
    background: var(--cbn-ground); }}
  & .cbn-sides {{ width: 100%; margin: 0; border-collapse: collapse; table-layout: fixed; }}
  & .cbn-sides :is(th, td) {{ padding: 8px 16px 8px 0; text-align: left; vertical-align: top;
    font-size: 14px; line-height: 20px; }}
  & .cbn-sides td > code {{ color: var(--cbn-muted); }}
  & tbody tr {{ background: none; }}
  & .cbn-sides tr {{ border-bottom: 1px solid var(--cbn-line); }}
  & .cbn-sides tbody > :last-child {{ border-bottom: 0; }}
  & .cbn-sides thead td {{ width: 104px; }}
  & th {{ color: var(--cbn-muted) !important; font-weight: normal; }}
  & b {{ color: var(--cbn-accent); font-weight: normal; }}
  & .cbn-rest {{ margin: 4px 0 0; padding: 4px 12px; border-left: 2px solid var(--cbn-line); }}
  & :is({_FRAMES}):has(.cbn-error, .cbn-deleted) {{ border-color: {COLOURS["error"]}; }}
  & :is({_FRAMES}):has(.cbn-warning, .cbn-changed) {{ border-color: {COLOURS["warning"]}; }}
  & :is({_FRAMES}):has(.cbn-new) {{ border-color: {COLOURS["new"]}; }}
}}
</style>"""

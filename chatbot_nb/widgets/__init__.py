"""What a notebook shows and edits: the one room that knows the notebook's front end."""

from __future__ import annotations

try:
    import anywidget as _anywidget  # noqa: F401  # all modules here need it, or send what it shows
except ModuleNotFoundError as exc:
    if exc.name is None or exc.name.partition(".")[0] not in {"anywidget", "ipywidgets", "traitlets", "IPython"}:
        raise
    raise ModuleNotFoundError(
        f"the widgets need {exc.name}, which is not installed: python -m pip install 'chatbot_nb[lab]'", name=exc.name
    ) from exc

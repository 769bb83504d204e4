"""Where the kernel runs, as far as it matters to who wants to be reached from outside."""

from __future__ import annotations

import os
import sys
from typing import Final

_TUNNEL: Final = (
    "open a tunnel: Receiver(tunnel='cloudflared') or Receiver(tunnel='ngrok'), or any other program, whose address "
    "goes to Receiver(public_url=...)"
)


def hint(port: int, path: str) -> str:
    """Return how ChatBot can reach a receiver.

    Parameters
    ----------
    port : int
        0 if it is not known yet.
    path : str

    Notes
    -----
    Sources: GitHub's and Google's documentation and issue trackers (vscode #130921, activepieces #629,
    jupyter-server-proxy, colabtools #3925 and #4323, ngrok-python #100), as of 2026.
    """
    name, domain = (os.environ.get(key) for key in ("CODESPACE_NAME", "GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN"))
    if name and domain:
        number = str(port or "PORT")
        url = f"https://{name}-{number}.{domain}"
        return (
            f"GitHub Codespaces forwards this port as {url}{path}, once it is public: right-click it under PORTS, Port "
            f"Visibility, Public; or run: gh codespace ports visibility {number}:public -c {name}. While it is "
            "private, as after each restart of the codespace, ChatBot is sent to a login page. "
            f"Then: Receiver(port={number}, public_url={url!r})"
        )
    if "COLAB_RELEASE_TAG" in os.environ or "google.colab" in sys.modules:
        return (
            "Colab shows a port to your own browser only, ChatBot's POST would fail: "
            f"{_TUNNEL}. Colab may end a runtime because of a tunnel"
        )
    if "KAGGLE_KERNEL_RUN_TYPE" in os.environ or "KAGGLE_URL_BASE" in os.environ:
        return f"Kaggle lets nobody in: switch Internet on in the notebook's settings, then {_TUNNEL}"
    if "JUPYTERHUB_SERVICE_PREFIX" in os.environ:
        return (
            "JupyterHub's proxy asks for your login, which ChatBot does not have; never give a token of Jupyter's to "
            f"a webhook. Instead {_TUNNEL}"
        )
    return f"ChatBot cannot reach 127.0.0.1: {_TUNNEL}"

"""What tests of several folders need."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from pathlib import Path

import hypothesis
import pytest

from chatbot_nb.transport.outbound import link

# The machines are shared: an example that takes long is no failure.
hypothesis.settings.register_profile("shared", deadline=None)
hypothesis.settings.load_profile("shared")

TLS = Path(__file__).parent / "data" / "tls"


@pytest.fixture
def tls_url(monkeypatch):
    """A backend that passes one verification over TLS, with a certificate that is trusted here."""
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "authority.pem"))
    link._tls_context.cache_clear()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "valid.pem", TLS / "key.pem")

    def run(listener):
        connection, _ = listener.accept()
        with context.wrap_socket(connection, server_side=True) as peer:
            challenge = re.search(rb"challenge=([\w-]+)", peer.recv(65_536))[1]
            peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + challenge)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=run, args=(listener,))
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}/hook"
        thread.join(10)
    link._tls_context.cache_clear()

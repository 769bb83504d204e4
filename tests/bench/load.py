"""A client for benchmarks: many connections, one after the other's answer; and one at a time, paced."""

from __future__ import annotations

import re
import selectors
import socket
import statistics
import time


def keep_alive(port: int, request: bytes, *, clients: int = 16, seconds: float = 2.0) -> float:
    """Send on all connections as fast as each is answered; answers a second. All answers must be of one length."""
    selector = selectors.DefaultSelector()
    sockets = []
    for _ in range(clients):
        sock = socket.create_connection(("127.0.0.1", port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.sendall(request)
        size = _answer(sock)
        sockets.append(sock)
        selector.register(sock, selectors.EVENT_READ, [size])
    for sock in sockets:
        sock.sendall(request)
    answered = 0
    begin = time.perf_counter()
    until = begin + seconds
    while time.perf_counter() < until:
        for key, _ in selector.select(0.5):
            missing = key.data
            missing[0] -= len(key.fileobj.recv(65536))
            if not missing[0]:
                answered += 1
                missing[0] = size
                key.fileobj.sendall(request)
            assert missing[0] > 0
    taken = time.perf_counter() - begin
    for sock in sockets:
        sock.close()
    return answered / taken


def _answer(sock: socket.socket) -> int:
    """Read one answer, which must be a success; its length."""
    data = b""
    while (end := data.find(b"\r\n\r\n")) < 0:
        data += sock.recv(65536)
    assert data.startswith(b"HTTP/1.1 200"), data[:200]
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", data)
    assert length, data[:200]
    size = end + 4 + int(length[1])
    while len(data) < size:
        data += sock.recv(65536)
    return size


def paced(port: int, request: bytes, *, number: int, pause: float = 0.05) -> list[float]:
    """Send on new connections, one each `pause`; seconds from the connection to the last byte, sorted."""
    took = []
    for _ in range(number):
        begin = time.perf_counter()
        with socket.create_connection(("127.0.0.1", port), timeout=30) as sock:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.sendall(request)
            _answer(sock)
        took.append(time.perf_counter() - begin)
        time.sleep(max(0.0, pause - took[-1]))
    return sorted(took)


def p50_p90(took: list[float]) -> tuple[float, float]:
    """Median and 90th percentile."""
    return statistics.median(took), took[int(len(took) * 0.9)]


def exactly(port: int, request: bytes, *, number: int, clients: int = 16) -> None:
    """Send so many in all, on connections that are kept."""
    sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(clients)]
    left = number
    while left:
        some = sockets[: min(left, clients)]
        for sock in some:
            sock.sendall(request)
        for sock in some:
            _answer(sock)
        left -= len(some)
    for sock in sockets:
        sock.close()

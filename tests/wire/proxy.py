"""A TCP proxy that a test can cut: before a request reaches the server, or after it has, so that nobody hears the answer."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

Cut = Literal["", "request", "answer"]


class Proxy:
    """cut: of connections whose request begins with `method`, so many `times`."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.cut: Cut = ""
        self.method = b"PUT"
        self.times = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def cut_next(self, cut: Cut, method: str = "PUT", times: int = 1) -> None:
        self.cut, self.method, self.times = cut, method.encode(), times

    def close(self) -> None:
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._target)) as server:
            first = client.recv(65536)
            cut: Cut = ""
            if first.startswith(self.method) and self.times:
                self.times -= 1
                cut = self.cut
            if cut == "request":
                return
            server.sendall(first)
            threading.Thread(target=_pump, args=(client, server), daemon=True).start()
            if cut == "answer":
                server.recv(65536)  # the server has answered: it has done what it was asked
                client.shutdown(socket.SHUT_RDWR)  # closing alone leaves the line open while another thread reads from it
                return
            _pump(server, client)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while content := source.recv(65536):
            target.sendall(content)


@contextmanager
def proxy(port: int) -> Iterator[Proxy]:
    running = Proxy(port)
    try:
        yield running
    finally:
        running.close()

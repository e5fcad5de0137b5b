"""An HTTP server of a test, in threads, on a free port of this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

METHODS = ("GET", "PUT", "POST", "PATCH", "DELETE", "PROPFIND", "REPORT")


@dataclass
class Asked:
    """One request. path: as it came, percent signs and all."""

    method: str
    target: str
    headers: dict[str, str]
    content: bytes
    path: str = field(init=False)
    params: list[tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.target)
        self.path, self.params = parts.path, parse_qsl(parts.query, keep_blank_values=True)

    @property
    def query(self) -> dict[str, str]:
        return dict(self.params)

    @property
    def parts(self) -> list[str]:
        """Of the path, each decoded by itself."""
        return [unquote(part) for part in self.path.strip("/").split("/")]

    def header(self, name: str) -> str:
        return next((value for known, value in self.headers.items() if known.lower() == name), "")


@dataclass
class Answer:
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""
    claims: int | None = None  # the length that it says to have, where that is not its own


class Answers(Protocol):
    def __call__(self, asked: Asked) -> Answer | None:
        """None: the line is closed without a word."""
        ...


@contextmanager
def serving(answer: Answers, methods: Sequence[str] = METHODS) -> Iterator[str]:
    """Its address."""

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            content = self.rfile.read(int(self.headers.get("content-length", 0)))
            said = answer(Asked(self.command, self.path, dict(self.headers), content))
            if said is None:
                self.close_connection = True
                return
            self.send_response(said.status)
            length = len(said.content) if said.claims is None else said.claims
            for name, value in {"Content-Length": str(length), **said.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said.content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    for method in methods:
        setattr(Handler, f"do_{method}", Handler.handle_any)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()  # seconds until it sees that it shall stop
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()

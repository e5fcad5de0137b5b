"""An HTTP server that gives the same answer to whatever it is asked, and remembers what that was."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Answering:
    """status, headers, content: of every answer. hangs: None is given, ever."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""
    hangs: bool = False
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    address: str = ""
    released: threading.Event = field(default_factory=threading.Event)


@contextmanager
def answering(**told: object) -> Iterator[Answering]:
    state = Answering(**told)  # type: ignore[arg-type]

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            state.asked.append((self.command, self.path, dict(self.headers)))
            if state.hangs:
                state.released.wait(30)
                return
            self.send_response(state.status)
            for name, value in {"Content-Length": str(len(state.content)), **state.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(state.content)

        do_GET = do_PUT = do_POST = do_DELETE = do_PROPFIND = do_REPORT = handle_any  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield state
    finally:
        state.released.set()
        server.shutdown()
        server.server_close()

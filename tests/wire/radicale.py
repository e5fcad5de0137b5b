"""A real server of calendars and contacts: Radicale, in a process of its own, with a user for each test."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

PASSWORD = "a secret of dana"
USERS = 200
_NAMED = (
    '<c:mkcalendar xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:set><d:prop><d:displayname>{name}</d:displayname></d:prop>'
    "</d:set></c:mkcalendar>"
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Radicale:
    address: str
    taken: int = 0

    def user(self) -> DavUser:
        """One that nobody has used yet."""
        self.taken += 1
        return DavUser(self.address, f"user{self.taken}")


@dataclass
class DavUser:
    address: str
    name: str

    def ask(self, method: str, path: str, content: bytes | str = b"", **headers: str) -> httpx2.Response:
        with httpx2.Client(base_url=self.address, auth=(self.name, PASSWORD)) as client:
            answer = client.request(method, path, content=content, headers=headers)
        assert answer.status_code < 400, (method, path, answer.status_code, answer.text)
        return answer

    def calendar(self, name: str = "a-main", content: bytes = b"") -> None:
        """A calendar, with the events of a whole .ics file in it."""
        self.ask("MKCALENDAR", f"/{self.name}/{name}/", _NAMED.format(name=name))
        if content:
            self.ask("PUT", f"/{self.name}/{name}/", content, **{"Content-Type": "text/calendar"})

    def address_book(self, cards: str, name: str = "people") -> None:
        self.ask("PUT", f"/{self.name}/{name}/", cards.encode(), **{"Content-Type": "text/vcard"})

    def text(self, calendar: str = "a-main") -> str:
        """All that the calendar holds."""
        return self.ask("GET", f"/{self.name}/{calendar}/").text.replace("\r\n", "\n").replace("\n ", "")


@contextmanager
def radicale(folder: Path) -> Iterator[Radicale]:
    """folder: where its data lies."""
    users, port = folder / "users", free_port()
    users.write_text("".join(f"user{number}:{PASSWORD}\n" for number in range(1, USERS)))
    program = [
        sys.executable, "-m", "radicale", "--config", "", "--server-hosts", f"127.0.0.1:{port}", "--auth-type", "htpasswd",
        "--auth-htpasswd-filename", str(users), "--auth-htpasswd-encryption", "plain", "--auth-delay", "0",
        "--storage-filesystem-folder", str(folder / "data"),
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(program, stdout=log, stderr=log)
        try:
            _wait_for(port, process)
            yield Radicale(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()
            process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert process.poll() is None, "Radicale ended; see its log"
            assert time.monotonic() < deadline, "Radicale did not start"
            time.sleep(0.05)
        else:
            return

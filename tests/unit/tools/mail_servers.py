"""Real mail servers of the test's own: pymap speaks IMAP, aiosmtpd SMTP."""

from __future__ import annotations

import imaplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

USER, PASSWORD, SENDER = "dana", "a secret", "Dana Levi <dana@farm.example>"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Outbox:
    """What the SMTP server took. refuses: an address that it does not take. answer: what it says to a letter; None: it hangs up."""

    taken: list[Envelope] = field(default_factory=list)
    refuses: str = ""
    answer: str | None = "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802
        if address == self.refuses:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        if self.answer is None:
            self.taken.append(envelope)
            server.transport.abort()  # after it has the letter, before it says so
            return "250 OK"
        if self.answer.startswith("250"):
            self.taken.append(envelope)
        return self.answer


@dataclass
class MailServers:
    imap_port: int
    smtp_port: int
    outbox: Outbox

    @property
    def env(self) -> dict[str, str]:
        """The settings by which Tizmoret reaches them."""
        return {
            "TIZMORET_IMAP": f"imap://{USER}@127.0.0.1:{self.imap_port}",
            "TIZMORET_SMTP": f"smtp://{USER}@127.0.0.1:{self.smtp_port}",
            "TIZMORET_MAIL_FROM": SENDER,
            "TIZMORET_MAIL_PASSWORD": PASSWORD,
        }

    @contextmanager
    def box(self) -> Iterator[imaplib.IMAP4]:
        client = imaplib.IMAP4("127.0.0.1", self.imap_port)
        client.login(USER, PASSWORD)
        yield client
        client.logout()

    def deliver(self, content: bytes, folder: str = "INBOX") -> None:
        with self.box() as client:
            assert client.append(folder, None, None, content)[0] == "OK"  # type: ignore[arg-type]

    def folder(self, name: str) -> list[bytes]:
        with self.box() as client:
            if client.select(name, readonly=True)[0] != "OK":
                return []
            numbers = client.search(None, "ALL")[1][0].split()
            return [client.fetch(number.decode(), "(BODY.PEEK[])")[1][0][1] for number in numbers]  # type: ignore[index,misc]

    def flags(self, name: str = "INBOX") -> bytes:
        with self.box() as client:
            client.select(name, readonly=True)
            return b" ".join(line for line in client.fetch("1:*", "(FLAGS)")[1] if isinstance(line, bytes))


def _authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right)


@contextmanager
def mail_servers() -> Iterator[MailServers]:
    imap_port, outbox = free_port(), Outbox()
    program = Path(sys.executable).with_name("pymap")
    imap = subprocess.Popen(
        [str(program), "--host", "127.0.0.1", "--port", str(imap_port), "dict", "--demo-user", USER, "--demo-password", PASSWORD],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    smtp = Controller(
        outbox, hostname="127.0.0.1", port=free_port(), authenticator=_authenticate, auth_required=True, auth_require_tls=False
    )
    smtp.start()
    try:
        _wait_for(imap_port)
        yield MailServers(imap_port, smtp.port, outbox)
    finally:
        smtp.stop()
        imap.terminate()
        imap.wait()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline, "the IMAP server did not start"
            time.sleep(0.1)
        else:
            return

"""What the tests of the store start, watch and kill: clients in processes of their own, and the keeper and server that they share."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psutil

CLIENT = """
import sys
from pathlib import Path
import psycopg
from tizmoret.store.embedded import Embedded
server = Embedded.start(Path(sys.argv[1]))
with psycopg.connect(server.dsn, autocommit=True) as connection:
    print("ready", flush=True)
    number = 0
    while len(sys.argv) > 2:
        number += 1
        connection.execute("insert into kept values (%s)", (int(sys.argv[2]) * 1_000_000 + number,))
        print(int(sys.argv[2]) * 1_000_000 + number, flush=True)
    sys.stdin.readline()
"""


def client(folder: Path, *args: str, env: dict[str, str] | None = None) -> subprocess.Popen[str]:
    """Opens the server of `folder` and waits for a line; with a number, writes rows that begin with it until it is killed."""
    return subprocess.Popen(
        [sys.executable, "-c", CLIENT, str(folder), *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env
    )  # fmt: skip


def ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "ready"


def servers(folder: Path) -> list[psutil.Process]:
    """The postmasters over this folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        command = process.info["cmdline"] or []
        if str(folder / "data") in command and command[0].endswith("postgres"):
            found.append(process)
    return found


def keepers(folder: Path) -> list[psutil.Process]:
    return [p for p in psutil.process_iter(["cmdline"]) if any(str(folder / "clients.lock") in part for part in p.info["cmdline"] or [])]


def gone(folder: Path, seconds: float = 15) -> bool:
    end = time.monotonic() + seconds
    while servers(folder) or keepers(folder):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def until(condition: object, seconds: float = 15) -> None:
    """Wait until `condition()` holds."""
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(0.02)

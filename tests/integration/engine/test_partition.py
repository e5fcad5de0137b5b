"""A worker on a host of its own, and the network between it and the database gone without a word: packets are dropped, nobody is told."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tizmoret.verify.tools import ledger, plan

from .workers import Crew, finish_all, front


def _may_make_hosts() -> bool:
    if os.geteuid() != 0 or shutil.which("ip") is None:
        return False
    made = subprocess.run(["ip", "netns", "add", "tizmoret-probe"], capture_output=True).returncode == 0
    subprocess.run(["ip", "netns", "del", "tizmoret-probe"], capture_output=True)
    return made


pytestmark = [
    pytest.mark.anyio,
    pytest.mark.xdist_group("workers"),
    pytest.mark.skipif(not _may_make_hosts(), reason="needs root and network namespaces"),
]


@dataclass
class Host:
    """A network namespace, joined to ours by one wire."""

    name: str
    wire: str
    ours: str

    @property
    def within(self) -> list[str]:
        return ["ip", "netns", "exec", self.name]

    def cut(self) -> None:
        self._wire("down")

    def join(self) -> None:
        self._wire("up")

    def _wire(self, state: str) -> None:
        subprocess.run(["ip", "link", "set", self.wire, state], check=True)


@pytest.fixture
def host() -> Iterator[Host]:
    name, wire = f"tizmoret-{os.getpid()}", f"tz{os.getpid()}"
    number = os.getpid() % 250 + 1
    host = Host(name, wire, f"10.213.{number}.1")
    commands = f"""
        ip netns add {name}
        ip link add {wire} type veth peer name eth0 netns {name}
        ip addr add {host.ours}/24 dev {wire}
        ip link set {wire} up
        ip -n {name} addr add 10.213.{number}.2/24 dev eth0
        ip -n {name} link set eth0 up
        ip -n {name} link set lo up"""
    try:
        for command in commands.strip().splitlines():
            subprocess.run(command.split(), check=True)
        yield host
    finally:
        subprocess.run(["ip", "link", "del", wire], capture_output=True)
        subprocess.run(["ip", "netns", "del", name], capture_output=True)


@pytest.fixture
def relay(host: Host, database_url: str) -> Iterator[str]:
    """The database's address for the other host: the embedded server opens no port, so this end of the wire passes bytes on to its socket."""
    told = psycopg.conninfo.conninfo_to_dict(database_url)
    path = str(Path(str(told["host"])) / ".s.PGSQL.5432")
    listening = socket.create_server((host.ours, 0))
    threading.Thread(target=_accept, args=(listening, path), daemon=True).start()
    yield psycopg.conninfo.make_conninfo(database_url, host=host.ours, port=listening.getsockname()[1])
    listening.close()


def _accept(listening: socket.socket, path: str) -> None:
    while True:
        try:
            near, _ = listening.accept()
        except OSError:
            return
        far = socket.socket(socket.AF_UNIX)
        far.connect(path)
        for one, other in ((near, far), (far, near)):
            threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := one.recv(65_536):
            other.sendall(data)
    for end in (one, other):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


async def test_a_worker_behind_a_dead_wire_is_replaced_stops_by_itself_and_comes_back(crew: Crew, host: Host, relay: str) -> None:
    async with front(crew) as tizmoret:
        lonely = crew.start(within=host.within, url=relay)
        ids = [(await tizmoret.submit("", plan=plan(held=True))).id for _ in range(5)]
        await crew.until(lambda: crew.owners() == [lonely] * 5)
        other = crew.start()
        host.cut()
        await crew.until(lambda: crew.owners() == [other] * 5)
        for kinds in await finish_all(tizmoret, ids):
            assert "execution.taken" in kinds
            assert kinds[-1] == "execution.completed"
        calls = ledger(tizmoret.workplaces.folder(tizmoret.workspace)).read_text().split("\n")
        for id in ids:
            assert calls.count(f"once {id}/once") <= 1
            assert calls.count(f"keyed {id}/keyed") == 1
        host.join()
        assert crew.processes[lonely].poll() is None
        await crew.until(
            lambda: crew.ask("select from workers where id = %s and beat_at > clock_timestamp() - interval '1 second'", lonely)
        )
        crew.processes[other].kill()
        again = [(await tizmoret.submit("", plan=plan(0.05))).id for _ in range(3)]
        assert {kinds[-1] for kinds in await asyncio.wait_for(finish_all(tizmoret, again), 60)} == {"execution.completed"}
        assert {row[0] for row in crew.ask("select owner from executions where id = any(%s)", again)} <= {lonely, None}

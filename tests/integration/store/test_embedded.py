"""The embedded server through kills, stale files and crowds."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import stat
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.integration.store.processes import client, gone, keepers, ready, servers, until
from tizmoret.errors import Unavailable
from tizmoret.store import embedded as module
from tizmoret.store.binaries import Binaries, find_binaries, find_system_binaries
from tizmoret.store.embedded import Embedded

pytestmark = pytest.mark.xdist_group("embedded")


def with_table(folder: Path) -> Embedded:
    server = Embedded.start(folder)
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute("create table kept (n int primary key)")
    return server


def rows(server: Embedded) -> set[int]:
    with psycopg.connect(server.dsn) as connection:
        return {row[0] for row in connection.execute("select n from kept").fetchall()}


def test_it_is_private_and_never_root(folder: Path) -> None:
    server = Embedded.start(folder / "pg")
    place = server.folder
    assert stat.S_IMODE((place / "password").stat().st_mode) == 0o600
    assert stat.S_IMODE((place / "socket").stat().st_mode) == 0o700
    assert stat.S_IMODE((place / "data").stat().st_mode) == 0o700
    (postmaster,) = servers(place)
    assert postmaster.uids().effective != 0
    (keeper,) = keepers(place)
    assert keeper.uids().effective != 0
    assert list(postmaster.net_connections("inet")) == []
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.dsn, password="wrong")
    server.close()
    assert gone(place)


def test_it_keeps_what_it_acknowledged_and_sorts_the_same_everywhere(folder: Path) -> None:
    server = Embedded.start(folder / "pg")
    wanted = {
        "listen_addresses": "", "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "data_checksums": "on",
        "server_encoding": "UTF8", "TimeZone": "UTC", "password_encryption": "scram-sha-256",
    }  # fmt: skip
    with psycopg.connect(server.dsn) as connection:
        assert {name: connection.execute(f"show {name}").fetchone()[0] for name in wanted} == wanted  # type: ignore[index]
        assert connection.execute("select lower('ÉŽ'), 'שלום' ~ '^\\w+$'").fetchone() == ("éž", True)
        methods = connection.execute("select distinct auth_method from pg_hba_file_rules").fetchall()
        assert methods == [("scram-sha-256",)]
    server.close()
    assert gone(folder / "pg")


def test_the_second_start_finds_the_data(pg: Path) -> None:
    server = with_table(pg)
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute("insert into kept values (1)")
    server.close()
    assert gone(pg)
    again = Embedded.start(pg)
    assert rows(again) == {1}
    again.close()


def test_the_server_goes_when_its_last_client_is_killed_and_not_before(pg: Path) -> None:
    first, second = client(pg), client(pg)
    ready(first)
    ready(second)
    assert len(servers(pg)) == 1
    first.kill()
    first.wait()
    time.sleep(0.5)
    assert len(servers(pg)) == 1
    second.kill()
    second.wait()
    assert gone(pg)


def test_eight_starts_at_once_share_one_server(folder: Path) -> None:
    clients = [client(folder / "pg") for _ in range(8)]
    for one in clients:
        ready(one)
    assert len(servers(folder / "pg")) == 1
    assert len(keepers(folder / "pg")) == 1
    for one in clients:
        one.communicate("\n")
    assert gone(folder / "pg")


def test_whoever_comes_while_the_server_stops_gets_a_new_one(pg: Path) -> None:
    server = with_table(pg)
    for number in range(8):
        server.close()
        time.sleep(number * 0.01)
        server = Embedded.start(pg)
        assert rows(server) == set()
    server.close()
    assert gone(pg)


@pytest.mark.parametrize("victim", ["server", "keeper"])
def test_a_killed_server_or_keeper_is_replaced_by_restart(pg: Path, victim: str) -> None:
    server = with_table(pg)
    for process in servers(pg) if victim == "server" else keepers(pg):
        process.kill()
    until(lambda: not server.listens())
    server.restart()
    assert rows(server) == set()
    assert len(servers(pg)) == 1
    server.close()
    assert gone(pg)


def test_a_server_that_recovers_from_the_death_of_one_connection_is_awaited_not_replaced(pg: Path) -> None:
    server = Embedded.start(pg)
    (before,) = servers(pg)
    with psycopg.connect(server.dsn) as connection:
        os.kill(connection.info.backend_pid, signal.SIGKILL)
    server.restart()
    psycopg.connect(server.dsn).close()
    assert [one.pid for one in servers(pg)] == [before.pid]
    server.close()
    assert gone(pg)


def test_a_server_without_a_free_connection_counts_as_alive(pg: Path) -> None:
    server = Embedded.start(pg)
    held = [psycopg.connect(server.dsn) for _ in range(100)]
    with pytest.raises(psycopg.OperationalError, match="too many clients"):
        psycopg.connect(server.dsn)
    (before,) = servers(pg)
    server.restart()
    other = Embedded.start(pg)
    assert [one.pid for one in servers(pg)] == [before.pid]
    for connection in held:
        connection.close()
    other.close()
    server.close()
    assert gone(pg)


def test_no_second_server_starts_while_a_child_of_the_first_is_left(pg: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even without a pid file, and with the server itself killed."""
    server = with_table(pg)
    connection = psycopg.connect(server.dsn)
    child = psutil.Process(connection.info.backend_pid)
    child.suspend()
    (postmaster,) = servers(pg)
    postmaster.kill()
    until(lambda: not server.listens())
    (pg / "data" / "postmaster.pid").unlink()
    with monkeypatch.context() as patch:
        patch.setattr(module, "START_SECONDS", 0.5)
        with pytest.raises(Unavailable, match="neither answers nor stops"):
            server.restart()
    assert servers(pg) == [] or all(one.pid == child.pid for one in servers(pg))
    child.kill()
    server.restart()
    assert rows(server) == set()
    server.close()
    assert gone(pg)


def test_no_acknowledged_commit_is_lost_over_kills(pg: Path) -> None:
    acknowledged: set[int] = set()
    holder = with_table(pg)
    for number in range(1, 7):
        process = client(pg, str(number))
        ready(process)
        holder.close()
        time.sleep(0.25)
        for victim in {0: servers, 1: keepers}.get(number % 3, lambda _: [])(pg):
            victim.kill()
        process.kill()
        out, _ = process.communicate()
        acknowledged |= {int(line) for line in out.splitlines(keepends=True) if line.endswith("\n") and line.strip().isdigit()}
    server = Embedded.start(pg)
    kept = rows(server)
    server.close()
    assert len(acknowledged) > 50
    assert acknowledged - kept == set()
    assert gone(pg)


@pytest.mark.parametrize("pid", ["dead", "alive"])
def test_stale_files_do_not_stop_a_start_even_where_their_process_id_lives_on(pg: Path, pid: str) -> None:
    server = Embedded.start(pg)
    server.close()
    assert gone(pg)
    # Of the server's own user: for another user's process Postgres itself knows that it is no server.
    stranger = subprocess.Popen(["sleep", "60"], **server.place.as_server())
    number = stranger.pid if pid == "alive" else 2**22 - 3
    content = f"{number}\n{server.place.data}\n1\n5432\n{server.place.socket}\n\n0 0\nready\n"
    for stale in (server.place.data / "postmaster.pid", server.place.socket / ".s.PGSQL.5432.lock"):
        stale.write_text(content)
        stale.chmod(0o600)
        server.place.own(stale)
    again = Embedded.start(pg)
    psycopg.connect(again.dsn).close()
    again.close()
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()
    assert gone(pg)


def test_a_half_made_data_folder_is_made_anew(folder: Path) -> None:
    place = folder / "pg"
    place.mkdir(mode=0o711)
    (place / "data").mkdir()
    (place / "data" / "PG_VERSION").write_text("18")
    (place / "making").touch()
    server = Embedded.start(place)
    psycopg.connect(server.dsn).close()
    server.close()
    assert gone(place)


def test_a_start_that_was_killed_before_it_made_the_database_is_finished_by_the_next(pg: Path) -> None:
    server = Embedded.start(pg)
    with psycopg.connect(server.dsn, dbname="postgres", autocommit=True) as connection:
        connection.execute("drop database tizmoret")
    other = Embedded.start(pg)
    psycopg.connect(other.dsn).close()
    other.close()
    server.close()
    assert gone(pg)


def test_a_start_that_hangs_does_not_hang_the_others(pg: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Embedded.start(pg).close()
    monkeypatch.setattr(module, "START_SECONDS", 0.3)
    with (pg / "start.lock").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(Unavailable, match="does not come to an end"):
            Embedded.start(pg)
    assert gone(pg)


def test_a_share_is_not_taken_again_after_close(pg: Path) -> None:
    server = Embedded.start(pg)
    for process in servers(pg):
        process.kill()
    restarting = threading.Thread(target=server.restart)
    restarting.start()
    server.close()
    restarting.join()
    server.restart()
    assert gone(pg)


@pytest.mark.parametrize(("lost", "running"), [("wrong", True), ("empty", True), ("wrong", False), ("missing", False)])
def test_a_lost_password_is_said_at_once(pg: Path, lost: str, running: bool) -> None:
    server = Embedded.start(pg)
    password = pg / "password"
    kept = password.read_text()
    if not running:
        server.close()
        assert gone(pg)
    password.write_text("" if lost == "empty" else "another")
    if lost == "missing":
        password.unlink()
    with pytest.raises(Unavailable, match="missing or wrong") as raised:
        Embedded.start(pg)
    assert "password" in raised.value.cure
    password.write_text(kept)
    again = Embedded.start(pg)
    psycopg.connect(again.dsn).close()
    again.close()
    server.close()
    assert gone(pg)


@pytest.mark.parametrize("program", ["initdb", "postgres"])
def test_a_full_disk_is_said_with_the_cure(folder: Path, program: str) -> None:
    """A program that says what the real one says when the disk is full."""
    real = find_binaries()
    assert real is not None
    if program == "postgres":
        Embedded.start(folder / "pg").close()
        assert gone(folder / "pg")
    broken = folder / "broken" / "bin"
    broken.mkdir(parents=True)
    said = "echo 'FATAL:  could not write to file \"x\": No space left on device' >&2; echo 'LOG: shut down' >&2"
    (broken / program).write_text(f"#!/bin/sh\n{said}\nexit 1\n")
    (broken / "postgres").touch() if program == "initdb" else None
    for one in broken.iterdir():
        one.chmod(0o755)
    for one in (broken.parent, broken):
        one.chmod(0o755)
    with pytest.raises(Unavailable, match="No space left on device") as raised:
        Embedded.start(folder / "pg", Binaries(broken.parent, None, "system"))
    assert "Free some space" in raised.value.cure
    assert raised.value.detail.endswith('could not write to file "x": No space left on device.')
    server = Embedded.start(folder / "pg")
    psycopg.connect(server.dsn).close()
    server.close()
    assert gone(folder / "pg")


def test_a_postgres_of_the_system_serves_where_the_wheel_is_not_and_goes_on_when_it_comes(folder: Path) -> None:
    found = find_system_binaries()
    if found is None:
        assert find_binaries(made_by=15) == find_binaries()
        return
    server = Embedded.start(folder / "pg", found)
    assert server.kind == "system"
    with psycopg.connect(server.dsn) as connection:
        assert connection.info.server_version // 10000 == found.version >= 15
    server.close()
    assert gone(folder / "pg")
    again = Embedded.start(folder / "pg")  # the wheel's newer one could not read what the system's made
    with psycopg.connect(again.dsn) as connection:
        assert connection.info.server_version // 10000 == found.version
    again.close()
    assert gone(folder / "pg")


def test_where_there_is_no_postgres_at_all_one_instruction_is_given(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_binaries", lambda _: None)
    with pytest.raises(Unavailable, match="There is no Postgres") as raised:
        Embedded.start(folder / "pg")
    assert raised.value.cure == "Set DATABASE_URL to a Postgres 15 or newer."


def test_nothing_is_left_behind_in_the_place_for_sockets(pg: Path) -> None:
    server = Embedded.start(pg)
    server.close()
    assert gone(pg)
    assert not any((pg / "socket").glob(".s.PGSQL*"))
    assert not (Path(tempfile.gettempdir()) / ".s.PGSQL.5432").exists()
    with pytest.raises(FileNotFoundError), socket.socket(socket.AF_UNIX) as probe:
        probe.connect(str(pg / "socket" / ".s.PGSQL.5432"))


def test_the_keeper_hears_no_signals_of_the_terminal_and_leaves_no_corpse(pg: Path) -> None:
    server = Embedded.start(pg)
    (keeper,) = keepers(pg)
    assert os.getsid(keeper.pid) != os.getsid(os.getpid())
    keeper.send_signal(signal.SIGTERM)
    assert gone(pg)
    until(lambda: not psutil.pid_exists(keeper.pid))
    server.close()

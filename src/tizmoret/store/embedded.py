"""The embedded Postgres: a private server below the data folder, shared by every process of this home, gone when the last of them is.

It listens on a Unix socket in a folder that only its user may enter, asks for a password that lies in a file of mode 0600, and never runs
as root. See `keeper` for who stops it, and `place` for where its files lie.

Three files, all locked by the kernel, which lets go however a process ends: `clients.lock` (shared) by every process that uses the server,
`start.lock` by the one that looks and starts, `server.lock` by the server and its children."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import psycopg

from tizmoret.errors import Unavailable
from tizmoret.store.binaries import Binaries, find_binaries
from tizmoret.store.place import NOBODY, SOCKET, Place

START_SECONDS = 60.0
POLL_SECONDS = 0.02
USER, DATABASE = "tizmoret", "tizmoret"

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
_FULL = ("too many clients", "remaining connection slots")  # what a server says that is alive and has no connection left

_WRONG_PASSWORD = ("password authentication failed", "no password supplied")


class Embedded:
    """A running server, and this process's share in it: `close` gives the share back."""

    def __init__(self, place: Place, binaries: Binaries) -> None:
        self.place = place
        self.kind = binaries.kind
        self._given = binaries
        self._clients: int | None = None
        self._closed = False
        self._busy = threading.Lock()  # `restart` runs in a thread, and must not take a new share after `close`

    @classmethod
    def start(cls, folder: Path, binaries: Binaries | None = None) -> Self:
        """Make, start or join the server in `folder`. Blocks for up to START_SECONDS. Raises Unavailable with what to do."""
        try:
            place = Place.of(folder)
            binaries = binaries or find_binaries(place.made_by)
        except OSError as error:
            raise _explained(error, folder) from error
        if binaries is None:
            raise Unavailable("There is no Postgres.", cure="Set DATABASE_URL to a Postgres 15 or newer.", field="DATABASE_URL")
        self = cls(place, binaries)
        try:
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
        """Bring the server up again if it has died under us. Raises Unavailable, OSError."""
        with self._busy:
            if not self._closed:
                with self._starting():
                    self._join_or_start()

    def listens(self) -> bool:
        """Whether somebody listens on the socket; microseconds, no sign-in, never waits."""
        with socket.socket(socket.AF_UNIX) as probe:
            probe.setblocking(False)
            try:
                probe.connect(str(self.place.socket / SOCKET))
            except BlockingIOError:  # it does, and has more callers than it can take just now
                return True
            except OSError:
                return False
        return True

    def close(self) -> None:
        """Waits for a `restart` that is under way."""
        with self._busy:
            self._closed = True
            if self._clients is not None:
                os.close(self._clients)
                self._clients = None

    def wait_until_gone(self, seconds: float) -> None:
        """Until the server has ended after the last `close`, so that its files can be removed; or until it takes too long."""
        end = time.monotonic() + seconds
        while not self._nobody_left() and time.monotonic() < end:
            time.sleep(POLL_SECONDS)

    @property
    def folder(self) -> Path:
        return self.place.folder

    @property
    def dsn(self) -> str:
        """Read anew each time: whoever starts the server again may have to put its socket elsewhere."""
        return psycopg.conninfo.make_conninfo(host=str(self.place.socket), user=USER, password=self.place.password, dbname=DATABASE)

    # -- joining

    @contextmanager
    def _starting(self) -> Iterator[None]:
        """One process at a time looks and starts."""
        lock = os.open(self.folder / "start.lock", os.O_RDWR)
        try:
            _lock(lock, fcntl.LOCK_EX, "Another process is starting the database and does not come to an end.")
            yield
        finally:
            os.close(lock)

    def _join_or_start(self) -> None:
        if self._clients is None:
            self._clients = os.open(self.folder / "clients.lock", os.O_RDWR)
        # Waits while a keeper that saw nobody left stops its server; after that there is none, and a new one is started.
        _lock(self._clients, fcntl.LOCK_SH, "The database is stopping and does not come to an end.")
        if self._is_there():
            return
        self._make()
        # Nobody holds the server's lock, so these are of the past, whoever may have the process id in them today.
        for stale in (self.place.data / "postmaster.pid", self.place.socket / SOCKET, self.place.socket / f"{SOCKET}.lock"):
            stale.unlink(missing_ok=True)
        self._start_server()
        self._make_database()

    def _is_there(self) -> bool:
        """True when a server answers, False when none is left. One that is neither (it starts, recovers from a crash, or stops) is awaited."""
        end = time.monotonic() + START_SECONDS
        while True:
            told = self._refusal(DATABASE)
            if told is None or any(words in told for words in _FULL):
                return True
            if f'database "{DATABASE}" does not exist' in told:  # whoever started it was killed just then
                self._make_database()
                return True
            if self._nobody_left():
                return False
            if time.monotonic() > end:
                raise Unavailable(
                    f"An old database server neither answers nor stops: {_reason(told)}", cure=f"End it: {self._how_to_end()}"
                )
            time.sleep(POLL_SECONDS)

    def _refusal(self, database: str) -> str | None:
        """What the server, or the kernel in its place, says when we knock; None when we are let in. Raises Unavailable for a wrong password."""
        try:
            psycopg.connect(self.dsn, dbname=database, connect_timeout=5).close()
        except (psycopg.OperationalError, OSError) as error:
            told = str(error)
            if any(words in told for words in _WRONG_PASSWORD):
                raise self._wrong_password() from error
            return told
        return None

    def _wrong_password(self) -> Unavailable:
        return Unavailable(f"The password of the database in {self.folder} is missing or wrong.", cure="Restore the file `password` in it.")

    def _nobody_left(self) -> bool:
        lock = os.open(self.folder / "server.lock", os.O_RDWR)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(lock)
        return True

    def _how_to_end(self) -> str:
        try:
            return f"kill -INT {int((self.place.data / 'postmaster.pid').read_text().split()[0])}"
        except (OSError, ValueError, IndexError):
            return f"the postgres processes over {self.place.data}"

    # -- making

    def _make(self) -> None:
        """Password, socket folder and data folder, where they are not there yet. A half-made data folder is made anew."""
        self.place.make_socket_folder()
        data, making = self.place.data, self.folder / "making"
        if (data / "PG_VERSION").exists() and not making.exists():
            if not (self.folder / "password").exists():
                raise self._wrong_password()
            return
        self.place.make_password()
        making.touch(0o600)
        self.place.sync()
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(mode=0o700)
        self.place.own(data)
        self._initdb(data)
        making.unlink()
        self.place.sync()  # else a power cut could bring the mark back, and the next start would throw away what was written since

    @property
    def _binaries(self) -> Binaries:
        return self._given.copied_below(self.place.for_binaries) if self.place.root else self._given

    def _initdb(self, data: Path) -> None:
        binaries = self._binaries
        told = ""
        for locale in _locales(binaries.version):
            handle, password = tempfile.mkstemp(dir=self.place.socket)
            try:
                with os.fdopen(handle, "w") as file:
                    file.write(self.place.password)
                self.place.own(Path(password))
                command = [
                    str(binaries.program("initdb")), "-D", str(data), "-U", USER, "--pwfile", password, "--auth=scram-sha-256", "-E", "UTF8",
                    *locale, "--lc-messages=C", "--data-checksums",
                ]  # fmt: skip
                run = subprocess.run(  # noqa: S603
                    command, capture_output=True, text=True, errors="replace", check=False,
                    cwd="/", env=binaries.environment(), **self.place.as_server(),
                )  # fmt: skip
            finally:
                os.unlink(password)
            if run.returncode == 0:
                return
            told = run.stderr
        raise self._failed("The database could not be made", told)

    def _make_database(self) -> None:
        with psycopg.connect(self.dsn, dbname="postgres", autocommit=True) as connection:
            if connection.execute("select 1 from pg_database where datname = %s", (DATABASE,)).fetchone() is None:
                connection.execute(f"create database {DATABASE}")

    # -- starting

    def _start_server(self) -> None:
        """Start a keeper and wait until its server answers."""
        end = time.monotonic() + START_SECONDS
        seen = self.place.log.stat().st_size if self.place.log.exists() else 0
        keeper = self._spawn_keeper()
        while self._refusal("postgres") is not None:
            if keeper.poll() is not None or time.monotonic() > end:
                raise self._failed("The database does not start", self._log_since(seen))
            time.sleep(POLL_SECONDS)
        threading.Thread(target=keeper.wait, daemon=True).start()  # else it would stay in the process table when it ends

    def _spawn_keeper(self) -> subprocess.Popen[bytes]:
        binaries = self._binaries
        options = {**_OPTIONS, "unix_socket_directories": str(self.place.socket)}
        orders = {
            "clients": str(self.folder / "clients.lock"),
            "server": str(self.folder / "server.lock"),
            "log": str(self.place.log),
            "uid": NOBODY if self.place.root else None,
            "gid": NOBODY if self.place.root else None,
            "env": binaries.environment(),
            "command": [
                str(binaries.program("postgres")), "-D", str(self.place.data),
                *(part for name, value in options.items() for part in ("-c", f"{name}={value}")),
            ],
        }  # fmt: skip
        keeper = Path(__file__).with_name("keeper.py")
        # -S -E: the keeper needs nothing but the standard library, and starts faster without the rest.
        # A session of its own: a Ctrl-C at the terminal is for the clients.
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-S", "-E", str(keeper), json.dumps(orders)], start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
        )  # fmt: skip

    def _log_since(self, position: int) -> str:
        try:
            with self.place.log.open("rb") as file:
                file.seek(position)
                return file.read(20_000).decode(errors="replace")
        except OSError:
            return ""

    def _failed(self, what: str, told: str) -> Unavailable:
        cure = f"Look at {self.place.log}, or set DATABASE_URL to a Postgres of your own."
        if os.strerror(errno.ENOSPC) in told or shutil.disk_usage(self.folder).free == 0:
            cure = _MORE_SPACE
        return Unavailable(f"{what}: {_reason(told)}", cure=cure)


_MORE_SPACE = "Free some space, or set TIZMORET_HOME to another disk."


def _lock(handle: int, how: int, patience_lost: str) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            return fcntl.flock(handle, how | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                raise Unavailable(patience_lost, cure="Look for a hanging process of this home, end it, and try again.") from None
        time.sleep(POLL_SECONDS)


def _locales(version: int) -> list[list[str]]:
    """Code-point order and Unicode's upper and lower case, the same on every machine where the server can; best first."""
    if version >= 17:
        return [["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]]
    return [["--locale=C.UTF-8"], ["--locale=C"]]


def _reason(text: str) -> str:
    """The first line that names a fault, without the time in front of it; where none does, the last."""
    lines = [line for line in text.splitlines() if line.strip()] or ["no reason was given"]
    for line in lines:
        found = re.search(r"\b(?:FATAL|PANIC|error):\s+(.+)", line)
        if found:
            return found[1].rstrip(".") + "."
    return lines[-1]


def _explained(error: OSError, folder: Path) -> Unavailable:
    cure = _MORE_SPACE if error.errno == errno.ENOSPC else "Set TIZMORET_HOME to a folder that can be written."
    return Unavailable(f"{folder} cannot hold the database: {error.strerror or error}.", cure=cure, field="TIZMORET_HOME")

"""Where the embedded server's files lie: its folder, and the folder of its socket. Only the server's own user may enter either.

As root the server runs as an unprivileged user, who must be able to reach its files without anybody's permissions being loosened."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tizmoret.errors import Unavailable

NOBODY = 65534
FOR_ROOT = Path("/var/lib/tizmoret")  # where root's database lies when its home is closed to everybody else
SOCKET = ".s.PGSQL.5432"  # no port is open, yet the name has one
SOCKET_LIMIT = 100  # bytes of a socket's path; the kernel takes 107


@dataclass(frozen=True, slots=True)
class Place:
    folder: Path
    root: bool

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Makes the folder, and finds root's own one where `folder` points to it. Raises OSError, Unavailable."""
        root = os.geteuid() == 0
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        place = cls(_for_root(folder) if root else folder, root)
        place.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if root:
            place.folder.chmod(0o711)  # the unprivileged user must pass through it, not look into it
        for name in ("clients.lock", "start.lock", "server.lock"):
            os.close(os.open(place.folder / name, os.O_RDWR | os.O_CREAT, 0o600))
        return place

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def made_by(self) -> int | None:
        """The major version of the Postgres that made the data; None where there is none yet, or it cannot be read by us."""
        try:
            return int((self.data / "PG_VERSION").read_text())
        except (OSError, ValueError):
            return None

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    @property
    def password(self) -> str:
        return (self.folder / "password").read_text()

    @property
    def for_binaries(self) -> Path:
        """Where root keeps a copy of the binaries: one for all homes where that is possible."""
        if not os.access(FOR_ROOT.parent, os.W_OK):
            return self.folder
        FOR_ROOT.mkdir(exist_ok=True, mode=0o755)
        return FOR_ROOT

    def as_server(self) -> dict[str, Any]:
        """For subprocess.run: the user that the server runs as."""
        return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if self.root else {}

    def own(self, path: Path) -> None:
        """Give it to the server's user."""
        if self.root:
            os.chown(path, NOBODY, NOBODY)

    def make_password(self) -> None:
        with contextlib.suppress(FileExistsError):
            _write_once(self.folder / "password", secrets.token_urlsafe(32))

    def sync(self) -> None:
        """Make the names in the folder durable."""
        handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    # -- the socket's folder

    @property
    def socket(self) -> Path:
        """Below the folder where that is short and plain enough, else where the one who started the server wrote down.

        Written down, since another process may have another TMPDIR and still must find it."""
        inside = self.folder / "socket"
        if _fits(inside):
            return inside
        try:
            return Path((self.folder / "socket-folder").read_text())
        except FileNotFoundError:
            return inside

    def make_socket_folder(self) -> None:
        """Raises OSError, and Unavailable where there is no place for one."""
        inside = self.folder / "socket"
        if _fits(inside):
            inside.mkdir(exist_ok=True, mode=0o700)
            self.own(inside)
        elif not self._is_private(self.socket):
            made = _short_folder(self.root)
            self.own(made)
            record = self.folder / "socket-folder"
            record.unlink(missing_ok=True)
            _write_once(record, str(made))

    def _is_private(self, folder: Path) -> bool:
        try:
            state = folder.lstat()
        except OSError:
            return False
        return _fits(folder) and folder.is_dir() and state.st_uid == (NOBODY if self.root else os.geteuid()) and not state.st_mode & 0o077


def _fits(folder: Path) -> bool:
    """Short enough for the kernel; and a comma would make two hosts of it for libpq, and two folders for the server."""
    text = os.fspath(folder)
    return len(os.fsencode(text)) + len(f"/{SOCKET}.lock") <= SOCKET_LIMIT and not set(text) & set(',"') and text == text.strip()


def _short_folder(root: bool) -> Path:
    places = ["/run", "/tmp"] if root else [os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir(), "/tmp"]  # noqa: S108
    for place in places:
        with contextlib.suppress(OSError):
            if place and _fits(Path(place) / "tizmoret-01234567"):
                return Path(tempfile.mkdtemp(prefix="tizmoret-", dir=place))
    raise Unavailable("There is no place for the database's socket.", cure="Set TIZMORET_HOME to a shorter path.", field="TIZMORET_HOME")


def _for_root(folder: Path) -> Path:
    """`folder`, where an unprivileged server can reach it; else a place of root's own, to which `folder` points.

    Its name is random and not made from the path: a new home where an old one was must not find the old one's database."""
    pointer = folder / "place"
    if not pointer.exists():
        closed = any(not parent.stat().st_mode & 0o001 for parent in folder.absolute().parents)
        if not closed or (folder / "data").exists():
            return folder
        if not os.access(FOR_ROOT if FOR_ROOT.exists() else FOR_ROOT.parent, os.W_OK):
            raise Unavailable(
                f"The database does not run as root, and an unprivileged user cannot reach {folder}.",
                cure="Set TIZMORET_HOME to a folder that everybody may pass through, such as /srv/tizmoret.", field="TIZMORET_HOME",
            )  # fmt: skip
        with contextlib.suppress(FileExistsError):
            _write_once(pointer, str(FOR_ROOT / secrets.token_hex(8)))
    return Path(pointer.read_text())


def _write_once(path: Path, text: str) -> None:
    """Whole or not at all, for its owner only. Raises FileExistsError where another was faster."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(name, path)
    finally:
        os.unlink(name)

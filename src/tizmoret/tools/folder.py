"""A folder that may be read and written, and nothing outside it: whatever an id says, and whatever links lie inside."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from tizmoret.errors import NotFound, StepFailed, TooLarge

MAX_FILES = 10_000
MAX_DEPTH = 16
MAX_ID = 1_000  # characters

_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
# A pipe that somebody put in the folder would otherwise hold the open until a writer comes.
_OPEN = os.O_RDONLY | _NO_FOLLOW | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class File:
    """`id`: path relative to the folder, parted by /."""

    id: str
    mtime_ns: int
    size: int

    @property
    def kind(self) -> str:
        return self.id.rpartition(".")[2].lower()


class Folder:
    def __init__(self, root: Path) -> None:
        self.root = root

    def files(self, kinds: Collection[str]) -> list[File]:
        """The files of these kinds, at most 10,000. Hidden ones, links and the lock files of office programs are left out."""
        found: list[File] = []
        self._walk(self.root, "", kinds, found, MAX_DEPTH)
        return found

    def _walk(self, folder: Path, prefix: str, kinds: Collection[str], found: list[File], depth: int) -> None:
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:  # gone meanwhile, or closed to us
            return
        for entry in entries:
            if len(found) >= MAX_FILES or entry.name.startswith((".", "~$")) or not _printable(entry.name):
                continue
            with contextlib.suppress(OSError):
                if entry.is_dir(follow_symlinks=False) and depth:
                    self._walk(Path(entry.path), f"{prefix}{entry.name}/", kinds, found, depth - 1)
                elif entry.is_file(follow_symlinks=False) and entry.name.rpartition(".")[2].lower() in kinds:
                    status = entry.stat(follow_symlinks=False)
                    found.append(File(prefix + entry.name, status.st_mtime_ns, status.st_size))

    def locate(self, id: str) -> Path:
        """The path of `id`, which need not exist. Raises NotFound where it would leave the folder or lies behind a link."""
        path = self.root
        for part in self._parts(id):
            path = path / part
            if path.is_symlink():
                raise _no_document(id)
        return path

    def file(self, id: str) -> File:
        """Raises NotFound."""
        try:
            status = self.locate(id).lstat()
        except OSError as error:
            raise _no_document(id) from error
        if not stat.S_ISREG(status.st_mode):
            raise _no_document(id)
        return File(id, status.st_mtime_ns, status.st_size)

    def read(self, id: str, limit: int) -> bytes:
        """Raises NotFound, TooLarge over `limit` bytes, StepFailed where it may not be read."""
        path = self.locate(id)
        try:
            descriptor = os.open(path, _OPEN)
        except PermissionError as error:
            raise StepFailed(f"“{id}” may not be read.", cure="Check the file's permissions.") from error
        except (OSError, ValueError) as error:
            raise _no_document(id) from error
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise _no_document(id)
        with open(descriptor, "rb") as file:
            content = file.read(limit + 1)
        if len(content) > limit:
            raise TooLarge(f"“{id}” is larger than {limit // 2**20} MB.", cure="Choose a smaller document.")
        return content

    def add(self, id: str, content: bytes) -> bool:
        """Write a new file whole or not at all. False where there is one already, which stays as it is. Raises StepFailed."""
        path = self.locate(id)
        temporary = path.with_name(f".{os.urandom(8).hex()}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with open(temporary, "xb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                _name(temporary, path)
            finally:
                temporary.unlink(missing_ok=True)
            _sync(path.parent)
        except FileExistsError:
            return False
        except OSError as error:
            raise _cannot_write(id, error) from error
        return True

    def move(self, id: str, target: str) -> bool:
        """Give a file another id. False where there is one already, and then both stay. Raises NotFound, StepFailed."""
        old, new = self.locate(id), self.locate(target)
        try:
            new.parent.mkdir(parents=True, exist_ok=True)
            os.link(old, new)  # a rename would silently put it in the other's place
            old.unlink()
            _sync(new.parent)
            _sync(old.parent)
        except FileExistsError:
            return False
        except FileNotFoundError as error:
            raise _no_document(id) from error
        except OSError as error:
            raise _cannot_write(target, error) from error
        return True

    def remove(self, id: str) -> None:
        path = self.locate(id)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise _cannot_write(id, error) from error

    @staticmethod
    def _parts(id: str) -> list[str]:
        parts = id.split("/")
        if len(id) > MAX_ID or len(parts) > MAX_DEPTH + 1 or not all(_safe(part) for part in parts):
            raise _no_document(id)
        return parts


def _name(temporary: Path, path: Path) -> None:
    """Give the file its name. Raises FileExistsError where it is taken (a rename would silently put ours in its place)."""
    try:
        os.link(temporary, path)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS):
            raise
        # A file system without links (FAT): take the name first, then fill it.
        path.open("xb").close()
        os.replace(temporary, path)


def _safe(part: str) -> bool:
    """A name of one file or folder that is not hidden. A backslash or a colon would mean something else on Windows."""
    return bool(part) and not part.startswith(".") and _printable(part) and not any(letter in "\\:" or ord(letter) < 32 for letter in part)


def _printable(name: str) -> bool:
    """A name that is not UTF-8 on disk comes as lone surrogates, which no JSON or database takes."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def _no_document(id: str) -> NotFound:
    shown = id if len(id) <= 100 else id[:100] + "…"
    return NotFound(f"There is no document “{shown.encode('utf-8', 'replace').decode()}”.", cure="Search for it first.", field="document")


def _cannot_write(id: str, error: OSError) -> StepFailed:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StepFailed("The disk is full; nothing was written.", cure="Free some space and try again.")
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return StepFailed(f"“{id}” may not be written.", cure="Check the permissions of the documents folder.")
    return StepFailed(f"“{id}” could not be written: {error.strerror or error}.", cure="Check the documents folder.")


def _sync(folder: Path) -> None:
    """Make the new name itself durable. Windows cannot open a folder, and does not need to."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

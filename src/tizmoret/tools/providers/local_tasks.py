"""Tasks as files of this machine: one .ics with one VTODO (RFC 5545) for each."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import icalendar
import structlog

from tizmoret.errors import NotFound, StepFailed
from tizmoret.tools.folder import File, Folder
from tizmoret.tools.models import Task
from tizmoret.tools.providers.durable_file import put

KEY = "X-TIZMORET-KEY"  # under which a task was ticked off
WHOSE = "X-TIZMORET-WHOSE"  # the member whose reminder it is
MAX_BYTES = 1024 * 1024  # of one task

log = structlog.get_logger(__name__)


class LocalTasks:
    """A `TaskList`. Blocking work runs in threads, one at a time; a file that holds no task is left alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = Folder(folder)
        self._lock = threading.Lock()
        self._known: Mapping[File, Task | None] = {}  # as they were read last, by their files

    async def tasks(self) -> Sequence[Task]:
        return await asyncio.to_thread(self._tasks)

    async def add(self, task: Task, now: dt.datetime) -> Task:
        return await asyncio.to_thread(self._add, task, now)

    async def complete(self, task: str, at: dt.datetime, *, key: str) -> Task:
        return await asyncio.to_thread(self._complete, task, at, key)

    async def reopen(self, task: str, *, key: str) -> None:
        await asyncio.to_thread(self._reopen, task, key)

    async def remove(self, task: Task) -> bool:
        return await asyncio.to_thread(self._remove, task)

    def _tasks(self) -> list[Task]:
        known = self._known  # a list that is open asks every few seconds
        self._known = {file: known[file] if file in known else self._read(file.id) for file in self._folder.files({"ics"})}
        return [task for task in self._known.values() if task is not None]

    def _read(self, file: str) -> Task | None:
        try:
            return _task(_todo(self._folder.read(file, MAX_BYTES)))
        except (ValueError, KeyError, AttributeError, TypeError, NotFound) as error:
            log.warning("a task cannot be read", file=file, error=str(error))
            return None

    def _find(self, id: str) -> str:
        """The file of a task. Other programs name theirs as they like."""
        own = f"{id}.ics"
        for file in [own, *(file.id for file in self._folder.files({"ics"}) if file.id != own)]:
            try:
                if str(_todo(self._folder.read(file, MAX_BYTES)).get("UID", "")) == id:
                    return file
            except (ValueError, NotFound):
                continue
        raise NotFound(f"There is no task {id[:200]}.", cure="List the tasks to see which there are.", field="task")

    def _add(self, task: Task, now: dt.datetime) -> Task:
        self._folder.root.mkdir(parents=True, exist_ok=True)
        file = f"{task.id}.ics"
        if self._folder.add(file, _written(task, now)):
            return task
        return self._read(file) or task

    def _complete(self, id: str, at: dt.datetime, key: str) -> Task:
        with self._lock, self._open(id) as todo:
            if not _task(todo).done:
                _clear(todo)
                todo.add("status", "COMPLETED")
                todo.add("completed", at.astimezone(dt.UTC))
                todo.add("percent-complete", 100)
                todo.add(KEY, key)
            return _task(todo)

    def _reopen(self, id: str, key: str) -> None:
        with self._lock, self._open(id) as todo:
            if str(todo.get(KEY, "")) == key:
                _clear(todo)

    @contextmanager
    def _open(self, id: str) -> Iterator[icalendar.Component]:
        """The task of this id, written back where it was changed. Raises NotFound, StepFailed."""
        file = self._find(id)
        before = self._folder.read(file, MAX_BYTES)
        calendar = icalendar.Calendar.from_ical(before)
        unchanged = calendar.to_ical()
        yield next(part for part in calendar.walk("VTODO") if str(part.get("UID", "")) == id)
        if calendar.to_ical() == unchanged:
            return
        try:
            put(self._folder.locate(file), calendar.to_ical())
        except OSError as error:
            cure = "Check the tasks folder and the disk."
            raise StepFailed(f"The task could not be written: {error.strerror}.", cure=cure) from error

    def _remove(self, task: Task) -> bool:
        with self._lock:
            file = f"{task.id}.ics"
            try:
                if _task(_todo(self._folder.read(file, MAX_BYTES))) != task:
                    return False
            except NotFound:
                return True
            except ValueError:
                return False
            self._folder.remove(file)
            return True


def _clear(todo: icalendar.Component) -> None:
    """Take away all that says that it is done."""
    for name in ("STATUS", "COMPLETED", "PERCENT-COMPLETE", KEY):
        todo.pop(name, None)


def _todo(content: bytes) -> icalendar.Component:
    """The task of a file. Raises ValueError where there is none."""
    calendar = icalendar.Calendar.from_ical(content)
    todo = next(iter(calendar.walk("VTODO")), None)
    if todo is None:
        raise ValueError("it holds no VTODO")
    return todo


def _task(todo: icalendar.Component) -> Task:
    due, done = todo.decoded("DUE", None), todo.decoded("COMPLETED", None)
    if done is None and str(todo.get("STATUS", "")).upper() == "COMPLETED":
        done = todo.decoded("DTSTAMP", dt.datetime.fromtimestamp(0, dt.UTC))
    return Task(
        id=str(todo["UID"]),
        title=str(todo.get("SUMMARY", "")),
        due=due.date() if isinstance(due, dt.datetime) else due,
        remind=_reminder(todo),
        whose=str(todo.get(WHOSE, "")),
        note=str(todo.get("DESCRIPTION", "")),
        done_at=done,
    )


def _reminder(todo: icalendar.Component) -> dt.datetime | None:
    """Of the first alarm that says a time of its own: one that is told from the task's start or end has none where these are days."""
    for alarm in todo.walk("VALARM"):
        at = alarm.decoded("TRIGGER", None)
        if isinstance(at, dt.datetime) and at.tzinfo is not None:
            return at
    return None


def _written(task: Task, now: dt.datetime) -> bytes:
    calendar = icalendar.Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Tizmoret//EN")
    todo = icalendar.Todo()
    todo.add("uid", task.id)
    todo.add("dtstamp", now.astimezone(dt.UTC))
    todo.add("summary", task.title)
    if task.due is not None:
        todo.add("due", task.due)
    if task.note:
        todo.add("description", task.note)
    if task.remind is not None:
        alarm = icalendar.Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", task.title)
        alarm.add("trigger", task.remind.astimezone(dt.UTC), parameters={"VALUE": "DATE-TIME"})
        todo.add_component(alarm)
    if task.whose:
        todo.add(WHOSE, task.whose)
    calendar.add_component(todo)
    content: bytes = calendar.to_ical()
    return content

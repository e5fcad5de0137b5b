"""Calendars as .ics files (RFC 5545) of a folder, one a calendar: `main.ics` is the calendar "main".

A change is made under a lock that other processes respect, noted before it is made (see `ChangeRecords`), and put in place by a rename, so
that no reader sees half a file and no crash makes it happen twice. A file that cannot be read is never written."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

from tizmoret.errors import StepFailed
from tizmoret.tools.models import Event
from tizmoret.tools.providers.change_records import Change, ChangeRecords
from tizmoret.tools.providers.durable_file import put
from tizmoret.tools.providers.folder_lock import locked, not_written
from tizmoret.tools.providers.ics_edit import Edit, EventEdits, missing
from tizmoret.tools.providers.ics_event import split_id
from tizmoret.tools.providers.ics_file import IcsFile
from tizmoret.tools.providers.ics_occurrences import Occurrences
from tizmoret.tools.providers.ports import Changed

MAX_FILE = 32 * 1024 * 1024  # bytes
MAX_EVENTS = 10_000  # occurrences in one answer


class CalendarFolder:
    def __init__(self, folder: Path, timezone: ZoneInfo) -> None:
        """timezone: where a day begins, and where a time stands that names no zone."""
        self._folder = folder
        self._timezone = timezone
        self._records = ChangeRecords(folder / ".changes")
        self._edits = EventEdits(timezone)
        self._known: dict[str, tuple[tuple[int, int, int], Occurrences]] = {}

    def create(self, event: Event, key: str) -> Changed:
        return Changed(None, self._change(event.calendar, event.id, key, self._edits.create(event)).event)

    def update(self, event: Event, key: str) -> Changed:
        return self._edit(event.id, key, self._edits.update(event))

    def delete(self, event: str, key: str) -> Changed:
        return self._edit(event, key, self._edits.delete(event))

    def done(self, key: str) -> Changed | None:
        found = self._records.find(key)
        if found is None:
            return None
        # The file may have been written by a process that died before it could note so.
        done = found.done or self._read(found.calendar).text(found.uid) == found.became
        return Changed(found.before, found.event) if done else None

    def undo(self, key: str) -> bool:
        record = self._records.find(key)
        if record is None:
            return False
        path = self._path(record.calendar)
        try:
            with locked(self._folder):
                file = self._read(record.calendar)
                current = file.text(record.uid)
                if current != record.became:
                    return record.undone and current == record.was
                file.put(record.uid, record.was)
                put(path, file.content())
                self._records.save(key, record.model_copy(update={"undone": True}))
                return True
        except OSError as error:
            raise not_written(path.name, error) from error

    # -- reading

    def names(self) -> list[str]:
        """The calendars; the first is the one for new events."""
        found = sorted(file.stem for file in self._folder.glob("*.ics") if _plain(file)) if self._folder.is_dir() else []
        return ["main", *(name for name in found if name != "main")]

    def events(self, start: dt.datetime, end: dt.datetime) -> list[Event]:
        found: list[Event] = []
        for name in self.names():
            found += self._occurrences(name).events(start, end, MAX_EVENTS + 1)
            if len(found) > MAX_EVENTS:
                raise StepFailed(f"There are over {MAX_EVENTS:,} events in that time.", cure="Ask for a shorter one.", field="end")
        return sorted(found, key=lambda event: (event.start, event.title))

    def busy(self, start: dt.datetime, end: dt.datetime) -> list[tuple[dt.datetime, dt.datetime]]:
        return sorted(taken for name in self.names() for taken in self._occurrences(name).busy(start, end))

    def get(self, id: str) -> Event | None:
        found = (self._occurrences(name).get(id) for name in self.names())
        return next((event for event in found if event is not None), None)

    def _occurrences(self, name: str) -> Occurrences:
        """Read again only when the file has changed."""
        path = self._path(name)
        try:
            status = path.stat()
            seen = (status.st_mtime_ns, status.st_size, status.st_ino)
        except FileNotFoundError:
            seen = (0, 0, 0)
        known = self._known.get(name)
        if known is None or known[0] != seen:
            known = self._known[name] = (seen, Occurrences(self._read(name).calendar, name, self._timezone))
        return known[1]

    def _path(self, name: str) -> Path:
        if not name or name != Path(name).name or name.startswith(".") or "\0" in name or len(name.encode()) > 200:
            raise StepFailed(f"{name!r} is no name for a calendar.", cure="Use letters and digits.", field="calendar")
        return self._folder / f"{name}.ics"

    def _read(self, name: str) -> IcsFile:
        path = self._path(name)
        try:
            if path.is_symlink():
                raise StepFailed(f"{path.name} is a link.", cure="Put the calendar itself into the folder.", field="calendar")
            with path.open("rb") as file:
                content = file.read(MAX_FILE + 1)
        except FileNotFoundError:
            content = b""
        except OSError as error:
            cure = "Look at the permissions of the calendar folder."
            raise StepFailed(f"{path.name} cannot be read: {error.strerror}.", cure=cure) from error
        if len(content) > MAX_FILE:
            raise StepFailed(f"{path.name} is over {MAX_FILE // 2**20} MB.", cure="Split the calendar.")
        try:
            return IcsFile(content)
        except ValueError as error:
            detail = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error)
            raise StepFailed(
                f"{path.name} is not a calendar: {detail[:200]}.", cure="Mend or remove the file; it was not touched."
            ) from error

    # -- changing

    def _edit(self, id: str, key: str, edit: Edit) -> Changed:
        """Change the event where it is; what was done before under this key is only told again."""
        uid = split_id(id)[0]
        record = self._records.find(key)
        name = record.calendar if record is not None else self._calendar_of(uid)
        if name is None:
            raise missing(id)
        return self._change(name, id, key, edit)

    def _calendar_of(self, uid: str) -> str | None:
        return next((name for name in self.names() if self._occurrences(name).holds(uid)), None)

    def _change(self, name: str, id: str, key: str, edit: Edit) -> Changed:
        path = self._path(name)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with locked(self._folder):
                return self._change_locked(name, path, id, key, edit)
        except OSError as error:
            raise not_written(path.name, error) from error

    def _change_locked(self, name: str, path: Path, id: str, key: str, edit: Edit) -> Changed:
        record = self._records.find(key)
        if record is not None and record.done:
            return Changed(record.before, record.event)
        file, uid = self._read(name), split_id(id)[0]
        was = file.text(uid)
        if record is None or record.was == was:
            changed = self._edits.apply(file, name, id, edit)
            record = Change(calendar=name, uid=uid, was=was, became=file.text(uid), before=changed.before, event=changed.event)
            if record.became != was:
                self._records.save(key, record)
                put(path, file.content())
        elif record.became != was:
            # We died between noting the change and noting that it was made, and somebody changed the event since.
            raise StepFailed("It is not known whether the event was changed.", cure="Look at it in the calendar, then ask again.")
        self._records.save(key, record.model_copy(update={"done": True}))
        return Changed(record.before, record.event)


def _plain(path: Path) -> bool:
    return not path.name.startswith(".") and path.is_file() and not path.is_symlink()

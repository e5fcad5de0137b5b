"""The providers over one workspace's own folder on this machine: no account, no network but for public pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tizmoret.tools.providers.local_calendar import LocalCalendar
from tizmoret.tools.providers.local_contacts import LocalContacts
from tizmoret.tools.providers.local_documents import LocalDocuments
from tizmoret.tools.providers.local_tasks import LocalTasks
from tizmoret.tools.providers.ports import CalendarStore, ContactBook, DocumentStore, NoteStore, TaskList
from tizmoret.tools.providers.web_access import WebAccess


def local_providers(folder: Path, timezone: ZoneInfo) -> dict[type[Any], Any]:
    """For `Call.providers`. The folder holds documents, contacts, calendar, tasks, notes, and .cache, which may be deleted at any time."""
    return {
        DocumentStore: LocalDocuments(folder / "documents", folder / ".cache"),
        ContactBook: LocalContacts(folder / "contacts"),
        CalendarStore: LocalCalendar(folder / "calendar", timezone),
        NoteStore: LocalDocuments(folder / "notes", folder / ".cache" / "notes"),
        TaskList: LocalTasks(folder / "tasks"),
        WebAccess: WebAccess(),
    }

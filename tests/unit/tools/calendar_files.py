"""Calendars as other programs write them, and the tools as the engine calls them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from tests.unit.tools.conftest import JERUSALEM
from tizmoret.catalog.tool import Call
from tizmoret.tools.calendar import create, delete, find_free, list_events, update
from tizmoret.tools.calendar.models import (
    Created,
    CreateEvent,
    Deleted,
    DeleteEvent,
    Events,
    FindFree,
    Free,
    ListEvents,
    Updated,
    UpdateEvent,
)
from tizmoret.tools.models import Event


def ics(*events: str) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Somebody//EN", *events, "END:VCALENDAR", ""]).encode()


def vevent(uid: str, start: str, *lines: str, end: str = "", title: str = "פגישה") -> str:
    """start and end with their parameters: ";TZID=Asia/Jerusalem:20260118T100000"."""
    ends = [f"DTEND{end}"] if end else []
    head = ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", f"DTSTART{start}", *ends, f"SUMMARY:{title}"]
    return "\r\n".join([*head, *lines, "END:VEVENT"])


def local(stamp: str) -> str:
    return f";TZID=Asia/Jerusalem:{stamp}"


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=JERUSALEM)


def put(folder: Path, *events: str, name: str = "main") -> Path:
    path = folder / f"{name}.ics"
    path.write_bytes(ics(*events))
    return path


async def listed(call: Call, start: str | None = None, end: str | None = None, query: str = "") -> list[Event]:
    args = ListEvents.model_validate({"start": start, "end": end, "query": query})
    return Events.model_validate(await list_events(args, call)).events


async def starts(call: Call, start: str, end: str, query: str = "") -> list[str]:
    return [event.start.strftime("%m-%d %H:%M") for event in await listed(call, start, end, query)]


async def made(call: Call, **args: Any) -> Event:
    base = {"title": "פגישה עם יואב", "start": "2026-01-18T14:00"}
    return Created.model_validate(await create(CreateEvent.model_validate({**base, **args}), call)).event


async def changed(call: Call, event_id: str, **args: Any) -> Updated:
    return Updated.model_validate(await update(UpdateEvent.model_validate({"event_id": event_id, **args}), call))


async def deleted(call: Call, event_id: str, **args: Any) -> Event:
    return Deleted.model_validate(await delete(DeleteEvent.model_validate({"event_id": event_id, **args}), call)).event


async def free(call: Call, **args: Any) -> Free:
    return Free.model_validate(await find_free(FindFree.model_validate(args), call))

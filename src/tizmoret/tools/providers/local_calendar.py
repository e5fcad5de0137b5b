"""The calendar of a workspace's own folder. What reads the format is imported at the first use, and works in a thread."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tizmoret.tools.models import Event
from tizmoret.tools.providers.ics_edit import unspoken
from tizmoret.tools.providers.ports import Changed

if TYPE_CHECKING:
    from tizmoret.tools.providers.calendar_folder import CalendarFolder


class LocalCalendar:
    def __init__(self, folder: Path, timezone: ZoneInfo) -> None:
        """timezone: where a day begins, and where a time stands that names no zone."""
        self._place = folder
        self._timezone = timezone

    @cached_property
    def _folder(self) -> CalendarFolder:
        from tizmoret.tools.providers.calendar_folder import CalendarFolder

        return CalendarFolder(self._place, self._timezone)

    async def calendars(self) -> Sequence[str]:
        return await asyncio.to_thread(lambda: self._folder.names())

    async def events(self, start: dt.datetime, end: dt.datetime) -> Sequence[Event]:
        return await asyncio.to_thread(lambda: self._folder.events(start, end))

    async def busy(self, start: dt.datetime, end: dt.datetime) -> Sequence[tuple[dt.datetime, dt.datetime]]:
        return await asyncio.to_thread(lambda: self._folder.busy(start, end))

    async def busy_of(
        self, people: Sequence[str], start: dt.datetime, end: dt.datetime
    ) -> Mapping[str, Sequence[tuple[dt.datetime, dt.datetime]]]:
        return {}  # it holds the calendars of its owner alone

    async def get(self, event: str) -> Event | None:
        return await asyncio.to_thread(lambda: self._folder.get(event))

    async def create(self, event: Event, *, key: str) -> Changed:
        return await asyncio.to_thread(lambda: self._folder.create(event, key))

    async def update(self, event: Event, *, key: str) -> Changed:
        return await asyncio.to_thread(lambda: self._folder.update(event, key))

    async def delete(self, event: str, *, key: str, message: str = "") -> Changed:
        if message:
            raise unspoken()
        return await asyncio.to_thread(lambda: self._folder.delete(event, key))

    async def done(self, key: str) -> Changed | None:
        return await asyncio.to_thread(lambda: self._folder.done(key))

    async def undo(self, key: str) -> bool:
        return await asyncio.to_thread(lambda: self._folder.undo(key))

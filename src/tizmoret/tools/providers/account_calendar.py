"""Calendars of somebody's account at a service: what is the same whichever that is.

A change is noted before it is made (see `ChangeRecords`), and what the service made of it after. Nobody says what becomes of the occurrences
that differ when the whole series moves, so they are read before and put in their place after."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from tizmoret.errors import StepFailed, TizmoretError, TryAgain
from tizmoret.tools.models import Event
from tizmoret.tools.providers.account_events import AccountEvents, Calendar, Found, Told, event_of, exceptions_of
from tizmoret.tools.providers.change_records import Change, ChangeRecords
from tizmoret.tools.providers.ics_edit import missing
from tizmoret.tools.providers.ports import Changed
from tizmoret.tools.providers.rest_client import Stale

MAIN = "main"  # what the first calendar is called here, whatever its owner calls it
MAX_EVENTS = 10_000  # occurrences in one answer


class AccountCalendar(AccountEvents):
    """What a `CalendarStore` does with the calendars of an account, whichever service has them."""

    service: ClassVar[str]

    def __init__(self, records: ChangeRecords, timezone: ZoneInfo) -> None:
        """timezone: where a day begins, and where a time stands that names no zone."""
        self._records, self._timezone = records, timezone
        self._known: dict[str, Calendar] = {}

    # -- reading

    async def calendars(self) -> Sequence[str]:
        return list(await self._calendars())

    async def get(self, event: str) -> Event | None:
        found = await self._find(event)
        return None if found is None else self._read(found)

    async def _calendars(self) -> Mapping[str, Calendar]:
        """By name. Looked for once; an account's calendars do not change from call to call."""
        if not self._known:
            known: dict[str, Calendar] = {}
            for place, one in enumerate(await self._listed()):
                name = MAIN if place == 0 else one.name
                known[name if name not in known else one.id] = one
            if not known:
                raise StepFailed(f"The {self.service} account has no calendar.", cure="Make one there.")
            self._known = known  # as a whole: another call may be listing them too
        return self._known

    def _name(self, calendar: Calendar) -> str:
        return next((name for name, one in self._known.items() if one.id == calendar.id), MAIN)

    # -- changing

    async def create(self, event: Event, *, key: str) -> Changed:
        known, record = (await self._calendars()).get(event.calendar), self._records.find(key)
        if record is not None and record.done:
            return Changed(None, record.event)
        if known is None:
            cure = f"Name one of {', '.join(self._known)}."
            raise StepFailed(f"There is no calendar {event.calendar[:100]!r}.", cure=cure, field="calendar")
        event, body = self._new(event)
        became = self._text(Found(known, event.id, body))
        record = Change(calendar=event.calendar, uid=event.id, href=known.id, was="", became=became, before=None, event=event)
        await self._save(key, record)
        made = Found(known, event.id, await self._said_no(key, self._insert(known, event, body)))
        done = {"became": self._text(made), "event": self._read(made) or event, "done": True}
        await self._save(key, record := record.model_copy(update=done))
        return Changed(None, record.event)

    async def update(self, event: Event, *, key: str) -> Changed:
        async def write(found: Found, before: Event) -> Event:
            planned = self._planned(found, before, event)
            if planned is None:
                return before
            becomes = Found(found.calendar, found.uid, planned.becomes, planned.exceptions)
            await self._note(key, found, before, event, self._text(becomes))
            told = await self._said_no(key, self._patch(found, planned.patch))
            await self._put_exceptions(Found(found.calendar, found.uid, told, found.exceptions), planned.exceptions)
            return event

        return await self._edit(event.id, key, write)

    async def delete(self, event: str, *, key: str, message: str = "") -> Changed:
        async def remove(found: Found, before: Event) -> Event:
            await self._note(key, found, before, before, "")
            await self._said_no(key, self._remove(found, message))
            return before

        return await self._edit(event, key, remove)

    async def done(self, key: str) -> Changed | None:
        record = self._records.find(key)
        if record is None:
            return None
        if not record.done:  # a process died between writing to the service and noting so
            now = await self._now(record)
            if not self._same(self._text(now), record.became):
                return None
        return Changed(record.before, record.event)

    async def undo(self, key: str) -> bool:
        record = self._records.find(key)
        if record is None:
            return False
        now = await self._now(record)
        text = self._text(now)
        if not self._same(text, record.became):
            if not record.undone or self._same(text, record.was):
                return record.undone
            if not self._same_event(text, record.was):  # else we died before the occurrences were put back
                return False
        # Noted before it is made, so that a repeat knows its own work.
        await self._save(key, record.model_copy(update={"undone": True}))
        was = event_of(record.was)
        try:
            if was is None:
                await self._remove(now)
            else:
                told = await self._restore(now, was)
                await self._put_exceptions(Found(now.calendar, now.uid, told, now.exceptions), exceptions_of(record.was))
        except Stale:
            return False
        return True

    async def _edit(self, id: str, key: str, write: Callable[[Found, Event], Awaitable[Event]]) -> Changed:
        """Change the event where it is; what was done before under this key is only told again."""
        record = self._records.find(key)
        if record is not None and record.done:
            return Changed(record.before, record.event)
        found = await self._find(id) if record is None else await self._now(record)
        before = self._read(found) if found is not None and self._there(found.told) else None
        if record is not None and not self._same(self._text(found) if found else "", record.was):
            assert found is not None
            return await self._go_on(key, record, found)
        if found is None or before is None:
            raise missing(id)
        after = await write(found, before)
        return await self._finish(key, found, before, after)

    async def _go_on(self, key: str, record: Change, found: Found) -> Changed:
        """A process died, or heard no answer, between noting the change and noting that it was made."""
        if not self._same_event(self._text(found), record.became):
            raise StepFailed("It is not known whether the event was changed.", cure="Look at it in the calendar, then ask again.")
        was = Found(found.calendar, found.uid, found.told, exceptions_of(record.was))
        await self._put_exceptions(was, exceptions_of(record.became))
        return await self._finish(key, found, record.before, record.event)

    async def _finish(self, key: str, found: Found, before: Event | None, after: Event) -> Changed:
        """Read again what has become of it."""
        record = self._records.find(key)
        if record is None:  # nothing was to be changed
            text = self._text(found)
            record = Change(
                calendar=after.calendar, uid=found.uid, href=found.calendar.id, was=text, became=text, before=before, event=after
            )  # fmt: skip
        now = await self._now(record)
        text = self._text(now)
        event = (self._read(Found(now.calendar, now.uid, now.told, now.exceptions, found.rule)) if text else None) or after
        await self._save(key, record.model_copy(update={"became": text, "event": event, "done": True}))
        return Changed(record.before, event)

    async def _note(self, key: str, found: Found, before: Event, after: Event, became: str) -> None:
        change = Change(
            calendar=before.calendar, uid=found.uid, href=found.calendar.id, was=self._text(found), became=became, before=before, event=after
        )  # fmt: skip
        await self._save(key, change)

    async def _said_no(self, key: str, write: Awaitable[Any]) -> Any:
        """Where the service says that it did not do it, the note is taken back."""
        try:
            return await write
        except Stale as error:
            self._records.forget(key)
            raise TryAgain(error.detail) from error
        except TizmoretError:
            self._records.forget(key)
            raise

    async def _put_exceptions(self, series: Found, wanted: Sequence[Told]) -> None:
        """The occurrences that differ are `wanted`, wherever they were, which is what `series` still has. Each is written whole, so that a
        repeat is no other."""
        if not series.exceptions and not wanted:
            return
        there = {self._original(one): one for one in await self._exceptions(series)}
        for one in wanted:
            known = there.get(self._original(one))
            if (
                known is not None
                and self._there(known) == self._there(one)
                and (not self._there(one) or self._said(known) == self._said(one))
            ):
                continue
            place = known or await self._occurrence(series, one)
            if place is None:
                continue  # the series does not come to it any more
            if self._there(one):
                await self._put(series, place, one)
            else:
                await self._drop(series, place)
        left = {self._original(one) for one in series.exceptions} - {self._original(one) for one in wanted}
        for moment in left & there.keys():  # where one was that has moved along
            if self._there(there[moment]):
                await self._drop(series, there[moment])

    async def _save(self, key: str, record: Change) -> None:
        await asyncio.to_thread(self._records.save, key, record)

"""The events of a Microsoft account as Microsoft Graph gives them (v1.0, https://learn.microsoft.com/graph/api/resources/event).

Times are asked for in UTC and texts as plain ones, whatever the mailbox is set to. Whoever is invited hears of what is written."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from tizmoret.errors import NotFound, StepFailed
from tizmoret.tools.providers.account_events import Calendar, Told
from tizmoret.tools.providers.graph_zones import moment_of
from tizmoret.tools.providers.microsoft_client import AT_ONCE
from tizmoret.tools.providers.rest_client import NotGiven, Refused, RestSession, together

PAGE = "250"  # events
FREE_BUSY = dt.timedelta(days=60)  # Microsoft refuses to tell more than 62 at once
MOST_ASKED = 20  # people in one question for when they are busy
PREFER = 'outlook.timezone="UTC", outlook.body-content-type="text"'
MARK, NAMELESS = (f"String {{8c1b6a52-3f0e-4d0b-9c57-2f5d1f0b7a64}} Name Tizmoret{name}" for name in ("Id", "Guests"))
_FIELDS = (
    "id,type,seriesMasterId,originalStart,originalStartTimeZone,subject,body,location,start,end,isAllDay,isCancelled,isOrganizer,"
    "attendees,recurrence,showAs,sensitivity,importance,categories,isReminderOn,reminderMinutesBeforeStart"
)
_ASKED = {"$select": _FIELDS, "$expand": f"singleValueExtendedProperties($filter=id eq '{MARK}' or id eq '{NAMELESS}')"}
_ID = re.compile(r"[\w=+/-]{1,512}", re.ASCII)
_UTC = ZoneInfo("UTC")
_BUSY = frozenset({"busy", "tentative", "oof", "unknown"})


class GraphEvents:
    def __init__(self, session: RestSession, server: str) -> None:
        """server: of Microsoft Graph."""
        self._session, self._me = session, f"{server}/me"

    async def calendars(self) -> Sequence[Calendar]:
        """Those of the mailbox, and of others that it shows; the one for new events first."""
        told: list[Told] = []
        async for page in self._session.pages(
            f"{self._me}/calendars", {"$select": "id,name,isDefaultCalendar,canEdit,owner", "$top": "100"}
        ):
            told += [one for one in _items(page) if isinstance(one.get("id"), str)]
        mine = next((_owner(one) for one in told if one.get("isDefaultCalendar") is True), "")
        found = [
            Calendar(
                one["id"], str(one.get("name") or one["id"]), own=one.get("canEdit") is True and _owner(one) == mine,
                primary=one.get("isDefaultCalendar") is True,
            )
            for one in told
        ]  # fmt: skip
        return sorted(found, key=lambda one: (not one.primary, one.id))

    async def between(self, calendar: str, start: dt.datetime, end: dt.datetime) -> AsyncIterator[Told]:
        """What overlaps [start, end), recurring events as their occurrences."""
        asked = {"startDateTime": _utc(start), "endDateTime": _utc(end), "$top": PAGE, **_ASKED}
        async for page in self._session.pages(f"{self._me}/calendars/{quote(calendar, safe='')}/calendarView", asked, prefer=PREFER):
            for one in _items(page):
                yield one

    async def get(self, id: str) -> Told | None:
        """By its own id, or by the one that it is marked with."""
        if not _ID.fullmatch(id):
            return await self.marked(id)
        try:
            found = await self._session.get(self._at(id), _ASKED, prefer=PREFER)
        except NotFound:
            return await self.marked(id)
        except Refused as error:
            if "ErrorInvalidIdMalformed" in error.reasons:
                return await self.marked(id)
            raise
        if not isinstance(found.get("id"), str):
            raise StepFailed("Microsoft gave an event that cannot be read.", cure="Try again.")
        return found

    async def each(self, ids: Sequence[str]) -> Mapping[str, Told | None]:
        return dict(zip(ids, await together(ids, self.get, at_once=AT_ONCE), strict=True))

    async def marked(self, id: str) -> Told | None:
        """In whichever calendar of the mailbox it is."""
        if re.fullmatch(r"[\w=+/@#-]{1,512}", id, re.ASCII) is None:
            return None
        wanted = f"singleValueExtendedProperties/Any(ep: ep/id eq '{MARK}' and ep/value eq '{id}')"
        found = await self._session.get(f"{self._me}/events", {"$filter": wanted, **_ASKED}, prefer=PREFER)
        return next((one for one in _items(found) if isinstance(one.get("id"), str)), None)

    async def as_written(self, id: str) -> str:
        """The text of an event with all its form, in HTML."""
        body = (await self._session.get(self._at(id), {"$select": "body"}, prefer='outlook.body-content-type="html"')).get("body")
        return str(body.get("content") or "") if isinstance(body, dict) else ""

    async def calendar_of(self, id: str) -> str:
        return str((await self._session.get(f"{self._at(id)}/calendar", {"$select": "id"})).get("id") or "")

    async def exceptions(self, series: str) -> tuple[Sequence[Told], Sequence[dt.date]]:
        """Its occurrences that differ, and the days of those that were cancelled."""
        asked = {"$select": "id,exceptionOccurrences,cancelledOccurrences", "$expand": "exceptionOccurrences"}
        told = await self._session.get(self._at(series), asked, prefer=PREFER)
        ids = [str(one["id"]) for one in _dicts(told.get("exceptionOccurrences")) if one.get("id")]
        found = await self.each(ids)
        cancelled = told.get("cancelledOccurrences")
        days = [_day(one) for one in cancelled if isinstance(one, str)] if isinstance(cancelled, list) else []
        return [one for one in found.values() if one is not None], [day for day in days if day is not None]

    async def instances(self, series: str, start: dt.datetime, end: dt.datetime) -> Sequence[Told]:
        asked = {"startDateTime": _utc(start), "endDateTime": _utc(end), **_ASKED}
        return [one async for page in self._session.pages(f"{self._at(series)}/instances", asked, prefer=PREFER) for one in _items(page)]

    async def insert(self, calendar: str, body: Told) -> Told:
        """One of that transactionId that is there already is given back instead."""
        return await self._session.send("POST", f"{self._me}/calendars/{quote(calendar, safe='')}/events", body=dict(body), prefer=PREFER)

    async def patch(self, id: str, body: Told, *, etag: str = "") -> Told:
        try:
            return await self._session.send("PATCH", self._at(id), body=dict(body), etag=etag, prefer=PREFER)
        except Refused as error:
            if "ErrorOccurrenceCrossingBoundary" in error.reasons:
                raise crossing() from error
            raise

    async def delete(self, id: str, *, etag: str = "") -> None:
        """What is gone already is deleted. Of a meeting that the account's owner called, everybody hears that it is off."""
        try:
            await self._session.send("DELETE", self._at(id), etag=etag)
        except NotFound:
            return

    async def cancel(self, id: str, comment: str) -> None:
        """Delete what the account's owner has called, with a word to everybody who was invited. Only who has called a meeting can."""
        await self._session.send("POST", f"{self._at(id)}/cancel", body={"comment": comment})

    async def busy(
        self, people: Sequence[str], start: dt.datetime, end: dt.datetime
    ) -> Mapping[str, Sequence[tuple[dt.datetime, dt.datetime]]]:
        """When each is taken; whose calendar we may not look into is left out, which is everybody's for the account of a private person."""
        found: dict[str, list[tuple[dt.datetime, dt.datetime]]] = {id: [] for id in people}
        hidden = set[str]()
        while start < end and len(hidden) < len(found):
            until = min(end, start + FREE_BUSY)
            for place in range(0, len(people), MOST_ASKED):
                asked = people[place : place + MOST_ASKED]
                told = await self._schedules(asked, start, until)
                for one in asked:
                    if one.casefold() in told:
                        found[one] += told[one.casefold()]
                    else:
                        hidden.add(one)
            start = until
        return {id: taken for id, taken in found.items() if id not in hidden}

    async def _schedules(
        self, people: Sequence[str], start: dt.datetime, end: dt.datetime
    ) -> Mapping[str, Sequence[tuple[dt.datetime, dt.datetime]]]:
        times = {name: {"dateTime": _utc(at).removesuffix("Z"), "timeZone": "UTC"} for name, at in (("startTime", start), ("endTime", end))}
        try:
            told = await self._session.send(
                "POST", f"{self._me}/calendar/getSchedule", body={"schedules": list(people), **times}, reads=True, prefer=PREFER
            )
        except (Refused, NotGiven, NotFound):
            return {}
        known = [one for one in _items(told) if not one.get("error") and isinstance(one.get("scheduleItems"), list)]
        return {
            str(one.get("scheduleId")).casefold(): [_span(item) for item in _dicts(one["scheduleItems"]) if item.get("status") in _BUSY]
            for one in known
        }

    def _at(self, event: str) -> str:
        return f"{self._me}/events/{quote(event, safe='')}"


def crossing() -> StepFailed:
    what = "A meeting that recurs cannot pass the one before or after it in Microsoft's calendar."
    return StepFailed(what, cure="Give a time between the two, or make a single meeting.", field="start")


def _items(page: Told) -> list[dict[str, Any]]:
    return _dicts(page.get("value"))


def _dicts(found: Any) -> list[dict[str, Any]]:
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _owner(calendar: Told) -> str:
    owner = calendar.get("owner")
    return str(owner.get("address") or "").casefold() if isinstance(owner, dict) else ""


def _day(occurrence: str) -> dt.date | None:
    """Of the id of an occurrence, such as OID.AAMk7=.2026-01-25."""
    try:
        return dt.date.fromisoformat(occurrence.rpartition(".")[2])
    except ValueError:
        return None


def _utc(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"


def _span(told: Told) -> tuple[dt.datetime, dt.datetime]:
    try:
        return moment_of(told["start"], _UTC), moment_of(told["end"], _UTC)
    except (KeyError, TypeError, ValueError) as error:
        raise StepFailed("Microsoft answered what cannot be read.", cure="Try again.") from error

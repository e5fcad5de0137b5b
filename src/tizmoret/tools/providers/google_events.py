"""The events of a Google account as its Calendar API gives them (v3, https://developers.google.com/workspace/calendar/api/v3/reference).

Everybody who is invited hears of what is written, as from any calendar program."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from tizmoret.errors import NotFound, StepFailed, TryAgain
from tizmoret.tools.providers.account_events import Calendar
from tizmoret.tools.providers.google_event import Told
from tizmoret.tools.providers.rest_client import RestSession

PAGE = "2500"  # events; no more are given at once
FREE_BUSY = dt.timedelta(days=60)  # Google refuses to tell more than 90 at once
MOST_ASKED = 50  # calendars in one question for when they are busy
_NOTIFY = {"sendUpdates": "all"}


class GoogleEvents:
    def __init__(self, session: RestSession, server: str) -> None:
        """server: of the Calendar API."""
        self._session, self._server = session, server

    async def calendars(self) -> Sequence[Calendar]:
        """Those that the account shows and may read, its own first one first."""
        found = []
        async for page in self._session.pages(f"{self._server}/users/me/calendarList", {"maxResults": "250", "minAccessRole": "reader"}):
            for one in _items(page):
                primary = one.get("primary") is True
                if isinstance(one.get("id"), str) and (primary or one.get("selected") is True):
                    name = str(one.get("summaryOverride") or one.get("summary") or one["id"])
                    found.append(Calendar(one["id"], name, one.get("accessRole") == "owner", primary))
        return sorted(found, key=lambda one: (not one.primary, one.id))

    async def between(self, calendar: str, start: dt.datetime, end: dt.datetime) -> AsyncIterator[Told]:
        """What overlaps [start, end), recurring events as their occurrences."""
        asked = {"timeMin": start.isoformat(), "timeMax": end.isoformat(), "maxResults": PAGE}
        async for page in self._listed(calendar, {**asked, "singleEvents": "true", "orderBy": "startTime"}):
            yield page

    async def series(self, calendar: str, start: dt.datetime, end: dt.datetime) -> Mapping[str, Told]:
        """The recurring events of that time as wholes, by id."""
        asked = {"timeMin": start.isoformat(), "timeMax": end.isoformat(), "maxResults": PAGE}
        return {str(one.get("id")): one async for one in self._listed(calendar, asked) if "recurringEventId" not in one}

    async def exceptions(self, calendar: str, series: Told) -> Sequence[Told]:
        """Its occurrences that differ from it, or were cancelled."""
        if not series.get("recurrence") or not series.get("iCalUID"):
            return []
        asked = {"iCalUID": str(series["iCalUID"]), "showDeleted": "true", "maxResults": PAGE}
        return [
            one async for one in self._listed(calendar, asked) if one.get("recurringEventId") == series["id"] and "originalStartTime" in one
        ]

    async def _listed(self, calendar: str, asked: Mapping[str, str]) -> AsyncIterator[Told]:
        try:
            async for page in self._session.pages(self._at(calendar), asked):
                for one in _items(page):
                    yield one
        except NotFound as error:  # 410: it has changed while its pages were read
            raise TryAgain(error.detail, cure=error.cure) from error

    async def get(self, calendar: str, id: str) -> Told | None:
        """Also one that was cancelled, as long as Google keeps it."""
        try:
            return await self._session.get(self._at(calendar, id))
        except NotFound:
            return None

    async def occurrence(self, calendar: str, series: str, original: str) -> Told | None:
        """The one that was to begin at `original`, a day or a time of RFC 3339."""
        url = f"{self._at(calendar, series)}/instances"
        try:
            return next(iter(_items(await self._session.get(url, {"originalStart": original}))), None)
        except NotFound:
            return None

    async def insert(self, calendar: str, body: Mapping[str, Any]) -> Told:
        """Raises Taken where there is, or was, one of that id."""
        return await self._session.send("POST", self._at(calendar), _NOTIFY, body=body)

    async def patch(self, calendar: str, id: str, body: Mapping[str, Any], *, etag: str = "") -> Told:
        return await self._session.send("PATCH", self._at(calendar, id), _NOTIFY, body=body, etag=etag)

    async def delete(self, calendar: str, id: str, *, etag: str = "") -> None:
        """What is gone already is deleted."""
        try:
            await self._session.send("DELETE", self._at(calendar, id), _NOTIFY, etag=etag)
        except NotFound:
            return

    async def busy(
        self, calendars: Sequence[str], start: dt.datetime, end: dt.datetime
    ) -> Mapping[str, Sequence[tuple[dt.datetime, dt.datetime]]]:
        """When each is taken; one that we may not look into is left out."""
        found: dict[str, list[tuple[dt.datetime, dt.datetime]]] = {id: [] for id in calendars}
        hidden = set[str]()
        while start < end:
            until = min(end, start + FREE_BUSY)
            for place in range(0, len(calendars), MOST_ASKED):
                asked = calendars[place : place + MOST_ASKED]
                body = {"timeMin": start.isoformat(), "timeMax": until.isoformat(), "items": [{"id": id} for id in asked]}
                told = (await self._session.send("POST", f"{self._server}/freeBusy", body=body, reads=True)).get("calendars")
                for id in asked:
                    one = told.get(id) if isinstance(told, dict) else None
                    if not isinstance(one, dict) or one.get("errors"):
                        hidden.add(id)
                    else:
                        found[id] += [_span(taken) for taken in one.get("busy", [])]
            start = until
        return {id: taken for id, taken in found.items() if id not in hidden}

    def _at(self, calendar: str, event: str = "") -> str:
        base = f"{self._server}/calendars/{quote(calendar, safe='')}/events"
        return f"{base}/{quote(event, safe='')}" if event else base


def _items(page: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = page.get("items")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _span(told: Any) -> tuple[dt.datetime, dt.datetime]:
    try:
        return dt.datetime.fromisoformat(told["start"]), dt.datetime.fromisoformat(told["end"])
    except (KeyError, TypeError, ValueError) as error:
        raise StepFailed("Google answered what cannot be read.", cure="Try again.") from error

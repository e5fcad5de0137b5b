"""Calendars as Google's Calendar API (v3) gives and takes them: ids of the client's own, patches, etags, occurrences, tombstones.

Where nobody says what Google does, this server does what is hardest for a client: the occurrences that differ are forgotten when their series
moves or is deleted."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from tests.wire.google_errors import Refused
from tests.wire.serving import Asked

PAGE = 2
ZONE = "Asia/Jerusalem"
FAR = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
Told = dict[str, Any]


def moment(told: Told) -> dt.datetime:
    """A day begins where the account is."""
    if told.get("date"):
        return dt.datetime.fromisoformat(told["date"]).replace(tzinfo=ZoneInfo(ZONE))
    return dt.datetime.fromisoformat(told["dateTime"])


def local(told: Told) -> dt.datetime:
    return moment(told).astimezone(ZoneInfo(told.get("timeZone") or ZONE))


def written(at: dt.datetime, like: Told) -> Told:
    if like.get("date"):
        return {"date": at.date().isoformat()}
    zone = like.get("timeZone") or ZONE
    return {"dateTime": at.astimezone(ZoneInfo(zone)).isoformat(), "timeZone": zone}


@dataclass
class OneCalendar:
    id: str
    summary: str
    role: str = "owner"
    primary: bool = False
    selected: bool = True
    events: dict[str, Told] = field(default_factory=dict)  # single ones, series, and occurrences that differ
    notified: list[str] = field(default_factory=list)  # "insert id", of each write of which the guests hear
    writes: int = 0

    # -- what there is

    def get(self, id: str) -> Told:
        known = self.events.get(id) or next((one for one in self._all_occurrences(id) if one["id"] == id), None)
        if known is None:
            raise Refused(404, "notFound", "Not Found")
        return known

    def _all_occurrences(self, id: str) -> Iterator[Told]:
        series = self.events.get(id.rpartition("_")[0])
        return self.occurrences(series, FAR) if series is not None and series.get("recurrence") else iter(())

    def occurrences(self, series: Told, until: dt.datetime) -> Iterator[Told]:
        """Also those that differ or are cancelled, each once."""
        if series["status"] == "cancelled":
            return
        start, length = local(series["start"]), moment(series["end"]) - moment(series["start"])
        aware = not series["start"].get("date")
        rule = rrulestr("\n".join(series["recurrence"]), dtstart=start if aware else start.replace(tzinfo=None), forceset=True)
        for at in rule:
            at = at if aware else at.replace(tzinfo=start.tzinfo)
            if at > until:
                return
            stamp = f"{at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}" if aware else f"{at:%Y%m%d}"
            id = f"{series['id']}_{stamp}"
            original = written(at, series["start"])
            end = written((at.astimezone(dt.UTC) + length).astimezone(at.tzinfo), series["end"])
            plain = {name: value for name, value in series.items() if name != "recurrence"}
            yield self.events.get(id) or {
                **plain, "id": id, "start": original, "end": end, "recurringEventId": series["id"], "originalStartTime": original,
            }  # fmt: skip

    def flat(self, until: dt.datetime) -> Iterator[Told]:
        for one in list(self.events.values()):
            if one.get("recurrence"):
                yield from self.occurrences(one, until)
            elif "recurringEventId" not in one:
                yield one

    # -- what is done

    def insert(self, body: Told) -> Told:
        id = body.get("id", "")
        if not re.fullmatch(r"[a-v0-9]{5,1024}", id):
            raise Refused(400, "invalid", "Invalid resource id value.")
        if id in self.events:
            raise Refused(409, "duplicate", "The requested identifier already exists.")
        made = {"status": "confirmed", "iCalUID": f"{id}@google.com", **body}
        return self._keep(_checked(made))

    def patch(self, id: str, body: Told, etag: str) -> Told:
        before = self.get(id)
        if etag and etag != before["etag"]:
            raise Refused(412, "conditionNotMet", "Precondition Failed")
        if "recurringEventId" in before and "recurrence" in body:
            raise Refused(400, "invalid", "An occurrence does not recur.")
        after = _checked(_merged(before, body))
        if after.get("recurrence") and (before["start"], before["status"]) != (after["start"], after["status"]):
            self._forget_occurrences(id)
        return self._keep(after)

    def delete(self, id: str, etag: str) -> None:
        before = self.get(id)
        if before["status"] == "cancelled":
            raise Refused(410, "deleted", "Resource has been deleted")
        if etag and etag != before["etag"]:
            raise Refused(412, "conditionNotMet", "Precondition Failed")
        self._forget_occurrences(id)
        self._keep({**before, "status": "cancelled"})

    def _forget_occurrences(self, id: str) -> None:
        self.events = {one: told for one, told in self.events.items() if told.get("recurringEventId") != id}

    def _keep(self, told: Told) -> Told:
        self.writes += 1
        self.events[told["id"]] = told = {**told, "kind": "calendar#event", "etag": f'"{self.writes}"'}
        return told


def _merged(before: Told, patch: Told) -> Told:
    """RFC 7396, into objects; a list is taken as a whole."""
    after = dict(before)
    for name, value in patch.items():
        if value is None:
            after.pop(name, None)
        else:
            after[name] = _merged(before.get(name) or {}, value) if isinstance(value, dict) else value
    return after


def _checked(told: Told) -> Told:
    for name in ("start", "end"):
        one = told.get(name)
        if not one or bool(one.get("date")) == bool(one.get("dateTime")):
            raise Refused(
                400,
                "required",
                "Missing end time." if name == "end" else "Start and end times must either both be date or both be dateTime.",
            )
    if bool(told["start"].get("date")) != bool(told["end"].get("date")) or moment(told["end"]) < moment(told["start"]):
        raise Refused(400, "timeRangeEmpty", "The specified time range is empty.")
    if told.get("recurrence") and not told["start"].get("date") and not told["start"].get("timeZone"):
        raise Refused(400, "required", "Missing time zone definition for start time.")
    if any(not one.get("email") for one in told.get("attendees", [])):
        raise Refused(400, "required", "Missing attendee email.")
    guests = [{"responseStatus": "needsAction", **one, "email": one["email"].lower()} for one in told.get("attendees", [])]
    return {**told, **({"attendees": guests} if "attendees" in told else {})}


@dataclass
class GoogleCalendars:
    """Of one account. busy: of other people, by address."""

    calendars: list[OneCalendar] = field(default_factory=lambda: [OneCalendar("me@x.example", "me@x.example", primary=True)])
    busy: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    @property
    def main(self) -> OneCalendar:
        return next(one for one in self.calendars if one.primary)

    def answer(self, asked: Asked, parts: list[str]) -> tuple[int, Any]:
        match (asked.method, parts):
            case ("GET", ["users", "me", "calendarList"]):
                return 200, {"items": [_listed(one) for one in self.calendars]}
            case ("POST", ["freeBusy"]):
                return 200, {"calendars": self._free_busy(json.loads(asked.content))}
            case (_, ["calendars", id, "events", *rest]):
                return self._events(self._calendar(id), asked, rest)
        raise Refused(404, "notFound", "Not Found")

    def _calendar(self, id: str) -> OneCalendar:
        found = next((one for one in self.calendars if one.id == id or (id == "primary" and one.primary)), None)
        if found is None:
            raise Refused(404, "notFound", "Not Found")
        return found

    def _events(self, calendar: OneCalendar, asked: Asked, rest: list[str]) -> tuple[int, Any]:
        etag, writes = asked.header("if-match"), asked.method != "GET"
        if writes and calendar.role not in ("owner", "writer"):
            raise Refused(403, "requiredAccessLevel", "You need to have writer access to this calendar.")
        if writes and asked.query.get("sendUpdates") == "all":
            calendar.notified.append(f"{asked.method} {'/'.join(rest)}")
        match (asked.method, rest):
            case ("GET", []):
                return 200, self._page(calendar, asked.query)
            case ("POST", []):
                return 200, calendar.insert(json.loads(asked.content))
            case ("GET", [id]):
                return 200, calendar.get(id)
            case ("GET", [id, "instances"]):
                original = _time(asked.query.get("originalStart", ""))
                series = calendar.get(id)
                found = calendar.occurrences(series, original) if series.get("recurrence") else iter(())
                return 200, {
                    "items": [one for one in found if moment(one["originalStartTime"]) == original and one["status"] != "cancelled"]
                }
            case ("PATCH", [id]):
                return 200, calendar.patch(id, json.loads(asked.content), etag)
            case ("DELETE", [id]):
                calendar.delete(id, etag)
                return 204, None
        raise Refused(404, "notFound", "Not Found")

    def _page(self, calendar: OneCalendar, told: dict[str, str]) -> Told:
        single = told.get("singleEvents") == "true"
        if told.get("orderBy") == "startTime" and not single:
            raise Refused(400, "orderByStartTimeUnavailable", "The requested ordering is not available for the particular query.")
        start = _time(told["timeMin"]) if "timeMin" in told else dt.datetime.min.replace(tzinfo=dt.UTC)
        end = _time(told["timeMax"]) if "timeMax" in told else FAR
        items = list(calendar.flat(end) if single else calendar.events.values())
        if "iCalUID" in told:
            items = [one for one in items if one.get("iCalUID") == told["iCalUID"]]
        deleted = told.get("showDeleted") == "true"
        items = [one for one in items if deleted or one["status"] != "cancelled"]
        items = [one for one in items if one.get("recurrence") or (moment(one["end"]) > start and moment(one["start"]) < end)]
        if single:
            items.sort(key=lambda one: moment(one["start"]))
        first = int(told.get("pageToken", "0"))
        page = {"kind": "calendar#events", "timeZone": ZONE, "items": items[first : first + PAGE]}
        return {**page, "nextPageToken": str(first + PAGE)} if first + PAGE < len(items) else {**page, "nextSyncToken": "later"}

    def _free_busy(self, body: Told) -> Told:
        start, end = _time(body["timeMin"]), _time(body["timeMax"])
        if end - start > dt.timedelta(days=90):
            raise Refused(400, "timeRangeTooLong", "The requested time range is too long.")
        return {one["id"]: self._busy_of(one["id"], start, end) for one in body["items"]}

    def _busy_of(self, id: str, start: dt.datetime, end: dt.datetime) -> Told:
        if id in self.busy:
            return {"busy": [{"start": first, "end": last} for first, last in self.busy[id] if _time(last) > start and _time(first) < end]}
        known = next((one for one in self.calendars if one.id == id), None)
        if known is None:
            return {"errors": [{"domain": "global", "reason": "notFound"}], "busy": []}
        taken = [one for one in known.flat(end) if one["status"] != "cancelled" and one.get("transparency") != "transparent"]
        spans = [(moment(one["start"]), moment(one["end"])) for one in taken]
        return {
            "busy": [
                {"start": _utc(max(first, start)), "end": _utc(min(last, end))} for first, last in spans if last > start and first < end
            ]
        }


def _listed(one: OneCalendar) -> Told:
    told = {"id": one.id, "summary": one.summary, "accessRole": one.role, "timeZone": ZONE, "selected": one.selected}
    return {**told, "primary": True} if one.primary else told


def _time(text: str) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise Refused(400, "badRequest", "Bad Request") from None
    if found.tzinfo is None and "T" in text:
        raise Refused(400, "badRequest", "Bad Request")
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(ZONE))


def _utc(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"

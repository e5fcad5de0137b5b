"""Calendars as Microsoft Graph (v1.0) has them: ids of its own, transactions, etags, occurrences, exceptions, cancellations, free and busy.

Where nobody says what Microsoft does, this server does what is hardest for a client: the occurrences that differ or were cancelled are forgotten
when their series moves, an occurrence that was cancelled stays so, and who has deleted an event is not known by its transaction any more."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.wire import graph_recurrence
from tests.wire.graph_errors import Refused
from tests.wire.graph_events import Told, as_given, as_told, in_utc, local, utc, written
from tests.wire.serving import Asked

FAR = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
ADDRESS = "dana@farm.example"
MOST_DAYS, MOST_PEOPLE = 62, 20  # of getSchedule
_MARKED = re.compile(r"singleValueExtendedProperties/Any\(ep: ep/id eq '([^']+)' and ep/value eq '([^']+)'\)")


@dataclass
class OneCalendar:
    id: str
    name: str
    owner: str = ADDRESS
    edit: bool = True
    hidden: bool = False  # it is shared with the owner of the mailbox, and not with us
    default: bool = False
    events: dict[str, Told] = field(default_factory=dict)  # single ones, series, and occurrences that differ
    cancelled: dict[str, set[dt.date]] = field(default_factory=dict)  # days of each series


@dataclass
class GraphCalendars:
    """Of one mailbox. schedules: of other people, by address: when, and how they are taken."""

    calendars: list[OneCalendar] = field(default_factory=lambda: [OneCalendar("AQMk-calendar=", "Calendar", default=True)])
    schedules: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)
    private: bool = False  # the account of a private person, which may not ask about others
    notified: list[str] = field(default_factory=list)  # each write of which guests hear, and what they are told
    writes: int = 0

    @property
    def main(self) -> OneCalendar:
        return self.calendars[0]

    def answer(self, asked: Asked, parts: list[str]) -> tuple[int, Any]:
        """parts: of the path, after /me."""
        match (asked.method, parts):
            case ("GET", ["calendars"]):
                return 200, [_listed(one) for one in self.calendars]
            case ("POST", ["calendar", "getSchedule"]):
                return 200, {"value": self._schedule(json.loads(asked.content))}
            case ("GET", ["calendars", id, "calendarView"]):
                return 200, self._view(self._calendar(id), asked)
            case ("POST", ["calendars", id, "events"]):
                return 201, self.insert(self._calendar(id), json.loads(asked.content), asked.header("prefer"))
            case ("GET", ["events"]):
                return 200, self._filtered(asked)
        if parts[0] == "events":
            return self._one(asked, parts[1], parts[2:])
        raise Refused(400, "BadRequest", "Resource not found for the segment.")

    def _one(self, asked: Asked, id: str, rest: list[str]) -> tuple[int, Any]:
        calendar, told = self.find(id)
        match (asked.method, rest):
            case ("GET", []):
                return 200, self._told(calendar, told, asked)
            case ("GET", ["calendar"]):
                return 200, {"id": calendar.id}
            case ("GET", ["instances"]):
                found = self.occurrences(calendar, told) if told["recurrence"] else iter(())
                return 200, self._shown(calendar, found, asked)
            case ("PATCH", []):
                return 200, self.patch(id, json.loads(asked.content), asked.header("if-match"), asked.header("prefer"))
            case ("DELETE", []):
                self.delete(id, asked.header("if-match"))
                return 204, None
            case ("POST", ["cancel"]):
                if not told["isOrganizer"]:
                    what = "Your request can't be completed. You need to be an organizer to cancel a meeting."
                    raise Refused(400, "ErrorInvalidRequest", what)
                self.delete(id, "", comment=str(json.loads(asked.content).get("comment", "")))
                return 202, None
        raise Refused(400, "BadRequest", "Resource not found for the segment.")

    # -- what there is

    def _calendar(self, id: str) -> OneCalendar:
        found = next((one for one in self.calendars if one.id == id), None)
        if found is None:
            raise Refused(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        return found

    def find(self, id: str) -> tuple[OneCalendar, Told]:
        for calendar in self.calendars:
            series = calendar.events.get(id.rpartition("_")[0])
            known = calendar.events.get(id)
            if known is None and series is not None and series["recurrence"]:
                known = next((one for one in self.occurrences(calendar, series) if one["id"] == id), None)
            if known is not None:
                return calendar, known
        if not id.startswith("AAMk"):
            raise Refused(400, "ErrorInvalidIdMalformed", "Id is malformed.")
        raise Refused(404, "ErrorItemNotFound", "The specified object was not found in the store.")

    def occurrences(self, calendar: OneCalendar, series: Told) -> Iterator[Told]:
        """Those that differ in their place, the cancelled ones not. What somebody has put beside the series is not told of them."""
        first, length = local(series), utc(series["end"]) - utc(series["start"])
        for day in graph_recurrence.days(as_given(series["recurrence"])):
            id = f"{series['id']}_{day:%Y%m%d}"
            at = dt.datetime.combine(day, first.time(), first.tzinfo)
            if id in calendar.events:
                yield calendar.events[id]
            elif day not in calendar.cancelled.get(series["id"], set()):
                yield {
                    **series, "id": id, "type": "occurrence", "seriesMasterId": series["id"], "recurrence": None, "start": in_utc(at),
                    "end": in_utc(at.astimezone(dt.UTC) + length), "originalStart": _stamp(at), "singleValueExtendedProperties": [],
                }  # fmt: skip

    def _flat(self, calendar: OneCalendar, end: dt.datetime) -> Iterator[Told]:
        for one in list(calendar.events.values()):
            if one["recurrence"]:
                yield from itertools.takewhile(
                    lambda part: utc(part["start"]) < end + dt.timedelta(days=40), self.occurrences(calendar, one)
                )
            elif not one["seriesMasterId"]:
                yield one

    def _view(self, calendar: OneCalendar, asked: Asked) -> list[Told]:
        if calendar.hidden:
            raise Refused(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
        return self._shown(calendar, self._flat(calendar, _time(asked.query.get("endDateTime", ""))), asked)

    def _shown(self, calendar: OneCalendar, found: Iterator[Told], asked: Asked) -> list[Told]:
        start, end = (_time(asked.query.get(name, "")) for name in ("startDateTime", "endDateTime"))
        near = (
            itertools.takewhile(lambda one: utc(one["start"]) < end + dt.timedelta(days=40), found) if "instances" in asked.path else found
        )
        return [self._told(calendar, one, asked) for one in near if utc(one["end"]) > start and utc(one["start"]) < end]

    def _filtered(self, asked: Asked) -> list[Told]:
        wanted = _MARKED.fullmatch(asked.query.get("$filter", ""))
        if wanted is None:
            raise Refused(400, "ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.")
        mark = {"id": wanted[1], "value": wanted[2]}
        return [
            self._told(calendar, one, asked)
            for calendar in self.calendars
            for one in calendar.events.values()
            if mark in one["singleValueExtendedProperties"]
        ]

    def _told(self, calendar: OneCalendar, event: Told, asked: Asked) -> Told:
        """With the fields that are selected, and what is to be expanded."""
        names, expand = set(asked.query.get("$select", "").split(",")) - {""}, asked.query.get("$expand", "")
        whole = as_told(event, asked.header("prefer"))
        told = {name: value for name, value in whole.items() if name != "singleValueExtendedProperties" and (not names or name in names)}
        if "singleValueExtendedProperties(" in expand:
            ids = re.findall(r"id eq '([^']+)'", expand)
            if marks := [one for one in event["singleValueExtendedProperties"] if one["id"] in ids]:
                told["singleValueExtendedProperties"] = marks
        if "cancelledOccurrences" in names:
            told["cancelledOccurrences"] = [f"OID.{event['id']}.{day}" for day in sorted(calendar.cancelled.get(event["id"], ()))]
        if "exceptionOccurrences" in names and expand == "exceptionOccurrences":
            differing = [one for one in calendar.events.values() if one["seriesMasterId"] == event["id"]]
            told["exceptionOccurrences"] = [as_told(one, asked.header("prefer")) for one in differing]
        return {**told, "id": event["id"], "@odata.etag": event["@odata.etag"]}

    # -- what is done

    def insert(self, calendar: OneCalendar, body: Told, prefer: str = "") -> Told:
        _needs_edit(calendar)
        same = [one for one in calendar.events.values() if body.get("transactionId") and one.get("transactionId") == body["transactionId"]]
        made = same[0] if same else self.keep(calendar, {**written(body), "id": f"AAMkAGcal{self.writes:06d}="})
        if not same:
            self._notify(made, "invited")
        return {name: value for name, value in as_told(made, prefer).items() if name != "singleValueExtendedProperties"}

    def patch(self, id: str, body: Told, etag: str = "", prefer: str = "") -> Told:
        calendar, before = self.find(id)
        _needs_edit(calendar)
        _check(etag, before)
        if before["seriesMasterId"] and "recurrence" in body:
            raise Refused(400, "ErrorInvalidRequest", "An occurrence does not recur.")
        after = written(body, before)
        if before["seriesMasterId"]:
            after["type"] = "exception"
            self._check_crossing(calendar, after)
        elif before["recurrence"] and ("recurrence" in body or "start" in body):
            self._forget(calendar, id)
        self._notify(after, "changed")
        return {
            name: value for name, value in as_told(self.keep(calendar, after), prefer).items() if name != "singleValueExtendedProperties"
        }

    def _check_crossing(self, calendar: OneCalendar, after: Told) -> None:
        """Not to or before the day of the occurrence before it, nor to or after the day of the next."""
        series = calendar.events[after["seriesMasterId"]]
        others = [one for one in self.occurrences(calendar, series) if one["id"] != after["id"]] if series["recurrence"] else []
        day = local(after).date()
        for one in itertools.takewhile(lambda one: utc(one["start"]) < utc(after["start"]) + dt.timedelta(days=800), others):
            earlier = one["originalStart"] < after["originalStart"]
            if (earlier and local(one).date() >= day) or (not earlier and local(one).date() <= day):
                what = "Modified occurrence is crossing or overlapping adjacent occurrence."
                raise Refused(400, "ErrorOccurrenceCrossingBoundary", what)

    def delete(self, id: str, etag: str, *, comment: str = "") -> None:
        calendar, before = self.find(id)
        _needs_edit(calendar)
        _check(etag, before)
        self.writes += 1
        if before["seriesMasterId"]:
            day = dt.datetime.strptime(id.rpartition("_")[2], "%Y%m%d").date()
            calendar.cancelled.setdefault(before["seriesMasterId"], set()).add(day)
        self._forget(calendar, id)
        calendar.events.pop(id, None)
        self._notify(before, f"cancelled {comment}".strip())

    def _forget(self, calendar: OneCalendar, series: str) -> None:
        calendar.cancelled.pop(series, None)
        calendar.events = {id: one for id, one in calendar.events.items() if one["seriesMasterId"] != series}

    def keep(self, calendar: OneCalendar, told: Told) -> Told:
        self.writes += 1
        calendar.events[told["id"]] = told = {**told, "@odata.etag": f'W/"{self.writes}"', "changeKey": str(self.writes)}
        return told

    def _notify(self, event: Told, what: str) -> None:
        self.notified += [f"{one['emailAddress']['address']} {what}" for one in event["attendees"]]

    def _schedule(self, body: Told) -> list[Told]:
        start, end = (utc(body[name]) for name in ("startTime", "endTime"))
        if self.private:
            raise Refused(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
        if end - start > dt.timedelta(days=MOST_DAYS) or len(body["schedules"]) > MOST_PEOPLE:
            raise Refused(
                400, "ErrorInvalidRequest", "The requested time duration specified for FreeBusyViewOptions.TimeWindow is not allowed."
            )
        found = []
        for one in body["schedules"]:
            if one not in self.schedules:
                error = {"message": "Unable to resolve e-mail address.", "responseCode": "ErrorMailRecipientNotFound"}
                found.append({"scheduleId": one, "availabilityView": "", "error": error})
                continue
            taken = [(_time(first), _time(last), status) for first, last, status in self.schedules[one]]
            items = [
                {"status": status, "start": in_utc(first), "end": in_utc(last)}
                for first, last, status in taken
                if last > start and first < end
            ]
            found.append({"scheduleId": one, "availabilityView": "0", "scheduleItems": items})
        return found


def _listed(one: OneCalendar) -> Told:
    owner = {"name": "x", "address": one.owner}
    return {"id": one.id, "name": one.name, "isDefaultCalendar": one.default, "canEdit": one.edit, "owner": owner}


def _needs_edit(calendar: OneCalendar) -> None:
    if not calendar.edit:
        raise Refused(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")


def _check(etag: str, before: Told) -> None:
    if etag and etag != before["@odata.etag"]:
        what = "The send or update operation could not be performed because the change key passed in the request does not match the current one."
        raise Refused(412, "ErrorIrresolvableConflict", what)


def _stamp(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"


def _time(text: str) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise Refused(
            400, "ErrorInvalidParameter", "This request requires a time window specified by startDateTime and endDateTime."
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)

"""An event of ours and a VEVENT of RFC 5545: read one from the other, and write what has changed, and nothing else, back into it.

One occurrence of a series has the id "uid#20260104T080000Z": when it was to begin, in UTC; of an event of whole days "uid#20260104"."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import icalendar

from tizmoret.tools.models import Attendee, Event, Response

# The library's values are a union of thirty types; what is read here is checked by what reads it.
Component: TypeAlias = Any
Moment = dt.date  # a date, or a datetime, which is one
_OCCURRENCE = re.compile(r"(.+)#(\d{8}(?:T\d{6}Z)?)", re.DOTALL)
_MAILTO = "mailto:"
_ANSWERS: dict[str, Response] = {"ACCEPTED": "accepted", "TENTATIVE": "tentative", "DECLINED": "declined"}
_NO_ADDRESS = "invalid:nomail"  # RFC 5545 asks for some address; this is what others write where there is none


# -- ids


def split_id(id: str) -> tuple[str, str]:
    """The event's id and the stamp of its occurrence, which is empty for the whole event."""
    found = _OCCURRENCE.fullmatch(id)
    return (found[1], found[2]) if found else (id, "")


def occurrence_id(uid: str, moment: Moment, zone: ZoneInfo) -> str:
    return f"{uid}#{stamp(moment, zone)}"


def stamp(moment: Moment, zone: ZoneInfo) -> str:
    if not isinstance(moment, dt.datetime):
        return f"{moment:%Y%m%d}"
    return f"{aware(moment, zone).astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


def stamped(text: str) -> Moment:
    """The date, or the moment in UTC, of a stamp. Raises ValueError."""
    if "T" not in text:
        return dt.datetime.strptime(text, "%Y%m%d").date()
    return dt.datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)


def aware(moment: Moment, zone: ZoneInfo) -> dt.datetime:
    """A day begins, and a time without a zone stands, in `zone`."""
    whole = moment if isinstance(moment, dt.datetime) else dt.datetime.combine(moment, dt.time())
    return whole if whole.tzinfo is not None else whole.replace(tzinfo=zone)


# -- reading


def is_series(component: Component) -> bool:
    return "RRULE" in component or "RDATE" in component


def original(component: Component) -> Moment | None:
    """When an occurrence that differs was to begin; None for a series or a single event."""
    found = component.get("RECURRENCE-ID")
    return None if found is None else found.dt


def read_event(component: Component, id: str, calendar: str, zone: ZoneInfo, rule: str | None = None) -> Event:
    """`rule`: of the series that the occurrence belongs to. Raises KeyError where it has no start."""
    start, end, all_day = _times(component, zone)
    own = component.get("RRULE")
    own = own[0] if isinstance(own, list) else own
    return Event(
        id=id,
        calendar=calendar,
        title=_text(component, "SUMMARY"),
        start=start,
        end=end,
        timezone=_zone_name(component) or zone.key,
        all_day=all_day,
        attendees=[_attendee(one) for one in _attendees(component)],
        location=_text(component, "LOCATION"),
        description=_text(component, "DESCRIPTION"),
        recurrence=own.to_ical().decode() if own is not None else rule,
        series=split_id(id)[0] if split_id(id)[1] else "",
    )


def _times(component: Component, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime, bool]:
    start = component["DTSTART"].dt
    all_day = not isinstance(start, dt.datetime)
    if "DTEND" in component:
        end = component["DTEND"].dt
    elif "DURATION" in component:
        length = component["DURATION"].dt
        end = start + length if all_day else aware(start, zone).astimezone(dt.UTC) + length
    else:
        end = start + dt.timedelta(days=1) if all_day else start
    first = aware(start, zone)
    return first, aware(end, zone).astimezone(first.tzinfo), all_day


def _text(component: Component, name: str) -> str:
    value = component.get(name, "")
    return str(value[0] if isinstance(value, list) else value)


def _zone_name(component: Component) -> str:
    value = component["DTSTART"]
    named = value.params.get("TZID") or getattr(getattr(value.dt, "tzinfo", None), "key", "")
    return str(named or ("UTC" if getattr(value.dt, "tzinfo", None) is dt.UTC else ""))


def _attendees(component: Component) -> Sequence[Any]:
    found = component.get("ATTENDEE", [])
    return found if isinstance(found, list) else [found]


def _attendee(value: Any) -> Attendee:
    answer = _ANSWERS.get(str(value.params.get("PARTSTAT", "")).upper(), "")
    return Attendee(name=str(value.params.get("CN", "")), email=_address(value), response=answer)


def _address(value: Any) -> str:
    text = str(value)
    return text[len(_MAILTO) :] if text.lower().startswith(_MAILTO) else ""


# -- writing


def new_component(event: Event, zone: ZoneInfo, now: dt.datetime) -> Component:
    component = icalendar.Event()
    component.add("UID", event.id)
    component.add("DTSTAMP", now)
    write_event(component, None, event, zone)
    return component


def exception_of(series: Component, start: Moment, now: dt.datetime) -> Component:
    """A component for the one occurrence of `series` that was to begin at `start`, with all that the series says."""
    component = icalendar.Event.from_ical(series.to_ical())
    for name in ("RRULE", "RDATE", "EXDATE", "EXRULE", "DTSTAMP", "DTEND", "DURATION"):
        component.pop(name, None)
    component.add("DTSTAMP", now)
    moment, length = in_form_of(series, start), series.get("DURATION")
    _set(component, "DTSTART", _like(series, moment))
    if "DTEND" in series:
        _set(component, "DTEND", _like(series, moment + (series["DTEND"].dt - series["DTSTART"].dt)))
    elif length is not None:
        component["DURATION"] = length
    _set(component, "RECURRENCE-ID", _like(series, moment))
    return component


def in_form_of(series: Component, moment: Moment) -> Moment:
    """A moment as the series writes its own start: a day, a time without zone, or a time in its zone."""
    start = series["DTSTART"].dt
    if not isinstance(start, dt.datetime):
        return moment.date() if isinstance(moment, dt.datetime) else moment
    assert isinstance(moment, dt.datetime)
    if start.tzinfo is None:
        return moment.replace(tzinfo=None)
    return moment.astimezone(start.tzinfo)


def leave_out(series: Component, moment: Moment) -> None:
    """No occurrence at `moment` any more."""
    known = series.get("EXDATE", [])
    series["EXDATE"] = [*(known if isinstance(known, list) else [known]), _dates(series, [in_form_of(series, moment)])]


def move_exceptions(series: Component, others: Sequence[Component], was: Moment) -> None:
    """The series began at `was` and begins elsewhere now: what names one of its occurrences by its start moves along.

    Raises ValueError where it lists periods, which have ends of their own."""
    now = series["DTSTART"].dt
    by = _local(now) - _local(was)

    def moved(moment: Moment) -> Moment:
        local = (moment.astimezone(was.tzinfo) if isinstance(moment, dt.datetime) and isinstance(was, dt.datetime) else moment) + by
        return local.replace(tzinfo=now.tzinfo) if isinstance(local, dt.datetime) and isinstance(now, dt.datetime) else local

    for name in ("EXDATE", "RDATE"):
        if name in series:
            lists = series[name] if isinstance(series[name], list) else [series[name]]
            moments = [one.dt for values in lists for one in values.dts]
            if any(isinstance(one, tuple) for one in moments):
                raise ValueError("the series lists periods")
            series[name] = [_dates(series, [moved(one) for one in moments])]
    for other in others:
        _set(other, "RECURRENCE-ID", _like(series, moved(other["RECURRENCE-ID"].dt)))


def _local(moment: Moment) -> dt.datetime:
    return aware(moment, ZoneInfo("UTC")).replace(tzinfo=None)


def _dates(series: Component, moments: Sequence[Moment]) -> Any:
    value = icalendar.prop.vDDDLists(list(moments))
    if moments and not isinstance(moments[0], dt.datetime):
        value.params["VALUE"] = "DATE"
    elif series["DTSTART"].params.get("TZID"):
        value.params["TZID"] = series["DTSTART"].params["TZID"]
    return value


def write_event(component: Component, before: Event | None, after: Event, zone: ZoneInfo) -> None:
    """Write the fields in which `after` differs from `before` (None: all); whatever else the component says stays."""
    if before is None or (before.start, before.end, before.all_day) != (after.start, after.end, after.all_day):
        _write_times(component, after, zone)
    for name, old, new in (
        ("SUMMARY", before and before.title, after.title),
        ("LOCATION", before and before.location, after.location),
        ("DESCRIPTION", before and before.description, after.description),
    ):
        if new != old:
            component.pop(name, None)
            if new:
                component.add(name, new)
    if before is None or before.recurrence != after.recurrence:
        component.pop("RRULE", None)
        if after.recurrence:
            component.add("RRULE", icalendar.vRecur.from_ical(after.recurrence))
    if before is None or before.invited != after.invited:
        _write_attendees(component, after.attendees)


def touch(component: Component, now: dt.datetime) -> None:
    """A newer version: other programs take the higher SEQUENCE."""
    component["SEQUENCE"] = int(component.get("SEQUENCE", 0)) + 1
    for name in ("DTSTAMP", "LAST-MODIFIED"):
        component.pop(name, None)
        component.add(name, now)


def _write_times(component: Component, event: Event, zone: ZoneInfo) -> None:
    old = component.get("DTSTART")
    component.pop("DURATION", None)
    if event.all_day:
        _set(component, "DTSTART", icalendar.vDate(event.start.astimezone(zone).date()))
        _set(component, "DTEND", icalendar.vDate(event.end.astimezone(zone).date()))
        return
    timed = old is not None and isinstance(old.dt, dt.datetime)
    for name, moment in (("DTSTART", event.start), ("DTEND", event.end)):
        if not event.recurrence and (event.start.fold or event.end.fold):
            # An hour that the end of summer time repeats: with a zone's name, RFC 5545 can only mean its first time.
            _set(component, name, _zoned(moment.astimezone(dt.UTC), "UTC"))
        elif timed:
            _set(component, name, _zoned(moment.astimezone(old.dt.tzinfo or zone), _zone_key(old)))
        else:
            key = getattr(moment.tzinfo, "key", None) or zone.key
            _set(component, name, _zoned(moment.astimezone(ZoneInfo(key)), key))


def _zone_key(value: Any) -> str:
    """The zone that a time property names; empty for a floating time."""
    if value.params.get("TZID"):
        return str(value.params["TZID"])
    return "" if value.dt.tzinfo is None else "UTC"


def _like(series: Component, moment: Moment) -> Any:
    """A property value in the form and zone of the start of `series`."""
    if not isinstance(moment, dt.datetime):
        return icalendar.vDate(moment)
    return _zoned(moment, _zone_key(series["DTSTART"]))


def _zoned(local: dt.datetime, key: str) -> Any:
    """A time, already on the clocks of the zone `key`; empty: of wherever one is."""
    value = icalendar.vDatetime(local if key else local.replace(tzinfo=None))
    if key and key != "UTC":
        value.params["TZID"] = key
    return value


def _set(component: Component, name: str, value: Any) -> None:
    component.pop(name, None)
    if isinstance(value, icalendar.vDate):
        value.params["VALUE"] = "DATE"
    component[name] = value


def _write_attendees(component: Component, attendees: Sequence[Attendee]) -> None:
    """Whoever stays keeps what the file says of them, such as whether they have accepted."""
    known = {_key(_attendee(one)): one for one in _attendees(component)}
    component.pop("ATTENDEE", None)
    for attendee in attendees:
        value = known.get(_key(attendee))
        if value is None:
            value = icalendar.vCalAddress(_MAILTO + attendee.email if attendee.email else _NO_ADDRESS)
            if attendee.name:
                value.params["CN"] = attendee.name
        component.add("ATTENDEE", value, encode=False)


def _key(attendee: Attendee) -> str:
    return (attendee.email or attendee.name).casefold()

"""Tools over the calendar: look, find time, and, each approved by a person, create, change and delete."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from pydantic import BaseModel, ConfigDict, Field, field_validator

from tizmoret.catalog.tool import Ask, Call, Kind, Option, Text, tool
from tizmoret.errors import NotFound, StepFailed
from tizmoret.plan.labels import Label
from tizmoret.plan.model import Language
from tizmoret.tools.models import Attendee, Event
from tizmoret.tools.providers.ports import CalendarStore
from tizmoret.tools.when import span
from tizmoret.words import content_tokens, forms, tokens

OWN = Label("trusted", "internal", frozenset({"calendar"}))
LOCKS = ("calendar:{calendar}",)
LONGEST = dt.timedelta(days=366)  # of one event
LOOK_AHEAD = dt.timedelta(days=30)
LOOK_BACK = dt.timedelta(days=1)
MOST_OPTIONS = 20
_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+")
_NAMESPACE = uuid.UUID("6f1f7c1e-6f0e-4f0b-9f2b-8a5f4f1d2c3b")

Moment = Annotated[dt.datetime, Kind("date-time")]
Minutes = Annotated[int, Field(ge=1, le=60 * 24 * 14)]


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ListEvents(_Arguments):
    start: Moment | None = Field(None, description="empty is now")
    end: Moment | None = Field(None, description="exclusive; empty is 30 days after the start")
    query: Annotated[str, Kind("words")] = Field("", max_length=300, description="words of title, attendees, place; empty finds all")


class Events(BaseModel):
    events: list[Annotated[Event, Kind("event")]]


class FindFree(_Arguments):
    minutes: Minutes = 60
    after: Moment | None = Field(None, description="empty is now")
    before: Moment | None = Field(None, description="exclusive; empty is 30 days later")
    day_start: str = Field("09:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    day_end: str = Field("18:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")


class Free(BaseModel):
    start: Annotated[dt.datetime, Kind("date-time")]
    end: Annotated[dt.datetime, Kind("date-time")]
    alternatives: list[dt.datetime] = Field(default_factory=list)


class PickEvent(_Arguments):
    query: Annotated[str, Kind("words")] = Field("", max_length=300)
    start: Moment | None = None
    end: Moment | None = None


class Picked(BaseModel):
    event: Annotated[Event, Kind("event")]


class Invitee(BaseModel):
    """A contact or an attendee: whatever has a name or an address."""

    model_config = ConfigDict(extra="ignore")
    name: Annotated[str, Kind("person.name")] = ""
    email: Annotated[str, Kind("email")] = ""

    @field_validator("email")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if value and not _EMAIL.fullmatch(value):
            raise ValueError(f"{value!r} is not an e-mail address")
        return value


class CreateEvent(_Arguments):
    title: Annotated[str, Kind("text")] = Field(min_length=1, max_length=300)
    start: Moment
    end: Moment | None = None
    minutes: Minutes = 60
    attendees: list[Annotated[Invitee, Kind("contact")]] = Field(default_factory=list, max_length=500)
    location: str = Field("", max_length=500)
    description: Annotated[str, Kind("markdown")] = Field("", max_length=100_000)
    recurrence: str | None = Field(None, max_length=500, description="RFC 5545 RRULE such as FREQ=WEEKLY;COUNT=10")
    calendar: str = Field("main", max_length=100)


class Created(BaseModel):
    event: Annotated[Event, Kind("event")]


class UpdateEvent(_Arguments):
    event_id: Annotated[str, Kind("event.id")] = Field(min_length=1, max_length=500)
    title: Annotated[str | None, Kind("text")] = Field(None, min_length=1, max_length=300)
    start: Moment | None = None
    end: Moment | None = Field(None, description="empty: as long as it was")
    attendees: list[Annotated[Invitee, Kind("contact")]] | None = Field(None, max_length=500)
    location: str | None = Field(None, max_length=500)
    description: Annotated[str | None, Kind("markdown")] = Field(None, max_length=100_000)
    calendar: str = Field("main", max_length=100)


class Updated(BaseModel):
    event: Annotated[Event, Kind("event")]
    before: Event


class DeleteEvent(_Arguments):
    event_id: Annotated[str, Kind("event.id")] = Field(min_length=1, max_length=500)
    calendar: str = Field("main", max_length=100)


class Deleted(BaseModel):
    event: Event


# -- in words


def describe_event(event: Event, language: Language) -> str:
    who = ", ".join(attendee.name or attendee.email for attendee in event.attendees)
    parts = [event.title, span(event.start, event.end, language, all_day=event.all_day), who, event.location]
    return " · ".join(part for part in parts if part)


def _show_events(found: Events, language: Language) -> str:
    if not found.events:
        return "אין פגישות בזמן הזה." if language == "he" else "There are no meetings in that time."
    return "\n".join(f"- {describe_event(event, language)}" for event in found.events[:50])


def _show_free(free: Free, language: Language) -> str:
    return ("פנוי: " if language == "he" else "Free: ") + span(free.start, free.end, language)


def _told(he: str, en: str) -> Any:
    return lambda done, language: f"{he if language == 'he' else en}: {describe_event(done.event, language)}"


# -- looking


def _zoned(moment: dt.datetime, call: Call) -> dt.datetime:
    """In the workspace's own zone, with its summer time; a time without a zone is meant there."""
    return moment.replace(tzinfo=call.timezone) if moment.tzinfo is None else moment.astimezone(call.timezone)


def _window(start: dt.datetime | None, end: dt.datetime | None, call: Call, default: dt.timedelta) -> tuple[dt.datetime, dt.datetime]:
    first = _zoned(start, call) if start else call.now
    last = _zoned(end, call) if end else first + default
    if last <= first:
        raise StepFailed("The time ends before it starts.", cure="Give an end after the start.", field="end")
    return first, min(last, first + dt.timedelta(days=5 * 366))


def _fits(event: Event, query: str) -> bool:
    text = " ".join([event.title, event.location, *(f"{one.name} {one.email}" for one in event.attendees)])
    known = frozenset[str]().union(*(forms(token) for token in tokens(text)))
    return all(not known.isdisjoint(forms(token)) for token in content_tokens(query))


async def _found(start: dt.datetime, end: dt.datetime, query: str, call: Call) -> list[Event]:
    events = await call.provider(CalendarStore).events(start, end)
    return [_here(event, call.timezone) for event in events if _fits(event, query)]


def _here(event: Event, zone: ZoneInfo) -> Event:
    return event if event.all_day else event.model_copy(update={"start": event.start.astimezone(zone), "end": event.end.astimezone(zone)})


@tool(
    "calendar.list",
    title=Text(he="הפגישות ביומן", en="List meetings"),
    description=Text(he="מציג את הפגישות ביומן בתקופה, גם חוזרות", en="List the meetings in the calendar in a time, recurring ones too"),
    examples={
        "he": ["מה יש לי ביומן השבוע", "אילו פגישות יש מחר", "הצג את הפגישות של החודש", "מתי הפגישה עם יואב"],
        "en": ["what is in my calendar this week", "which meetings are tomorrow", "show the meetings of this month", "when do I meet Yoav"],
    },
    show=_show_events, label=OWN, seconds=0.3,
)  # fmt: skip
async def list_events(args: ListEvents, call: Call) -> Events:
    start, end = _window(args.start, args.end, call, LOOK_AHEAD)
    return Events(events=await _found(start, end, args.query, call))


@tool(
    "calendar.find_free",
    title=Text(he="חיפוש זמן פנוי", en="Find free time"),
    description=Text(
        he="מוצא את הזמן הפנוי הראשון לפגישה בשעות העבודה, ראשון עד חמישי",
        en="Find the first free time for a meeting in working hours, Sunday to Thursday",
    ),
    examples={
        "he": ["מתי אני פנוי השבוע", "מצא שעה פנויה לפגישה", "מתי יש לי זמן מחר", "זמן פנוי של חצי שעה"],
        "en": ["when am I free this week", "find a free hour for a meeting", "when do I have time tomorrow", "a free half hour"],
    },
    show=_show_free, label=OWN, seconds=0.3,
)  # fmt: skip
async def find_free(args: FindFree, call: Call) -> Free:
    after, before = _window(args.after, args.before, call, LOOK_AHEAD)
    after = max(after, call.now)
    length = dt.timedelta(minutes=args.minutes)
    opens, closes = dt.time.fromisoformat(args.day_start), dt.time.fromisoformat(args.day_end)
    busy = [(e.start, e.end) for e in await call.provider(CalendarStore).events(after - LONGEST, before) if not e.all_day and e.end > after]
    slots: list[dt.datetime] = []
    date = after.date()
    while date <= before.date() and len(slots) < 4:
        if date.weekday() not in (4, 5):  # Friday, Saturday
            first = dt.datetime.combine(date, opens, call.timezone)
            last = dt.datetime.combine(date, closes, call.timezone)
            slot = _free_on(max(first, _next_quarter(after)), min(last, before), length, busy)
            slots += [slot] if slot else []
        date += dt.timedelta(days=1)
    if not slots:
        cure = "Ask for a longer time, or a shorter meeting."
        raise StepFailed("There is no free time in those hours.", cure=cure, field="before")
    return Free(start=slots[0], end=slots[0] + length, alternatives=slots[1:])


def _next_quarter(moment: dt.datetime) -> dt.datetime:
    rest = dt.timedelta(minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond)
    return moment if not rest else moment - rest + dt.timedelta(minutes=15)


def _free_on(start: dt.datetime, end: dt.datetime, length: dt.timedelta, busy: list[tuple[dt.datetime, dt.datetime]]) -> dt.datetime | None:
    """The first start between the two at which nothing overlaps."""
    for taken, freed in sorted(busy):
        if taken < start + length and freed > start:
            start = _next_quarter(freed.astimezone(start.tzinfo))
    return start if start + length <= end else None


@tool(
    "calendar.pick",
    title=Text(he="בחירת פגישה", en="Pick a meeting"),
    description=Text(
        he="מוצא את הפגישה האחת שאליה התכוונו, ושואל כשכמה פגישות מתאימות",
        en="Find the one meeting that was meant, and ask where several fit",
    ),
    examples={"he": ["הפגישה עם יואב", "הפגישה של מחר", "ישיבת הצוות"], "en": ["the meeting with Yoav", "tomorrow's meeting", "the team meeting"]},
    show=lambda picked, language: describe_event(picked.event, language), label=OWN, seconds=0.3,
)  # fmt: skip
async def pick(args: PickEvent, call: Call) -> Picked:
    start, end = _window(args.start or call.now - LOOK_BACK, args.end, call, LOOK_AHEAD * 3)
    found = await _found(start, end, args.query, call)
    if len(found) == 1:
        return Picked(event=found[0])
    he = call.language == "he"
    if not found:
        detail = "לא נמצאה פגישה כזאת." if he else "There is no such meeting."
        raise StepFailed(detail, cure="אמרו מתי היא, או מה שמה." if he else "Say when it is, or its title.", field="query")
    options = [Option(describe_event(event, call.language), {"event": event.model_dump(mode="json")}) for event in found[:MOST_OPTIONS]]
    raise Ask("לאיזו פגישה הכוונה?" if he else "Which meeting do you mean?", options)


# -- changing


def _attendees(invitees: list[Invitee]) -> list[Attendee]:
    return [Attendee(name=one.name, email=one.email) for one in invitees]


def _checked(start: dt.datetime, end: dt.datetime) -> None:
    if end <= start:
        raise StepFailed("The meeting ends before it starts.", cure="Give an end after the start.", field="end")
    if end - start > LONGEST:
        raise StepFailed("The meeting is longer than a year.", cure="Give an earlier end.", field="end")


def _rule(text: str | None, start: dt.datetime) -> str | None:
    """A recurrence rule that can be read and has an occurrence."""
    if not text:
        return None
    rule = text.removeprefix("RRULE:").strip()
    if "\n" in rule or "\r" in rule:
        raise StepFailed("The recurrence has more than one line.", cure="Give one RRULE.", field="recurrence")
    try:
        first = next(iter(rrulestr(rule, dtstart=start.replace(tzinfo=None) if "UNTIL" not in rule else start.astimezone(dt.UTC))), None)
    except (ValueError, TypeError, AttributeError) as error:
        raise StepFailed(f"{text!r} is no recurrence.", cure="Give an RRULE such as FREQ=WEEKLY;COUNT=10.", field="recurrence") from error
    if first is None:
        raise StepFailed("The recurrence has no occurrence.", cure="Give a later end.", field="recurrence")
    return rule


def _uid(call: Call) -> str:
    return f"{uuid.uuid5(_NAMESPACE, call.key)}@tizmoret"


async def _undo_create(args: CreateEvent, output: Created, call: Call) -> None:
    store = call.provider(CalendarStore)
    if await store.get(output.event.id) is not None:
        await store.delete(output.event.id)


async def _created_before(args: CreateEvent, call: Call) -> Created | None:
    known = await call.provider(CalendarStore).get(_uid(call))
    return None if known is None else Created(event=_here(known, call.timezone))


@tool(
    "calendar.create",
    title=Text(he="קביעת פגישה", en="Schedule a meeting"),
    description=Text(
        he="קובע פגישה ביומן עם משתתפים, מקום ותיאור, גם חוזרת",
        en="Schedule a meeting in the calendar with attendees, place and description, also a recurring one",
    ),
    examples={
        "he": ["קבע פגישה עם יואב", "תקבע לי פגישה מחר ב-14:00", "הוסף ליומן ישיבת צוות כל יום ראשון", "זמן פגישה עם דנה ביום שלישי"],
        "en": ["schedule a meeting with Yoav", "set up a meeting tomorrow at 14:00", "add a weekly team meeting", "book a meeting with Dana"],
    },
    show=_told("נקבעה פגישה", "A meeting was scheduled"), effect="write", recovery="keyed", approval="ask", locks=LOCKS, label=OWN,
    undo=_undo_create, probe=_created_before, seconds=0.5,
)  # fmt: skip
async def create(args: CreateEvent, call: Call) -> Created:
    start = _zoned(args.start, call)
    end = _zoned(args.end, call) if args.end else start + dt.timedelta(minutes=args.minutes)
    _checked(start, end)
    event = Event(
        id=_uid(call),
        calendar=args.calendar,
        title=args.title,
        start=start,
        end=end,
        timezone=call.timezone.key,
        attendees=_attendees(args.attendees),
        location=args.location,
        description=args.description,
        recurrence=_rule(args.recurrence, start),
    )
    return Created(event=_here(await call.provider(CalendarStore).create(event), call.timezone))


async def _undo_update(args: UpdateEvent, output: Updated, call: Call) -> None:
    await call.provider(CalendarStore).update(output.before)


@tool(
    "calendar.update",
    title=Text(he="שינוי פגישה", en="Change a meeting"),
    description=Text(
        he="מזיז או משנה פגישה שביומן: זמן, כותרת, משתתפים, מקום", en="Move or change a meeting in the calendar: time, title, attendees, place"
    ),
    examples={
        "he": ["הזז את הפגישה עם יואב למחר", "דחה את ישיבת הצוות בשעה", "שנה את מקום הפגישה", "הוסף את דנה לפגישה"],
        "en": ["move the meeting with Yoav to tomorrow", "postpone the team meeting by an hour", "change the place", "reschedule the meeting"],
    },
    show=_told("הפגישה שונתה", "The meeting was changed"), effect="write", recovery="keyed", approval="ask", locks=LOCKS, label=OWN,
    undo=_undo_update, seconds=0.5,
)  # fmt: skip
async def update(args: UpdateEvent, call: Call) -> Updated:
    store = call.provider(CalendarStore)
    before = await store.get(args.event_id)
    if before is None:
        raise NotFound(f"There is no event {args.event_id}.", cure="List the events to see which there are.", field="event_id")
    start = _zoned(args.start, call) if args.start else before.start
    end = _zoned(args.end, call) if args.end else start + (before.end - before.start)
    _checked(start, end)
    changes: dict[str, Any] = {"start": start, "end": end, "all_day": before.all_day and args.start is None}
    if args.attendees is not None:
        changes["attendees"] = _attendees(args.attendees)
    changes |= {name: value for name in ("title", "location", "description") if (value := getattr(args, name)) is not None}
    after = await store.update(before.model_copy(update=changes))
    return Updated(event=_here(after, call.timezone), before=before)


async def _undo_delete(args: DeleteEvent, output: Deleted, call: Call) -> None:
    await call.provider(CalendarStore).create(output.event)


@tool(
    "calendar.delete",
    title=Text(he="ביטול פגישה", en="Cancel a meeting"),
    description=Text(he="מבטל פגישה ומוחק אותה מהיומן", en="Cancel a meeting and delete it from the calendar"),
    examples={
        "he": ["בטל את הפגישה עם יואב", "מחק את הפגישה של מחר", "תבטל את ישיבת הצוות"],
        "en": ["cancel the meeting with Yoav", "delete tomorrow's meeting", "call off the team meeting"],
    },
    show=_told("הפגישה בוטלה", "The meeting was cancelled"), effect="delete", recovery="keyed", approval="ask", locks=LOCKS, label=OWN,
    undo=_undo_delete, seconds=0.5,
)  # fmt: skip
async def delete(args: DeleteEvent, call: Call) -> Deleted:
    return Deleted(event=_here(await call.provider(CalendarStore).delete(args.event_id), call.timezone))


TOOLS = (list_events, find_free, pick, create, update, delete)

"""Change the calendar. A person approves each change; a repeat of a call changes nothing again; each can be taken back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from tizmoret.catalog.tool import Call, Text, tool
from tizmoret.errors import Conflict, NotFound, StepFailed
from tizmoret.tools.calendar.looking import OWN, TIMES
from tizmoret.tools.calendar.models import (
    MOST_ATTENDEES,
    Created,
    CreateEvent,
    Deleted,
    DeleteEvent,
    Invitee,
    Updated,
    UpdateEvent,
)
from tizmoret.tools.calendar.recurrence import checked, moved
from tizmoret.tools.calendar.times import LONGEST, here, later, length, midnight, zoned
from tizmoret.tools.calendar.words import told
from tizmoret.tools.models import Attendee, Event
from tizmoret.tools.providers.ports import CalendarStore

LOCKS = ("calendar:{calendar}",)
_NAMESPACE = uuid.UUID("6f1f7c1e-6f0e-4f0b-9f2b-8a5f4f1d2c3b")


def _id(call: Call) -> str:
    """Of the event that this call makes, however often it is repeated."""
    return f"{uuid.uuid5(_NAMESPACE, call.key)}@tizmoret"


def _attendees(invitees: Iterable[Invitee | Attendee]) -> list[Attendee]:
    """Each person once, by address where there is one."""
    found: dict[str, Attendee] = {}
    for one in invitees:
        found.setdefault(
            (one.email or one.name).casefold(), Attendee(name=one.name.strip(), email=one.email, response=getattr(one, "response", ""))
        )
    if len(found) > MOST_ATTENDEES:
        raise StepFailed(f"The meeting would have over {MOST_ATTENDEES} attendees.", cure="Invite fewer.", field="attendees")
    return list(found.values())


def _check(start: dt.datetime, end: dt.datetime) -> None:
    if length(start, end) <= dt.timedelta():
        raise StepFailed("The meeting ends before it starts.", cure="Give an end after the start.", field="end")
    if length(start, end) > LONGEST:
        raise StepFailed("The meeting is longer than a year.", cure="Give an earlier end.", field="end")


def _whole_days(start: dt.datetime, end: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """From midnight to midnight, one day at least. The day of an end with hours is part of it."""
    first, last = midnight(start), midnight(end)
    if last < end or last <= first:
        last += dt.timedelta(days=1)
    return first, last


async def _undo(_args: Any, _output: Any, call: Call) -> None:
    store = call.provider(CalendarStore)
    if not await store.undo(call.key):
        done = await store.done(call.key)
        what = f"“{done.event.title}”" if done else "The event"
        raise Conflict(f"{what} was changed again since, so it was left as it is.", cure="Look at it in the calendar.")


async def _created_before(_args: CreateEvent, call: Call) -> Created | None:
    """By what was noted, else by its id: another machine may have made it, and died with its notes."""
    store = call.provider(CalendarStore)
    done = await store.done(call.key)
    event = done.event if done is not None else await store.get(_id(call))
    return None if event is None else Created(event=here(event, call.timezone))


async def _updated_before(_args: UpdateEvent, call: Call) -> Updated | None:
    done = await call.provider(CalendarStore).done(call.key)
    if done is None or done.before is None:
        return None
    return Updated(event=here(done.event, call.timezone), before=here(done.before, call.timezone))


async def _deleted_before(_args: DeleteEvent, call: Call) -> Deleted | None:
    done = await call.provider(CalendarStore).done(call.key)
    return None if done is None else Deleted(event=here(done.event, call.timezone))


@tool(
    "calendar.create",
    title=Text(he="קביעת פגישה", en="Schedule a meeting"),
    description=Text(
        he="קובע פגישה ביומן עם משתתפים, מקום ותיאור, גם חוזרת",
        en="Schedule a meeting in the calendar with attendees, place and description, also a recurring one",
    ),
    examples={
        "he": [
            "קבע פגישה עם יואב", "תקבע לי פגישה מחר ב-14:00", "הוסף ליומן ישיבת צוות כל יום ראשון",
            "זמן פגישה עם דנה ביום שלישי", "שמור לי ביומן שעה לארוחה",
        ],
        "en": [
            "schedule a meeting with Yoav", "set up a meeting tomorrow at 14:00", "add a weekly team meeting",
            "book a meeting with Dana", "keep an hour free for lunch",
        ],
    },
    show=told("נקבעה פגישה", "A meeting was scheduled"), effect="write", recovery="keyed", approval="ask", locks=LOCKS, label=TIMES,
    undo=_undo, probe=_created_before, seconds=0.5,
)  # fmt: skip
async def create(args: CreateEvent, call: Call) -> Created:
    start = zoned(args.start, call.timezone)
    end = zoned(args.end, call.timezone) if args.end else later(start, dt.timedelta(minutes=args.minutes))
    if args.end is not None or not args.all_day:
        _check(start, end)
    if args.all_day:
        start, end = _whole_days(start, end)
    rule = None
    if args.recurrence:
        rule, first = checked(args.recurrence, start, all_day=args.all_day)
        start, end = zoned(first, call.timezone), _as_long(start, end, first, all_day=args.all_day)
    event = Event(
        id=_id(call), calendar=args.calendar, title=args.title, start=start, end=end,
        timezone=call.timezone.key, all_day=args.all_day, attendees=_attendees(args.attendees), location=args.location,
        description=args.description, recurrence=rule,
    )  # fmt: skip
    done = await call.provider(CalendarStore).create(event, key=call.key)
    return Created(event=here(done.event, call.timezone))


def _as_long(start: dt.datetime, end: dt.datetime, new: dt.datetime, *, all_day: bool) -> dt.datetime:
    """The end of an event that begins at `new` and lasts as from `start` to `end`."""
    if all_day:
        return midnight(new) + (end.replace(tzinfo=None) - start.replace(tzinfo=None))
    return later(new, length(start, end))


@tool(
    "calendar.update",
    title=Text(he="שינוי פגישה", en="Change a meeting"),
    description=Text(
        he="מזיז או משנה פגישה שביומן: זמן, כותרת, משתתפים, מקום", en="Move or change a meeting in the calendar: time, title, attendees, place"
    ),
    examples={
        "he": ["הזז את הפגישה עם יואב למחר", "דחה את ישיבת הצוות בשעה", "שנה את מקום הפגישה", "הוסף את דנה לפגישה", "הזמן את דנה לישיבת הצוות"],
        "en": [
            "move the meeting with Yoav to tomorrow", "postpone the team meeting by an hour", "change the place",
            "reschedule the meeting", "invite Dana to the team meeting",
        ],
    },
    show=told("הפגישה שונתה", "The meeting was changed"), effect="write", recovery="keyed", approval="ask", locks=LOCKS, label=OWN,
    undo=_undo, probe=_updated_before, seconds=0.5,
)  # fmt: skip
async def update(args: UpdateEvent, call: Call) -> Updated:
    store = call.provider(CalendarStore)
    known = await _updated_before(args, call)
    if known is not None:
        return known
    asked = await _event(args.event_id, store, call)
    before = await _event(asked.series, store, call) if asked.series and (args.all_occurrences or args.recurrence is not None) else asked
    after = before.model_copy(update={**_times(args, asked, before, call), **_texts(args), "attendees": _invited(args, before)})
    done = await store.update(after, key=call.key)
    return Updated(event=here(done.event, call.timezone), before=here(done.before or before, call.timezone))


async def _event(id: str, store: CalendarStore, call: Call) -> Event:
    found = await store.get(id)
    if found is None:
        raise NotFound(f"There is no event {id[:200]}.", cure="List the events to see which there are.", field="event_id")
    return here(found, call.timezone)


def _texts(args: UpdateEvent) -> dict[str, str]:
    return {name: value for name in ("title", "location", "description") if (value := getattr(args, name)) is not None}


def _invited(args: UpdateEvent, before: Event) -> Sequence[Attendee]:
    base = before.attendees if args.attendees is None else _attendees(args.attendees)
    return _attendees([*base, *args.invite]) if args.invite else base


def _times(args: UpdateEvent, asked: Event, before: Event, call: Call) -> dict[str, Any]:
    """New times and recurrence of `before`, where the caller spoke of `asked`: the same event, or one occurrence of it."""
    if args.start is None and args.end is None and args.minutes is None and args.recurrence is None:
        return {}
    zone = call.timezone
    start = zoned(args.start, zone) if args.start else asked.start
    all_day = asked.all_day and start == midnight(start)
    if args.end is not None:
        end = zoned(args.end, zone)
    elif args.minutes is not None:
        end = later(start, dt.timedelta(minutes=args.minutes))
    elif asked.all_day and not all_day:
        end = later(start, dt.timedelta(hours=1))  # it took whole days, and has hours now
    else:
        end = _as_long(asked.start, asked.end, start, all_day=all_day)
    if args.end is not None:
        _check(start, end)
    if all_day:
        start, end = _whole_days(start, end)
    shift = start.replace(tzinfo=None) - asked.start.replace(tzinfo=None)
    rule = before.recurrence
    if before is not asked:  # the whole moves as the one occurrence did
        asked_end, start = end, zoned((before.start.replace(tzinfo=None) + shift).replace(tzinfo=zone), zone)
        end = _as_long(asked.start + shift, asked_end, start, all_day=all_day)
    if args.recurrence:
        rule, first = checked(args.recurrence, start, all_day=all_day)
        start, end = zoned(first, zone), _as_long(start, end, first, all_day=all_day)
    elif args.recurrence is not None:
        rule = None
    elif rule and not before.series:
        rule = moved(rule, (start.date() - before.start.date()).days)
    return {"start": start, "end": end, "all_day": all_day, "recurrence": rule}


@tool(
    "calendar.delete",
    title=Text(he="ביטול פגישה", en="Cancel a meeting"),
    description=Text(he="מבטל פגישה ומוחק אותה מהיומן", en="Cancel a meeting and delete it from the calendar"),
    examples={
        "he": ["בטל את הפגישה עם יואב", "מחק את הפגישה של מחר", "תבטל את ישיבת הצוות", "הורד מהיומן את הישיבה"],
        "en": ["cancel the meeting with Yoav", "delete tomorrow's meeting", "call off the team meeting", "drop the meeting from my calendar"],
    },
    show=told("הפגישה בוטלה", "The meeting was cancelled"), effect="delete", recovery="keyed", approval="ask", locks=LOCKS, label=OWN,
    undo=_undo, probe=_deleted_before, seconds=0.5,
)  # fmt: skip
async def delete(args: DeleteEvent, call: Call) -> Deleted:
    store = call.provider(CalendarStore)
    known = await _deleted_before(args, call)
    if known is not None:
        return known
    asked = await _event(args.event_id, store, call)
    event = asked.series if asked.series and args.all_occurrences else asked.id
    done = await store.delete(event, key=call.key, message=args.message.strip())
    return Deleted(event=here(done.event, call.timezone))

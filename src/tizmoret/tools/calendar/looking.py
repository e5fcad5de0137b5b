"""Look at the calendar: what there is, when there is time, which meeting was meant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from tizmoret.catalog.tool import Ask, Call, Option, Text, tool
from tizmoret.errors import StepFailed
from tizmoret.lexicon import translations
from tizmoret.plan.labels import Label
from tizmoret.tools.calendar.models import Events, FindFree, Free, ListEvents, Picked, PickEvent
from tizmoret.tools.calendar.times import here, later, length, window
from tizmoret.tools.calendar.words import describe_event, show_events, show_free
from tizmoret.tools.models import Event
from tizmoret.tools.names import same_word
from tizmoret.tools.providers.ports import CalendarStore
from tizmoret.words import content_tokens, forms, normalise, tokens

# Whoever sends an invitation writes its title and text, so what a calendar says of an event is not the workspace's own word.
OWN = Label("untrusted", "internal", frozenset({"calendar"}))
TIMES = Label("trusted", "internal", frozenset({"calendar"}))
LOOK_AHEAD = dt.timedelta(days=30)
LOOK_BACK = dt.timedelta(days=1)
PICK_AHEAD = dt.timedelta(days=90)
MOST_OPTIONS = 20
MOST_SLOTS = 4
_WEEKEND = (4, 5)  # Friday, Saturday
# They name any entry of a calendar, so they tell nothing apart.
_ANY_MEETING = frozenset(map(normalise, ("פגישה", "ישיבה", "מפגש", "אירוע", "meeting", "event", "appointment")))


def _fits(event: Event, query: str) -> bool:
    """Whether every word of `query` that tells something is in the title, the place or the people of `event`, in either language."""
    words = tokens(" ".join([event.title, event.location, *(f"{one.name} {one.email}" for one in event.attendees)]))
    known = frozenset[str]().union(*(forms(word) for word in words))
    asked = [word for word in content_tokens(query) if _ANY_MEETING.isdisjoint(forms(word))]
    return all(_told(word, words, known) for word in asked)


def _told(asked: str, words: Sequence[str], known: frozenset[str]) -> bool:
    if not known.isdisjoint(forms(asked)) or any(same_word(asked, word) for word in words):
        return True
    return any(not known.isdisjoint(forms(other)) for other in translations(asked))


async def _found(start: dt.datetime, end: dt.datetime, query: str, call: Call) -> list[Event]:
    events = await call.provider(CalendarStore).events(start, end)
    return [here(event, call.timezone) for event in events if _fits(event, query)]


@tool(
    "calendar.list",
    title=Text(he="הפגישות ביומן", en="List meetings"),
    description=Text(he="מציג את הפגישות ביומן בתקופה, גם חוזרות", en="List the meetings in the calendar in a time, recurring ones too"),
    examples={
        "he": [
            "מה יש לי ביומן השבוע", "אילו פגישות יש מחר", "הצג את הפגישות של החודש", "מתי הפגישה עם יואב",
            "מה יש לי עד סוף החודש", "מה מחכה לי מחר",
        ],
        "en": [
            "what is in my calendar this week", "which meetings are tomorrow", "show the meetings of this month", "when do I meet Yoav",
            "what am I doing until the end of the month", "what do I have tomorrow",
        ],
    },
    show=show_events, label=OWN, seconds=0.3,
)  # fmt: skip
async def list_events(args: ListEvents, call: Call) -> Events:
    start, end = window(args.start, args.end, call, LOOK_AHEAD)
    return Events(events=await _found(start, end, args.query, call))


@tool(
    "calendar.find_free",
    title=Text(he="חיפוש זמן פנוי", en="Find free time"),
    description=Text(
        he="מוצא את הזמן הפנוי הראשון לפגישה בשעות העבודה, ראשון עד חמישי",
        en="Find the first free time for a meeting in working hours, Sunday to Thursday",
    ),
    examples={
        "he": ["מתי אני פנוי השבוע", "מצא שעה פנויה לפגישה", "מתי יש לי זמן מחר", "זמן פנוי של חצי שעה", "מצא זמן לי ולדנה בשבוע הבא"],
        "en": [
            "when am I free this week", "find a free hour for a meeting", "when do I have time tomorrow", "a free half hour",
            "find time for Dana and me next week",
        ],
    },
    show=show_free, label=TIMES, seconds=0.3,
)  # fmt: skip
async def find_free(args: FindFree, call: Call) -> Free:
    opens, closes = dt.time.fromisoformat(args.day_start), dt.time.fromisoformat(args.day_end)
    if closes <= opens:
        raise StepFailed("The day ends before it starts.", cure="Give a day_end after day_start.", field="day_end")
    after, before = window(args.after, args.before, call, LOOK_AHEAD)
    after = max(after, call.now.astimezone(call.timezone))
    if before <= after:
        raise StepFailed("That time is over.", cure="Ask for a time from now on.", field="before")
    asked = dt.timedelta(minutes=args.minutes)
    store = call.provider(CalendarStore)
    others = await store.busy_of([one.email for one in args.people if one.email], after, before)
    busy = sorted([*await store.busy(after, before), *(span for taken in others.values() for span in taken)])
    slots: list[dt.datetime] = []
    date = after.date()
    while date <= before.date() and len(slots) < MOST_SLOTS:
        if date.weekday() not in _WEEKEND:
            first = dt.datetime.combine(date, opens, call.timezone)
            last = dt.datetime.combine(date, closes, call.timezone)
            slot = _free_on(max(first, _next_quarter(after)), min(last, before), asked, busy)
            slots += [slot] if slot else []
        date += dt.timedelta(days=1)
    if not slots:
        cure = "Ask for a longer time, or a shorter meeting."
        raise StepFailed("There is no free time in those hours.", cure=cure, field="before")
    unknown = [one.name or one.email for one in args.people if one.email not in others]
    return Free(start=slots[0], end=later(slots[0], asked), alternatives=slots[1:], unknown=unknown)


def _next_quarter(moment: dt.datetime) -> dt.datetime:
    rest = dt.timedelta(minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond)
    return moment if not rest else later(moment, dt.timedelta(minutes=15) - rest)


def _free_on(
    start: dt.datetime, end: dt.datetime, asked: dt.timedelta, busy: Sequence[tuple[dt.datetime, dt.datetime]]
) -> dt.datetime | None:
    """The first start between the two at which nothing overlaps; `busy` in order of start."""
    for taken, freed in busy:
        if freed > start and taken < later(start, asked):
            start = _next_quarter(freed.astimezone(start.tzinfo))
    return start if length(start, end) >= asked else None


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
    start, end = window(args.start or later(call.now, -LOOK_BACK), args.end, call, PICK_AHEAD)
    found = await _found(start, end, args.query, call)
    if args.start is None:  # nobody said when: what lies ahead is meant, and of a recurring meeting the next time
        found = _next_of_each([event for event in found if event.end > call.now] or found)
    if len(found) == 1:
        return Picked(event=found[0])
    he = call.language == "he"
    if not found:
        detail = "לא נמצאה פגישה כזאת." if he else "There is no such meeting."
        raise StepFailed(detail, cure="אמרו מתי היא, או מה שמה." if he else "Say when it is, or its title.", field="query")
    options = [Option(describe_event(event, call.language), {"event": event.model_dump(mode="json")}) for event in found[:MOST_OPTIONS]]
    raise Ask("לאיזו פגישה הכוונה?" if he else "Which meeting do you mean?", options)


def _next_of_each(events: Sequence[Event]) -> list[Event]:
    """The first occurrence of each recurring event, and the others; in order."""
    seen: dict[str, Event] = {}
    for event in events:
        seen.setdefault(event.series or event.id, event)
    return list(seen.values())

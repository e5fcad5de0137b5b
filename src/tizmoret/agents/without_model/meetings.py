"""Meetings: what is planned, when there is time, what to bring, what came of them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tizmoret.agents.with_model import Use
from tizmoret.agents.without_model import Args, Output
from tizmoret.agents.without_model.material import Writing, cited, read_material, say, sources_of, statements
from tizmoret.agents.without_model.minutes import action_items, speaks_of
from tizmoret.agents.without_model.phrases import decides, troubles
from tizmoret.catalog.tool import Call
from tizmoret.errors import StepFailed
from tizmoret.tools import markdown
from tizmoret.tools.when import moment, span
from tizmoret.words import content_tokens

REST_DAYS = frozenset({4, 5})  # Friday and Saturday, as `calendar.find_free` has it
DAY_START, DAY_END = dt.time(9), dt.time(18)


@dataclass(frozen=True, slots=True)
class Meeting:
    title: str
    start: dt.datetime
    end: dt.datetime
    people: tuple[str, ...]
    place: str
    all_day: bool

    @property
    def minutes(self) -> int:
        return 0 if self.all_day else int((self.end - self.start).total_seconds() // 60)


async def calendar(args: Args, use: Use, call: Call) -> Output:
    return await use("calendar.list", args)


async def meetings_in(start: dt.datetime, end: dt.datetime, use: Use, call: Call, query: str = "") -> list[Meeting]:
    events = (await use("calendar.list", {"start": start.isoformat(), "end": end.isoformat(), "query": query}))["events"]
    return [
        Meeting(
            event["title"],
            dt.datetime.fromisoformat(str(event["start"])).astimezone(call.timezone),
            dt.datetime.fromisoformat(str(event["end"])).astimezone(call.timezone),
            tuple(one["name"] or one["email"] for one in event["attendees"]),
            event["location"],
            bool(event["all_day"]),
        )
        for event in events
    ]


def line_of(meeting: Meeting, call: Call) -> str:
    when = span(meeting.start, meeting.end, call.language, all_day=meeting.all_day)
    who = f" · {markdown.escape(', '.join(meeting.people))}" if meeting.people else ""
    return f"{when}: {markdown.escape(meeting.title)}{who}"


def free_times(
    meetings: Sequence[Meeting], days: int, minutes: int, call: Call, first: dt.date | None = None
) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """The times of working days in which nothing is planned, of at least so many minutes."""
    for number in range(days):
        date = (first or call.now.date()) + dt.timedelta(days=number)
        if date.weekday() in REST_DAYS:
            continue
        start = max(dt.datetime.combine(date, DAY_START, call.timezone), call.now.replace(second=0, microsecond=0))
        end = dt.datetime.combine(date, DAY_END, call.timezone)
        for busy in sorted((one for one in meetings if one.start < end and one.end > start and not one.all_day), key=lambda one: one.start):
            if busy.start - start >= dt.timedelta(minutes=minutes):
                yield start, busy.start
            start = max(start, busy.end)
        if end - start >= dt.timedelta(minutes=minutes):
            yield start, end


async def availability(args: Args, use: Use, call: Call) -> Output:
    """Every time that is free in the days ahead, as one may send it to somebody."""
    days, minutes = args.get("days", 7), args.get("minutes", 60)
    meetings = await meetings_in(call.now, call.now + dt.timedelta(days=days + 1), use, call)
    found = list(free_times(meetings, days, minutes, call))
    lines = [f"- {span(start, end, call.language)}" for start, end in found]
    none = say(call, "אין זמן פנוי.", "There is no free time.")
    slots = [
        {"start": start.isoformat(), "end": end.isoformat(), "minutes": int((end - start).total_seconds() // 60)} for start, end in found
    ]
    return {"markdown": "\n".join(lines) or none, "slots": slots}


async def meeting_load(args: Args, use: Use, call: Call) -> Output:
    """How much time goes into meetings: in all, by week, by weekday and by person."""
    weeks = args.get("weeks", 4)
    start = call.now - dt.timedelta(weeks=weeks)
    meetings = await meetings_in(start, call.now + dt.timedelta(weeks=weeks), use, call)
    by_week: Counter[str] = Counter()
    by_person: Counter[str] = Counter()
    for one in meetings:
        year, week, _ = one.start.isocalendar()
        by_week[f"{year}-W{week:02}"] += one.minutes
        by_person.update(dict.fromkeys(one.people, one.minutes))
    total = sum(by_week.values())
    head = say(call, f"{len(meetings)} פגישות, {total / 60:.1f} שעות", f"{len(meetings)} meetings, {total / 60:.1f} hours")
    weekly = markdown.table(
        say(call, "שבוע|שעות", "week|hours").split("|"), [(week, round(spent / 60, 1)) for week, spent in sorted(by_week.items())]
    )
    people = [(name, round(spent / 60, 1)) for name, spent in by_person.most_common(15)]
    personal = markdown.table(say(call, "עם מי|שעות", "with|hours").split("|"), people)
    return {
        "markdown": f"## {head}\n\n{weekly}\n\n{personal}",
        "meetings": len(meetings),
        "hours": round(total / 60, 2),
        "weeks": {week: round(spent / 60, 2) for week, spent in sorted(by_week.items())},
        "people": {name: round(spent / 60, 2) for name, spent in by_person.most_common(50)},
    }


async def _meeting(args: Args, use: Use, call: Call) -> Meeting:
    """The next one that is meant. Raises StepFailed."""
    query = args.get("query") or ""
    ahead = await meetings_in(call.now, call.now + dt.timedelta(days=args.get("days", 60)), use, call, query)
    found = next((one for one in sorted(ahead, key=lambda one: one.start) if one.start >= call.now), None)
    if found is None:
        raise StepFailed(
            say(call, "לא נמצאה פגישה קרובה כזאת.", "No such meeting lies ahead."),
            cure=say(call, "אפשר לבדוק ביומן אילו פגישות יש.", "Look in the calendar which meetings there are."),
            field="query",
        )
    return found


async def meeting_preparer(args: Args, use: Use, call: Call) -> Output:
    """The next meeting with all that one should have read: who comes, what documents say of it and of them, what is open."""
    meeting = await _meeting(args, use, call)
    book = (await use("contacts.search", {"limit": 500}))["contacts"]
    known = [one for name in meeting.people for one in book if name in (one["name"], one["email"])]
    firms = {one["organization"] for one in known if one["organization"]}
    writings = await read_material({"query": " ".join([meeting.title, *meeting.people, *firms])}, use, call, most=30)
    names = [*meeting.people, *(name for one in known for name in one["nicknames"]), *firms]
    words = content_tokens(meeting.title)
    said = [one for one in statements(writings) if any(name in one.text for name in names) or (words and speaks_of(one.text, words))]
    parts = [f"## {markdown.escape(meeting.title)}", line_of(meeting, call)]
    if meeting.place:
        parts.append(f"{say(call, 'מקום', 'Place')}: {markdown.escape(meeting.place)}")
    if known:
        lines = [
            f"- {markdown.escape(' · '.join(part for part in (one['name'], one['role'], one['organization'], one['phone']) if part))}"
            for one in known
        ]
        parts.append("\n".join([f"**{say(call, 'מי בא', 'Who comes')}**", "", *lines]))
    parts.append(f"**{say(call, 'כדאי לדעת', 'Good to know')}**")
    parts.append(
        cited([(markdown.escape(one.text), one.of) for one in said[:12]], call)
        or say(call, "המסמכים אינם מזכירים זאת.", "The documents do not speak of it.")
    )
    return {
        "markdown": "\n\n".join(parts),
        "meeting": {"title": meeting.title, "start": meeting.start.isoformat(), "people": list(meeting.people)},
        "contacts": [one["name"] for one in known],
        "statements": [{"text": one.text, "source": one.of.source} for one in said],
        "sources": sources_of(one.of for one in said),
    }


async def agenda_drafter(args: Args, use: Use, call: Call) -> Output:
    """An agenda out of what documents leave open on a subject: duties, faults, decisions to follow up, each with its minutes."""
    subject = args["query"]
    writings = await read_material(args, use, call, most=20)
    duty = (
        await action_items({"documents": [{"id": one.id, "modified": str(one.day)} for one in writings]}, use, call)
        if writings
        else {"items": []}
    )
    told = statements(writings)
    topics: list[tuple[str, int, Writing | None]] = [(say(call, "פתיחה ומטרה", "Opening and aim"), 5, None)]
    of = {one.id: one for one in writings}
    topics += [(item["text"], 10, of.get(item["source"]["id"])) for item in duty["items"][:5]]
    known = {text for text, _, _ in topics}
    topics += [(one.text, 10, one.of) for one in told if troubles(one.text) and one.text not in known][:3]
    topics += [(one.text, 5, one.of) for one in told if decides(one.text) and one.text not in known and len(one.text.split()) > 3][:3]
    topics.append((say(call, "סיכום, אחראים ומועדים", "Summing up: who does what, until when"), 10, None))
    lines = [f"{place}. ({minutes}′) {markdown.escape(text)}{f' [{markdown.escape(source.title)}]' if source else ''}"
             for place, (text, minutes, source) in enumerate(topics, 1)]  # fmt: skip
    total = sum(minutes for _, minutes, _ in topics)
    head = say(call, f"סדר יום: {subject} ({total} דקות)", f"Agenda: {subject} ({total} minutes)")
    return {
        "markdown": f"# {markdown.escape(head)}\n\n" + "\n".join(lines),
        "topics": [{"text": text, "minutes": minutes} for text, minutes, _ in topics],
        "minutes": total,
        "sources": sources_of(source for _, _, source in topics if source),
    }


async def follow_up_finder(args: Args, use: Use, call: Call) -> Output:
    """Meetings that are over and of which nothing was written down since: who was there, how long ago."""
    days = args.get("days", 30)
    start = call.now - dt.timedelta(days=days)
    past = [one for one in await meetings_in(start, call.now, use, call) if one.end <= call.now]
    period = {"start": start.date().isoformat(), "end": call.now.date().isoformat()}
    writings = await read_material({"period": period}, use, call)
    tasks = (await use("tasks.list", {"status": "all", "limit": 500}))["tasks"]
    open_: list[Meeting] = []
    for one in past:
        words = content_tokens(one.title)
        written = any(
            _after(writing, one) and (any(name in writing.text for name in one.people) or speaks_of(writing.title, words))
            for writing in writings
        )
        if not written and not any(words and speaks_of(task["title"], words) for task in tasks):
            open_.append(one)
    lines = [
        f"- {moment(one.start, call.language)}: {markdown.escape(one.title)} · {markdown.escape(', '.join(one.people))}" for one in open_
    ]
    none = say(call, "לכל הפגישות יש סיכום או משימה.", "Every meeting has its minutes or a task.")
    head = say(call, f"{len(open_)} מתוך {len(past)} פגישות בלי המשך:", f"{len(open_)} of {len(past)} meetings without a follow-up:")
    meetings = [{"title": one.title, "day": one.start.date().isoformat(), "people": list(one.people)} for one in open_]
    return {"markdown": "\n".join([head, "", *lines]) if lines else none, "meetings": meetings, "looked": len(past)}


def _after(writing: Writing, meeting: Meeting) -> bool:
    return writing.day is not None and writing.day >= meeting.start.date()

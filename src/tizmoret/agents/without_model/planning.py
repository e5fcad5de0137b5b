"""The days ahead: what is due, what to do when, what the day holds, how things stand."""

from __future__ import annotations

import datetime as dt

from tizmoret.agents.with_model import Use
from tizmoret.agents.without_model import Args, Output
from tizmoret.agents.without_model.colleagues import heard
from tizmoret.agents.without_model.material import cited, read_material, say, sources_of, statements
from tizmoret.agents.without_model.meetings import free_times, line_of, meetings_in
from tizmoret.agents.without_model.phrases import deadline_in, decides, troubles
from tizmoret.catalog.tool import Call
from tizmoret.tools import markdown
from tizmoret.tools.when import day, span

A_TASK = 60  # minutes that a task is given in a plan of the week


async def _tasks(use: Use, status: str = "open") -> list[Output]:
    return list((await use("tasks.list", {"status": status, "limit": 500}))["tasks"])


def _due(task: Output) -> dt.date | None:
    due = task.get("due")
    return dt.date.fromisoformat(str(due)) if due else None


def _midnight(date: dt.date, call: Call) -> dt.datetime:
    return dt.datetime.combine(date, dt.time(), call.timezone)


async def deadline_watcher(args: Args, use: Use, call: Call) -> Output:
    """What must be done until when: of the list of tasks, and of sentences of documents that say "until"."""
    today, days = call.now.date(), args.get("days", 30)
    found: list[tuple[dt.date, str, str]] = [
        (due, task["title"], say(call, "משימה", "task")) for task in await _tasks(use) if (due := _due(task)) is not None
    ]
    for one in statements(await read_material(args, use, call)):
        due = deadline_in(one.text, one.of.day or today, call.timezone)
        if due is not None:
            found.append((due, one.text, one.of.title))
    back = today - dt.timedelta(days=args.get("back", 120))
    found = sorted(item for item in found if back <= item[0] <= today + dt.timedelta(days=days))
    late, ahead = [item for item in found if item[0] < today], [item for item in found if item[0] >= today]
    parts = []
    for head, items in ((say(call, "עבר זמנם", "Past"), late), (say(call, "לפנינו", "Ahead"), ahead)):
        if items:
            lines = [f"- {day(due, call.language)}: {markdown.escape(text)} ({markdown.escape(source)})" for due, text, source in items]
            parts.append("\n".join([f"**{head}**", "", *lines]))
    none = say(call, "לא נמצאו מועדים.", "No deadlines were found.")
    deadlines = [{"due": due.isoformat(), "text": text, "source": source, "past": due < today} for due, text, source in found]
    return {"markdown": "\n\n".join(parts) or none, "deadlines": deadlines}


async def week_planner(args: Args, use: Use, call: Call) -> Output:
    """The days ahead with their meetings, and each open task in a free time before it is due."""
    days = args.get("days", 7)
    meetings = await meetings_in(_midnight(call.now.date(), call), _midnight(call.now.date(), call) + dt.timedelta(days=days), use, call)
    free = list(free_times(meetings, days, A_TASK, call))
    placed: list[tuple[dt.datetime, dt.datetime, str]] = []
    left: list[str] = []
    for task in sorted(await _tasks(use), key=lambda task: (_due(task) or dt.date.max, task["title"])):
        due = _due(task) or dt.date.max
        late = due < call.now.date()
        place = next((number for number, (start, _) in enumerate(free) if late or start.date() <= due), None)
        if place is None:
            left.append(task["title"])
            continue
        start, end = free.pop(place)
        until = start + dt.timedelta(minutes=A_TASK)
        placed.append((start, until, task["title"]))
        if end - until >= dt.timedelta(minutes=A_TASK):
            free.insert(place, (until, end))
    parts = []
    for number in range(days):
        date = call.now.date() + dt.timedelta(days=number)
        lines = [(one.start, f"- {line_of(one, call)}") for one in meetings if one.start.date() == date]
        lines += [
            (start, f"- ☐ {span(start, end, call.language)}: {markdown.escape(title)}")
            for start, end, title in placed
            if start.date() == date
        ]
        if lines:
            parts.append("\n".join([f"**{day(date, call.language)}**", "", *(line for _, line in sorted(lines))]))
    if left:
        parts.append(f"{say(call, 'לא נמצא להן זמן', 'No time was found for')}: {markdown.escape(', '.join(left))}")
    return {
        "markdown": "\n\n".join(parts) or say(call, "אין פגישות ואין משימות.", "There are no meetings and no tasks."),
        "meetings": len(meetings),
        "placed": [{"task": title, "start": start.isoformat(), "end": end.isoformat()} for start, end, title in placed],
        "left": left,
    }


async def task_triage(args: Args, use: Use, call: Call) -> Output:
    """Open tasks by what is pressing: late, this week, later, without a day; and those that are there twice."""
    today = call.now.date()
    heads = {
        "late": say(call, "באיחור", "Late"), "week": say(call, "השבוע", "This week"),
        "later": say(call, "אחר כך", "Later"), "none": say(call, "בלי תאריך", "Without a day"),
    }  # fmt: skip
    groups: dict[str, list[str]] = {name: [] for name in heads}
    tasks = await _tasks(use)
    for task in sorted(tasks, key=lambda task: (_due(task) or dt.date.max, task["title"])):
        due = _due(task)
        name = "none" if due is None else "late" if due < today else "week" if due <= today + dt.timedelta(days=7) else "later"
        groups[name].append(task["title"] + (f" · {day(due, call.language)}" if due else ""))
    titles = [" ".join(task["title"].casefold().split()) for task in tasks]
    twice = sorted({task["title"] for task, title in zip(tasks, titles, strict=True) if titles.count(title) > 1})
    parts = [
        "\n".join([f"**{heads[name]}** ({len(lines)})", "", *(f"- {markdown.escape(line)}" for line in lines)])
        for name, lines in groups.items() if lines
    ]  # fmt: skip
    if twice:
        parts.append(f"{say(call, 'רשומות פעמיים', 'Listed twice')}: {markdown.escape(', '.join(twice))}")
    counts = {name: len(lines) for name, lines in groups.items()}
    return {"markdown": "\n\n".join(parts) or say(call, "אין משימות פתוחות.", "There are no open tasks."), "counts": counts, "twice": twice}


async def daily_briefer(args: Args, use: Use, call: Call) -> Output:
    """One day on a page: the day itself, its meetings, what is due, what was written lately."""
    date = dt.date.fromisoformat(args["day"]) if args.get("day") else call.now.date()
    both = await use("dates.hebrew", {"date": date.isoformat()})
    meetings = await meetings_in(_midnight(date, call), _midnight(date, call) + dt.timedelta(days=1), use, call)
    due = [task for task in await _tasks(use) if (when := _due(task)) is not None and when <= date]
    period = {"start": (date - dt.timedelta(days=7)).isoformat(), "end": date.isoformat()}
    new = (await use("documents.search", {"query": "", "period": period, "limit": 20}))["documents"]
    holiday = f" · {both['holiday']}" if both["holiday"] else ""
    parts = [f"## {day(date, call.language)} · {both['hebrew']}{holiday}"]
    for head, lines in (
        (say(call, "פגישות", "Meetings"), [line_of(one, call) for one in meetings]),
        (say(call, "לעשות", "To do"), [f"{markdown.escape(task['title'])} · {day(_due(task) or date, call.language)}" for task in due]),
        (say(call, "נכתב השבוע", "Written this week"), [markdown.escape(one["title"]) for one in new]),
    ):
        none = say(call, "אין", "none")
        parts.append("\n".join([f"**{head}**", "", *([f"- {line}" for line in lines] or [f"- {none}"])]))
    return {
        "markdown": "\n\n".join(parts), "day": date.isoformat(), "holiday": both["holiday"], "meetings": [one.title for one in meetings],
        "tasks": [task["title"] for task in due], "documents": [one["title"] for one in new],
    }  # fmt: skip


async def status_reporter(args: Args, use: Use, call: Call) -> Output:
    """How a subject stands: what was decided, what is wrong, what is done and what is open, what lies ahead."""
    query = args.get("query") or ""
    writings = await read_material(args, use, call)
    told = statements(writings)
    decided = [(markdown.escape(one.text), one.of) for one in told if decides(one.text) and len(one.text.split()) > 2][:8]
    wrong = [(markdown.escape(one.text), one.of) for one in told if troubles(one.text)][:8]
    read = {one.text for one in told}
    heard_of = [markdown.escape(str(one["trouble"])) for one in await heard("trouble", call) if one["trouble"] not in read]
    tasks = (await use("tasks.list", {"status": "all", "query": query, "limit": 100}))["tasks"]
    ahead = await meetings_in(call.now, call.now + dt.timedelta(days=30), use, call, query)
    open_ = [task["title"] for task in tasks if not task["done_at"]]
    parts = [f"# {markdown.escape(say(call, f'מצב: {query}', f'Status: {query}'))}" if query else f"# {say(call, 'מצב', 'Status')}"]
    for head, body in (
        (say(call, "הוחלט", "Decided"), cited(decided, call)),
        (say(call, "דורש טיפול", "Needs attention"), cited(wrong, call)),
        (say(call, "סוכנים אחרים מסרו", "Other agents reported"), "\n".join(f"- {line}" for line in heard_of)),
        (say(call, "משימות פתוחות", "Open tasks"), "\n".join(f"- {markdown.escape(title)}" for title in open_)),
        (say(call, "פגישות קרובות", "Meetings ahead"), "\n".join(f"- {line_of(one, call)}" for one in ahead[:10])),
    ):
        if body:
            parts.append(f"## {head}\n\n{body}")
    if len(parts) == 1:
        parts.append(say(call, "לא נמצא דבר.", "Nothing was found."))
    return {
        "markdown": "\n\n".join(parts), "decided": len(decided), "wrong": len(wrong), "open": open_,
        "done": len(tasks) - len(open_), "meetings": len(ahead), "sources": sources_of(writings),
    }  # fmt: skip

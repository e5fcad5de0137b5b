"""Holidays of the Hebrew calendar and what they mean for plans."""

from __future__ import annotations

import datetime as dt

from tizmoret.agents.with_model import Use
from tizmoret.agents.without_model import Args, Output
from tizmoret.agents.without_model.material import say
from tizmoret.agents.without_model.meetings import line_of, meetings_in
from tizmoret.catalog.tool import Call
from tizmoret.tools import markdown
from tizmoret.tools.when import day


async def holiday_planner(args: Args, use: Use, call: Call) -> Output:
    """The holidays ahead, and the meetings and due tasks that fall on them."""
    start = call.now.date()
    end = start + dt.timedelta(days=args.get("days", 90))
    period = args.get("period") or {"start": start.isoformat(), "end": end.isoformat()}
    found = (await use("dates.holidays", {"period": period}))["holidays"]
    days = {dt.date.fromisoformat(str(one["date"])): one for one in found}
    first = dt.datetime.combine(dt.date.fromisoformat(str(period["start"])), dt.time(), call.timezone)
    last = dt.datetime.combine(dt.date.fromisoformat(str(period["end"])), dt.time(), call.timezone) + dt.timedelta(days=1)
    meetings = [one for one in await meetings_in(first, last, use, call) if one.start.date() in days]
    tasks = [
        task
        for task in (await use("tasks.list", {"limit": 500}))["tasks"]
        if task["due"] and dt.date.fromisoformat(str(task["due"])) in days
    ]
    lines = [f"- {day(when, call.language, year=True)}: {one['name']} · {one['hebrew']}" for when, one in sorted(days.items())]
    parts = ["\n".join(lines) or say(call, "אין חגים בתקופה הזאת.", "There are no holidays in this period.")]
    clashes = [line_of(one, call) for one in meetings] + [markdown.escape(task["title"]) for task in tasks]
    if clashes:
        parts.append("\n".join([f"**{say(call, 'חל בחג', 'Falls on a holiday')}**", "", *(f"- {line}" for line in clashes)]))
    return {
        "markdown": "\n\n".join(parts),
        "holidays": [{"date": when.isoformat(), "name": one["name"], "hebrew": one["hebrew"]} for when, one in sorted(days.items())],
        "clashes": [one.title for one in meetings] + [task["title"] for task in tasks],
    }

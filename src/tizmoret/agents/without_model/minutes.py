"""What people wrote down that somebody must do, that was decided, that went wrong, or that happened on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from tizmoret.agents.with_model import Use
from tizmoret.agents.without_model import Args, Output
from tizmoret.agents.without_model.colleagues import tell_of_troubles
from tizmoret.agents.without_model.material import Statement, Writing, cited, nothing_read, read_material, say, sources_of, statements
from tizmoret.agents.without_model.phrases import days_in, deadline_in, decides, troubles, who_must
from tizmoret.catalog.tool import Call
from tizmoret.tools import markdown
from tizmoret.tools.when import day
from tizmoret.words import content_tokens, forms


async def names_of(use: Use) -> list[str]:
    """Every name that a contact goes by, the longest first."""
    contacts = (await use("contacts.search", {"limit": 500}))["contacts"]
    names = {name for contact in contacts for name in (contact["name"], *contact["nicknames"]) if " " in name}
    return sorted(names, key=lambda name: (-len(name), name))


async def duties(writings: list[Writing], use: Use, call: Call) -> list[tuple[Statement, str, dt.date | None]]:
    """(sentence, who, until when) of everything that somebody is to do."""
    names = await names_of(use)
    found = []
    for one in statements(writings):
        who = who_must(one.text, names)
        if who:
            found.append((one, who, deadline_in(one.text, one.of.day or call.now.date(), call.timezone)))
    return found


async def action_items(args: Args, use: Use, call: Call) -> Output:
    """Who is to do what, and until when, with the document that says so."""
    found = await duties(await read_material(args, use, call), use, call)
    person = (args.get("person") or "").casefold()
    found = [item for item in found if person in item[1].casefold() or person in item[0].text.casefold()]
    found.sort(key=lambda item: (item[2] or dt.date.max, item[0].of.id))
    lines = [(_duty_line(one, who, due, call), one.of) for one, who, due in found]
    items = [{"text": one.text, "who": who, "due": due.isoformat() if due else None, "source": one.of.source} for one, who, due in found]
    none = say(call, "לא נמצאו במסמכים מטלות של אנשי הקשר.", "The documents hold no action items of people in the contacts.")
    return {"markdown": cited(lines, call) or none, "items": items, "sources": sources_of(one.of for one, _, _ in found)}


def _duty_line(one: Statement, who: str, due: dt.date | None, call: Call) -> str:
    until = f" · {say(call, 'עד', 'by')} {day(due, call.language)}" if due else ""
    return f"**{markdown.escape(who)}**{until}: {markdown.escape(one.text)}"


async def minutes_to_tasks(args: Args, use: Use, call: Call) -> Output:
    """The action items as tasks to add, without those that the list of tasks has already. It adds none: that is a step of its own."""
    query = args.get("query") or say(call, "סיכום ישיבה פרוטוקול החלטה", "minutes meeting notes decision")
    found = await duties(await read_material({**args, "query": query}, use, call, most=args.get("limit", 10)), use, call)
    known = [frozenset(content_tokens(task["title"])) for task in (await use("tasks.list", {"status": "all", "limit": 500}))["tasks"]]
    tasks, lines = [], []
    for one, who, due in found:
        words = frozenset(content_tokens(one.text))
        there = any(title and len(title & words) >= 0.7 * len(title) for title in known)
        tasks.append(
            {"title": one.text.rstrip(".")[:300], "due": due.isoformat() if due else None, "note": one.of.title, "who": who, "known": there}
        )
        lines.append((("☑ " if there else "☐ ") + _duty_line(one, who, due, call), one.of))
    none = say(call, "אין בפרוטוקולים מטלות.", "The minutes hold nothing to do.")
    return {"markdown": cited(lines, call) or none, "tasks": tasks, "sources": sources_of(one.of for one, _, _ in found)}


async def decision_log(args: Args, use: Use, call: Call) -> Output:
    """Every sentence that tells of a decision, by the day of its document."""
    return await _logged(args, use, call, decides, say(call, "לא נמצאו החלטות.", "No decisions were found."))


async def risk_watch(args: Args, use: Use, call: Call) -> Output:
    """Every sentence that tells of something wrong, the newest first."""
    none = say(call, "לא נמצאו תקלות או סיכונים.", "No faults or risks were found.")
    found = await _logged(args, use, call, troubles, none, newest=True)
    await tell_of_troubles(found["items"], call)
    return found


async def _logged(args: Args, use: Use, call: Call, holds: Callable[[str], bool], none: str, *, newest: bool = False) -> Output:
    writings = await read_material(args, use, call)
    found = [one for one in statements(writings) if holds(one.text) and len(one.text.split()) > 2]
    found.sort(key=lambda one: (one.of.day or dt.date.min).toordinal() * (-1 if newest else 1))
    lines = [(f"{day(one.of.day, call.language) + ': ' if one.of.day else ''}{markdown.escape(one.text)}", one.of) for one in found]
    items = [{"text": one.text, "day": one.of.day.isoformat() if one.of.day else None, "source": one.of.source} for one in found]
    return {"markdown": cited(lines, call) or none, "items": items, "sources": sources_of(one.of for one in found)}


async def timeline(args: Args, use: Use, call: Call) -> Output:
    """What happened or will happen on which day, in order: the days that sentences name, not the days of the files."""
    found = []
    for one in statements(await read_material(args, use, call)):
        for when, _ in days_in(one.text, one.of.day or call.now.date(), call.timezone):
            found.append((when, one))
    found.sort(key=lambda item: (item[0], item[1].of.id))
    lines = [(f"**{day(when, call.language, year=True)}**: {markdown.escape(one.text)}", one.of) for when, one in found]
    events = [{"date": when.isoformat(), "text": one.text, "source": one.of.source} for when, one in found]
    none = say(call, "המסמכים אינם נוקבים בימים.", "The documents name no days.")
    return {"markdown": cited(lines, call) or none, "events": events, "sources": sources_of(one.of for _, one in found)}


async def fact_extractor(args: Args, use: Use, call: Call) -> Output:
    """Addresses, telephones, links, days and amounts of the documents, each with where it stands."""
    writings = await read_material(args, use, call)
    if not writings:
        return {"markdown": nothing_read(call), "facts": [], "sources": []}
    found = await use("text.extract", {"texts": [one.shown for one in writings]})
    facts = [
        {"kind": kind, "value": fact["value"], "times": fact["times"], "source": fact["source"]}
        for kind in ("emails", "phones", "links", "dates", "amounts")
        for fact in found[kind]
    ]
    return {"markdown": found["markdown"], "facts": facts, "sources": sources_of(writings)}


def speaks_of(text: str, words: list[str]) -> bool:
    """Whether a text has one of the words, in any form."""
    said = frozenset[str]().union(*(forms(token) for token in content_tokens(text)))
    return any(not forms(word).isdisjoint(said) for word in words)

"""People: who they are, what is known of them, and whether the address book is in order."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from tizmoret.agents.with_model import Use
from tizmoret.agents.without_model import Args, Output
from tizmoret.agents.without_model.material import Writing, cited, read_material, say, statements
from tizmoret.catalog.tool import Call
from tizmoret.tools import markdown
from tizmoret.tools.when import moment

PAST, AHEAD = dt.timedelta(days=90), dt.timedelta(days=60)  # how far meetings with somebody are looked for


async def contact_search(args: Args, use: Use, call: Call) -> Output:
    return await use("contacts.pick", args)


async def contact_keeper(args: Args, use: Use, call: Call) -> Output:
    """What is lacking in the address book, who is in it twice, and who works where."""
    contacts = (await use("contacts.search", {"limit": 500}))["contacts"]
    lacking = [
        {"name": one["name"], "lacks": lacks}
        for one in contacts
        if (lacks := [name for name in ("email", "phone", "organization") if not one[name]])
    ]
    twice = _twice(contacts)
    firms: dict[str, list[str]] = defaultdict(list)
    for one in contacts:
        firms[one["organization"]].append(one["name"])
    parts = [f"## {say(call, f'{len(contacts)} אנשי קשר', f'{len(contacts)} contacts')}"]
    if lacking:
        names = {
            "email": say(call, "דוא״ל", "e-mail"),
            "phone": say(call, "טלפון", "phone"),
            "organization": say(call, "ארגון", "organization"),
        }
        lines = [f"- {markdown.escape(one['name'])}: {', '.join(names[lack] for lack in one['lacks'])}" for one in lacking[:50]]
        parts.append("\n".join([say(call, "חסר:", "Lacking:"), "", *lines]))
    if twice:
        lines = [f"- {markdown.escape(' / '.join(one['names']))} ({markdown.escape(one['by'])})" for one in twice[:50]]
        parts.append("\n".join([say(call, "כנראה אותו אדם:", "Probably the same person:"), "", *lines]))
    if not lacking and not twice:
        parts.append(say(call, "הכול במקום: לכולם יש דוא״ל, טלפון וארגון, ואיש אינו רשום פעמיים.",
                         "All is in order: everybody has an e-mail, a phone and an organization, and nobody is listed twice."))  # fmt: skip
    rows = sorted(((firm or "–", len(names), ", ".join(names)) for firm, names in firms.items()), key=lambda row: (-row[1], row[0]))
    parts.append(markdown.table(say(call, "ארגון|אנשים|שמות", "organization|people|names").split("|"), rows))
    return {"markdown": "\n\n".join(parts), "total": len(contacts), "lacking": lacking, "twice": twice}


def _twice(contacts: list[Output]) -> list[Output]:
    """Contacts that share an address, a telephone or a full name."""
    seen: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in contacts:
        phone = "".join(char for char in one["phone"] if char.isdigit())
        for kind, value in (("email", one["email"].casefold()), ("phone", phone), ("name", " ".join(one["name"].casefold().split()))):
            if value:
                seen[kind, value].append(one["name"])
    return [{"names": names, "by": value} for (_, value), names in seen.items() if len(names) > 1]


async def person_brief(args: Args, use: Use, call: Call) -> Output:
    """One person before a talk: how to reach them, the meetings with them, and what documents say of them. Asks where several fit."""
    contact = (await use("contacts.pick", {"name": args["name"]}))["contact"]
    meetings = await meetings_with(contact, use, call)
    names = [contact["name"], *contact["nicknames"]]
    read = await read_material({"query": " ".join(names)}, use, call, most=60)
    said = [one for one in statements(read) if any(name in one.text for name in names)]
    parts = [f"## {markdown.escape(contact['name'])}", _card(contact)]
    if meetings:
        lines = [f"- {moment(start, call.language)}: {markdown.escape(title)}" for start, title in meetings]
        parts.append("\n".join([f"**{say(call, 'פגישות', 'Meetings')}**", "", *lines]))
    parts.append(f"**{say(call, 'במסמכים', 'In the documents')}**")
    lines_said: list[tuple[str, Writing]] = [(markdown.escape(one.text), one.of) for one in said[:15]]
    parts.append(cited(lines_said, call) or say(call, "לא מוזכר.", "Not named."))
    return {
        "markdown": "\n\n".join(parts),
        "person": contact["name"],
        "meetings": [{"start": start.isoformat(), "title": title} for start, title in meetings],
        "statements": [{"text": one.text, "source": one.of.source} for one in said],
    }


def _card(contact: Output) -> str:
    told = [contact[name] for name in ("role", "organization", "email", "phone") if contact[name]]
    return " · ".join(markdown.escape(value) for value in told)


async def meetings_with(contact: Output, use: Use, call: Call) -> list[tuple[dt.datetime, str]]:
    period = {"start": (call.now - PAST).isoformat(), "end": (call.now + AHEAD).isoformat()}
    events = (await use("calendar.list", period))["events"]
    address, names = contact["email"].casefold(), {contact["name"], *contact["nicknames"]}
    return [
        (dt.datetime.fromisoformat(str(event["start"])), event["title"])
        for event in events
        if any((one["email"].casefold() == address and address) or one["name"] in names for one in event["attendees"])
    ]

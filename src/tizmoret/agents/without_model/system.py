"""The system itself, and the folder of documents as a whole."""

from __future__ import annotations

import datetime as dt

from tizmoret.agents.with_model import Use
from tizmoret.agents.without_model import Args, Output
from tizmoret.agents.without_model.material import say
from tizmoret.catalog.tool import Call
from tizmoret.tools import markdown
from tizmoret.tools.when import day

OLD = dt.timedelta(days=120)  # a document of which nobody has touched a word for so long is called old


async def system_doctor(args: Args, use: Use, call: Call) -> Output:
    return await use("system.check", args)


async def folder_auditor(args: Args, use: Use, call: Call) -> Output:
    """What there is, what cannot be read, what is old, what has a name like another."""
    count = await use("documents.count", {})
    found = (await use("documents.search", {"query": "", "limit": 500}))["documents"]
    old = [one for one in found if call.now - dt.datetime.fromisoformat(str(one["modified"])) > OLD]
    names: dict[str, list[str]] = {}
    for one in found:
        names.setdefault(one["title"].casefold(), []).append(one["id"])
    same = [ids for ids in names.values() if len(ids) > 1]
    parts = [f"## {say(call, 'תיקיית המסמכים', 'The folder of documents')}", count["markdown"]]
    rows = [(one["name"] or "/", one["documents"], one["words"]) for one in count["folders"]]
    parts.append(markdown.table(say(call, "תיקייה|מסמכים|מילים", "folder|documents|words").split("|"), rows))
    if old:
        head = say(call, f"לא שונו זה {OLD.days} ימים ויותר:", f"Not changed for {OLD.days} days and more:")
        lines = [
            f"- {markdown.escape(one['id'])} · {day(dt.datetime.fromisoformat(str(one['modified'])), call.language)}" for one in old[:20]
        ]
        parts.append("\n".join([head, "", *lines]))
    if same:
        head = say(call, "אותו שם בכמה מקומות:", "The same name in several places:")
        parts.append("\n".join([head, "", *(f"- {markdown.escape(', '.join(ids))}" for ids in same[:20])]))
    return {
        "markdown": "\n\n".join(parts),
        "total": count["total"],
        "unreadable": [one["id"] for one in count["unreadable"]],
        "old": [one["id"] for one in old],
        "sameName": same,
    }

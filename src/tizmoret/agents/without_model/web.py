"""Pages of the web."""

from __future__ import annotations

from tizmoret.agents.with_model import Use
from tizmoret.agents.without_model import Args, Output
from tizmoret.agents.without_model.material import say
from tizmoret.agents.without_model.phrases import days_in
from tizmoret.catalog.tool import Call
from tizmoret.tools import markdown
from tizmoret.tools.sentences import split
from tizmoret.tools.when import day


async def web_reader(args: Args, use: Use, call: Call) -> Output:
    """One page: what it says in brief, its points on a question, the addresses, days and amounts that stand in it."""
    page = await use("web.fetch", {"url": args["url"]})
    if not page["text"].strip():
        return {"markdown": say(call, "אין בדף טקסט.", "The page holds no text."), "title": page["title"], "url": page["url"], "facts": []}
    asked = {"text": page["text"], "question": args.get("query") or ""}
    brief = await use("text.summarise", {**asked, "sentences": 4})
    points = await use("text.key_points", {**asked, "points": 5})
    found = await use("text.extract", {"text": page["text"]})
    days = [(when, sentence) for sentence in split(page["text"]) for when, _ in days_in(sentence, call.now.date(), call.timezone)]
    parts = [
        f"## {markdown.escape(page['title'] or page['url'])}",
        brief["markdown"],
        f"**{say(call, 'נקודות', 'Points')}**",
        points["markdown"],
    ]
    if days:
        lines = [f"- {day(when, call.language, year=True)}: {markdown.escape(sentence)}" for when, sentence in sorted(days)[:10]]
        parts.append("\n".join([f"**{say(call, 'תאריכים', 'Dates')}**", "", *lines]))
    facts = [{"kind": kind, "value": one["value"]} for kind in ("emails", "phones", "links", "amounts") for one in found[kind]]
    if facts:
        parts.append("\n".join([f"**{say(call, 'פרטים', 'Details')}**", "", *(f"- {markdown.escape(one['value'])}" for one in facts[:30])]))
    return {"markdown": "\n\n".join([*parts, page["url"]]), "title": page["title"], "url": page["url"], "facts": facts}

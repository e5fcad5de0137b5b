"""Git repositories: what a release brings, and the history of a file."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from tizmoret.agents.with_model import Use
from tizmoret.agents.without_model import Args, Output
from tizmoret.agents.without_model.material import say
from tizmoret.catalog.tool import Call
from tizmoret.tools import markdown
from tizmoret.tools.when import day

# The first word of a message (or its type, as Conventional Commits have it) tells what a commit is.
_ADDED = frozenset(
    [
        "add",
        "added",
        "adds",
        "feat",
        "feature",
        "introduce",
        "support",
        "allow",
        "implement",
        "new",
        "create",
        "הוסף",
        "הוספת",
        "נוסף",
        "תמיכה",
    ]
)
_MENDED = frozenset(["fix", "fixed", "fixes", "bugfix", "mend", "correct", "repair", "prevent", "handle", "תקן", "תיקון", "תוקן"])
_REMOVED = frozenset(["remove", "removed", "delete", "drop", "deprecate", "הסר", "הסרת", "הוסר"])


async def release_notes(args: Args, use: Use, call: Call) -> Output:
    """What came, what was mended, what went, what else changed; without merges."""
    wanted = {key: args[key] for key in ("repository", "period", "path") if args.get(key)}
    found = await use("git.history", {**wanted, "limit": args.get("limit", 200)})
    groups: dict[str, list[str]] = {"added": [], "fixed": [], "removed": [], "changed": []}
    for commit in found["commits"]:
        subject = commit["message"].splitlines()[0].strip() if commit["message"].strip() else ""
        if subject and not subject.lower().startswith("merge "):
            groups[_kind(subject)].append(subject)
    heads = {
        "added": say(call, "חדש", "Added"), "fixed": say(call, "תוקן", "Fixed"),
        "removed": say(call, "הוסר", "Removed"), "changed": say(call, "השתנה", "Changed"),
    }  # fmt: skip
    parts = [
        "\n".join([f"### {heads[name]}", "", *(f"- {markdown.escape(subject)}" for subject in dict.fromkeys(subjects))])
        for name, subjects in groups.items() if subjects
    ]  # fmt: skip
    head = f"## {markdown.escape(args.get('title') or found['repository'])}"
    none = say(call, "אין שינויים.", "There are no changes.")
    return {"markdown": "\n\n".join([head, *(parts or [none])]), "repository": found["repository"], **groups}


def _kind(subject: str) -> str:
    first = subject.replace("(", " ").replace(":", " ").replace("!", " ").split()[0].lower()
    return "added" if first in _ADDED else "fixed" if first in _MENDED else "removed" if first in _REMOVED else "changed"


async def code_historian(args: Args, use: Use, call: Call) -> Output:
    """Who changed a file or folder, how often, when first and last, and what was done lately."""
    wanted = {key: args[key] for key in ("repository", "path", "query") if args.get(key)}
    found = await use("git.history", {**wanted, "limit": 500})
    commits = found["commits"]
    if not commits:
        return {"markdown": say(call, "לא נמצאו שינויים.", "No commits were found."), "commits": 0, "authors": {}}
    authors = Counter(commit["author"].split(" <")[0] for commit in commits)
    when = [dt.datetime.fromisoformat(str(commit["at"])).astimezone(call.timezone) for commit in commits]
    name = markdown.escape(args.get("path") or found["repository"])
    head = say(
        call, f"{name}: {len(commits)} שינויים, מ{day(min(when), 'he', year=True)} עד {day(max(when), 'he', year=True)}",
        f"{name}: {len(commits)} commits, from {day(min(when), 'en', year=True)} to {day(max(when), 'en', year=True)}",
    )  # fmt: skip
    table = markdown.table(say(call, "מי|שינויים", "who|commits").split("|"), authors.most_common(20))
    lines = [
        f"- {day(at, call.language, year=True)}: {markdown.escape(one['message'].splitlines()[0])}"
        for at, one in zip(when[:10], commits, strict=False)
    ]
    parts = [f"## {head}", table, "\n".join(lines)]
    if args.get("path"):
        file = await use("git.read", {key: wanted[key] for key in ("repository", "path") if key in wanted})
        size = len(file["text"].splitlines()) if not file["entries"] else len(file["entries"])
        parts.append(say(call, f"היום: {size} שורות." if not file["entries"] else f"היום: {size} קבצים.",
                         f"Today: {size} lines." if not file["entries"] else f"Today: {size} files."))  # fmt: skip
    return {"markdown": "\n\n".join(parts), "commits": len(commits), "authors": dict(authors)}

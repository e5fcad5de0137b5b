"""Documents side by side: versions, copies, and whether they agree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from tizmoret.agents.with_model import Use
from tizmoret.agents.without_model import Args, Output
from tizmoret.agents.without_model.colleagues import tell_of_doubt
from tizmoret.agents.without_model.material import Statement, nothing_read, read_material, say, sources_of, statements
from tizmoret.catalog.tool import Call
from tizmoret.errors import StepFailed
from tizmoret.tools import markdown
from tizmoret.words import content_tokens, forms

ALIKE = 0.6  # of the words of the shorter one: from here two documents are called copies or versions
_ON_SUBJECT = 0.5  # of the words of a claim that a sentence must share to speak of it
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


async def comparer(args: Args, use: Use, call: Call) -> Output:
    """The two newest documents of a subject, or the two that were given: what the newer has that the older has not."""
    writings = await read_material(args, use, call, most=20)
    if len(writings) < 2:
        raise StepFailed(
            say(call, "כדי להשוות צריך שני מסמכים.", "It takes two documents to compare."),
            cure=say(call, "אפשר לומר נושא שיש עליו שני מסמכים.", "Name a subject that two documents are about."),
            field="query",
        )
    pair = writings[:2] if args.get("documents") else sorted(writings[:6], key=lambda one: str(one.day), reverse=True)[:2]
    older, newer = sorted(pair, key=lambda one: str(one.day))
    found = await use("documents.compare", {"first": older.id, "second": newer.id})
    head = f"{markdown.escape(older.title)} ↔ {markdown.escape(newer.title)}"
    return {
        "markdown": f"## {head}\n\n{found['markdown']}",
        "alike": found["alike"],
        "removed": found["only_first"],
        "added": found["only_second"],
        "sources": sources_of([older, newer]),
    }


async def duplicates(args: Args, use: Use, call: Call) -> Output:
    """Documents that say mostly the same: copies, and versions of one another."""
    writings = await read_material(args, use, call, most=300)
    words = {one.id: frozenset(content_tokens(one.text)) for one in writings}
    pairs = []
    for one, other in combinations(writings, 2):
        shorter = min(len(words[one.id]), len(words[other.id]))
        shared = len(words[one.id] & words[other.id]) / shorter if shorter >= 8 else 0.0
        if shared >= ALIKE:
            pairs.append((shared, one, other))
    pairs.sort(key=lambda pair: (-pair[0], pair[1].id, pair[2].id))
    lines = [f"- {shared:.0%}: {markdown.escape(one.id)} ↔ {markdown.escape(other.id)}" for shared, one, other in pairs[:50]]
    none = say(call, f"אין כפילויות בין {len(writings)} מסמכים.", f"There are no duplicates among {len(writings)} documents.")
    found = [{"first": one.source, "second": other.source, "alike": round(shared, 3)} for shared, one, other in pairs[:200]]
    return {"markdown": "\n".join(lines) or none, "pairs": found, "compared": len(writings)}


async def fact_checker(args: Args, use: Use, call: Call) -> Output:
    """What the documents say of a claim: which sentences bear it out, and which give other numbers."""
    claim = args["claim"]
    writings = await read_material({**args, "query": claim}, use, call, most=40)
    if not writings:
        return {"markdown": nothing_read(call), "verdict": "unknown", "supports": [], "differs": [], "sources": []}
    told = statements(writings)
    supports, differs = _sides(claim, told)
    verdict = _verdict(supports, differs)
    if differs:
        await tell_of_doubt(claim, differs, call)
    for message in await call.shared.messages():
        if message.kind == "ask" and isinstance(message.body, dict) and isinstance(asked := message.body.get("claim"), str):
            await call.shared.answer(message, {"claim": asked, "verdict": _verdict(*_sides(asked, told))})
    heads = {
        "supported": say(call, "המסמכים תומכים בטענה.", "The documents bear the claim out."),
        "contradicted": say(call, "המסמכים אומרים מספרים אחרים.", "The documents give other numbers."),
        "mixed": say(call, "המסמכים אינם תמימי דעים.", "The documents do not agree with one another."),
        "unknown": say(call, "לא נמצא במסמכים משפט על הטענה.", "No sentence of the documents speaks of the claim."),
    }
    parts = [heads[verdict]]
    for name, found in ((say(call, "תומך", "For it"), supports), (say(call, "אחר", "Other"), differs)):
        if found:
            parts.append(
                f"**{name}**\n\n" + "\n".join(f"- {markdown.escape(one.text)} ({markdown.escape(one.of.title)})" for one in found[:10])
            )
    return {
        "markdown": "\n\n".join(parts), "verdict": verdict, "supports": _quoted(supports), "differs": _quoted(differs),
        "sources": sources_of(one.of for one in [*supports, *differs]),
    }  # fmt: skip


def _sides(claim: str, told: list[Statement]) -> tuple[list[Statement], list[Statement]]:
    """The sentences that bear a claim out, and those that speak of it with other numbers."""
    supports: list[Statement] = []
    differs: list[Statement] = []
    for one in _about(claim, told):
        (supports if _agrees(claim, one.text) else differs).append(one)
    return supports, differs


def _verdict(supports: list[Statement], differs: list[Statement]) -> str:
    return "mixed" if supports and differs else "supported" if supports else "contradicted" if differs else "unknown"


def _about(claim: str, told: list[Statement]) -> Iterator[Statement]:
    """Sentences that share most words of the claim, numbers aside."""
    words = [forms(token) for token in content_tokens(claim) if not token[0].isdigit()]
    for one in told:
        said = frozenset[str]().union(*(forms(token) for token in content_tokens(f"{one.text} {one.of.title}")))
        if words and sum(not word.isdisjoint(said) for word in words) / len(words) >= _ON_SUBJECT and (
            not _NUMBER.search(claim) or _NUMBER.search(one.text)
        ):  # fmt: skip
            yield one


def _agrees(claim: str, sentence: str) -> bool:
    """Whether every number of the claim stands in the sentence; one without numbers agrees by its words."""
    said = {number.replace(",", "") for number in _NUMBER.findall(sentence)}
    return all(number.replace(",", "") in said for number in _NUMBER.findall(claim))


def _quoted(found: list[Statement]) -> list[Output]:
    return [{"text": one.text, "source": one.of.source} for one in found[:50]]

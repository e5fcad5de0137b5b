"""Documents: find, sum up, report, edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tizmoret.agents.with_model import Use
from tizmoret.agents.without_model import Args, Output
from tizmoret.agents.without_model.colleagues import MOST_TOLD, heard, known_terms, share_terms
from tizmoret.agents.without_model.material import cited, nothing_read, read_material, say, sources_of, statements
from tizmoret.agents.without_model.phrases import decides
from tizmoret.catalog.tool import Call
from tizmoret.tools import markdown
from tizmoret.tools.when import day

READ_AT_MOST = 100  # documents read for one analysis
WORDS_A_MINUTE = 200  # that a person reads


async def drive_search(args: Args, use: Use, call: Call) -> Output:
    return await use("documents.search", args)


async def analysis(args: Args, use: Use, call: Call) -> Output:
    """Read the documents and quote the sentences that say the most, each with its document."""
    documents = list(args["documents"])
    if not documents:
        nothing = "לא נמצאו מסמכים לניתוח." if call.language == "he" else "There were no documents to analyse."
        return {"markdown": nothing, "points": [], "sources": []}
    ids = [document["id"] for document in documents[:READ_AT_MOST]]
    call.report(f"{len(ids)}/{len(documents)}", 0.1)
    texts = (await use("documents.read", {"documents": ids}))["texts"]
    if not any(text["text"].strip() for text in texts):
        nothing = "אין במסמכים טקסט שאפשר לקרוא." if call.language == "he" else "The documents hold no text that can be read."
        return {"markdown": nothing, "points": [], "sources": []}
    call.report(f"{len(texts)}/{len(documents)}", 0.6)
    found = await use("text.key_points", {"texts": texts, "question": args.get("question", ""), "points": args.get("points", 7)})
    head = f"עיקרי הדברים מתוך {len(texts)} מסמכים" if call.language == "he" else f"The main points of {len(texts)} documents"
    return {"markdown": f"## {head}\n\n{found['markdown']}", "points": found["points"], "sources": found["sources"]}


async def researcher(args: Args, use: Use, call: Call) -> Output:
    """Search, read, summarise; or read one page of the web."""
    if args.get("url"):
        page = await use("web.fetch", {"url": args["url"]})
        summary = await use("text.summarise", {"text": page["text"] or page["title"], "sentences": 7})
        return {"markdown": f"## {page['title']}\n\n{summary['markdown']}\n\n{page['url']}", "sources": []}
    found = await use("documents.search", {"query": args.get("question", ""), "period": args.get("period"), "limit": READ_AT_MOST})
    told = await analysis({"documents": found["documents"], "question": args.get("question", "")}, use, call)
    return {"markdown": told["markdown"], "sources": told["sources"]}


async def editor(args: Args, use: Use, call: Call) -> Output:
    """Put material in order: a title, the parts with their headings, no empty ones."""
    parts = [f"# {args['title']}"] if args.get("title") else []
    for part in args.get("parts", []):
        text = str(part.get("text", "")).strip()
        if text:
            parts.append(f"## {part['heading']}\n\n{text}" if part.get("heading") else text)
    return {"markdown": "\n\n".join(parts)}


async def summariser(args: Args, use: Use, call: Call) -> Output:
    """The sentences that say the most, in the order in which the documents tell them."""
    writings = await read_material(args, use, call)
    if not writings:
        return {"markdown": nothing_read(call), "sources": []}
    asked = {"texts": [one.shown for one in writings], "question": args.get("query") or "", "sentences": args.get("sentences", 7)}
    told = await use("text.summarise", asked)
    head = say(call, f"סיכום של {len(writings)} מסמכים", f"Summary of {len(writings)} documents")
    return {"markdown": f"## {head}\n\n{told['markdown']}", "sources": told["sources"]}


async def report_writer(args: Args, use: Use, call: Call) -> Output:
    """A report: its subject in brief, what was decided, the points of each document, the amounts."""
    writings = await read_material(args, use, call)
    query = args.get("query") or ""
    title = args.get("title") or say(call, f"דוח: {query}" if query else "דוח", f"Report: {query}" if query else "Report")
    parts = [f"# {markdown.escape(title)}"]
    if not writings:
        return {"markdown": "\n\n".join([*parts, nothing_read(call)]), "sources": []}
    brief = await use("text.summarise", {"texts": [one.shown for one in writings], "question": query, "sentences": 4})
    parts.append(f"## {say(call, 'בקצרה', 'In brief')}\n\n{brief['markdown'].split('**', 1)[0].strip()}")
    decided = [(markdown.escape(one.text), one.of) for one in statements(writings) if decides(one.text)]
    if decided:
        lines = "\n".join(f"- {text} ({markdown.escape(of.title)})" for text, of in decided[:12])
        parts.append(f"## {say(call, 'מה הוחלט', 'What was decided')}\n\n{lines}")
    if doubts := await _doubts([text for text, _ in decided], call):
        parts.append(f"## {say(call, 'ספקות', 'Doubts')}\n\n" + "\n".join(f"- {line}" for line in doubts))
    parts.append(f"## {say(call, 'מסמך אחר מסמך', 'Document by document')}")
    for one in writings[:20]:
        points = await use("text.key_points", {"texts": [one.shown], "question": query, "points": 3})
        lines = "\n".join(f"- {markdown.escape(point['text'])}" for point in points["points"])
        when = f" · {day(one.day, call.language)}" if one.day else ""
        parts.append(
            f"### {markdown.escape(one.title)}{when}\n\n{lines or say(call, 'אין בו משפטים שאפשר לצטט.', 'It holds no sentences to quote.')}"
        )
    facts = await use("text.extract", {"texts": [one.shown for one in writings]})
    if facts["amounts"]:
        lines = "\n".join(f"- {markdown.escape(one['value'])} ({markdown.escape(one['source']['title'])})" for one in facts["amounts"][:15])
        parts.append(f"## {say(call, 'סכומים', 'Amounts')}\n\n{lines}")
    return {"markdown": "\n\n".join(parts), "sources": sources_of(writings)}


async def _doubts(decided: Sequence[str], call: Call) -> list[str]:
    """What a fact checker that works beside this says of the decisions, and of the claims that it was given."""
    doubts = [markdown.escape(str(one["doubt"])) for one in await heard("doubt", call)]
    if "fact-checker" in await call.shared.colleagues():
        for claim in [text for text in decided if len(text.split()) > 2][:MOST_TOLD]:
            answer = await call.shared.ask("fact-checker", {"claim": claim}, seconds=2.0)
            if isinstance(answer, dict) and answer.get("verdict") in ("contradicted", "mixed"):
                doubts.append(claim)
    return list(dict.fromkeys(doubts))


async def reading_list(args: Args, use: Use, call: Call) -> Output:
    """What to read about a subject, the likeliest first, with how long each takes and what its text says of it."""
    wanted = {"query": args.get("query") or "", "period": args.get("period"), "limit": args.get("limit", 10)}
    found = (await use("documents.search", wanted))["documents"]
    items = [{"id": one["id"], "title": one["title"], "minutes": max(1, round(one["words"] / WORDS_A_MINUTE))} for one in found]
    if not items:
        return {"markdown": say(call, "לא נמצאו מסמכים.", "No documents were found."), "items": [], "minutes": 0}
    total = sum(item["minutes"] for item in items)
    unit = say(call, "דקות", "min")
    lines = [
        f"{place}. **{markdown.escape(one['title'])}** ({item['minutes']} {unit}): {markdown.escape(one['excerpt'] or one['id'])}"
        for place, (one, item) in enumerate(zip(found, items, strict=True), 1)
    ]
    head = say(call, f"{len(items)} מסמכים, {total} דקות קריאה", f"{len(items)} documents, {total} minutes of reading")
    return {"markdown": f"## {head}\n\n" + "\n".join(lines), "items": items, "minutes": total}


async def glossary(args: Args, use: Use, call: Call) -> Output:
    """The words that these documents use again and again, each with the sentence that says the most of it."""
    from tizmoret.agents.without_model.terms import terms_of

    writings = await read_material(args, use, call)
    found = terms_of(writings, args.get("limit", 20))
    terms_known = await known_terms(call)
    other = terms_known | {english: hebrew for hebrew, english in terms_known.items()}
    lines = [(f"**{markdown.escape(_named(term.word, other))}** ({term.times}): {markdown.escape(term.said)}", term.of) for term in found]
    terms = [{"term": term.word, "times": term.times, "said": term.said, "source": term.of.source} for term in found]
    return {"markdown": cited(lines, call) or nothing_read(call), "terms": terms, "sources": sources_of(term.of for term in found)}


def _named(word: str, other: Mapping[str, str]) -> str:
    """With its name in the other language, where somebody has found it."""
    return f"{word} / {other[word]}" if word in other else word


async def bilingual_terms(args: Args, use: Use, call: Call) -> Output:
    """Words of the documents with what they are called in the other language, and which of the two the documents themselves use."""
    from tizmoret.agents.without_model.terms import pairs_of

    writings = await read_material(args, use, call)
    pairs = pairs_of(writings, args.get("limit", 40))
    await share_terms(pairs, call)
    rows = [(pair["he"], pair["en"], pair["heTimes"], pair["enTimes"]) for pair in pairs]
    heads = say(call, "עברית|אנגלית|בעברית|באנגלית", "Hebrew|English|in Hebrew|in English").split("|")
    nothing = say(call, "אין במסמכים מילים שהמילון מכיר.", "The documents hold no words that the dictionary knows.")
    return {"markdown": markdown.table(heads, rows) if rows else nothing, "pairs": pairs, "sources": sources_of(writings)}

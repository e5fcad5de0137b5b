"""What the built-in agents do when no model is set: real work on real data by fixed rules. Each gives the output its file declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tizmoret.agents.with_model import Use
from tizmoret.catalog.tool import Call

READ_AT_MOST = 100  # documents read for one analysis

Args = Mapping[str, Any]
Output = dict[str, Any]


async def drive_search(args: Args, use: Use, call: Call) -> Output:
    return await use("documents.search", args)


async def contact_search(args: Args, use: Use, call: Call) -> Output:
    return await use("contacts.pick", args)


async def system_doctor(args: Args, use: Use, call: Call) -> Output:
    return await use("system.check", args)


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


async def data_analyst(args: Args, use: Use, call: Call) -> Output:
    """Describe the tables of a spreadsheet."""
    return await use("tables.describe", {"document": args["document"]})


async def calendar(args: Args, use: Use, call: Call) -> Output:
    return await use("calendar.list", args)


async def editor(args: Args, use: Use, call: Call) -> Output:
    """Put material in order: a title, the parts with their headings, no empty ones."""
    parts = [f"# {args['title']}"] if args.get("title") else []
    for part in args.get("parts", []):
        text = str(part.get("text", "")).strip()
        if text:
            parts.append(f"## {part['heading']}\n\n{text}" if part.get("heading") else text)
    return {"markdown": "\n\n".join(parts)}

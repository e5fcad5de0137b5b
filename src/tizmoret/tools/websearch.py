"""Search of the web, through the engine that the installation has. Anybody can have written what is found."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from tizmoret.catalog.tool import Call, Kind, Text, Tool, tool
from tizmoret.plan.labels import Label
from tizmoret.plan.model import Language, Retry
from tizmoret.tools import markdown
from tizmoret.tools.providers.ports import WebSearch


class SearchWeb(BaseModel):
    model_config = ConfigDict(extra="forbid")
    query: Annotated[str, Kind("words")] = Field(min_length=1, max_length=500, description="what to look for on the web")
    limit: int = Field(default=10, ge=1, le=50)


class WebResult(BaseModel):
    url: Annotated[str, Kind("url")]
    title: str
    excerpt: str
    day: str = Field(description="when it was published, YYYY-MM-DD; empty: not known")


class WebResults(BaseModel):
    results: list[WebResult]


def _show(found: WebResults, language: Language) -> str:
    if not found.results:
        return "לא נמצא דבר באינטרנט." if language == "he" else "Nothing was found on the web."
    lines = []
    for result in found.results:
        day = f" ({result.day})" if result.day else ""
        lines.append(f"- {markdown.escape(result.title or result.url)}{day}: {markdown.escape(result.excerpt[:300])}\n  {result.url}")
    return "\n".join(lines)


@tool(
    "web.search",
    title=Text(he="חיפוש באינטרנט", en="Search the web"),
    description=Text(
        he="מחפש באינטרנט במנוע החיפוש שהוגדר, ומחזיר כתובות עם כותרת וקטע",
        en="Search the web with the search engine that is set, and give addresses with title and excerpt",
    ),
    examples={
        "he": ["חפש באינטרנט מחירי חיטה", "תחפש ברשת מה זה קצח", "חפש בגוגל ספקים של ממגורות"],
        "en": ["search the web for wheat prices", "look up grain silos online", "google suppliers of seed"],
    },
    show=_show, label=Label("untrusted", "public", frozenset({"web"})), timeout=60, retry=Retry(attempts=3, wait=1.0), seconds=2.0,
)  # fmt: skip
async def search(args: SearchWeb, call: Call) -> WebResults:
    hits = await call.provider(WebSearch).search(args.query, language=call.language, limit=args.limit)
    return WebResults(results=[WebResult(url=hit.url, title=hit.title, excerpt=hit.excerpt, day=hit.day) for hit in hits])


TOOLS: tuple[Tool, ...] = (search,)

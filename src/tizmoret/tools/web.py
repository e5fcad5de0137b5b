"""Pages of the web, as text. Anybody can have written them."""

from __future__ import annotations

import asyncio
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from tizmoret.catalog.tool import Call, Kind, Text, Tool, tool
from tizmoret.errors import StepFailed
from tizmoret.plan.labels import Label
from tizmoret.plan.model import Language, Retry
from tizmoret.tools.providers.web_access import Fetched, WebAccess
from tizmoret.tools.reading.archive import Unreadable

MAX_CHARACTERS = 400_000
_TEXT = ("text/", "application/json", "application/xml", "application/rss+xml", "application/atom+xml")


class FetchPage(BaseModel):
    model_config = ConfigDict(extra="forbid")
    url: Annotated[str, Kind("url")] = Field(min_length=4, max_length=2_000)


class Page(BaseModel):
    url: Annotated[str, Kind("url")] = Field(description="after redirects")
    title: str
    text: Annotated[str, Kind("text")]
    truncated: bool = False


def _show(page: Page, language: Language) -> str:
    words = len(page.text.split())
    head = f"{page.title or page.url} ({words:,} {'מילים' if language == 'he' else 'words'})"
    body = page.text if len(page.text) <= 1_500 else page.text[:1_500].rsplit(" ", 1)[0] + " …"
    return f"{head}\n{page.url}\n\n{body}".strip()


@tool(
    "web.fetch",
    title=Text(he="קריאת דף אינטרנט", en="Fetch a web page"),
    description=Text(
        he="מביא דף ציבורי מהאינטרנט לפי כתובת ומחזיר את הטקסט שבו",
        en="Fetch a public page from the web by its address and return its text",
    ),
    examples={
        "he": ["קרא את הדף https://example.com", "מה כתוב באתר הזה", "הבא את הכתבה מהקישור", "סכם את הדף באינטרנט"],
        "en": ["read the page https://example.com", "what does this site say", "fetch the article at this link", "sum up the web page"],
    },
    show=_show, label=Label("untrusted", "public", frozenset({"web"})), timeout=60, retry=Retry(attempts=3, wait=1.0), seconds=2.0,
)  # fmt: skip
async def fetch(args: FetchPage, call: Call) -> Page:
    fetched = await call.provider(WebAccess).get(args.url.strip())
    title, text = await asyncio.to_thread(_read, fetched)
    return Page(url=fetched.url, title=title, text=text[:MAX_CHARACTERS], truncated=len(text) > MAX_CHARACTERS)


def _read(fetched: Fetched) -> tuple[str, str]:
    """Title and text. Raises StepFailed for what holds no text."""
    if fetched.content_type in ("text/html", "application/xhtml+xml"):
        return _html(fetched.content)
    if fetched.content_type == "application/pdf":
        from tizmoret.tools.reading.pdf import read_pdf

        try:
            document = read_pdf(fetched.content, MAX_CHARACTERS + 1)
        except Unreadable:
            raise StepFailed("The PDF at that address cannot be read.", field="url") from None
        return document.title, document.text
    if fetched.content_type.startswith(_TEXT) or fetched.content_type.endswith(("+json", "+xml")):
        try:
            return "", fetched.content.decode(fetched.charset or "utf-8", "replace").strip()
        except LookupError:  # a charset nobody knows
            return "", fetched.content.decode("utf-8", "replace").strip()
    raise StepFailed(f"The address holds {fetched.content_type}, not a page.", cure="Give the address of a page.", field="url")


def _html(content: bytes) -> tuple[str, str]:
    import trafilatura

    found = trafilatura.bare_extraction(content, with_metadata=True, include_comments=False)
    title, text = (found.title or "", found.text or "") if found is not None and not isinstance(found, dict) else ("", "")
    if not text.strip():  # a page of lists or one line: all of it rather than nothing
        text = trafilatura.html2txt(content)
    return " ".join(title.split())[:300], text.strip()


TOOLS: tuple[Tool, ...] = (fetch,)

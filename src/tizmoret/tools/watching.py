"""Whether a page of the web has changed since it was last looked at. What it held then is kept in the workspace's folder `watched`."""

from __future__ import annotations

import asyncio
import datetime as dt
import difflib
import hashlib
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from tizmoret.catalog.tool import Call, Kind, Text, Tool, tool
from tizmoret.errors import Conflict, NotFound, StepFailed
from tizmoret.plan.labels import Label
from tizmoret.plan.model import Language, Retry
from tizmoret.tools.folder import Folder
from tizmoret.tools.providers.durable_file import put
from tizmoret.tools.web import FetchPage, Page, fetch
from tizmoret.tools.when import day

MOST_LINES = 200  # told of each side
MOST_BYTES = 4 * 1024 * 1024  # of what is kept of one page


class WatchPage(BaseModel):
    model_config = ConfigDict(extra="forbid")
    url: Annotated[str, Kind("url")] = Field(min_length=4, max_length=2_000)


class Watched(BaseModel):
    """since: when it was last looked at; null: never before. added, removed: lines, at most 200 of each."""

    url: Annotated[str, Kind("url")]
    title: str
    changed: bool
    since: AwareDatetime | None
    added: list[str]
    removed: list[str]


class _Kept(BaseModel):
    """The page as it was at the last look, and what that look, made under `key`, gave."""

    key: str
    at: AwareDatetime
    text: str
    gave: Watched
    before: tuple[str, AwareDatetime, str] | None = None  # key, time and text of the look before, which an undo brings back


def _show(found: Watched, language: Language) -> str:
    name, hebrew = found.title or found.url, language == "he"
    if found.since is None:
        return f"{name}: נרשם מה יש בדף, ומכאן ייראה מה משתנה." if hebrew else f"{name}: noted as it is; changes show from here on."
    since = day(found.since.date(), language)
    if not found.changed:
        return f"{name}: לא השתנה מאז {since}." if hebrew else f"{name}: unchanged since {since}."
    head = f"{name}: השתנה מאז {since}." if hebrew else f"{name}: changed since {since}."
    return "\n".join([head, *(f"+ {line}" for line in found.added[:20]), *(f"− {line}" for line in found.removed[:20])])


async def _forget(args: WatchPage, output: object, call: Call) -> None:
    await asyncio.to_thread(_take_back, _file(call.folder, args.url), call.key)


@tool(
    "web.watch",
    title=Text(he="מעקב אחר דף אינטרנט", en="Watch a web page"),
    description=Text(
        he="בודק אם דף באינטרנט השתנה מאז הפעם הקודמת שנבדק, ומה נוסף ונמחק בו; מתאים לתזמון קבוע",
        en="Tell whether a web page has changed since it was last looked at, and what came and went; good on a schedule",
    ),
    examples={
        "he": ["עקוב אחרי הדף https://example.com", "בדוק אם הדף https://example.com השתנה", "מה התחדש בדף https://example.com"],
        "en": ["watch the page https://example.com", "check whether https://example.com has changed", "what is new on https://example.com"],
    },
    show=_show, effect="write", recovery="keyed", label=Label("untrusted", "public", frozenset({"web"})), undo=_forget,
    timeout=60, retry=Retry(attempts=3, wait=1.0), seconds=2.0,
)  # fmt: skip
async def watch(args: WatchPage, call: Call) -> Watched:
    page: Page = await fetch.run(FetchPage(url=args.url), call)
    return await asyncio.to_thread(_looked, _file(call.folder, args.url), page, call.key, call.now)


def _file(folder: Path, url: str) -> Path:
    return folder / "watched" / f"{hashlib.sha256(url.strip().encode()).hexdigest()[:32]}.json"


def _read(file: Path) -> _Kept | None:
    """None for a page that was never looked at, and for what cannot be read any more."""
    try:
        return _Kept.model_validate_json(Folder(file.parent).read(file.name, MOST_BYTES))
    except (NotFound, ValidationError):
        return None


def _looked(file: Path, page: Page, key: str, now: dt.datetime) -> Watched:
    kept = _read(file)
    if kept is not None and kept.key == key:
        return kept.gave
    old, new = [] if kept is None else kept.text.splitlines(), page.text.splitlines()
    lines = [] if kept is None else list(difflib.ndiff(old, new)) if len(old) + len(new) < 4_000 else _by_sets(old, new)
    added = [line[2:] for line in lines if line.startswith("+ ") and line[2:].strip()]
    removed = [line[2:] for line in lines if line.startswith("- ") and line[2:].strip()]
    gave = Watched(
        url=page.url, title=page.title, changed=bool(added or removed), since=None if kept is None else kept.at,
        added=added[:MOST_LINES], removed=removed[:MOST_LINES],
    )  # fmt: skip
    before = None if kept is None else (kept.key, kept.at, kept.text)
    _write(file, _Kept(key=key, at=now, text=page.text, gave=gave, before=before))
    return gave


def _by_sets(old: list[str], new: list[str]) -> list[str]:
    """For pages so long that comparing them line by line would take minutes: what is there and was not, in order."""
    was, now = set(old), set(new)
    return [*(f"+ {line}" for line in new if line not in was), *(f"- {line}" for line in old if line not in now)]


def _write(file: Path, kept: _Kept) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        put(file, kept.model_dump_json().encode())
    except OSError as error:
        raise StepFailed(
            f"What the page holds could not be kept: {error.strerror}.", cure="Check the workspace's folder and the disk."
        ) from error


def _take_back(file: Path, key: str) -> None:
    """Raises Conflict where it was looked at again since."""
    kept = _read(file)
    if kept is None or (kept.before is not None and kept.before[0] == key):
        return
    if kept.key != key:
        raise Conflict("The page was looked at again since.", cure="Leave it: the later look counts from this one.")
    if kept.before is None:
        file.unlink(missing_ok=True)
        return
    key, at, text = kept.before
    gave = kept.gave.model_copy(update={"since": None, "changed": False, "added": [], "removed": []})
    _write(file, _Kept(key=key, at=at, text=text, gave=gave))


TOOLS: tuple[Tool, ...] = (watch,)

"""Telling a person something outside of here: what all the ways of doing so have in common. Each makes a tool of one shape."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated

import httpx2
from pydantic import BaseModel, ConfigDict, Field

from tizmoret.catalog.tool import Call, Kind, Probe, Text, Tool, Undo, tool
from tizmoret.errors import TooLarge, TryAgain
from tizmoret.plan.capability import Recovery
from tizmoret.plan.labels import Label
from tizmoret.tools.providers.guarded import Way, received

MAX_ANSWER = 64 * 1024  # bytes


class Notice(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, Kind("markdown")] = Field(min_length=1, max_length=4_000)
    title: Annotated[str, Kind("text")] = Field("", max_length=200)
    urgent: bool = False
    link: Annotated[str, Kind("url")] = Field("", max_length=2_000, pattern=r"^(https?://\S+)?$", description="what a click opens")


class Told(BaseModel):
    """id: of the notification, where it goes."""

    id: str
    text: str


def notice_tool(
    connection: str,
    recovery: Recovery,
    send: Callable[[Notice, Call], Awaitable[Told]],
    *,
    undo: Undo | None = None,
    probe: Probe | None = None,
) -> Tool:
    @tool(
        f"{connection}.notify",
        title=Text(he="התראה לטלפון או לשירות", en="Notify with a notification"),
        description=Text(he="שולח התראה קצרה לאדם, מחוץ לדף", en="Send a person a short notification, outside of the page"),
        examples={
            "he": ["שלח לי התראה", "הודע לי כשזה מוכן", "תן לי התראה לטלפון"],
            "en": ["notify me", "send me a notification", "let me know on my phone when it is done"],
        },
        show=lambda told, language: f"{'נשלחה התראה' if language == 'he' else 'Notified'}: {told.text[:200]}",
        effect="send", recovery=recovery, approval="ask", reversible=undo is not None, timeout=60, seconds=1.0,
        label=Label("untrusted", "internal", frozenset({connection})), undo=undo, probe=probe,
    )  # fmt: skip
    async def notify(args: Notice, call: Call) -> Told:
        return await send(args, call)

    return notify


def mark(call: Call) -> str:
    """What a notification of this call is known by, the same at each attempt, and without anything of us in it."""
    return hashlib.sha256(f"{call.workspace}/{call.key}".encode()).hexdigest()[:32]


async def posted(way: Way, url: str, content: bytes, headers: Mapping[str, str], name: str) -> tuple[httpx2.Response, bytes]:
    """The answer. Raises TryAgain where it did not get there, ConnectionError where it may have."""
    try:
        async with way.client() as http, http.stream("POST", url, content=content, headers=dict(headers)) as response:
            return response, await received(response, MAX_ANSWER, "The answer")
    except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
        raise TryAgain(f"{name} cannot be reached: {type(error).__name__}.", cure="Nothing was sent.") from error
    except (httpx2.HTTPError, TooLarge) as error:
        raise ConnectionError(f"{name} broke off: {type(error).__name__}.") from error

"""A Slack workspace: messages are posted by an app's bot token, seen before they go, found again where an answer is lost, and taken back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from tizmoret.catalog.tool import Call, Kind, Text, Tool, tool
from tizmoret.connections.access import Access
from tizmoret.connections.connection import Connection, Wanted
from tizmoret.connections.notice import Notice
from tizmoret.errors import BadInput, Conflict, StepFailed, Unavailable
from tizmoret.ids import made_at
from tizmoret.plan.labels import Label
from tizmoret.plan.model import Language
from tizmoret.tools.providers.guarded import Way
from tizmoret.tools.providers.slack_client import ADDRESS, Gone, Slack, escaped

MAX_TEXT = 12_000  # characters; Slack cuts longer messages off
_EVENT = "tizmoret_message"  # the type of the metadata that a message is found again by
AHEAD = 60.0  # seconds that our clock may be ahead of Slack's


class Channel(BaseModel):
    id: Annotated[str, Kind("slack.channel")]
    name: str
    private: bool = False
    member: bool = False


class ListChannels(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Kind("words")] = Field("", max_length=100, description="part of the name; empty finds all")


class Channels(BaseModel):
    channels: list[Channel]


class Post(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, Kind("markdown")] = Field(min_length=1, max_length=MAX_TEXT)
    channel: Annotated[str, Kind("slack.channel")] = Field("", max_length=100, description="id or name; empty: the one that was set")
    thread: str = Field("", max_length=40, description="the `ts` of the message that this one answers")


class Posted(BaseModel):
    """ts: the message's own id in its channel."""

    channel: str
    ts: str
    text: str


async def look(wanted: Wanted, way: Way) -> dict[str, Any]:
    """Who the token is. Raises BadInput, StepFailed, TryAgain."""
    if not wanted.secret:
        raise BadInput("Slack needs a token.", cure="Give the bot token of an app (xoxb-…).", field="secret")
    channel = str(wanted.options.get("channel", ""))
    if len(channel) > 100 or not channel.isprintable():
        raise BadInput("That is no channel of Slack.", cure="Give its id, or its name with #.", field="channel")
    found = await _slack(wanted, way).read("auth.test")
    return {"team": str(found.get("team", ""))[:200], "user": str(found.get("user", ""))[:200], "channel": channel}


async def changed(known: Connection, way: Way) -> str:
    """Whether the token has become another's, as a sentence; empty: it has not. That we are let in no more is raised."""
    now = await look(known, way)
    return "" if now["team"] == known.offer["team"] else f"The token is of another workspace now: {now['team']}."


def offers(offer: Mapping[str, Any]) -> Sequence[str]:
    return [f"{offer['team']} · @{offer['user']}", *([str(offer["channel"])] if offer["channel"] else [])]


def tools(connection: Connection) -> Sequence[Tool]:
    return [_channels(connection), _send(connection)]


def _slack(known: Wanted, way: Way) -> Slack:
    return Slack(known.name, known.address or ADDRESS, known.secret or "", way)


def _channels(connection: Connection) -> Tool:
    name = connection.name

    @tool(
        f"{name}.channels",
        title=Text(he="ערוצים בסלאק", en="Channels of Slack"),
        description=Text(he="מוצא ערוצים ב־Slack לפי שם", en="Find channels of the Slack workspace by name"),
        examples={"he": ["אילו ערוצים יש בסלאק"], "en": ["which channels are there in Slack", "list the Slack channels"]},
        show=_show_channels, label=Label("untrusted", "internal", frozenset({name})), timeout=60, seconds=1.0,
    )  # fmt: skip
    async def channels(args: ListChannels, call: Call) -> Channels:
        access = call.provider(Access)
        known = await access.to(name)
        async with access.calling(name):
            found = await _listed(_slack(known, access.way))
        part = args.name.strip().lstrip("#").casefold()
        return Channels(channels=[one for one in found if part in one.name.casefold()])

    return channels


def _send(connection: Connection) -> Tool:
    name = connection.name

    async def undo(_args: object, output: object, call: Call) -> None:
        access, posted = call.provider(Access), Posted.model_validate(output)
        known = await access.to(name)
        async with access.calling(name):
            try:
                await _slack(known, access.way).write("chat.delete", {"channel": posted.channel, "ts": posted.ts})
            except Gone:
                return  # somebody was quicker
            except StepFailed as error:
                if "cant_delete_message" in error.detail:
                    raise Conflict("Slack does not let the app delete its message.", cure="Delete it in Slack.") from error
                raise

    async def probe(args: Post, call: Call) -> Posted | None:
        access = call.provider(Access)
        known = await access.to(name)
        return await _found_again(_slack(known, access.way), _channel(args, known), args, call)

    @tool(
        f"{name}.send",
        title=Text(he="הודעה בסלאק", en="Post a message to Slack"),
        description=Text(he="שולח הודעה לערוץ בסלאק (Slack)", en="Post a message to a channel of Slack"),
        examples={
            "he": ["שלח הודעה בסלאק", "פרסם את הסיכום בסלאק", "כתוב לצוות בסלאק שהמשאית יצאה"],
            "en": ["send a message to Slack", "post it to Slack", "send the summary to Slack", "tell the team on Slack that the truck has left"],
        },
        show=lambda posted, language: f"{'נשלח ב־Slack' if language == 'he' else 'Posted to Slack'}: {posted.channel} · {posted.text[:200]}",
        effect="send", recovery="once", approval="ask", label=Label("untrusted", "internal", frozenset({name})), timeout=60, seconds=1.0,
        undo=undo, probe=probe,
    )  # fmt: skip
    async def send(args: Post, call: Call) -> Posted:
        access = call.provider(Access)
        known = await access.to(name)
        body: dict[str, Any] = {
            "channel": _channel(args, known), "text": escaped(args.text), "unfurl_links": False, "unfurl_media": False,
            "metadata": {"event_type": _EVENT, "event_payload": {"key": _mark(call)}},
        }  # fmt: skip
        if args.thread:
            body["thread_ts"] = args.thread
        async with access.calling(name):
            made = await _slack(known, access.way).write("chat.postMessage", body)
        return Posted(channel=str(made["channel"]), ts=str(made["ts"]), text=args.text)

    return send


async def tell(known: Connection, way: Way, notice: Notice, mark: str) -> None:
    """To the channel that was set. Raises a TizmoretError where nothing was sent, ConnectionError where it may have been."""
    text = "\n".join(part for part in (notice.title and f"*{escaped(notice.title)}*", escaped(notice.text), notice.link) if part)
    body = {"channel": _channel(Post(text=notice.text), known), "text": text, "unfurl_links": False, "unfurl_media": False}
    await _slack(known, way).write("chat.postMessage", {**body, "metadata": {"event_type": _EVENT, "event_payload": {"key": mark}}})


async def _listed(slack: Slack) -> list[Channel]:
    asked = {"types": "public_channel,private_channel", "exclude_archived": "true", "limit": "200"}
    return [
        Channel(id=str(one["id"]), name=str(one.get("name", "")), private=bool(one.get("is_private")), member=bool(one.get("is_member")))
        async for page in slack.pages("conversations.list", asked)
        for one in page.get("channels", [])
    ]


async def _found_again(slack: Slack, channel: str, args: Post, call: Call) -> Posted | None:
    """The message that this call posted, by the mark it carries; None where the channel has none since the execution began.

    Raises Unavailable where the app may not look."""
    try:
        if channel[:1] in ("#", "") or not channel.isupper():
            named = channel.removeprefix("#")
            channel = next((one.id for one in await _listed(slack) if one.name == named), "")
        method = "conversations.replies" if args.thread else "conversations.history"
        since = made_at(call.execution) - AHEAD
        asked = {"channel": channel, "oldest": f"{since:.6f}", "include_all_metadata": "true", "limit": "200"}
        async for page in slack.pages(method, {**asked, **({"ts": args.thread} if args.thread else {})}):
            for one in page.get("messages", []):
                told = one.get("metadata") or {}
                if told.get("event_type") == _EVENT and (told.get("event_payload") or {}).get("key") == _mark(call):
                    return Posted(channel=channel, ts=str(one["ts"]), text=args.text)
    except StepFailed as error:
        raise Unavailable(f"It cannot be looked up in Slack: {error.detail}", cure="Look into the channel.") from error
    return None


def _channel(args: Post, known: Connection) -> str:
    """Raises StepFailed where there is none."""
    found = args.channel or str(known.offer.get("channel", ""))
    if not found:
        raise StepFailed("No channel is named.", cure=f"Name one, or connect {known.name} again with --channel.", field="channel")
    return found


def _mark(call: Call) -> str:
    return hashlib.sha256(json.dumps([str(call.workspace), call.key]).encode()).hexdigest()[:40]


def _show_channels(found: Channels, language: Language) -> str:
    if not found.channels:
        return "לא נמצאו ערוצים." if language == "he" else "No channels were found."
    return "\n".join(f"- #{one.name} ({one.id})" for one in found.channels)

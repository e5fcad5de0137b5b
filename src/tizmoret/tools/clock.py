"""The clock."""

from __future__ import annotations

import asyncio
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from tizmoret.catalog.tool import Call, Kind, Text, tool
from tizmoret.errors import StepFailed
from tizmoret.plan.labels import Label
from tizmoret.tools.when import day


class AskTime(BaseModel):
    model_config = ConfigDict(extra="forbid")
    timezone: str = Field("", max_length=100, description="IANA zone such as Europe/London; empty is the workspace's own")


class Now(BaseModel):
    now: Annotated[AwareDatetime, Kind("date-time")]
    timezone: str
    text: Annotated[str, Kind("text")]


@tool(
    "time.now",
    title=Text(he="מה השעה", en="Current time"),
    description=Text(he="התאריך והשעה עכשיו, כאן או באזור זמן אחר", en="The date and time now, here or in another time zone"),
    examples={
        "he": ["מה השעה", "מה התאריך היום", "איזה יום היום", "מה השעה עכשיו בלונדון", "מה השעה ברומא"],
        "en": ["what time is it", "what is today's date", "which day is today", "current time in London", "tell me the time in Rome"],
    },
    show=lambda now, language: now.text, label=Label(sources=frozenset({"clock"})), seconds=0.05,
)  # fmt: skip
async def now(args: AskTime, call: Call) -> Now:
    try:
        zone = ZoneInfo(args.timezone) if args.timezone else call.timezone
    except (ZoneInfoNotFoundError, ValueError) as error:
        cure = "Give an IANA zone such as Europe/London."
        raise StepFailed(f"There is no time zone {args.timezone}.", cure=cure, field="timezone") from error
    here = call.now.astimezone(zone)
    return Now(now=here, timezone=zone.key, text=f"{day(here, call.language, year=True)}, {here:%H:%M} ({zone.key})")


class Wait(BaseModel):
    model_config = ConfigDict(extra="forbid")
    seconds: float = Field(ge=0, le=86_400, description="how long to wait")


class Waited(BaseModel):
    seconds: float


@tool(
    "time.wait",
    title=Text(he="המתנה", en="Wait"),
    description=Text(he="ממתין מספר שניות ואינו עושה דבר", en="Waits for a number of seconds and does nothing else"),
    examples={
        "he": ["להמתין עשר שניות", "המתן 30 שניות", "לחכות חצי דקה בין שני צעדים"],
        "en": ["wait ten seconds", "pause for 30 seconds", "wait half a minute between two steps"],
    },
    show=lambda waited, language: "", timeout=90_000, lasts="seconds",
)  # fmt: skip
async def wait(args: Wait, call: Call) -> Waited:
    """Begins anew after a crash."""
    await asyncio.sleep(args.seconds)
    return Waited(seconds=args.seconds)


TOOLS = (now, wait)

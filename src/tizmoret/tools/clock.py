"""The clock."""

from __future__ import annotations

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
        "he": ["מה השעה", "מה התאריך היום", "איזה יום היום", "מה השעה עכשיו בלונדון"],
        "en": ["what time is it", "what is today's date", "which day is today", "current time in London"],
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


TOOLS = (now,)

"""Whether the system is well: what the process knows of itself, and the disk."""

from __future__ import annotations

import asyncio
import shutil

from pydantic import BaseModel, ConfigDict

from tizmoret.catalog.tool import Call, Text, Tool, tool
from tizmoret.plan.labels import Label
from tizmoret.plan.model import Language
from tizmoret.tools.models import Check
from tizmoret.tools.providers.ports import SystemProbe

LOW_DISK = 500 * 1024 * 1024  # bytes free, under which the disk is not well
PROBE_SECONDS = 20.0


class CheckSystem(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Health(BaseModel):
    ok: bool
    checks: list[Check]


def _show(health: Health, language: Language) -> str:
    well, ill = ("המערכת תקינה.", "נמצאו תקלות.") if language == "he" else ("The system is well.", "Something is wrong.")
    head = well if health.ok else ill
    return "\n".join([head, *(f"{'✓' if check.ok else '✗'} {check.name}: {check.detail}" for check in health.checks)])


@tool(
    "system.check",
    title=Text(he="בדיקת מערכת", en="System check"),
    description=Text(
        he="בודק את תקינות המערכת: מסד הנתונים, הדיסק, קטלוג הכלים והסוכנים, והמודל",
        en="Check the health of the system: database, disk, catalog of tools and agents, model",
    ),
    examples={
        "he": ["בדוק את המערכת", "האם הכול תקין", "מה מצב המערכת", "יש תקלות?", "כמה מקום נשאר בדיסק", "הכול עובד"],
        "en": [
            "check the system", "is everything working", "how is the system doing", "system status",
            "how much disk space is left", "does everything work",
        ],
    },
    show=_show, label=Label(sources=frozenset({"system"})), timeout=30, seconds=0.3,
)  # fmt: skip
async def check(args: CheckSystem, call: Call) -> Health:
    disk = await asyncio.to_thread(_disk, call)
    checks = [*await _probed(call), disk]
    return Health(ok=all(one.ok for one in checks), checks=checks)


async def _probed(call: Call) -> list[Check]:
    """A probe that fails or hangs is itself a finding, not an error of the check."""
    name = "מערכת" if call.language == "he" else "system"
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            return list(await call.provider(SystemProbe).checks(call.language))
    except TimeoutError:
        detail = f"אין תשובה תוך {PROBE_SECONDS:g} שניות" if call.language == "he" else f"no answer within {PROBE_SECONDS:g} seconds"
    except Exception as error:
        detail = f"{type(error).__name__}: {error}"[:300]
    return [Check(name=name, ok=False, detail=detail)]


def _disk(call: Call) -> Check:
    name = "דיסק" if call.language == "he" else "disk"
    try:
        usage = shutil.disk_usage(call.folder)
    except OSError as error:
        return Check(name=name, ok=False, detail=str(error)[:300])
    free, total = usage.free / 2**30, usage.total / 2**30
    detail = f"{free:,.1f} GB פנויים מתוך {total:,.1f}" if call.language == "he" else f"{free:,.1f} GB free of {total:,.1f}"
    return Check(name=name, ok=usage.free >= LOW_DISK, detail=detail)


TOOLS: tuple[Tool, ...] = (check,)

"""The offline planner over the built-in catalog, at one fixed moment."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from tizmoret.agents.builtin import builtin_agents
from tizmoret.catalog.catalog import Catalog
from tizmoret.planner.language import detect_language
from tizmoret.planner.offline import OfflinePlanner
from tizmoret.planner.planner import Planned, PlanRequest, Question
from tizmoret.tools import builtin_tools

NOW = datetime(2026, 3, 10, 10, 0, tzinfo=ZoneInfo("Asia/Jerusalem"))  # a Tuesday


@cache
def builtin_catalog() -> Catalog:
    tools = builtin_tools()
    return Catalog(tools, builtin_agents(tools))


async def plan(text: str, *, answers: tuple[str, ...] = (), catalog: Catalog | None = None, now: datetime = NOW) -> Planned | Question:
    """What the planner makes of `text`, after it was given these answers."""
    asked = tuple(("?", answer) for answer in answers)
    return await OfflinePlanner().plan(PlanRequest(text, detect_language(text), now, catalog or builtin_catalog(), asked))


async def planned(text: str, *, answers: tuple[str, ...] = (), catalog: Catalog | None = None, now: datetime = NOW) -> Planned:
    outcome = await plan(text, answers=answers, catalog=catalog, now=now)
    assert isinstance(outcome, Planned), outcome
    return outcome


async def asked(text: str, *, answers: tuple[str, ...] = (), catalog: Catalog | None = None, now: datetime = NOW) -> Question:
    outcome = await plan(text, answers=answers, catalog=catalog, now=now)
    assert isinstance(outcome, Question), outcome
    return outcome

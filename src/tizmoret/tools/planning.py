"""A part of a request that can only be planned when earlier steps have found what it is about."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from tizmoret.catalog.growing import MoreSteps, StepEnd
from tizmoret.catalog.tool import Ask, Call, Kind, Text, Tool, tool
from tizmoret.errors import StepFailed
from tizmoret.plan.labels import Label
from tizmoret.plan.model import MAX_REQUEST, Language

_NOT_DONE: dict[Language, dict[str, str]] = {
    "he": {"rejected": "נדחה", "expired": "לא אושר בזמן", "upstream": "תלוי בשלב שלא הושלם", "cancelled": "בוטל"},
    "en": {"rejected": "rejected", "expired": "not approved in time", "upstream": "depends on what was not done", "cancelled": "cancelled"},
}


class PlanPart(BaseModel):
    model_config = ConfigDict(extra="forbid")
    request: Annotated[str, Kind("words")] = Field(
        min_length=1, max_length=MAX_REQUEST, description="what is to be done, with what was found put into the text by references"
    )


class PartStep(BaseModel):
    """output: as its tool gave it; null where it was not done, which `why` tells."""

    title: str
    uses: str
    output: Any = None
    why: str = ""


class PartDone(BaseModel):
    markdown: Annotated[str, Kind("markdown")]
    steps: list[PartStep]


def _show(done: PartDone, language: Language) -> str:
    return done.markdown


@tool(
    "plan.part",
    title=Text(he="תכנון חלק מהבקשה", en="Plan a part of the request"),
    description=Text(
        he="מתכנן ומבצע חלק של הבקשה שאפשר לתכנן רק אחרי ששלבים קודמים מצאו במה מדובר; כל פעולה בו מבקשת אישור",
        en="Plan and carry out a part of the request that can only be planned once earlier steps have found what it is about, such as what a "
        "mail asks for; not for what can be planned now. Whatever acts in it asks first",
    ),
    show=_show, label=Label(sources=frozenset({"plan.part"})), timeout=310, seconds=5, asks_for=None,
)  # fmt: skip
async def plan_part(args: PlanPart, call: Call) -> PartDone:
    if call.asked.steps:
        return _done(call)
    if call.plan_part is None:
        raise StepFailed("There is no planner here.", cure="Use plan.part as a step of a plan.")
    answers = (
        [] if call.answered is None else [*call.answered.state["answers"], (call.answered.state["question"], str(call.answered.answer))]
    )
    part = await call.plan_part(args.request, [(question, answer) for question, answer in answers])
    if isinstance(part, str):
        raise Ask(part, (), {"question": part, "answers": answers})
    wanted = [number for number, step in enumerate(part.steps) if step.id in part.answer]
    raise MoreSteps(part.steps, {"answer": wanted}, tokens=part.tokens, cost=part.cost, cached=part.cached)


def _done(call: Call) -> PartDone:
    """Raises StepFailed where a step of the part has failed."""
    steps = call.asked.steps
    for step in steps:
        if step.status == "failed":
            raise StepFailed(f"{step.title or step.id}: {step.reason}", cure="Mend the cause and submit the request again.")
    wanted = [steps[number] for number in (call.asked.state or {}).get("answer", [])] or steps[-1:]
    texts = [step.shown for step in wanted if step.shown]
    refused = [f"- {step.title or step.id}: {why}" for step in steps if (why := _why(step, call.language))]
    return PartDone(
        markdown="\n\n".join([*texts, *(["\n".join(refused)] if refused else [])]),
        steps=[PartStep(title=step.title, uses=step.uses, output=step.output, why=_why(step, call.language)) for step in steps],
    )


def _why(step: StepEnd, language: Language) -> str:
    """Why it was not done; nothing for one that was, or that its own condition left out."""
    if step.status == "completed" or step.reason == "condition":
        return ""
    return _NOT_DONE[language].get(step.reason, step.reason)


TOOLS: tuple[Tool, ...] = (plan_part,)

"""An agenda for the meeting, where a request both reads documents and sets a meeting: that is what such a request is for.

It is the only step that no verb asks for, so it is held to what does no harm: a new document in the workspace's own folder, which needs no
approval and can be taken back. A request that says not to write gets none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tizmoret.plan.model import Language
from tizmoret.plan.references import TEXT
from tizmoret.planner.offline.draft import Draft, DraftStep
from tizmoret.planner.offline.skills import Outlet, Skill, Slot


def add_agenda(draft: Draft, skills: Mapping[str, Skill], language: Language) -> DraftStep | None:
    """The step that writes it, after the meeting; None where the request is not of that sort, or writes a document itself."""
    meeting = next((step for step in draft.goals if _sets_meeting(step)), None)
    told = next((step for step in draft.goals if step.skill.looks and step.skill.gives("markdown")), None)
    writer = next((skill for skill in skills.values() if _writes_quietly(skill)), None)
    if meeting is None or told is None or writer is None or any(_writes_quietly(step.skill) for step in draft.steps) or draft.full:
        return None
    titled, content, cited = _slot(writer, "title"), writer.slot("markdown"), writer.slot("document")
    text, begins = told.skill.gives("markdown"), _field(meeting.skill, "start")
    source = next(draft.latest(cited), None) if cited else None
    if titled is None or content is None or text is None or begins is None or cited is None or source is None:
        return None
    word, at = ("סדר יום", "מועד") if language == "he" else ("Agenda", "Time")
    title = f"{word}: {meeting.args.get('title', '')}"
    parts: list[Any] = [f"# {title}\n\n{at}: ", meeting.reference(begins, many=False), "\n\n", told.reference(text, many=False)]
    args = {titled.name: title, content.name: {TEXT: parts}, cited.name: source[0].reference(source[1], many=True)}
    step = draft.add(writer, meeting.reading, args)
    step.id = "agenda"
    return step


def _sets_meeting(step: DraftStep) -> bool:
    return not step.skill.looks and step.skill.gives("event") is not None and "schedule" in step.skill.acts and step.for_each is None


def _writes_quietly(skill: Skill) -> bool:
    capability = skill.capability
    quiet = capability.effect == "write" and capability.approval == "never" and capability.reversible
    return quiet and skill.gives("document") is not None and skill.slot("markdown") is not None and _slot(skill, "title") is not None


def _slot(skill: Skill, name: str) -> Slot | None:
    return next((slot for slot in skill.slots if slot.name == name), None)


def _field(skill: Skill, name: str) -> Outlet | None:
    return next((outlet for outlet in skill.outlets if outlet.path.rpartition(".")[2] == name and not outlet.many), None)

"""What a model reads: the instructions with the catalog, the request as data, and what was wrong with its last answer.

The prompts are files with a version in their name (`prompts/planner.v3.md`); a change of meaning is a new file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

from tizmoret.catalog.catalog import Catalog
from tizmoret.errors import Finding
from tizmoret.plan.capability import Capability, Effect
from tizmoret.planner.model.draft import MAX_FINDINGS
from tizmoret.planner.model.signature import Signatures
from tizmoret.planner.planner import PlanRequest

PLANNER, REPAIR, REPLAN = "planner.v3", "repair.v1", "replan.v1"

_EFFECTS: dict[Effect, str] = {"none": "reads", "write": "writes", "delete": "deletes", "send": "sends"}
_FINDING_LENGTH = 600


@cache
def _prompt(name: str) -> str:
    return files("tizmoret.planner").joinpath("prompts", f"{name}.md").read_text(encoding="utf-8")


def instructions(catalog: Catalog) -> str:
    """The same bytes for the same catalog, so that providers can cache them; what changes from request to request is in `question`."""
    return _prompt(PLANNER).replace("{catalog}", describe(catalog))


def describe(catalog: Catalog) -> str:
    """Every capability with its arguments and its output, then the types that they name."""
    signatures = Signatures()
    parts = [
        _capability(tool.capability, tool.title["en"], tool.description["en"], signatures) for _, tool in sorted(catalog.tools.items())
    ] + [
        _capability(agent.capability, agent.title["en"], agent.description["en"], signatures) for _, agent in sorted(catalog.agents.items())
    ]
    types = [f"{name} = {written}" for name, written in sorted(signatures.types.items())]
    return "\n".join(parts) + "\n\n# Types of the catalog\n" + "\n".join(types)


def _capability(capability: Capability, title: str, description: str, signatures: Signatures) -> str:
    effect = f"may {capability.ceiling}" if capability.grows else _EFFECTS[capability.effect]
    marks = ", ".join([capability.kind, effect, *(["asks"] if capability.approval == "ask" else [])])
    return (
        f"\n## {capability.name} ({marks})\n{title}. {description}.\n"
        f"args: {signatures.write(capability.arguments)}\noutput: {signatures.write(capability.output)}"
    )


def question(request: PlanRequest) -> str:
    """The person's turn. One JSON object: nothing that a person writes, or that a tool said as it failed, can end it and speak as something
    else."""
    asked = json.dumps(
        {
            "request": request.request,
            "language": "Hebrew" if request.language == "he" else "English",
            "now": request.now.isoformat(timespec="minutes"),
            "timezone": str(request.now.tzinfo),
            "weekday": f"{request.now:%A}",
            "answers": [{"question": asked, "answer": answered} for asked, answered in request.answers],
            "begun": [step.model_dump(mode="json", exclude_defaults=True) for step in request.begun],
            **({} if request.earlier is None else {"earlier": request.earlier.told()}),
        },
        ensure_ascii=False,
        indent=1,
    )
    return asked if request.earlier is None else f"{asked}\n\n{_prompt(REPLAN)}"


def repair(findings: Sequence[Finding]) -> str:
    """The findings of a refused plan as a turn to the model."""
    lines = [_finding(finding) for finding in findings[:MAX_FINDINGS]]
    if len(findings) > MAX_FINDINGS:
        lines.append(f"- and {len(findings) - MAX_FINDINGS} more of the kind")
    return _prompt(REPAIR).replace("{findings}", "\n".join(lines))


def _finding(finding: Finding) -> str:
    where = f"step {finding.step}: " if finding.step else ""
    return "- " + _one_line((where, finding.message, " ", finding.cure))


def _one_line(parts: Iterable[str]) -> str:
    return " ".join("".join(parts).split())[:_FINDING_LENGTH]

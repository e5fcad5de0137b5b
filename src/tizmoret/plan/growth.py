"""More steps for a plan that runs: those that one of its calls asks for.

An agent asks for an effect this way, and a step that plans a part of the request asks for that part's steps. They are ordinary steps, under
the same rules as all others; since nobody has seen them in the plan, whatever acts among them asks a person first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tizmoret.errors import PlanRefused
from tizmoret.plan.capability import GRAVITY, Capability
from tizmoret.plan.check import Finding, check
from tizmoret.plan.difference import difference
from tizmoret.plan.model import AskedBy, Plan, Step
from tizmoret.plan.references import FROM

MOST_ROUNDS = 30  # of one call
MOST_STEPS = 200  # asked for at once
MOST_IN_ALL = 1_000  # asked for in one execution
MOST_DEPTH = 3  # calls that ask for calls that ask

_ID_LENGTH = 64
# A text in quotes, or a name that is no field of something else: what of a CEL expression can be the id of a step.
_CEL = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<![\w.])([a-z][a-z0-9_]*)""")

Capabilities = Mapping[str, Capability]


def grown(plan: Plan, by: AskedBy, wanted: Sequence[Step], capabilities: Capabilities) -> Plan:
    """`plan`, its next version, with the steps that the call `by` asks for; they refer to each other by the ids that they come with.

    Raises PlanRefused for what the call may not ask for, and for steps that do not pass `check`."""
    if faults := [*_faults(plan, by, wanted, capabilities)]:
        raise PlanRefused(faults)
    ids = _ids(plan, by, wanted)
    steps = [_placed(step, by, ids, acts=step.uses in capabilities and capabilities[step.uses].effect != "none") for step in wanted]
    larger = plan.model_copy(update={"steps": (*plan.steps, *steps), "version": plan.version + 1})
    if findings := check(larger, capabilities):
        raise PlanRefused(findings)
    return _guarded(plan, larger, capabilities)


def _faults(plan: Plan, by: AskedBy, wanted: Sequence[Step], capabilities: Capabilities) -> Iterator[Finding]:
    steps = {step.id: step for step in plan.steps}
    asker = capabilities[steps[by.step].uses]
    asked = sum(step.asked_by is not None for step in plan.steps)
    if by.round > MOST_ROUNDS or len(wanted) > MOST_STEPS or asked + len(wanted) > MOST_IN_ALL:
        limits = f"{MOST_ROUNDS} times, for {MOST_STEPS} steps at once, and {MOST_IN_ALL:,} in one execution"
        yield Finding("too-large", by.step, f"{by.step} asks for too many steps: at most {limits}.", "Make the request smaller.")
    if _depth(steps, by.step) >= MOST_DEPTH and any(capabilities[step.uses].grows for step in wanted if step.uses in capabilities):
        yield Finding("too-deep", by.step, f"Steps that ask for steps go {MOST_DEPTH} deep.", "Ask for steps that do the work themselves.")
    if not wanted:
        yield Finding("no-steps", by.step, f"{by.step} asks for no step.", "Give its output instead.")
    for step in wanted:
        capability = capabilities.get(step.uses)
        if capability is None:
            continue  # `check` says so
        if asker.asks_for is not None and step.uses not in asker.asks_for:
            yield Finding("not-allowed", by.step, f"{asker.name} may not ask for {step.uses}.", "Name the tool in its front matter.")
        elif asker.asks_for is not None and GRAVITY[capability.effect] > GRAVITY[asker.ceiling]:
            cure = f"Its front matter allows it `effect: {asker.ceiling}`."
            yield Finding("over-ceiling", by.step, f"{step.uses} goes further than {asker.name} may: {capability.effect}.", cure)


def _depth(steps: Mapping[str, Step], id: str) -> int:
    depth, step = 1, steps.get(id)
    while step is not None and step.asked_by is not None:
        depth, step = depth + 1, steps.get(step.asked_by.step)
    return depth


def _ids(plan: Plan, by: AskedBy, wanted: Sequence[Step]) -> dict[str, str]:
    """The id that each step has in the plan."""
    taken = {step.id for step in plan.steps}
    root = f"{by.step}_{by.round}" if by.item is None else f"{by.step}_{by.item}_{by.round}"
    found: dict[str, str] = {}
    for number, step in enumerate(wanted, start=1):
        for candidate in (f"{root}_{step.id}", f"{root}_{number}", f"{root[-40:].lstrip('0123456789_')}_{number}_{len(taken)}"):
            if len(candidate) <= _ID_LENGTH and candidate not in taken:
                break
        taken.add(candidate)
        found[step.id] = candidate
    return found


def _placed(step: Step, by: AskedBy, ids: Mapping[str, str], *, acts: bool) -> Step:
    return step.model_copy(
        update={
            "id": ids[step.id],
            "args": _renamed(step.args, ids),
            "for_each": _renamed(step.for_each, ids),
            "when": None if step.when is None else _CEL.sub(lambda found: found[1] or ids.get(found[2], found[2]), step.when),
            "after": tuple(ids.get(id, id) for id in step.after),
            "needs_approval": step.needs_approval or acts,
            "asked_by": by,
        }
    )


def _renamed(value: Any, ids: Mapping[str, str]) -> Any:
    """The value with its references to `ids` by their new names."""
    if isinstance(value, list | tuple):
        return [_renamed(inner, ids) for inner in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and isinstance(target := value.get(FROM), str):
        id = re.split(r"[.\[]", target, maxsplit=1)[0]
        return {FROM: ids.get(id, id) + target[len(id) :]}
    return {key: _renamed(inner, ids) for key, inner in value.items()}


def _guarded(plan: Plan, larger: Plan, capabilities: Capabilities) -> Plan:
    """What reads at an address that the plan did not reach asks as well: whoever is there would be told what was asked for."""
    known = {step.id for step in plan.steps}
    further = {reason.step for reason in difference(plan, larger, capabilities).reasons if reason.risk == "grows"} - known
    steps = [step.model_copy(update={"needs_approval": True}) if step.id in further else step for step in larger.steps]
    return larger.model_copy(update={"steps": tuple(steps)})

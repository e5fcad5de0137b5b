"""Whether a new plan may do more than the one that a person has seen: what a replan is let through, or asked about, by.

A plan grows where it has an effect, a recipient, a target, a source of data or a freedom that the old one did not have. In doubt it grows:
asking once too often costs a look, the other error cannot be taken back. Steps are told apart by what they do, not by their ids, so that
renaming or reordering is no difference; steps that only read may change freely, unless they reach an address that is new."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tizmoret.plan.capability import Capability
from tizmoret.plan.graph import Graph
from tizmoret.plan.labels import PERSON, Label, join
from tizmoret.plan.manifest import asks, static_labels
from tizmoret.plan.meaning import Meanings
from tizmoret.plan.model import Plan, Step, canonical
from tizmoret.plan.references import references
from tizmoret.plan.targets import is_address, is_target

Risk = Literal["narrows", "same", "grows"]
Code = Literal[
    "new-effect", "new-target", "new-content", "wider-flow", "repeated", "condition-changed", "approval-dropped", "order-lost", "on-failure",
    "effect-gone", "fewer-targets", "condition-added", "approval-added", "other-source",
]  # fmt: skip

RISKS: Mapping[Code, Risk] = {
    "effect-gone": "narrows", "fewer-targets": "narrows", "condition-added": "narrows", "approval-added": "narrows", "other-source": "same",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reason:
    """step: of the new plan, or of the old one where it is gone; None for the plan as a whole. detail: what is new, for a person."""

    code: Code
    step: str | None
    tool: str = ""
    argument: str = ""
    detail: str = ""

    @property
    def risk(self) -> Risk:
        return RISKS.get(self.code, "grows")


@dataclass(frozen=True, slots=True)
class Difference:
    risk: Risk
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two plans, with what is worked out once over it."""

    plan: Plan
    steps: Mapping[str, Step]
    meanings: Meanings
    graph: Graph
    flows: Mapping[str, Label]  # what comes into each step

    def in_order(self) -> list[Step]:
        return [self.steps[id] for id in self.graph.topological()]


def difference(old: Plan, new: Plan, capabilities: Mapping[str, Capability]) -> Difference:
    """How the risk of `new` stands to that of `old`. Both must have passed `check` with these capabilities."""
    one, other = _side(old, capabilities), _side(new, capabilities)
    reasons = [*_compare(one, other, capabilities)]
    risks = {reason.risk for reason in reasons}
    risk: Risk = "grows" if "grows" in risks else "narrows" if "narrows" in risks else "same"
    return Difference(risk, tuple(reasons))


def _side(plan: Plan, capabilities: Mapping[str, Capability]) -> _Side:
    graph, labels = Graph(plan), static_labels(plan, capabilities)
    flows = {step.id: join([PERSON, *(labels[before] for before in _sources(step))]) for step in plan.steps}
    return _Side(plan, {step.id: step for step in plan.steps}, Meanings(plan), graph, flows)


def _sources(step: Step) -> set[str]:
    """The steps whose values its arguments hold; a condition decides, but nothing of it goes in."""
    return {reference.step for _, reference in references([step.args, step.for_each or {}]) if reference.step is not None}


def _compare(old: _Side, new: _Side, capabilities: Mapping[str, Capability]) -> Iterator[Reason]:
    pairs, added, gone = _pair(old, new, capabilities)
    for step in added:
        yield Reason("new-effect", step.id, step.uses, detail=capabilities[step.uses].effect)
    for before, step in pairs:
        yield from _effect(before, step, old, new, capabilities[step.uses])
    yield from _order(pairs, old, new)
    yield from _reached(old, new, capabilities)
    for step in gone:
        yield Reason("effect-gone", step.id, step.uses, detail=capabilities[step.uses].effect)
    if old.plan.on_failure != new.plan.on_failure:
        yield Reason("on-failure", None, detail=f"{old.plan.on_failure} → {new.plan.on_failure}")


Pairs = list[tuple[Step, Step]]


def _pair(old: _Side, new: _Side, capabilities: Mapping[str, Capability]) -> tuple[Pairs, list[Step], list[Step]]:
    """Which effect of the new plan stands for which of the old: (pairs, new ones, gone ones). By meaning, then id, then target, then order;
    a worse pairing than there could be finds more differences, never fewer."""
    left, open_ = ([step for step in side.in_order() if capabilities[step.uses].effect != "none"] for side in (old, new))
    pairs: Pairs = []
    keys = (
        lambda step, side: side.meanings.step(step.id),
        lambda step, side: step.id,
        lambda step, side: canonical(_targets(step, side, capabilities[step.uses])),
        lambda step, side: "",
    )
    for key in keys:
        waiting: dict[tuple[str, Any], list[Step]] = defaultdict(list)
        for step in reversed(left):
            waiting[step.uses, key(step, old)].append(step)
        still = []
        for step in open_:
            found = waiting[step.uses, key(step, new)]
            pairs.append((found.pop(), step)) if found else still.append(step)
        open_ = still
        taken = {before.id for before, _ in pairs}
        left = [step for step in left if step.id not in taken]
    return pairs, open_, left


# -- one effect beside the one it stands for


def _effect(before: Step, step: Step, old: _Side, new: _Side, capability: Capability) -> Iterator[Reason]:
    if asks(before, capability) and not asks(step, capability):
        yield Reason("approval-dropped", step.id, step.uses)
    elif asks(step, capability) and not asks(before, capability):
        yield Reason("approval-added", step.id, step.uses)
    was, now = old.meanings.condition(before.when), new.meanings.condition(step.when)
    if was != now:
        yield Reason("condition-added" if was is None else "condition-changed", step.id, step.uses, detail=step.when or "")
    if step.for_each is not None and old.meanings.value(before.for_each) != new.meanings.value(step.for_each):
        yield Reason("repeated", step.id, step.uses)
    for name in sorted(before.args.keys() | step.args.keys()):
        yield from _argument(name, before, step, old, new, capability)
    wider = _wider(old.flows[before.id], new.flows[step.id])
    if wider:
        yield Reason("wider-flow", step.id, step.uses, detail=wider)


def _argument(name: str, before: Step, step: Step, old: _Side, new: _Side, capability: Capability) -> Iterator[Reason]:
    was, now = (side.meanings.value(_given(one, name, capability)) for one, side in ((before, old), (step, new)))
    if was == now:
        return
    code: Code = "new-content"
    if isinstance(was, list) and isinstance(now, list) and _part_of(now, was):
        code = "fewer-targets"
    elif is_target(name, capability):
        code = "new-target"
    elif _only_refers(step.args.get(name)) and (asks(step, capability) or (capability.reversible and capability.effect == "write")):
        # The person sees it at the gate, or can take it back; what may flow in is held by the labels.
        code = "other-source"
    yield Reason(code, step.id, step.uses, name, _shown(step.args.get(name)))


def _given(step: Step, name: str, capability: Capability) -> Any:
    return step.args.get(name, capability.arguments.get("properties", {}).get(name, {}).get("default"))


def _part_of(now: list[Any], was: list[Any]) -> bool:
    counts = Counter(canonical(one) for one in was)
    counts.subtract(Counter(canonical(one) for one in now))
    return min(counts.values(), default=0) >= 0


def _only_refers(value: Any) -> bool:
    """Whether nothing in it was written by the planner, so that a new value can only be other data."""
    if isinstance(value, list):
        return bool(value) and all(_only_refers(inner) for inner in value)
    return isinstance(value, dict) and len(value) == 1 and next(references(value), ((1,),))[0] == ()


def _targets(step: Step, side: _Side, capability: Capability) -> Any:
    return {name: side.meanings.value(value) for name, value in step.args.items() if is_target(name, capability)}


def _wider(was: Label, now: Label) -> str:
    """What may flow in now and could not before; nothing where the flow is no wider."""
    both = was | now
    levels = [both.integrity] if both.integrity != was.integrity else []
    secrecy = [both.confidentiality] if both.confidentiality != was.confidentiality else []
    return ", ".join([*levels, *secrecy, *sorted(now.sources - was.sources)])


def _shown(value: Any) -> str:
    found = sorted({str(reference) for _, reference in references(value)})
    return ", ".join(found) or ("" if value is None else str(value)[:200])


# -- the whole


def _order(pairs: Pairs, old: _Side, new: _Side) -> Iterator[Reason]:
    """An effect that waited for another one, such as a removal for its backup, waits for it still."""
    stands_for = {before.id: step.id for before, step in pairs}
    nearest: dict[str, frozenset[str]] = {}
    for id in old.graph.topological():
        needed = old.graph.predecessors[id]
        nearest[id] = frozenset[str]().union(*({one} if one in stands_for else nearest[one] for one in needed))
    if not any(nearest[id] for id in stands_for):
        return
    ancestors = new.graph.ancestors()
    place = {id: 1 << number for number, id in enumerate(new.graph.predecessors)}
    for before, step in pairs:
        for id in sorted(nearest[before.id]):
            if not ancestors[step.id] & place[stands_for[id]]:
                yield Reason("order-lost", step.id, step.uses, detail=id)


def _reached(old: _Side, new: _Side, capabilities: Mapping[str, Capability]) -> Iterator[Reason]:
    """Reading at an address tells whoever is there what was asked for: one that the old plan did not reach is a target."""
    known = {target for step in old.plan.steps for _, target in _addresses(step, old, capabilities)}
    for step in new.plan.steps:
        for name, target in _addresses(step, new, capabilities):
            if target not in known:
                yield Reason("new-target", step.id, step.uses, name, _shown(step.args[name]))


def _addresses(step: Step, side: _Side, capabilities: Mapping[str, Capability]) -> Iterator[tuple[str, tuple[str, bytes]]]:
    capability = capabilities[step.uses]
    if capability.effect != "none":
        return
    for name, value in step.args.items():
        if is_address(name, capability):
            yield name, (step.uses, canonical(side.meanings.value([value, step.for_each])))

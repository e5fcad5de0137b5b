"""What is done about an attempt that failed: a ladder, climbed one rung at a time.

    1. the same again, after a wait that doubles        as often as the class of the error is worth it
    2. another model, where an agent's model failed     those of TIZMORET_OTHER_MODELS in order, last the agent's own work without any
    3. another agent                                    the step's `fallbacks` in order, each from rung 1 on
    4. the step has failed                              what can go on without it does; then another plan is asked for (replanning.py)
                                                        or effects are undone, if that is wished (undo.py)

Pure: no clock, no dice. A call with an effect whose outcome is not known leaves the ladder: that is looked up, or asked about (stepwork.py).
An execution over which the engine itself fails has a ladder of its own (quarantine.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tizmoret.plan.model import Retry

Kind = Literal["passing", "busy", "timeout", "fault", "model", "lasting", "plan"]

LONGEST_WAIT = 60.0  # seconds between two attempts, whatever the backoff says
LONGEST_ASKED = 900.0  # that the other side may ask us to wait; above it we come back earlier and are told again
OFFLINE = "offline"  # the name of working without a model


@dataclass(frozen=True, slots=True)
class Class:
    """attempts: at most, unless the step itself says how often; None: as the tool says. elsewhere: another model may do better.
    by_others: another agent may."""

    attempts: int | None
    elsewhere: bool
    by_others: bool = True


CLASSES: dict[Kind, Class] = {
    "passing": Class(None, True),  # the tool or the network says so
    "busy": Class(None, True),  # the same, and it says when to come back
    "timeout": Class(2, True),  # what hangs twice hangs: each attempt costs its whole time limit
    "fault": Class(2, False),  # an error of the tool's own that it did not explain
    "model": Class(1, True),  # a model refuses: its key, its quota, its filter
    "lasting": Class(1, False),  # the tool says that it would fail the same way again
    "plan": Class(1, False, by_others=False),  # the step itself asks for another plan
}


@dataclass(frozen=True, slots=True)
class Failure:
    """unclear: the effect may have happened. after: seconds the other side asked for."""

    error: dict[str, Any]
    kind: Kind
    unclear: bool = False
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Again:
    seconds: float


@dataclass(frozen=True, slots=True)
class OtherModel:
    name: str


@dataclass(frozen=True, slots=True)
class OtherAgent:
    name: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a call stands on the ladder. models and agents: all there are to go over to; model and agent: where it is; None: its own."""

    attempt: int
    own: Retry | None  # what the step says
    tools: Retry
    models: Sequence[str] = ()
    model: str | None = None
    agents: Sequence[str] = ()
    agent: str | None = None


def next_rung(failure: Failure, at: Standing, jitter: float) -> Again | OtherModel | OtherAgent | None:
    """jitter: from 0.5 to 1. None: the step has failed."""
    if at.attempt < attempts(failure.kind, at):
        return Again(wait(failure, at, jitter))
    if CLASSES[failure.kind].elsewhere and (model := _after(at.model, at.models)) is not None:
        return OtherModel(model)
    agent = _after(at.agent, at.agents) if CLASSES[failure.kind].by_others else None
    return None if agent is None else OtherAgent(agent)


def attempts(kind: Kind, at: Standing) -> int:
    """How often a call is made in all that fails in this way."""
    most = CLASSES[kind].attempts
    if most == 1:
        return 1
    if at.own is not None:
        return at.own.attempts
    return at.tools.attempts if most is None else min(most, at.tools.attempts)


def wait(failure: Failure, at: Standing, jitter: float) -> float:
    """Exponential backoff with jitter over the upper half (Brooker 2015, "Exponential backoff and jitter"), or what was asked for."""
    policy = at.own or at.tools
    backoff: float = min(policy.wait * 2 ** (at.attempt - 1) * jitter, LONGEST_WAIT)
    return max(backoff, min(failure.after or 0.0, LONGEST_ASKED))


def _after(here: str | None, there: Sequence[str]) -> str | None:
    """The one after `here`; the first for None."""
    place = 0 if here is None else there.index(here) + 1 if here in there else len(there)
    return there[place] if place < len(there) else None

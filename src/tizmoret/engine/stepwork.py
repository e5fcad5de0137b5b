"""The work on steps: looking at conditions, opening gates, making calls, and what follows from how they ended."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import structlog
from pydantic_core import to_jsonable_python

from tizmoret.catalog.growing import MoreSteps
from tizmoret.catalog.shared import ALONE
from tizmoret.catalog.tool import Report
from tizmoret.engine import events as e
from tizmoret.engine import gates
from tizmoret.engine.calls import Question, describe, failure_of, perform
from tizmoret.engine.chronicle import Chronicle, problem, step_row
from tizmoret.engine.effects import idempotency_key
from tizmoret.engine.environment import Environment, Result
from tizmoret.engine.events import Item
from tizmoret.engine.inputs import Inputs
from tizmoret.engine.locks import Ahead, Wanted, wanted
from tizmoret.engine.records import Record
from tizmoret.engine.recovery import OFFLINE, Again, Failure, OtherAgent, OtherModel, Standing, next_rung
from tizmoret.engine.rights import in_right
from tizmoret.engine.scheduler import Call, Scheduler
from tizmoret.engine.shared import Board, Seat
from tizmoret.engine.state import Gate
from tizmoret.engine.transition import EffectRow, StepRow
from tizmoret.engine.values import pack
from tizmoret.errors import ArgumentMismatch, Fenced, Forbidden, PlanRefused, StepFailed, TizmoretError, Unavailable
from tizmoret.plan.conditions import holds
from tizmoret.plan.labels import Label
from tizmoret.plan.model import Step
from tizmoret.plan.references import resolve

log = structlog.get_logger(__name__)

DIED = Failure({"code": "lost", "detail": "The process died during the call.", "cure": "", "kind": "passing"}, "passing", unclear=True)
STOPPED = {"code": "stopped", "detail": "The call was stopped before it did anything.", "cure": ""}
UNDER_WAY = 1.0  # seconds that what was sent out may still be on its way when whoever sent it is gone
PROGRESS_EVERY = 0.1  # seconds between two progress events of one call
RetryLater = Callable[[Call, float], None]  # the call, and the seconds to wait
Grow = Callable[[str, Item, MoreSteps, Label], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Looked:
    """What a tool's look-up found. output None: it did not happen."""

    output: Any


class StepWork:
    """Each method is one piece of work that the driver runs as a task; its outcome goes into the chronicle."""

    def __init__(
        self, env: Environment, record: Record, chronicle: Chronicle, inputs: Inputs, scheduler: Scheduler,
        board: Board, retry_later: RetryLater, wait_for_lock: Callable[[Call], None], grow: Grow,
    ) -> None:  # fmt: skip
        self._env = env
        self._record = record
        self._chronicle = chronicle
        self._state = chronicle.state
        self._inputs = inputs
        self._scheduler = scheduler
        self._board = board
        self._retry_later = retry_later
        self._wait_for_lock = wait_for_lock
        self._grow = grow

    # -- before the call

    async def begin(self, id: str) -> None:
        """Look at the step's condition and list."""
        step = self._inputs.step(id)
        try:
            outputs = await self._inputs.outputs(id)
            if step.when is not None and not holds(step.when, outputs):
                await self._chronicle.settle(e.StepSkipped(id, "condition"), steps=[step_row(id, None, "skipped", reason="condition")])
                return
            if step.for_each is None:
                self._scheduler.admit(id)
                return
            items = resolve(step.for_each, outputs, step=id)
            if not isinstance(items, list):
                raise ArgumentMismatch(id, "for_each", f"`for_each` got a {type(items).__name__}, not a list.")
        except TizmoretError as error:
            await self._impossible(id, None, error)
            return
        if items:
            await self._chronicle.settle(e.StepExpanded(id, len(items)), steps=[step_row(id, None, "ready", items=len(items))])
        else:
            done = e.StepCompleted(id, [], self._inputs.label(id).to_json())
            await self._chronicle.settle(done, steps=[step_row(id, None, "completed", items=0, output=[])], row=self._chronicle.row())

    async def open_gate(self, id: str, *known: str) -> None:
        """Ask a person, with the exact arguments, which must already be such that the call could be made. known: why."""
        step, capability = self._inputs.step(id), self._inputs.capability(id)
        try:
            args = await self._inputs.all_arguments(id)
            if capability.kind == "tool":
                for one in [args] if isinstance(args, dict) else args:
                    self._env.catalog.tool(capability.name).parse(id, one)
        except TizmoretError as error:
            await self._impossible(id, None, error)
            return
        label = self._inputs.label(id)
        opened = gates.approval(step, capability, args, label, self._inputs.mark(id, args), self._env.gate_expiry, known)
        stored, blobs = pack(args)
        await self._open(opened, step_row(id, None, "gate", args=stored, label=label.to_json()), blobs=blobs)

    async def ask_unknown(self, id: str, item: Item) -> None:
        """Ask a person, with all that is known."""
        args, unit = await self._inputs.arguments(id, item), self._state.look(id, item)
        tool = self._env.catalog.tool(self._inputs.step(id).uses)
        doubt = gates.Doubt(unit.reason or "", unit.attempt, idempotency_key(self._record.id, id, item), tool.probe is not None)
        step, language, expiry = self._inputs.step(id), self._inputs.prepared.plan.language, self._env.gate_expiry
        opened = gates.unknown(step, item, tool.capability, args, language, self._inputs.mark(id, args), expiry, doubt)
        await self._open(opened, step_row(id, item, "gate"))

    async def _open(self, opened: gates.Opened, *steps: StepRow, **rows: Any) -> None:
        row = self._chronicle.row(waiting=len(self._state.gates) + 1)
        await self._chronicle.settle(opened.event, approvals=[opened.row], steps=list(steps), row=row, **rows)

    # -- the call

    async def call(self, id: str, item: Item, attempt: int) -> None:
        """Make the call, under its locks. Where they are not free, it waits for them without a slot."""
        capability = self._inputs.capability(id)
        if not capability.locks and not capability.shares:
            await self._call(id, item, attempt)
            return
        holds, under_way = True, 0.0
        try:
            args = await self._inputs.arguments(id, item)
            locks = wanted(capability, args)
            ahead = await self._env.locks.take(self._record, (id, item), locks)
            holds = not ahead
            if ahead:
                await self._blocked(id, item, locks, ahead)
            else:
                await self._call(id, item, attempt)
        except Unavailable as error:
            await self._failed(id, item, attempt, failure_of(error, self._inputs.step(id).uses, capability), {})
        except ArgumentMismatch as error:
            await self._impossible(id, item, error)
        except asyncio.CancelledError:
            under_way = UNDER_WAY if self._state.look(id, item).intended else 0.0  # nobody else may have it while that arrives
            raise
        finally:
            if holds:
                await self._env.locks.release(self._record, (id, item), after=under_way)

    async def _blocked(self, id: str, item: Item, locks: list[Wanted], ahead: list[Ahead]) -> None:
        names = [lock.resource for lock in locks]
        before = [e.Ahead(str(one.execution), one.step, one.resource, one.holds) for one in ahead]
        row = step_row(id, item, "blocked", reason=", ".join(dict.fromkeys(one.resource for one in ahead)))
        await self._chronicle.settle(e.StepBlocked(id, names, before, item), steps=[row])
        self._wait_for_lock((id, item))

    async def _call(self, id: str, item: Item, attempt: int) -> None:
        step, capability, unit = self._inputs.step(id), self._inputs.capability(id), self._state.look(id, item)
        try:
            args = await self._inputs.arguments(id, item)
            answered, asked = await self._inputs.answered(id, item), await self._inputs.asked(id, item)
            await self._confirm_approval(id)
            if capability.effect != "none":
                by = self._state.look(id).approved_by
                if not unit.intended and not await in_right(self._env.database, self._record.workspace, self._state.member, by):
                    await self._out_of_right(id, item)
                    return
                await self._intend(id, item, args)
        except Fenced:
            raise
        except TizmoretError as error:
            await self._impossible(id, item, error)
            return
        began = time.perf_counter()
        seat = self._seat(id, item)
        shared = ALONE if capability.effect != "none" else seat
        call = describe(self._env, self._record, step, item, attempt, self._reporter(id, item), shared, answered, asked)
        outcome = await perform(self._env, step, capability, unit.fallback, unit.model, args, call)
        if isinstance(outcome, Result):
            outcome = replace(outcome, label=outcome.label | seat.read | self._inputs.heard(id, item))
            await self._succeeded(id, item, args, outcome, time.perf_counter() - began)
        elif isinstance(outcome, MoreSteps):
            await self._more_steps(id, item, attempt, outcome, args, seat)
        elif isinstance(outcome, Question):
            mark = self._inputs.mark(id, args)
            opened = gates.question(step, item, outcome.question, outcome.options, mark, self._env.gate_expiry, outcome.state)
            effects = self._effects(id, item, "unknown" if self._state.look(id, item).doubtful else "failed", args)
            stored, blobs = pack(args)
            await self._open(opened, step_row(id, item, "gate", args=stored), effects=effects, blobs=blobs)
        elif outcome.unclear and capability.recovery == "once":
            await self._unclear(id, item, attempt, args, outcome)
        else:
            await self._failed(id, item, attempt, outcome, args)

    async def _more_steps(self, id: str, item: Item, attempt: int, more: MoreSteps, args: Any, seat: Seat) -> None:
        try:
            await self._grow(id, item, more, seat.label | seat.read)
        except (PlanRefused, StepFailed) as error:
            failure = failure_of(error, self._inputs.step(id).uses, self._inputs.capability(id))
            await self._failed(id, item, attempt, failure, args)

    def _seat(self, id: str, item: Item) -> Seat:
        """Its place at the board of the execution."""
        label = self._inputs.label(id) | self._inputs.capability(id).label | self._inputs.heard(id, item)
        return self._board.seat(self._inputs.step(id), item, label, self._inputs.prepared.steps)

    async def _confirm_approval(self, id: str) -> None:
        """What was approved is what runs: the arguments are worked out again and must have the approved fingerprint."""
        unit = self._state.look(id)
        if not unit.approved or unit.approved_args is not None:
            return
        if self._inputs.mark(id, await self._inputs.all_arguments(id)) != unit.fingerprint:
            raise StepFailed("The arguments are not those that were approved.", cure="Submit the request again.")

    async def _out_of_right(self, id: str, item: Item) -> None:
        """Somebody who may is asked. The items of a list are not asked about one by one, nor what was asked about already."""
        member = str(self._state.member)
        if item is None and not self._state.look(id).approved:
            await self.open_gate(id, gates.no_right(member, self._inputs.prepared.plan.language))
            return
        cure = "Somebody who may can go on from this step in their own name."
        await self._impossible(id, item, Forbidden(f"{member}, in whose name it runs, may not act here any more.", cure=cure))

    async def _intend(self, id: str, item: Item, args: Any) -> None:
        mark, tool = self._inputs.mark(id, args), self._inputs.step(id).uses
        stored, blobs = pack(args)
        await self._chronicle.settle(
            e.EffectIntended(id, idempotency_key(self._record.id, id, item), mark, item),
            effects=[self._chronicle.effect_row(id, item, "intended", tool, mark)],
            steps=[step_row(id, item, "running", args=stored)],
            blobs=blobs,
        )

    def _effects(self, id: str, item: Item, status: str, args: Any) -> list[EffectRow]:
        """The ledger's row, where an intent of this call is durable."""
        if not self._state.look(id, item).intended:
            return []
        return [self._chronicle.effect_row(id, item, status, self._inputs.step(id).uses, self._inputs.mark(id, args))]

    def _reporter(self, id: str, item: Item) -> Report:
        """Safe from other threads; what comes faster than people read is dropped."""
        loop = asyncio.get_running_loop()
        last = 0.0

        def note(message: str, fraction: float | None) -> None:
            if self._state.look(id, item).status == "running" and not self._state.ended:
                self._chronicle.note(e.StepProgress(id, message[:500].replace("\x00", ""), item, fraction))

        def report(message: str, fraction: float | None = None) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last >= PROGRESS_EVERY:
                last = now
                loop.call_soon_threadsafe(note, message, fraction)

        return report

    # -- after the call

    async def _succeeded(self, id: str, item: Item, args: Any, result: Result, seconds: float) -> None:
        try:
            output, blobs = pack(result.output)
            stored, more = pack(args)
        except StepFailed as error:
            await self._impossible(id, item, error)
            return
        label = (self._inputs.label(id) | result.label).to_json()
        event = e.StepCompleted(id, output, label, item, round(seconds, 6), result.tokens, result.cost, result.cached)
        step = step_row(id, item, "completed", args=stored, output=output, label=label, tokens=result.tokens, cost=result.cost)
        self._env.values.remember(self._record.workspace, blobs, result.output)
        row = self._chronicle.row(progressed=True)
        row.steps_done = (row.steps_done or 0) + (item is None)
        effects = self._effects(id, item, "happened", args)
        await self._chronicle.settle(event, steps=[step], blobs=blobs + more, effects=effects, row=row)
        self._chronicle.checkpoint()

    async def _impossible(self, id: str, item: Item, error: TizmoretError) -> None:
        """It fails before anything was done, and would fail again the same way."""
        failed = e.StepFailed(id, problem(error), item, max(1, self._state.look(id, item).attempt))
        row = step_row(id, item, "failed", error=failed.error)
        await self._chronicle.settle(failed, steps=[row], row=self._chronicle.row(progressed=True))

    async def _failed(self, id: str, item: Item, attempt: int, failure: Failure, args: Any, *, probed: bool = False) -> None:
        """Climb the ladder of recovery, or give the step up. probed: the tool's look-up says that no attempt had its effect."""
        unit = self._state.look(id, item)
        rung = next_rung(failure, self._standing(id, item, attempt), random.uniform(0.5, 1.0))  # noqa: S311 - spreads load, guards nothing
        doubtful = (failure.unclear or unit.doubtful) and unit.intended and not probed
        if doubtful and rung is None:
            # Giving it up as failed would say that nothing happened, which nobody knows.
            await self._unclear(id, item, attempt, args, failure)
            return
        wait = None if rung is None else rung.seconds if isinstance(rung, Again) else 0.0
        agent = rung.name if isinstance(rung, OtherAgent) else None
        model = rung.name if isinstance(rung, OtherModel) else None
        known = "none" if probed else "unknown" if doubtful else ""
        event = e.StepFailed(id, failure.error, item, attempt, wait, agent, known, model)  # type: ignore[arg-type]
        stored, blobs = pack(args)
        row = step_row(id, item, "failed" if wait is None else "ready", error=failure.error, args=stored, attempt=attempt)
        effects = [] if doubtful else self._effects(id, item, "failed", args)
        await self._chronicle.settle(event, steps=[row], effects=effects, blobs=blobs, row=self._chronicle.row(progressed=wait is None))
        if wait is not None:
            self._retry_later((id, item), wait)

    def _standing(self, id: str, item: Item, attempt: int) -> Standing:
        step, unit, models = self._inputs.step(id), self._state.look(id, item), self._env.models
        name = unit.fallback or step.agent
        agent = None if name is None else self._env.catalog.agents.get(name)
        if agent is None:
            models = ()
        elif agent.without_model is None:
            models = tuple(model for model in models if model != OFFLINE)
        retry = self._inputs.capability(id).retry
        return Standing(attempt, step.retry, retry, models, unit.model, step.fallbacks or self._fallbacks(step), unit.fallback)

    def _fallbacks(self, step: Step) -> tuple[str, ...]:
        """Those that the agent itself names, as far as there are such."""
        agent = self._env.catalog.agents.get(step.agent or "")
        return () if agent is None else tuple(name for name in agent.fallbacks if name in self._env.catalog.agents and name != agent.name)

    # -- effects of which the outcome is not known

    async def recover(self, id: str, item: Item) -> None:
        """A call that was running when its process died."""
        unit = self._state.look(id, item)
        if self._inputs.capability(id).recovery == "once" and unit.intended:
            await self._unclear(id, item, unit.attempt, await self._inputs.arguments(id, item), DIED)
        else:
            await self._chronicle.settle(e.StepLost(id, "repeat", item), steps=[step_row(id, item, "ready")])

    def told(self, gate: Gate, decision: str) -> list[EffectRow]:
        """The ledger's row when a person was asked what became of an effect."""
        assert gate.step is not None
        status = {"answered": "happened", "approved": "failed"}.get(decision, "unknown")
        mark, tool = self._state.look(gate.step, gate.item).fingerprint, self._inputs.step(gate.step).uses
        return [self._chronicle.effect_row(gate.step, gate.item, status, tool, mark)]

    async def _unclear(self, id: str, item: Item, attempt: int, args: Any, failure: Failure) -> None:
        """Ask the tool itself first; then a person. Never guess, never repeat blindly.

        Not at once: the simulation found a look-up that said no while the request of the dead process was still on its way, and then two effects."""
        if self._env.catalog.tool(self._inputs.step(id).uses).probe is not None:
            await asyncio.sleep(UNDER_WAY)
        looked = await self._look(id, item, attempt, args)
        if looked is None:
            why = "" if failure is DIED else failure.error["detail"]
            effects = self._effects(id, item, "unknown", args)
            await self._chronicle.settle(e.StepLost(id, "unknown", item, why), steps=[step_row(id, item, "unknown")], effects=effects)
        elif looked.output is None:
            await self._failed(id, item, attempt, replace(failure, unclear=False), args, probed=True)
        else:
            await self._succeeded(id, item, args, Result(looked.output, self._inputs.capability(id).label), 0.0)

    async def _look(self, id: str, item: Item, attempt: int, args: Any) -> Looked | None:
        """What the tool's look-up says; None where it has none, or where that fails."""
        tool = self._env.catalog.tool(self._inputs.step(id).uses)
        if tool.probe is None:
            return None
        call = describe(self._env, self._record, self._inputs.step(id), item, attempt, self._reporter(id, item))
        try:
            async with asyncio.timeout(tool.capability.timeout):
                return Looked(to_jsonable_python(await tool.probe(tool.parse(id, args), call)))
        except Exception:
            log.warning("a look-up failed", tool=tool.name, execution=str(self._record.id), step=id, exc_info=True)
            return None

    async def look_before_end(self, id: str, item: Item) -> None:
        """The execution is being cancelled, and this call was stopped in the middle: say what became of it, if the tool can tell."""
        args, unit = await self._inputs.arguments(id, item), self._state.look(id, item)
        if self._env.catalog.tool(self._inputs.step(id).uses).probe is not None:
            await asyncio.sleep(UNDER_WAY)  # as in `_unclear`
        looked = await self._look(id, item, unit.attempt, args)
        if looked is None:
            return
        if looked.output is not None:
            await self._succeeded(id, item, args, Result(looked.output, self._inputs.capability(id).label), 0.0)
            return
        nothing = e.StepFailed(id, STOPPED, item, unit.attempt, 0.0, effect="none")
        await self._chronicle.settle(nothing, steps=[step_row(id, item, "ready")], effects=self._effects(id, item, "failed", args))

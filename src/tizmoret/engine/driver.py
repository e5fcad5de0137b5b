"""The driver: carries one execution through. The scheduler decides; the driver runs the work as tasks, obeys signals, and ends or parks."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any, Literal
from uuid import UUID

import structlog

from tizmoret.catalog.growing import MoreSteps
from tizmoret.engine import endings, gates, quarantine, replanning
from tizmoret.engine import events as e
from tizmoret.engine.answer import kept
from tizmoret.engine.chronicle import Chronicle, problem, step_row
from tizmoret.engine.course import Course
from tizmoret.engine.drafting import beginning, begun
from tizmoret.engine.environment import Environment, Query
from tizmoret.engine.events import Item
from tizmoret.engine.lockqueue import LockQueue
from tizmoret.engine.planning import accepted, make_plan
from tizmoret.engine.prepared import Prepared, prepare
from tizmoret.engine.records import Record, Signal, read_signals
from tizmoret.engine.scheduler import AskUnknown, Begin, Call, Command, Finish, OpenGate, Skip, Start
from tizmoret.engine.shared import Board
from tizmoret.engine.tasks import Tasks
from tizmoret.engine.transition import ExecutionRow, StepRow
from tizmoret.errors import Fenced, TizmoretError
from tizmoret.plan.check import Finding
from tizmoret.plan.labels import PERSON, Label
from tizmoret.plan.model import Plan, Step

log = structlog.get_logger(__name__)

Ending = Literal["ended", "parked", "fenced", "handed"]


class Driver:
    """`run` until the execution ends, is parked, or is taken over by another process."""

    def __init__(self, env: Environment, record: Record) -> None:
        self._env = env
        self._record = record
        self._state = record.state
        self._chronicle = Chronicle(env.journal, record)
        self._course: Course | None = None  # from the moment there is a plan
        self._over: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self._tasks = Tasks()
        self._signals = asyncio.Lock()
        self._begun = self._planning = False
        self._locks = LockQueue(env.locks, record)
        self._board = Board(self._chronicle, partial(env.values.load, record.workspace))
        self._pausing = False  # the pause is on its way to the log: nothing begins that would stand there after it
        self._closing = False

    async def run(self) -> Ending:
        """Raises what the engine itself did wrong; the execution stays open then, for whoever takes it next."""
        try:
            if self._record.crashed:
                await self._taken_over()
            if not self._closing:
                self._spawn(self._begin())
            return await self._over
        except Fenced:
            return "fenced"
        except Exception as error:
            self._closing = True
            await self._stop_tasks()  # one of them may say the last word, after which there is none about a failure
            await quarantine.note_failure(self._chronicle, error)
            raise
        finally:
            self._closing = True
            await self._stop_tasks()
            self._course = None  # it calls the driver back: that ring would keep all of the execution until a full collection of garbage

    async def over(self) -> None:
        """Until `run` is about to return, however it does."""
        await asyncio.wait([self._over])

    async def hand_over(self, grace: float) -> None:
        """Stop, for another process to go on: what only reads at once, calls with an effect when they have ended or after `grace` seconds."""
        self._closing = True
        await self._tasks.stop_reading(grace)
        self._end("handed")

    async def _taken_over(self) -> None:
        """Say so in the log; put it aside when it has brought down one process after another."""
        if self._record.attempts <= quarantine.MAX_ATTEMPTS:
            self._chronicle.note(e.ExecutionTaken(self._record.epoch))
            return
        await quarantine.put_aside(self._chronicle, self._record.attempts)
        self._end("ended")

    async def _begin(self) -> None:
        trouble = self._restore()
        if not self._record.fresh:
            await self._take_signals()  # with the plan at hand: an answer carries the labels of what it was asked about
        self._begun = True
        if trouble is not None and not self._closing:
            raise trouble
        if self._closing:
            return
        if self._state.ended is not None:  # opened again for something that was heard already, and came to nothing
            await self._chronicle.settle(row=self._chronicle.row(status=self._state.ended))
            self._end("ended")
            return
        if self._course is not None and self._state.undoing is None:
            for recovery in self._course.recovering():
                self._spawn(recovery)
        if self._record.plan is None and all(gate.step is not None for gate in self._state.gates.values()):
            await self._plan()

    def _restore(self) -> TizmoretError | None:
        """Start the scheduler over what there is of a plan. Returns why it cannot be followed any more (a tool is gone): what people told
        the execution, such as to cancel, is heard all the same."""
        plan = self._record.plan
        if plan is None and self._state.begun:
            plan = Plan(language=self._record.language, steps=begun(self._state.begun))
        if plan is not None:
            try:
                self._follow(prepare(plan, self._env.catalog))
            except TizmoretError as error:
                return error
        return None

    # -- planning

    async def _plan(self) -> None:
        """One at a time: an answered question and a plan that has come to its end may both ask for it."""
        if not self._planning:
            self._planning = True
            try:
                await self._get_plan()
            finally:
                self._planning = False

    async def _get_plan(self) -> None:
        """Get a plan and begin with it; or another one, when steps of the first have failed."""
        before = None if self._course is None or not self._state.replanning else replanning.earlier(self._state, self._course.prepared)
        try:
            outcome = await make_plan(self._env, self._record, self, before)
        except Fenced:
            raise
        except TizmoretError as error:
            if before is None or self._course is None:  # there will be none: what began of it is stopped too
                self._closing = True
                await self._stop_tasks()
                await self._end_with(*endings.failed(self._chronicle, problem(error)), **endings.given_up(self._chronicle))
            else:
                await self._chronicle.settle(e.ReplanFailed(problem(error)))
                await self._finish(self._course, True)
            return
        if isinstance(outcome, Query):
            opened = gates.planner_question(outcome, self._env.gate_expiry)
            await self._chronicle.settle(opened.event, approvals=[opened.row], row=self._chronicle.row(waiting=len(self._state.gates) + 1))
            return
        if outcome.gone and before is None:
            await self._stop_calls()
        async with self._signals:  # a pause or its end beside it would leave a row that says the other
            event, rows = accepted(outcome.proposal, outcome.prepared, outcome.gone, outcome.done, self._state)
            await self._chronicle.settle(event, *([e.ExecutionStarted()] if before is None else []), **rows)
        self._record.plan, self._record.plan_hash = outcome.prepared.plan, outcome.prepared.hash
        self._follow(outcome.prepared, anew=bool(outcome.gone))

    async def _another_plan(self, course: Course) -> bool:
        """Whether another plan takes over from one of which steps have failed, or is being asked for."""
        if any(gate.step is None and gate.purpose == "question" for gate in self._state.gates.values()):
            return True  # the planner's, about that plan
        if not self._state.replanning:
            if not replanning.possible(self._env, self._state, course.prepared):
                return False
            failed = [id for id in self._chronicle.state.steps if self._state.status(id) == "failed"]
            await self._chronicle.settle(e.ReplanBegan(failed))
        self._spawn(self._plan())
        return True

    def step(self, step: Step) -> None:
        """The planner has written a step: what only reads begins at once."""
        before = begun(self._state.begun)
        prepared = beginning(before, step, self._record.language, self._env.catalog)
        if prepared is None or self._closing:
            return
        planned = e.StepPlanned(step.id, step.model_dump(mode="json", exclude_defaults=True))
        self._chronicle.note(planned, row=ExecutionRow(steps_total=len(before) + 1))
        self._follow(prepared)
        self._advance()

    def refused(self, findings: Sequence[Finding]) -> None:
        """A whole plan did not pass `check`; the planner mends it."""
        if not self._closing:
            self._chronicle.note(e.PlanRefused([asdict(finding) for finding in findings]))

    async def _stop_calls(self) -> None:
        """Stop what runs of a plan that was still being written, as a crash would, so that the scheduler can begin anew."""
        await self._stop_tasks()
        self._locks = LockQueue(self._env.locks, self._record)
        for id, item, unit in self._chronicle.units():
            if unit.status == "running":
                self._chronicle.note(e.StepLost(id, "repeat", item), step_row(id, item, "ready"))
        self.signal()  # whoever read the signals was stopped as well

    def _follow(self, prepared: Prepared, *, anew: bool = False) -> None:
        if self._course is None or anew:
            calls_back = self._retry_later, self._locks.wait, self._grow, self._held
            self._course = Course(self._env, self._record, self._chronicle, prepared, self._board, *calls_back)
        else:
            self._course.extend(prepared)

    async def _grow(self, id: str, item: Item, more: MoreSteps, label: Label) -> None:
        assert self._course is not None
        await self._course.grow(id, item, more, label)

    # -- carrying out commands

    def _spawn(self, work: Coroutine[Any, Any, None], *, acts: bool = False) -> None:
        self._tasks.spawn(work, self._one_ended, acts=acts)

    def _one_ended(self, error: BaseException | None) -> None:
        """A part of this execution: its error ends the driver, its end makes the driver look again."""
        if error is not None:
            self._end(error)
        else:
            self._board.announce()
            self._advance()

    def _advance(self) -> None:
        """Carry out whatever the scheduler says now; park when nothing is left but people."""
        if self._closing or not self._begun or self._pausing:
            return
        if self._state.undoing is not None:
            if self._course is not None and self._course.undo.claim():
                self._spawn(self._take_back(self._course), acts=True)
        elif self._course is not None:
            while commands := self._course.scheduler.decide():
                for command in commands:
                    self._carry_out(command, self._course)
        if self._locks.waiting and not self._locks.watched:
            self._spawn(self._locks.watch(lambda: self._state.paused, self._lock_free))
        if self._tasks.idle and (self._state.gates or self._state.paused):
            self._closing = True
            self._spawn(self._park())

    def _carry_out(self, command: Command, course: Course) -> None:
        work = course.work
        match command:
            case Start(step, item, attempt):
                started = e.StepStarted(step, item, attempt, course.prepared.steps[step].uses)
                self._chronicle.note(started, step_row(step, item, "running", attempt=attempt))
                acts = course.prepared.capabilities[step].effect != "none"
                self._spawn(work.call(step, item, attempt), acts=acts)
            case Begin(step):
                self._spawn(work.begin(step))
            case OpenGate(step):
                self._spawn(work.open_gate(step))
            case AskUnknown(step, item):
                self._spawn(work.ask_unknown(step, item))
            case Skip(step):
                self._chronicle.note(e.StepSkipped(step, "upstream"), StepRow(step, "skipped", reason="upstream"))
            case Finish(failed):
                self._spawn(self._finish(course, failed))

    def _retry_later(self, call: Call, seconds: float) -> None:
        self._tasks.later(seconds, lambda: self._wait_over(call))

    def _lock_free(self, call: Call) -> None:
        if self._course is not None and not self._closing:
            self._course.scheduler.release(*call)

    def _wait_over(self, call: Call) -> None:
        self._lock_free(call)
        self._advance()

    async def _stop_tasks(self) -> None:
        if left := await self._tasks.stop():
            log.warning("calls that do not stop were left behind", execution=str(self._record.id), calls=left)

    # -- signals

    def signal(self) -> None:
        """Something new is in `signals` for this execution, or a lock is free that it waits for."""
        if not self._closing:
            self._locks.look()
            self._spawn(self._take_signals())

    async def _take_signals(self) -> None:
        async with self._signals:
            async with self._env.database.worker_tx() as connection:
                waiting = await read_signals(connection, self._record.workspace, self._record.id)
            for signal in waiting:
                if self._over.done():
                    return
                await self._obey(signal)

    async def _obey(self, signal: Signal) -> None:
        by = signal.data.get("by", "")
        if signal.kind == "decision" and signal.data["approval"] not in self._state.gates:
            # It may be decided before this process has heard that the gate is durable.
            await self._chronicle.caught_up()
        if self._state.ended is not None and signal.kind != ("resume" if self._state.ended == "quarantined" else "undo"):
            # It came too late, and is read when this is opened again: such a cancel would be obeyed then, instead of the undo.
            await self._chronicle.settle(consumed=[signal.id])
            return
        match signal.kind:
            case "decision" if signal.data["approval"] in self._state.gates:
                await self._close_gate(signal)
            case "pause" if not self._state.paused:
                self._pausing = True
                try:
                    await self._tell(e.ExecutionPaused(by), signal, "paused")
                finally:  # also where it is stopped together with a plan that is given up
                    self._pausing = False
            case "resume" if self._state.paused or self._state.ended == "quarantined":
                await self._tell(e.ExecutionResumed(by), signal, self._state.moving)
            case "cancel":
                await self._cancel(by, signal.id)
            case "undo" if self._state.ended is not None:
                await self._chronicle.settle(e.UndoBegan(by), row=self._chronicle.row(status="running", waiting=0), consumed=[signal.id])
            case _:  # answers something that is over
                await self._chronicle.settle(consumed=[signal.id])

    async def _tell(self, event: e.Event, signal: Signal, status: str) -> None:
        await self._chronicle.settle(event, row=self._chronicle.row(status=status), consumed=[signal.id])
        self._locks.look()

    async def _close_gate(self, signal: Signal) -> None:
        gate = self._state.gates[signal.data["approval"]]
        if gate.purpose == "undo" and self._course is not None:
            await self._course.undo.close_gate(signal)
            if gate.step is None and self._begun:
                self._spawn(self._finish(self._course, True))
            return
        label = PERSON if gate.step is None or self._course is None else self._course.inputs.label(gate.step)
        event, rows = gates.closed(signal, gate, label)
        row = self._chronicle.row(waiting=len(self._state.gates) - 1, status=self._state.standing)
        effects = [] if gate.purpose != "unknown" or self._course is None else self._course.work.told(gate, event.decision)
        # At once, else another plan could begin beside the end that follows from this.
        given_up = replanning.not_answered(self._state, gate, event)
        await self._chronicle.settle(event, *given_up, row=row, effects=effects, **rows)
        if given_up and self._begun and self._course is not None:
            self._spawn(self._finish(self._course, True))
        elif gate.step is None and event.decision != "answered" and not given_up:
            await self._cancel(event.by)
        elif gate.step is None and self._begun:
            self._spawn(self._plan())

    async def _cancel(self, by: str, signal: UUID | None = None) -> None:
        """Stop the running calls, then say what is cancelled, and of which effects the outcome is not known."""
        self._closing = True
        await self._stop_tasks()
        if self._course is not None:
            await self._course.look_at_stopped()
        rows = endings.cancelled(self._chronicle, None if self._course is None else self._course.prepared)
        await self._chronicle.settle(e.ExecutionCancelled(by), **rows, consumed=[] if signal is None else [signal])
        self._end("ended")

    def _held(self) -> bool:
        """Whether nothing may begin: it is paused, or the pause is on its way to the log, or another process goes on."""
        return self._pausing or self._state.paused or self._closing

    # -- endings

    def _end(self, how: Ending | BaseException) -> None:
        self._closing = True
        if self._over.done():
            return
        if isinstance(how, BaseException):
            self._over.set_exception(how)
        else:
            self._over.set_result(how)

    async def _park(self) -> None:
        await self._chronicle.park(e.ExecutionWaiting(len(self._state.gates)), "paused" if self._state.paused else "waiting")
        self._end("parked")

    async def _finish(self, course: Course, failed: bool) -> None:
        if failed and await self._another_plan(course):
            return
        answer = await endings.final_answer(course.inputs, self._state)
        if not failed:
            await self._end_with(*endings.completed(self._chronicle, answer))
            return
        error = endings.first_failure(course.prepared, self._state)
        if not await course.undo.comes_first(error, answer):
            await self._end_with(*endings.failed(self._chronicle, error, answer, *kept(course.prepared.plan, self._state)))

    async def _take_back(self, course: Course) -> None:
        if await course.undo.run():
            await self._end_with(*endings.taken_back(self._chronicle, course.prepared.plan))

    async def _end_with(self, event: e.Event, row: ExecutionRow, **rows: Any) -> None:
        """Nothing that people say is obeyed beside the last event: a pause that came while it was on its way to the log would follow it there,
        and leave an execution that is over shown as paused for ever."""
        async with self._signals:
            await self._chronicle.settle(event, row=row, **rows)
            self._end("ended")

"""Taking effects back, one after the other, the last first. Written ahead, and repeated after a crash: a tool's `undo` is idempotent.

Which effects those are, and in what order, says `state.to_undo`; what cannot be taken back is said, and what fails is asked about."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import structlog

from tizmoret.catalog.tool import Call, Tool
from tizmoret.engine import events as e
from tizmoret.engine import gates
from tizmoret.engine.calls import describe, failure_of
from tizmoret.engine.chronicle import Chronicle, step_row
from tizmoret.engine.environment import Environment
from tizmoret.engine.events import Item
from tizmoret.engine.locks import wanted
from tizmoret.engine.prepared import Prepared
from tizmoret.engine.records import Record, Signal, read_call
from tizmoret.engine.recovery import Again, Failure, Standing, next_rung
from tizmoret.engine.rights import in_right
from tizmoret.engine.state import to_undo
from tizmoret.engine.stepwork import UNDER_WAY
from tizmoret.engine.transition import EffectRow

LOOK_EVERY = 0.2  # seconds between two looks whether a lock is free
Held = Callable[[], bool]  # whether nothing may begin now: it is paused, say

log = structlog.get_logger(__name__)


class Undo:
    """`run` until every effect is taken back, left, or waits for a person."""

    def __init__(self, env: Environment, record: Record, chronicle: Chronicle, prepared: Prepared, held: Held) -> None:
        self._env = env
        self._record = record
        self._chronicle = chronicle
        self._state = chronicle.state
        self._prepared = prepared
        self._held = held
        self._runs = False

    async def comes_first(self, error: dict[str, Any], answer: str) -> bool:
        """Whether the effects of an execution that failed are taken back, or a person is asked about that, before it ends with `error`."""
        effects, wish = to_undo(self._state), self._state.on_failure or self._prepared.plan.on_failure
        if not effects or wish == "keep":
            return False
        if wish == "undo" and not await in_right(self._env.database, self._record.workspace, self._state.member):
            wish = "ask"  # taking back is an effect too
        if wish == "ask" and self._state.undo_answer is None:
            if not any(gate.purpose == "undo" for gate in self._state.gates.values()):
                language, expiry = self._prepared.plan.language, self._env.gate_expiry
                await self._open(gates.undo_all(len(effects), error["detail"], language, expiry))
            return True
        if wish == "ask" and self._state.undo_answer != "answered":
            return False
        await self._chronicle.settle(e.UndoBegan("", error, answer), row=self._chronicle.row(status="running"))
        return True

    async def close_gate(self, signal: Signal) -> None:
        """A person has decided about an effect that could not be taken back, or about all of them."""
        data = signal.data
        gate = self._state.gates[data["approval"]]
        event = e.GateClosed(data["approval"], data["decision"], gate.step, data.get("by", ""), gate.item, note=data.get("note", ""))
        row = self._chronicle.row(waiting=len(self._state.gates) - 1, status=self._state.standing)
        steps, effects = [], []
        if gate.step is not None and event.decision == "answered":
            steps.append(step_row(gate.step, gate.item, "undone"))
            effects.append(self._entry(gate.step, gate.item, "undone"))
        await self._chronicle.settle(event, row=row, steps=steps, effects=effects, consumed=[signal.id])

    def claim(self) -> bool:
        """Whether to go on now: then whoever asks calls `run`. Not twice at a time, and not while it waits for a person or is paused."""
        waits = any(gate.purpose == "undo" for gate in self._state.gates.values())
        if self._runs or waits or self._state.paused:
            return False
        self._runs = True
        return True

    async def run(self) -> bool:
        """Whether nothing is left to do; else it waits for a person, is paused, or is handed over."""
        try:
            while calls := to_undo(self._state):
                id, item = calls[0]
                if self._held() or self._state.look(id, item).undo == "gate":
                    return False
                await self._one(id, item)
            return True
        finally:
            self._runs = False

    async def _one(self, id: str, item: Item) -> None:
        tool = self._env.catalog.tool(self._prepared.steps[id].uses)
        args, output = await self._made(id, item)
        call = describe(self._env, self._record, self._prepared.steps[id], item, max(1, self._state.look(id, item).attempt), _nobody)
        unit = self._state.look(id, item)
        if unit.intended or unit.status != "completed" or not output:  # a person's answer may be its output, and an attempt in doubt
            try:
                output = await self._looked_up(tool, id, args, call)
            except Exception:
                log.warning("a look-up failed", tool=tool.name, execution=str(self._record.id), step=id, exc_info=True)
                await self._chronicle.settle(e.EffectLeft(id, "unknown", item))
                return
            if output is None:
                await self._chronicle.settle(e.EffectLeft(id, "nothing", item), effects=[self._entry(id, item, "failed")])
                return
        if tool.undo is None or not tool.capability.reversible:
            await self._chronicle.settle(e.EffectLeft(id, "irreversible", item))
            return
        under_way = 0.0
        try:
            if await self._locked(tool, id, item, args):
                await self._take_back(tool, id, item, args, output, call)
        except asyncio.CancelledError:
            under_way = UNDER_WAY
            raise
        finally:
            if tool.capability.locks or tool.capability.shares:
                await self._env.locks.release(self._record, (id, item), after=under_way)

    async def _locked(self, tool: Tool, id: str, item: Item, args: Any) -> bool:
        """Wait for the same locks as the call had. False: nothing may begin any more."""
        locks = wanted(tool.capability, args)
        while locks and await self._env.locks.take(self._record, (id, item), locks):
            if self._held():
                return False
            await asyncio.sleep(LOOK_EVERY)
        return not self._held()

    async def _made(self, id: str, item: Item) -> tuple[Any, Any]:
        """The call as it was made: its arguments and its output."""
        async with self._env.database.worker_tx() as connection:
            args, output = await read_call(connection, self._record.workspace, self._record.id, id, item)
        values = self._env.values
        return await values.load(self._record.workspace, args), await values.load(self._record.workspace, output)

    async def _looked_up(self, tool: Tool, id: str, args: Any, call: Call) -> Any:
        """The output of a call of which none is known; None: it never happened. Raises where nobody can say."""
        if tool.probe is None:
            raise LookupError(f"{tool.name} has no look-up")
        async with asyncio.timeout(tool.capability.timeout):
            return await tool.probe(tool.parse(id, args), call)

    async def _take_back(self, tool: Tool, id: str, item: Item, args: Any, output: Any, call: Call) -> None:
        attempt = 1
        while True:
            # Before each attempt: a process that was stopped in the wait, and is no longer the one, hears it here.
            await self._chronicle.settle(e.UndoIntended(id, item), effects=[self._entry(id, item, "undoing")])
            failure = await _try(tool, id, args, output, call)
            if failure is None:
                undone = step_row(id, item, "undone")
                await self._chronicle.settle(
                    e.EffectUndone(id, item),
                    steps=[undone],
                    effects=[self._entry(id, item, "undone")],
                    row=self._chronicle.row(progressed=True),
                )
                return
            standing = Standing(attempt, self._prepared.steps[id].retry, tool.capability.retry)
            rung = next_rung(failure, standing, random.uniform(0.5, 1.0))  # noqa: S311 - spreads load, guards nothing
            wait = rung.seconds if isinstance(rung, Again) else None
            failed = e.UndoFailed(id, failure.error, item, attempt, wait)
            if wait is None:
                await self._ask(tool, id, item, args, failed)
                return
            self._chronicle.note(failed)
            await asyncio.sleep(wait)
            if self._held():
                return
            attempt += 1

    async def _ask(self, tool: Tool, id: str, item: Item, args: Any, failed: e.UndoFailed) -> None:
        step, language = self._prepared.steps[id], self._prepared.plan.language
        opened = gates.undo(step, item, tool.capability, args, language, failed.error["detail"], self._env.gate_expiry)
        await self._open(opened, failed)

    async def _open(self, opened: gates.Opened, *before: e.Event) -> None:
        row = self._chronicle.row(waiting=len(self._state.gates) + 1)
        await self._chronicle.settle(*before, opened.event, approvals=[opened.row], row=row)

    def _entry(self, id: str, item: Item, status: str) -> EffectRow:
        unit = self._state.look(id, item)
        return self._chronicle.effect_row(id, item, status, self._prepared.steps[id].uses, unit.fingerprint)


async def _try(tool: Tool, id: str, args: Any, output: Any, call: Call) -> Failure | None:
    """Call the tool's `undo` once."""
    assert tool.undo is not None
    try:
        async with asyncio.timeout(tool.capability.timeout) as limit:
            await tool.undo(tool.parse(id, args), output, call)
    except Exception as error:
        # Repeating it is safe, so an unclear end is no more than a passing one.
        return replace(failure_of(error, tool.name, tool.capability, limit_expired=limit.expired()), unclear=False)
    return None


def _nobody(message: str, fraction: float | None = None) -> None:
    """An undo reports no progress."""

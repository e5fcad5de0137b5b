"""The chronicle of one execution: numbers its events, hands them to the journal with their rows, and folds them into the state.

A step's end is folded only when it is durable, so that no dependent can start before; a step's start is folded at once and written with
the next commit."""

from __future__ import annotations

import asyncio
from typing import Any

from tizmoret.engine import events as e
from tizmoret.engine.effects import idempotency_key
from tizmoret.engine.events import Item
from tizmoret.engine.fold import apply
from tizmoret.engine.journal import Journal, Refused
from tizmoret.engine.records import Record
from tizmoret.engine.scheduler import Scheduler
from tizmoret.engine.state import Unit, snapshot, units
from tizmoret.engine.transition import WHOLE, EffectRow, ExecutionRow, StepRow, Transition
from tizmoret.errors import TizmoretError

CHECKPOINT_EVERY = 512  # events


class Chronicle:
    def __init__(self, journal: Journal, record: Record) -> None:
        self._journal = journal
        self._record = record
        self.state = record.state
        self.scheduler: Scheduler | None = None  # from the moment there is a plan
        self._seq = record.state.seq
        self._unfolded: set[asyncio.Future[None]] = set()  # what is on its way to the log
        self._checkpointed = record.state.seq

    def note(self, event: e.Event, *steps: StepRow, **rows: Any) -> None:
        """For what nothing waits for: folded at once, written with the next commit."""
        self._submit([self._number(event)], urgent=False, steps=list(steps), **rows)
        self._fold(self._seq, event)

    def last_words(self, event: e.Event) -> asyncio.Future[None]:
        """Folded at once and on its way to the log, for which whoever says it may wait, or stop waiting."""
        written = self._submit([self._number(event)], urgent=True)
        self._fold(self._seq, event)
        return written

    async def settle(self, *events: e.Event, **rows: Any) -> None:
        """For what others wait for: durable, then folded, on return. `rows` are fields of Transition. Raises Fenced."""
        numbered = [self._number(event) for event in events]
        folded: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._unfolded.add(folded)
        try:
            for seq, event in await self._durable(numbered, rows):
                self._fold(seq, event)
        finally:
            self._unfolded.discard(folded)
            folded.set_result(None)

    async def caught_up(self) -> None:
        """Until the state knows all that was on its way to the log when this was called: others may have read it there already."""
        if self._unfolded:
            await asyncio.wait(self._unfolded)

    async def _durable(self, numbered: list[tuple[int, e.Event]], rows: dict[str, Any]) -> list[tuple[int, e.Event]]:
        written = self._submit(numbered, urgent=True, **rows)
        try:
            await asyncio.shield(written)
        except asyncio.CancelledError:
            # It is on its way to the log whether or not its caller is cancelled: the state must know.
            await asyncio.wait([written])
            if written.exception() is None:
                for seq, event in numbered:
                    self._fold(seq, event)
            raise
        except Refused as refused:
            # The place in the log is taken: what cannot be stored there is replaced by the reason, so that the log has no gap.
            ((seq, event),) = numbered
            if not isinstance(event, e.StepCompleted):
                raise
            failed = e.StepFailed(event.step, problem(refused), event.item)
            await self._submit([(seq, failed)], urgent=True, steps=[step_row(event.step, event.item, "failed", error=failed.error)])
            return [(seq, failed)]
        return numbered

    def _number(self, event: e.Event) -> tuple[int, e.Event]:
        self._seq += 1
        return self._seq, event

    def _submit(self, numbered: list[tuple[int, e.Event]], *, urgent: bool, **rows: Any) -> asyncio.Future[None]:
        transition = Transition(self._record.workspace, self._record.id, self._record.epoch, numbered, **rows)
        return self._journal.submit(transition, urgent=urgent)

    def _fold(self, seq: int, event: e.Event) -> None:
        if self.scheduler is not None:
            self.scheduler.apply(seq, event)
        else:
            apply(self.state, seq, event)

    def row(self, **values: Any) -> ExecutionRow:
        """The execution's row as the state has it now."""
        row = ExecutionRow(
            steps_done=self.scheduler.done() if self.scheduler else 0,
            waiting=len(self.state.gates),
            tokens=self.state.tokens or None,
            cost=self.state.cost or None,
        )
        for name, value in values.items():
            setattr(row, name, value)
        return row

    def effect_row(self, step: str, item: Item, status: str, tool: str, mark: str) -> EffectRow:
        return EffectRow(step, WHOLE if item is None else item, idempotency_key(self._record.id, step, item), tool, mark, status)

    def units(self) -> list[tuple[str, Item, Unit]]:
        """Every call begun so far; of a `for_each` step its items."""
        return units(self.state)

    def checkpoint(self) -> None:
        """Keep the folded state now and then. Only when all that is numbered is folded in: else the missing event would be lost."""
        if not self._unfolded and self._seq - self._checkpointed >= max(CHECKPOINT_EVERY, len(self.state.steps)):
            self._checkpointed = self._seq
            self._submit([], urgent=False, checkpoint=(self._seq, snapshot(self.state)))

    async def park(self, event: e.Event, status: str) -> None:
        """The last words before nobody drives the execution: with the state that it will be woken from."""
        self.state.seq = self._seq + 1
        await self.settle(event, row=self.row(status=status, parked=True), checkpoint=(self.state.seq, snapshot(self.state)))


def step_row(step: str, item: Item, status: str, **values: Any) -> StepRow:
    return StepRow(step, status, WHOLE if item is None else item, **values)


def problem(error: TizmoretError) -> dict[str, Any]:
    return {"code": error.code, "detail": error.detail, "cure": error.cure}

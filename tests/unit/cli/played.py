"""A Tizmoret that plays a given execution: its events come in order, and a decision lets the rest of them come."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tizmoret.errors import Conflict
from tizmoret.ids import uuid7
from tizmoret.views import Approval, EventView, Execution, OptionView, StepView

START = datetime(2026, 11, 20, 9, tzinfo=UTC)


class Played:
    """Two steps: `read` completes, `meeting` opens one gate (an approval, or a question with `options`); the decision ends it all."""

    def __init__(self, *, options: tuple[str, ...] = (), purpose: str = "approval") -> None:
        self.decisions: list[tuple[str, Any]] = []
        self._news = asyncio.Condition()
        self._log: list[EventView] = []
        id = uuid7()
        self.execution = Execution(id=id, request="Read and meet", language="en", user_id="owner", status="running", created_at=START)
        self.gate = Approval(
            id=uuid7(), execution_id=id, step_id="meeting", purpose=purpose, status="pending", title="Meeting with Yoav",
            tool="calendar.create", effect="write", args={"title": "Meeting"}, created_at=START,
            options=[OptionView(label=label) for label in options],
        )  # fmt: skip
        self._gates = [self.gate]
        self._add("execution.created", request="Read and meet", language="en", user="owner")
        self._add("plan.accepted", version=1, hash="h", planner="offline", goal="", steps=2, levels=[["read"], ["meeting"]])
        self._add("step.started", step="read")
        self._add("step.completed", step="read", output={}, label={})
        self._add("gate.opened", step="meeting", gate=str(self.gate.id), purpose=purpose, title=self.gate.title)
        self._add("execution.waiting", gates=1)
        self._become("waiting")

    def _add(self, kind: str, **data: Any) -> None:
        seq = len(self._log) + 1
        self._log.append(EventView(seq=seq, kind=kind, at=START + timedelta(seconds=seq), data=data))

    def _become(self, status: Any, **more: Any) -> None:
        self.execution = self.execution.model_copy(update={"status": status, "seq": len(self._log), **more})

    @property
    def executions(self) -> "Played":
        """What can be seen of it is asked of itself."""
        return self

    async def get(self, id: UUID) -> Execution:
        return self.execution

    async def wait(self, id: UUID, seconds: float | None = None) -> Execution:
        return self.execution

    async def steps(self, id: UUID) -> list[StepView]:
        view = StepView(id="read", title="Read documents", uses="t", kind="tool", effect="none", status="pending", depends_on=[])
        return [view, view.model_copy(update={"id": "meeting", "title": "פגישה עם יואב", "depends_on": ["read"]})]

    async def approvals(self, id: UUID, *, status: str | None = None) -> list[Approval]:
        return [gate for gate in self._gates if status in (None, gate.status)]

    async def events(self, id: UUID, after: int = 0) -> AsyncIterator[EventView]:
        while True:
            async with self._news:
                while len(self._log) <= after:
                    await self._news.wait()
            for event in self._log[after:]:
                yield event
                after = event.seq
                if event.kind in ("execution.completed", "execution.failed"):
                    return

    async def approve(
        self, execution: UUID, gate: UUID, *, by: str, option: int | None = None, text: str | None = None, note: str = ""
    ) -> None:
        await self._decide("answered" if self.gate.purpose == "question" else "approved", by, (option, text))

    async def reject(self, execution: UUID, gate: UUID, *, by: str, note: str = "") -> None:
        await self._decide("rejected", by, note)

    async def _decide(self, decision: str, by: str, detail: Any) -> None:
        if not self._gates:
            raise Conflict("This was already decided.")
        self._gates.clear()
        self.decisions.append((decision, detail))
        self._add("gate.closed", step="meeting", gate=str(self.gate.id), decision=decision, by=by)
        if decision == "rejected":
            self._add("step.skipped", step="meeting", reason="rejected")
        else:
            self._add("step.completed", step="meeting", output={}, label={})
        self._add("execution.completed", answer="The meeting is set.")
        self._become("completed", answer="The meeting is set.", finished_at=START + timedelta(seconds=9))
        async with self._news:
            self._news.notify_all()

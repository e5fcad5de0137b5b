"""Follows an execution to its end or to its next stop: shows what happens, asks at gates, gives the exit code."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from rich.console import Group
from rich.live import Live

from tizmoret.cli.answers import Answers
from tizmoret.cli.board import Board
from tizmoret.cli.failure import WAITING, exit_code
from tizmoret.cli.messages import say, translate
from tizmoret.cli.terminal import Screen
from tizmoret.cli.tree import draw, duration, plain_line
from tizmoret.views import FINAL, Approval, EventView, Execution

if TYPE_CHECKING:
    from tizmoret.orchestrator import Tizmoret

Mode = Literal["live", "plain", "json"]
TICK = 0.12  # seconds between two frames of the tree
SETTLE = 0.5  # seconds after which an execution that seems to wait for people is believed to
_SPOKEN = frozenset(
    {"step.started", "step.completed", "step.failed", "step.skipped", "step.lost", "step.blocked", "gate.opened", "undo.done", "undo.left"}
)


class Follower:
    def __init__(self, tizmoret: Tizmoret, screen: Screen, mode: Mode, *, by: str, yes: bool = False) -> None:
        self._tizmoret = tizmoret
        self._screen = screen
        self._mode = mode
        self._answers = Answers(tizmoret, screen, by=by, yes=yes, asks=mode == "live" and screen.asks)
        self._board = Board()
        self._live: Live | None = None

    async def follow(self, execution: Execution) -> int:
        """Until it has ended or only people can move it on. Cancelled (Ctrl-C): says how it goes on."""
        try:
            await self._catch_up(execution)
            await self._watch(execution.id)
            return await self._conclude(execution.id)
        except asyncio.CancelledError:
            self._freeze()
            self._screen.hint("watch.interrupted", command=_watch_command(execution.id))
            raise
        finally:
            self._freeze()

    async def _catch_up(self, execution: Execution) -> None:
        """What happened before we came. `json` gets every event from the first, so it has nothing to catch up with."""
        if self._mode == "json" or execution.seq <= 1:
            return
        self._board.seq = execution.seq
        self._board.began = execution.started_at or execution.created_at
        self._board.plan(await self._tizmoret.executions.steps(execution.id))
        for approval in await self._tizmoret.executions.approvals(execution.id, status="pending"):
            await self._answers.add(approval)

    async def _watch(self, id: UUID) -> None:
        if (await self._tizmoret.executions.get(id)).status in FINAL and self._mode != "json":
            return
        if self._board.seq and await self._stuck(id):
            return
        events = self._tizmoret.events(id, self._board.seq)
        coming: asyncio.Task[EventView | None] = asyncio.create_task(_next(events))
        try:
            while True:
                self._answers.begin(before=self._freeze)
                waits = [coming, *self._answers.tasks]
                done, _ = await asyncio.wait(waits, timeout=TICK if self._mode == "live" else None, return_when=asyncio.FIRST_COMPLETED)
                if self._answers.collect() and await self._stuck(id):
                    return
                if coming in done:
                    event = coming.result()
                    if event is None or await self._happened(id, event):
                        return
                    coming = asyncio.create_task(_next(events))
                self._refresh()
        finally:
            await self._answers.stop()
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)

    async def _happened(self, id: UUID, event: EventView) -> bool:
        """Show one event. True: only people can move the execution on, and nobody here will."""
        if self._mode == "json":
            self._screen.out.file.write(event.model_dump_json(by_alias=True) + "\n")
            self._screen.out.file.flush()
        line = self._board.apply(event)
        if event.kind in ("plan.step", "plan.accepted", "plan.grew"):
            self._board.plan(await self._tizmoret.executions.steps(id))
        if self._mode == "plain" and line is not None and event.kind in _SPOKEN:
            self._screen.print(plain_line(line, self._screen, event.at))
        elif self._mode != "json":
            self._tell(event)
        if event.kind == "gate.opened":
            await self._gate(id, event.data["gate"])
        elif event.kind == "gate.closed":
            self._answers.closed(UUID(event.data["gate"]), event.data["decision"], event.data["by"])
        return event.kind in ("execution.waiting", "execution.paused") and await self._stuck(id)

    async def _gate(self, id: UUID, gate: str) -> None:
        for approval in await self._tizmoret.executions.approvals(id, status="pending"):
            if str(approval.id) == gate:
                await self._answers.add(approval)

    async def _stuck(self, id: UUID) -> bool:
        """Whether it waits for people, none of whom is being asked here."""
        if self._answers.open:
            return False
        try:
            execution = await self._tizmoret.wait(id, SETTLE)
        except TimeoutError:
            return False
        return execution.status in ("waiting", "paused") and execution.seq <= self._board.seq

    def _tell(self, event: EventView) -> None:
        """The events that are not about one step."""
        if event.kind == "plan.accepted":
            self._freeze()
            self._screen.say("watch.planned", "dim", steps=event.data["steps"], planner=event.data["planner"])
        elif event.kind == "plan.grew":
            self._screen.say("watch.grew", "dim", step=self._board.lines[event.data["step"]].title, count=len(event.data["asked"]))
        elif event.kind == "plan.refused":
            self._screen.say("watch.refused", "dim", findings=len(event.data["findings"]))
        elif event.kind == "replan.began":
            self._screen.say("watch.replanning", "dim", steps=", ".join(event.data["failed"]))
        elif event.kind == "replan.failed":
            self._screen.say("watch.no_other_way", "dim", why=translate(event.data["error"]["detail"]))
        elif event.kind == "engine.failed":
            self._screen.say("watch.stumbled", "red", why=event.data["error"])
        elif event.kind == "execution.taken":
            self._screen.say("watch.taken", "dim")

    # -- the live tree

    def _refresh(self) -> None:
        if self._mode != "live" or self._answers.talking or not self._board.drawn:
            return
        if self._live is None:
            self._live = Live(console=self._screen.out, auto_refresh=False, get_renderable=self._frame)
            self._live.start()
        self._live.refresh()

    def _frame(self) -> Group:
        return draw(self._board, self._screen, datetime.now(UTC), room=self._screen.out.height - 1)

    def _freeze(self) -> None:
        """Leave the tree as it stands and go on below it."""
        live, self._live = self._live, None
        if live is not None:
            live.stop()

    # -- the end

    async def _conclude(self, id: UUID) -> int:
        execution = await self._tizmoret.executions.get(id)
        if self._mode == "live" and self._board.drawn:
            self._board.plan(await self._tizmoret.executions.steps(id))
            self._board.ended = execution.finished_at
            self._refresh()
        self._freeze()
        if self._mode == "json":
            self._screen.out.file.write(execution.model_dump_json(by_alias=True) + "\n")
        else:
            show_end(execution, self._screen)
        if execution.status == "paused":
            self._screen.hint("watch.paused", command=f"tizmoret resume {short(id)}")
        elif execution.status not in FINAL:
            show_waiting(await self._tizmoret.executions.approvals(id, status="pending"), self._screen)
            if self._answers.yes:
                self._screen.hint("watch.yes_leaves")
        return exit_code(execution.status) if execution.status in FINAL else WAITING


def short(id: UUID) -> str:
    """The beginning of an id that holds its whole time: unique unless two were made within the same millisecond."""
    return str(id)[:13]


def show_end(execution: Execution, screen: Screen) -> None:
    """The answer, and how it ended."""
    if execution.answer:
        screen.print()
        screen.prose(execution.answer)
    if execution.error is not None and execution.status != "cancelled":
        screen.print()
        screen.prose(say("watch.failed", why=translate(execution.error.detail, execution.error.cure)))
    if execution.status == "cancelled":
        screen.say("watch.cancelled")
    if execution.finished_at is not None:
        spent = (execution.finished_at - (execution.started_at or execution.created_at)).total_seconds()
        screen.print()
        tail = f"{screen.words('status.' + execution.status)} · {duration(spent)} · {short(execution.id)}"
        screen.print(tail, {"completed": "green", "undone": "yellow"}.get(execution.status, "red"))


def show_waiting(approvals: Sequence[Approval], screen: Screen) -> None:
    """What waits, and what to type."""
    screen.hint("watch.waits")
    for approval in approvals:
        screen.err.print(f"  ◆ {screen.value(approval.title)}", soft_wrap=True)
        for number, option in enumerate(approval.options, start=1):
            screen.err.print(f"      {number}. {screen.value(option.label)}", soft_wrap=True)
        for command in commands(approval):
            screen.err.print(f"      {command}", soft_wrap=True)


def commands(approval: Approval) -> list[str]:
    """What decides on it, ready to be typed. The approval's random end names it among its execution's."""
    base = f"{short(approval.execution_id)} {str(approval.id)[-8:]}"
    if approval.purpose == "approval":
        return [f"tizmoret approve {base}", f"tizmoret reject {base}"]
    return [f"tizmoret approve {base} --option 1"] if approval.options else [f'tizmoret approve {base} --text "…"']


def _watch_command(id: UUID) -> str:
    return f"tizmoret show {short(id)} --follow"


async def _next(events: AsyncIterator[EventView]) -> EventView | None:
    return await anext(events, None)

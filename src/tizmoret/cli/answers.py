"""The gates of one execution that this terminal answers: by asking the person, or by --yes."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from tizmoret.cli import keyboard
from tizmoret.cli.gate import LATER, Decision, prompt, show_gate, understand
from tizmoret.cli.messages import say, translate
from tizmoret.cli.terminal import Screen
from tizmoret.errors import BadInput, Conflict, NotFound
from tizmoret.views import Approval

if TYPE_CHECKING:
    from tizmoret.orchestrator import Tizmoret


class Answers:
    def __init__(self, tizmoret: Tizmoret, screen: Screen, *, by: str, yes: bool, asks: bool) -> None:
        self.yes = yes
        self._tizmoret = tizmoret
        self._screen = screen
        self._by = by
        self._asks = asks
        self._queue: deque[Approval] = deque()
        self._asked: Approval | None = None
        self._task: asyncio.Task[None] | None = None
        self._decided: set[UUID] = set()  # by this terminal

    @property
    def talking(self) -> bool:
        return self._task is not None

    @property
    def open(self) -> bool:
        """Whether somebody is being asked, or will be."""
        return self._task is not None or bool(self._queue)

    @property
    def tasks(self) -> list[asyncio.Task[None]]:
        return [self._task] if self._task is not None else []

    async def add(self, approval: Approval) -> None:
        """A gate has opened. --yes decides at once; a person is asked when those before it are answered."""
        decision = _agree(approval) if self.yes else None
        if decision is not None:
            await self._say_yes(approval, decision)
        elif self._asks and approval.id not in self._decided and approval not in self._queue:
            self._queue.append(approval)

    async def _say_yes(self, approval: Approval, decision: Decision) -> None:
        try:
            await self._carry_out(approval, decision)
        except (Conflict, NotFound):
            return  # someone else was faster; its event says who
        if decision.option is None:
            self._screen.hint("gate.by_yes", title=approval.title)
        else:
            self._screen.hint("gate.by_yes_option", title=approval.title, option=approval.options[decision.option].label)

    def begin(self, before: Callable[[], None]) -> None:
        """Ask the next question, if none is being asked. before: makes room on the screen."""
        if self._task is None and self._queue:
            before()
            self._asked = self._queue.popleft()
            self._task = asyncio.create_task(self._ask(self._asked))

    def collect(self) -> bool:
        """Whether a question has just been dealt with. Raises what went wrong while asking."""
        if self._task is None or not self._task.done():
            return False
        task, self._task, self._asked = self._task, None, None
        if not task.cancelled():
            task.result()
        return True

    def closed(self, gate: UUID, decision: str, by: str) -> None:
        """A gate was decided; if not here, a question about it is withdrawn."""
        if gate in self._decided:
            return
        self._queue = deque(approval for approval in self._queue if approval.id != gate)
        if self._asked is not None and self._asked.id == gate and self._task is not None:
            self._task.cancel()
            self._screen.print()
            self._screen.say("gate.elsewhere", "dim", by=by, decision=say(f"gate.{decision}"))

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _ask(self, approval: Approval) -> None:
        show_gate(approval, self._screen)
        while True:
            decision = await self._read(approval)
            try:
                if decision.verdict != "later":
                    await self._carry_out(approval, decision)
                return
            except BadInput as error:
                self._screen.print(translate(error.detail, error.cure), "red")
            except (Conflict, NotFound) as error:
                self._screen.print(translate(error.detail, error.cure), "yellow")
                return

    async def _read(self, approval: Approval) -> Decision:
        """Ask until the answer is one."""
        keyboard.forget_typed()
        while True:
            self._screen.out.print(self._screen.value(prompt(approval)), end="", soft_wrap=True)
            self._screen.out.file.flush()
            answer = await keyboard.read_line()
            if answer is None:
                self._screen.print()
                return LATER
            decision = understand(answer, approval)
            if decision is not None:
                return decision
            self._screen.say("gate.again", "yellow")

    async def _carry_out(self, approval: Approval, decision: Decision) -> None:
        self._decided.add(approval.id)
        try:
            if decision.verdict == "reject":
                await self._tizmoret.reject(approval.execution_id, approval.id, by=self._by, note=decision.note)
            else:
                await self._tizmoret.approve(
                    approval.execution_id, approval.id, by=self._by, option=decision.option, text=decision.text, note=decision.note
                )
        except (BadInput, Conflict, NotFound):
            self._decided.discard(approval.id)
            raise


def _agree(approval: Approval) -> Decision | None:
    """What --yes may decide: an approval, or a question with a single answer. Never whether an effect of a crash has happened."""
    if approval.purpose == "approval":
        return Decision("approve")
    if approval.purpose == "question" and len(approval.options) == 1:
        return Decision("approve", option=0)
    return None

"""`tizmoret locks`: what is locked, by whom, and who waits for whom."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from tizmoret.cli.follow import short
from tizmoret.cli.messages import say
from tizmoret.cli.terminal import Screen, fit, plain
from tizmoret.views import LockView


def show_locks(locks: Sequence[LockView], screen: Screen) -> None:
    if not locks:
        screen.say("locks.none")
        return
    table = Table(box=None, pad_edge=False, header_style="dim", expand=False)
    table.add_column(screen.words("locks.resource"))
    for key in ("show.id", "locks.step", "locks.since"):
        table.add_column(screen.words(key), no_wrap=True)
    table.add_column(screen.words("locks.state"))
    for lock in locks:
        table.add_row(
            Text(screen.value(fit(plain(lock.resource), 60))),
            short(lock.execution_id),
            lock.step_id if lock.item is None else f"{lock.step_id}[{lock.item}]",
            lock.since.astimezone().strftime("%H:%M:%S"),
            Text(screen.value(_state(lock)), style="" if lock.held else "yellow"),
        )
    screen.out.print(table)


def _state(lock: LockView) -> str:
    if lock.held:
        return say("locks.alone") if lock.exclusive else say("locks.shared")
    names = dict.fromkeys(f"{short(holder.execution_id)}/{holder.step_id}" for holder in lock.waits_for)
    return say("locks.waits", names=", ".join(names))

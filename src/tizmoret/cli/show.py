"""Prints executions and plans as they stand: the list, one execution, a preview."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic_core import to_json
from rich.table import Table
from rich.text import Text

from tizmoret.cli.board import Board
from tizmoret.cli.follow import short, show_end, show_waiting
from tizmoret.cli.messages import say
from tizmoret.cli.terminal import Screen, fit, plain
from tizmoret.cli.tree import draw, duration
from tizmoret.views import FINAL, Approval, Execution, Page, Preview, StepView

_STYLES = {
    "completed": "green",
    "failed": "red",
    "quarantined": "red",
    "undone": "yellow",
    "waiting": "bold yellow",
    "running": "cyan",
    "planning": "cyan",
}


def print_json(value: Any, screen: Screen) -> None:
    """As the API gives it, on one line."""
    screen.out.file.write(to_json(value, by_alias=True).decode() + "\n")


def show_list(page: Page[Execution], screen: Screen) -> None:
    if not page.items:
        screen.say("show.empty")
        return
    table = Table(box=None, pad_edge=False, header_style="dim", expand=False)
    for key in ("show.id", "show.status", "show.steps", "show.created"):
        table.add_column(screen.words(key), no_wrap=True)
    table.add_column(screen.words("show.request"), no_wrap=True)
    room = max(screen.width - 60, 20)
    for execution in page.items:
        table.add_row(
            short(execution.id),
            Text(screen.words(f"status.{execution.status}"), style=_STYLES.get(execution.status, "")),
            f"{execution.steps_done}/{execution.steps_total}",
            execution.created_at.astimezone().strftime("%Y-%m-%d %H:%M"),
            Text(screen.value(fit(plain(execution.request), room))),
        )
    screen.out.print(table)
    if page.next is not None:
        screen.hint("show.more")


def show_execution(execution: Execution, steps: Sequence[StepView], waiting: list[Approval], screen: Screen) -> None:
    _field(screen, "show.id", str(execution.id))
    _field(screen, "show.status", screen.words(f"status.{execution.status}"), _STYLES.get(execution.status, ""))
    _field(screen, "show.created", execution.created_at.astimezone().strftime("%Y-%m-%d %H:%M:%S"))
    if execution.planner:
        _field(screen, "show.planner", execution.planner)
    _field(screen, "show.request", screen.value(fit(plain(execution.request), 400)))
    if steps:
        board = Board()
        board.plan(steps)
        board.began, board.ended = execution.started_at or execution.created_at, execution.finished_at
        screen.print()
        screen.out.print(draw(board, screen, datetime.now(UTC)), soft_wrap=not screen.live)
    show_end(execution, screen)
    if execution.status not in FINAL and waiting:
        show_waiting(waiting, screen)


def _field(screen: Screen, key: str, value: str, style: str = "") -> None:
    screen.out.print(Text.assemble((f"{screen.words(key)}: ", "dim"), (value, style)), soft_wrap=not screen.live)


def show_preview(preview: Preview, screen: Screen) -> None:
    """The levels with their steps; which will ask first, and what each does to the world."""
    if preview.question is not None:
        screen.prose(say("plan.question", question=preview.question))
        if preview.understood:
            screen.say("gate.understood", "dim", parts=", ".join(preview.understood))
        return
    steps = {step["id"]: step for step in (preview.plan or {}).get("steps", ())}
    effects = {effect["step"]: effect for effect in preview.effects}
    for number, level in enumerate(preview.levels, start=1):
        screen.say("plan.level", "bold", number=number)
        for id in level:
            screen.print("  " + _planned(steps[id], effects.get(id), id in preview.gates, screen))
    cost = f"${preview.cost:.4f}" if preview.cost else screen.words("plan.free")
    screen.print()
    low, high = duration(preview.seconds_low), duration(preview.seconds_high)
    screen.say("plan.expected", "dim", time=duration(preview.seconds), low=low, high=high, cost=cost)
    screen.say("plan.known" if preview.earlier_calls else "plan.declared", "dim", calls=preview.earlier_calls)


def _planned(step: dict[str, Any], effect: dict[str, Any] | None, gate: bool, screen: Screen) -> str:
    uses = step.get("tool") or step.get("agent") or ""
    later = effect is not None and effect["later"]
    what = [screen.words(f"effect.{effect['effect'] if effect and not later else 'none'}")]
    if effect and later:
        what.append("◆ " + screen.words("plan.later", effect=screen.words(f"effect.{effect['effect']}")))
    elif effect:
        what.append(screen.words("effect.reversible" if effect["reversible"] else "effect.final"))
    if gate:
        what.append("◆ " + screen.words("plan.asks"))
    title = fit(plain(step.get("title") or step["id"]), 70)
    return f"{screen.value(title)}  ({screen.value(uses)}: {', '.join(what)})"

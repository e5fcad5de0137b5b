"""Draws a board: the live tree of steps with their states and times, or one plain line for each change."""

from __future__ import annotations

from datetime import datetime

from rich.console import Group
from rich.text import Text

from tizmoret.cli.board import OVER, Board, Line
from tizmoret.cli.messages import say
from tizmoret.cli.terminal import Screen, fit, pad, plain

_SIGNS = {
    "pending": ("·", "dim"),
    "ready": ("○", "dim"),
    "gate": ("◆", "bold yellow"),
    "completed": ("✓", "green"),
    "failed": ("✗", "bold red"),
    "skipped": ("–", "dim"),
    "cancelled": ("■", "dim"),
    "unknown": ("?", "bold yellow"),
    "undone": ("↶", "dim"),
    "blocked": ("⧗", "yellow"),
}
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_DEEPEST = 24  # cells of the tree's own lines; a deeper step is shown at this depth
_AROUND = 4  # lines that the head and the foot take


def duration(seconds: float) -> str:
    if seconds >= 60:
        return say("watch.minutes", minutes=int(seconds // 60), seconds=f"{seconds % 60:.0f}")
    return say("watch.seconds", seconds=f"{seconds:.1f}")


def draw(board: Board, screen: Screen, now: datetime, *, room: int | None = None) -> Group:
    """The whole tree; with `room` (lines), of a large plan only what moves, and how many others there are."""
    lines = board.drawn
    flat = room is not None and len(lines) + _AROUND > room
    if room is not None and flat:
        lines = _moving(lines)[: max(room - _AROUND - 1, 1)]
    width = max((len(line.prefix[-_DEEPEST:]) + Text(fit(plain(line.title), 60)).cell_len for line in lines), default=0)
    width = min(width, max(screen.width - 30, 12))
    rows = [_row(line, screen, now, width, "" if flat else line.prefix[-_DEEPEST:]) for line in lines]
    if flat:
        done = sum(line.status in OVER for line in board.drawn)
        rows.append(Text("  " + screen.words("watch.more", done=done, left=len(board.drawn) - done), style="dim"))
    total = screen.words("watch.total", done=board.done(), total=len(board.drawn), time=duration(board.seconds(now)))
    return Group(*rows, Text(total, style="dim"))


def _moving(lines: list[Line]) -> list[Line]:
    """What a person looks for first: questions, faults, what runs, then what came last to its end."""
    order = {"gate": 0, "unknown": 0, "failed": 1, "blocked": 2, "running": 2}
    chosen = [line for line in lines if line.status in order]
    ended = sorted((line for line in lines if line.status == "completed" and line.finished), key=lambda line: str(line.finished))
    return sorted(chosen, key=lambda line: order[line.status]) + ended[:-6:-1]


def _row(line: Line, screen: Screen, now: datetime, width: int, prefix: str) -> Text:
    row = Text(prefix, style="dim")
    title_width = max(width - len(prefix), 8)
    sign, style = _sign(line, now)
    row.append(f"{sign} ", style=style)
    title = fit(plain(line.title), title_width)
    row.append(pad(screen.value(title), title_width), style="" if line.status not in ("pending", "ready", "skipped") else "dim")
    seconds = line.seconds(now)
    row.append("  " + (duration(seconds) if seconds is not None else ""), style="dim")
    state = _state(line)
    left = screen.width - row.cell_len - 3
    if state and left > 8:
        row.append("  " + screen.value(fit(state, left)), style=style if line.status in ("gate", "failed", "unknown") else "dim")
    row.no_wrap = True
    return row


def _sign(line: Line, now: datetime) -> tuple[str, str]:
    if line.status == "running":
        return _SPINNER[int(now.timestamp() * 10) % len(_SPINNER)], "cyan"
    return _SIGNS[line.status]


def _state(line: Line) -> str:
    """What there is to say beside the sign."""
    parts = []
    if line.items is not None and line.status == "running":
        parts.append(f"{len(line.items_done)}/{line.items}")
    if line.fraction is not None and line.status == "running":
        parts.append(f"{line.fraction:.0%}")
    if line.status in ("gate", "unknown", "skipped", "cancelled", "undone", "blocked"):
        parts.append(say(f"status.{line.status}"))
    if line.note:
        parts.append(plain(line.note))
    return " · ".join(parts)


def plain_line(line: Line, screen: Screen, at: datetime) -> str:
    """One change of one step, for a log or a pipe."""
    sign = "▶" if line.status == "running" else _SIGNS[line.status][0]
    seconds = line.seconds(at) if line.status in OVER else None
    state = " · ".join(part for part in (say(f"status.{line.status}"), plain(line.note)) if part)
    spent = f" ({duration(seconds)})" if seconds is not None else ""
    return f"{sign} {line.id}: {screen.value(' '.join(plain(line.title).split()))} — {screen.value(state)}{spent}"

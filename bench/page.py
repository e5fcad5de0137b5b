"""Figures as a table, on the screen and in docs/figures.md between two marks."""

from __future__ import annotations

import platform
from datetime import date
from pathlib import Path

import psutil

from bench.measures import Row

FIGURES = Path(__file__).parent.parent / "docs" / "figures.md"


def publish(name: str, rows: list[Row], *, write: bool) -> None:
    """Print them; write: also into the part of the page that `name` marks."""
    machine = f"{psutil.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GiB, Python {platform.python_version()}"
    text = f"Measured on {date.today().isoformat()} on {machine}.\n\n{table(rows)}"
    print(text)
    if write:
        put(name, text)


def put(name: str, text: str) -> None:
    """Into the part of the page that `name` marks, in place of what stands there."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, rest = FIGURES.read_text().split(begin)
    after = rest.split(end)[1]
    FIGURES.write_text(f"{before}{begin}\n{text}\n{end}{after}")


def table(rows: list[Row]) -> str:
    lines = ["| what | measured | ratio | to hold | held |", "|---|---|--:|---|---|"]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        held = "" if row.held is None else "yes" if row.held else "**no**"
        lines.append(f"| {row.what} | {row.value} | {ratio} | {row.hold} | {held} |")
    return "\n".join(lines)

"""`python -m bench`: print the figures; with `--write`, put them into docs/figures.md."""

from __future__ import annotations

import platform
import sys
from datetime import date
from pathlib import Path

import psutil
import uvloop

from bench import cli_start, engine
from bench.engine import Row

FIGURES = Path(__file__).parent.parent / "docs" / "figures.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def table(rows: list[Row]) -> str:
    lines = ["| what | measured | ratio | to hold | held |", "|---|---|--:|---|---|"]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        held = "" if row.held is None else "yes" if row.held else "**no**"
        lines.append(f"| {row.what} | {row.value} | {ratio} | {row.hold} | {held} |")
    return "\n".join(lines)


def main() -> None:
    rows = cli_start.run() + uvloop.run(engine.run())
    machine = f"{psutil.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GiB, Python {platform.python_version()}"
    text = f"Measured on {date.today().isoformat()} on {machine}.\n\n{table(rows)}"
    print(text)
    if "--write" in sys.argv:
        page = FIGURES.read_text()
        before, rest = page.split(BEGIN)
        after = rest.split(END)[1]
        FIGURES.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")


if __name__ == "__main__":
    main()

"""One SELECT over some tables, in a process of its own (see `sql_sandbox`)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel

from tizmoret.errors import StepFailed
from tizmoret.tools.reading.sheets import Sheet, as_text

MAX_ROWS = 10_000
TIMEOUT = 15.0  # seconds, start of the process included

Cell = bool | int | float | str | None

_PROCESS = Path(__file__).with_name("sql_sandbox.py")


class Rows(BaseModel):
    columns: list[str] = []
    rows: list[list[Cell]] = []
    error: str = ""


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


async def select(sheets: Sequence[Sheet], sql: str, *, limit: int = MAX_ROWS) -> tuple[Rows, bool]:
    """The rows of `sql`, and whether there were more than `limit`. Raises StepFailed with what is wrong with the SQL."""
    job = json.dumps({"tables": [_table(sheet) for sheet in sheets], "sql": sql, "limit": limit}, ensure_ascii=False)
    answer = await _ask(job.encode("utf-8", "replace"))
    if answer.error == "not-select":
        raise StepFailed("Only one SELECT statement can be run.", cure="Write a single SELECT.", field="sql")
    if answer.error == "memory":
        raise StepFailed("The query needs too much memory.", cure="Ask for fewer rows or group them.", field="sql")
    if answer.error:
        names = ", ".join(quoted(sheet.name) for sheet in sheets)
        raise StepFailed(f"The query cannot be run: {answer.error}", cure=f"The tables are {names}.", field="sql")
    return Rows(columns=answer.columns, rows=answer.rows[:limit]), len(answer.rows) > limit


def _table(sheet: Sheet) -> dict[str, object]:
    return {
        "name": sheet.name,
        "columns": [{"name": column.name, "type": column.sql} for column in sheet.columns],
        "values": [[as_text(row[place]) for row in sheet.rows] for place in range(len(sheet.columns))],
    }


async def _ask(job: bytes) -> Rows:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(_PROCESS), env={},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(TIMEOUT):
            output, _ = await process.communicate(job)
    except TimeoutError:
        raise StepFailed(f"The query took more than {TIMEOUT:g} seconds.", cure="Ask for less at once.", field="sql") from None
    finally:
        # Also when the step is cancelled: nobody else would end it.
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    if process.returncode != 0:
        raise StepFailed("The query needs too much memory or time.", cure="Ask for fewer rows or group them.", field="sql")
    return Rows.model_validate_json(output)

"""Python in a sandbox: an interpreter of its own in a process of its own (Monty), with no files, no network, no clock to wait on, and limits
on time and memory."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_jsonable_python

from tizmoret.catalog.tool import Call, Kind, Text, Tool, tool
from tizmoret.errors import StepFailed, TryAgain
from tizmoret.plan.labels import Label
from tizmoret.plan.model import Language
from tizmoret.tools import markdown

MOST_CODE = 50_000  # characters
MOST_PRINTED = 100_000
MOST_MEMORY = 256 * 1024 * 1024  # bytes


class RunCode(BaseModel):
    model_config = ConfigDict(extra="forbid")
    code: Annotated[str, Kind("code")] = Field(
        min_length=1,
        max_length=MOST_CODE,
        description="Python; the value of its last line is the result. It may import json, re, math, datetime",
    )
    inputs: dict[Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,59}$")], Any] = Field(
        default={}, description="values that the code finds under these names"
    )
    seconds: float = Field(default=10.0, ge=0.1, le=60.0, description="the time limit")


class Ran(BaseModel):
    """value: as JSON; what JSON cannot hold, as text."""

    value: Any
    printed: str
    cut: bool = Field(description="it printed more than is kept")


def _show(ran: Ran, language: Language) -> str:
    value = "" if ran.value is None else f"`{markdown.escape(json.dumps(ran.value, ensure_ascii=False)[:2_000])}`"
    return "\n\n".join(part for part in (markdown.escape(ran.printed[:2_000].strip()), value) if part) or (
        "הקוד רץ." if language == "he" else "It ran."
    )


class _Printed:
    """What the code prints, up to the limit."""

    def __init__(self) -> None:
        self.text, self.cut = "", False

    def __call__(self, stream: str, text: str) -> None:
        room = MOST_PRINTED - len(self.text)
        self.text += text[:room]
        self.cut = self.cut or len(text) > room


@tool(
    "code.run",
    title=Text(he="הרצת קוד", en="Run code"),
    description=Text(
        he="מריץ קוד Python בסביבה סגורה, בלי קבצים ובלי רשת, ומחזיר את התוצאה",
        en="Run Python code in a closed sandbox, without files or network, and give its result",
    ),
    examples={
        "he": ["הרץ את הקוד `sum(range(10))`", "תריץ בפייתון `2 ** 64`"],
        "en": ["run the code `sum(range(10))`", "run this python: `2 ** 64`"],
    },
    show=_show, label=Label(sources=frozenset({"code"})), timeout=90.0, seconds=0.5,
)  # fmt: skip
async def run(args: RunCode, call: Call) -> Ran:
    return await asyncio.to_thread(_run, args)


def _run(args: RunCode) -> Ran:
    """In a thread, with the client that blocks: the asynchronous one brought the process down as it ended, one time in six."""
    import pydantic_monty as monty

    limits: Any = {"max_feed_duration_secs": args.seconds, "max_total_sleep_secs": 0.0, "max_memory": MOST_MEMORY}
    printed = _Printed()
    try:
        with monty.Monty(max_processes=1) as pool, pool.checkout(limits=limits) as session:
            value = session.feed_run(args.code, inputs=args.inputs, print_callback=printed)
    except monty.MontyCrashedError as error:
        raise TryAgain("The sandbox went down.", cure="Try again, with less to do at once.") from error
    except monty.MontyError as error:
        raise StepFailed(
            f"The code failed: {error}"[:1_000], cure="Mend the code; it has no files, no network and little time.", field="code"
        ) from error
    return Ran(value=to_jsonable_python(value, fallback=repr, serialize_unknown=True), printed=printed.text, cut=printed.cut)


TOOLS: list[Tool] = [run]

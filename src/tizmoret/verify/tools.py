"""Tools whose every call leaves a line in a ledger outside of the engine, and the plan that calls them."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.tool import Call, Text, tool
from tizmoret.plan.model import Plan, Step

_TITLE = Text("כלי לבדיקה", "A tool for the proof")


class Work(BaseModel):
    n: int = 0
    seconds: float = 0.04
    held: bool = False  # until `let_go`


class Done(BaseModel):
    n: int


def _show(output: Any, language: str) -> str:
    return f"n={output.n}"


def ledger(folder: Path) -> Path:
    return folder / "ledger.txt"


def let_go(folder: Path) -> None:
    """Calls that are held end."""
    (folder / "go").touch()


def _note(call: Call, what: str) -> None:
    """One whole line, appended in one write: a killed process leaves either it or nothing."""
    handle = os.open(ledger(call.folder), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(handle, f"{what} {call.key}\n".encode())
    os.close(handle)


@tool("verify.read", title=_TITLE, description=_TITLE, show=_show, timeout=600)
async def read(args: Work, call: Call) -> Done:
    _note(call, "read")
    await asyncio.sleep(args.seconds)
    while args.held and not (call.folder / "go").exists():  # noqa: ASYNC110 - the outside is a file
        await asyncio.sleep(0.05)
    return Done(n=args.n + 1)


@tool("verify.keyed", title=_TITLE, description=_TITLE, show=_show, effect="write", recovery="keyed", approval="ask")
async def keyed(args: Work, call: Call) -> Done:
    """The outside knows the key: the second call of one key finds what the first has done."""
    path = call.folder / ("keyed-" + call.key.replace("/", "-"))
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
        _note(call, "keyed")
    except FileExistsError:
        _note(call, "found")
    await asyncio.sleep(args.seconds)
    return Done(n=args.n)


@tool("verify.once", title=_TITLE, description=_TITLE, show=_show, effect="send", recovery="once")
async def once(args: Work, call: Call) -> Done:
    """The outside knows no key: every call counts."""
    _note(call, "once")
    await asyncio.sleep(args.seconds)
    return Done(n=args.n)


CATALOG = Catalog([read, keyed, once], [])


def plan(seconds: float = 0.04, held: bool = False) -> Plan:
    """seconds: of each call. held: the first ones stand until `let_go`."""

    def step(id: str, tool: str, n: Any, after: tuple[str, ...] = ()) -> Step:
        return Step(id=id, tool=f"verify.{tool}", args={"n": n, "seconds": seconds, "held": held and n in (1, 2)}, after=after)

    return Plan(
        request="verify",
        steps=(
            step("a", "read", 1),
            step("b", "read", 2),
            step("c", "read", {"$from": "a.n"}),
            step("once", "once", {"$from": "b.n"}),
            step("keyed", "keyed", {"$from": "c.n"}),
            step("last", "read", {"$from": "keyed.n"}, after=("once",)),
        ),
    )

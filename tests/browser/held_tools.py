"""Tools for the pages: one keeps its lock until the file `go` is there, one fails until the file `mended` is."""

from __future__ import annotations

import asyncio

from pydantic import BaseModel

from tizmoret.catalog.tool import Call, Text, tool

_TITLE = Text("כלי לבדיקה", "A tool of the tests")


class Room(BaseModel):
    room: str = "attic"


class Done(BaseModel):
    room: str


@tool(
    "test.hold", title=_TITLE, description=_TITLE, show=lambda output, language: output.room, effect="write", recovery="keyed",
    approval="auto", locks=("room:{room}",), timeout=600,
)  # fmt: skip
async def hold(args: Room, call: Call) -> Done:
    while not (call.folder / "go").exists():  # noqa: ASYNC110 - the outside is a file
        await asyncio.sleep(0.05)
    return Done(room=args.room)


TOOLS = [hold]

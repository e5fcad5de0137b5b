"""Tools for the pages: one keeps its lock until the file `go` is there, one refuses a room that is not there, one talks to the others."""

from __future__ import annotations

import asyncio

from pydantic import BaseModel

from tizmoret.catalog.tool import Call, Text, tool
from tizmoret.errors import StepFailed

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


@tool("test.enter", title=_TITLE, description=_TITLE, show=lambda output, language: f"in the {output.room}")
async def enter(args: Room, call: Call) -> Done:
    if args.room == "cellar":
        raise StepFailed("There is no cellar.", cure="Go elsewhere.")
    return Done(room=args.room)


@tool("test.talk", title=_TITLE, description=_TITLE, show=lambda output, language: output.room)
async def talk(args: Room, call: Call) -> Done:
    await call.shared.put("room", args.room, on_conflict="last")
    await call.shared.tell("*", f"I am in the {args.room}")
    return Done(room=args.room)


TOOLS = [hold, enter, talk]

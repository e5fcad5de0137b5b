"""The tools of the simulation. What they do happens outside, in the world's ledger, some time after the call was sent."""

from __future__ import annotations

import zlib
from typing import Any, Literal, Protocol

from pydantic import BaseModel

from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.growing import MoreSteps
from tizmoret.catalog.tool import Ask, Call, Option, Text, tool
from tizmoret.errors import OtherPlan, StepFailed, TryAgain
from tizmoret.plan.model import Retry, Step
from tizmoret.tools.planning import plan_part

_TEXT = Text("כלי של ההדמיה", "A tool of the simulation")

How = Literal["done", "try-again", "fail", "other-plan", "ask"]


class Outside(Protocol):
    """The rest of the world, as one process reaches it."""

    async def act(self, call: Call, item: int, keyed: bool) -> How:
        """Raises ConnectionError when the answer was lost."""
        ...

    async def take_back(self, call: Call, item: int) -> How:
        """As `act`."""
        ...

    async def read(self) -> How: ...

    async def happened(self, call: Call, item: int) -> bool: ...


class Work(BaseModel):
    inputs: list[int] = []
    lists: list[list[Any]] = []
    item: int = -1
    thing: str = ""  # that it locks


class Done(BaseModel):
    n: int


class Numbers(BaseModel):
    numbers: list[int]


def _show(output: Any, language: str) -> str:
    return ""


def _done(args: Work, how: How) -> Done:
    if how == "try-again":
        raise TryAgain("Not now.")
    if how == "fail":
        raise StepFailed("It will never do.", cure="Leave it.")
    if how == "other-plan":
        raise OtherPlan("This is not the way.")
    if how == "ask":
        raise Ask("Which?", [Option("one", {"n": 1}), Option("two", {"n": 2})])
    return Done(n=(sum(args.inputs) + len(args.lists) + 1) % 1000)


_RETRY = Retry(attempts=3, wait=0.2)


@tool("sim.read", title=_TEXT, description=_TEXT, show=_show, timeout=4.0, retry=_RETRY)
async def read(args: Work, call: Call) -> Done:
    return _done(args, await call.provider(Outside).read())


@tool("sim.list", title=_TEXT, description=_TEXT, show=_show, timeout=4.0, retry=_RETRY)
async def numbers(args: Work, call: Call) -> Numbers:
    found = _done(args, await call.provider(Outside).read())
    return Numbers(numbers=list(range(found.n % 5)))


async def _look(args: Any, call: Call) -> Done | None:
    return Done(n=1) if await call.provider(Outside).happened(call, args.item) else None


async def _undo(args: Work, output: Any, call: Call) -> None:
    _done(args, await call.provider(Outside).take_back(call, args.item))


@tool("sim.keyed", title=_TEXT, description=_TEXT, show=_show, timeout=4.0, retry=_RETRY, effect="write", recovery="keyed", undo=_undo)
async def keyed(args: Work, call: Call) -> Done:
    return _done(args, await call.provider(Outside).act(call, args.item, keyed=True))


@tool(
    "sim.alone", title=_TEXT, description=_TEXT, show=_show, timeout=4.0, retry=_RETRY, effect="write", recovery="keyed", undo=_undo,
    locks=("thing:{thing}",), shares=("things",),
)  # fmt: skip
async def alone(args: Work, call: Call) -> Done:
    """It has one thing to itself, and lets nobody have all of them meanwhile."""
    return _done(args, await call.provider(Outside).act(call, args.item, keyed=True))


@tool(
    "sim.all", title=_TEXT, description=_TEXT, show=_show, timeout=4.0, effect="write", recovery="once", probe=_look, undo=_undo,
    locks=("things",),
)  # fmt: skip
async def all_(args: Work, call: Call) -> Done:
    return _done(args, await call.provider(Outside).act(call, args.item, keyed=False))


@tool("sim.sealed", title=_TEXT, description=_TEXT, show=_show, timeout=4.0, effect="delete", recovery="keyed", reversible=False)
async def sealed(args: Work, call: Call) -> Done:
    """It cannot be taken back."""
    return _done(args, await call.provider(Outside).act(call, args.item, keyed=True))


@tool("sim.once", title=_TEXT, description=_TEXT, show=_show, timeout=4.0, retry=_RETRY, effect="send", recovery="once", undo=_undo)
async def once(args: Work, call: Call) -> Done:
    return _done(args, await call.provider(Outside).act(call, args.item, keyed=False))


@tool(
    "sim.looked", title=_TEXT, description=_TEXT, show=_show, timeout=4.0, retry=_RETRY, effect="send", recovery="once", probe=_look, undo=_undo
)  # fmt: skip
async def looked(args: Work, call: Call) -> Done:
    return _done(args, await call.provider(Outside).act(call, args.item, keyed=False))


@tool("sim.asks", title=_TEXT, description=_TEXT, show=_show, timeout=4.0, retry=_RETRY, asks_for=None)
async def asks(args: Work, call: Call) -> Done:
    """Asks for steps of every kind, once or twice; which they are is drawn from its key."""
    done = _done(args, await call.provider(Outside).read())
    draw = zlib.crc32(call.key.encode())
    rounds = max((end.round for end in call.asked.steps), default=0)
    if rounds < 1 + draw % 2:
        raise MoreSteps(_asked(draw >> 2 * rounds + 1), {"rounds": rounds})
    if call.asked.state != {"rounds": rounds - 1}:
        raise ValueError("another state than it left")
    return done


def _asked(draw: int) -> list[Step]:
    tools = ("sim.keyed", "sim.once", "sim.looked", "sim.read")
    first = Step(id="a", tool=tools[draw % 4])
    second = Step(id="b", tool=tools[(draw >> 2) % 4], args={"inputs": [{"$from": "a.n"}]} if draw & 16 else {})
    return [first, second] if draw & 32 else [first]


CATALOG = Catalog([read, numbers, keyed, alone, all_, sealed, once, looked, asks, plan_part], [])

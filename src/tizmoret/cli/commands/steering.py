"""Commands that tell an execution something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tizmoret.cli.commands.ending import done, watch
from tizmoret.cli.commands.options import ApprovalId, Id, Json, JsonLines, Note, NoWait
from tizmoret.cli.messages import say
from tizmoret.cli.workspace import InWorkspace

if TYPE_CHECKING:
    from tizmoret.cli.terminal import Screen
    from tizmoret.orchestrator import Tizmoret

app = InWorkspace()


@app.command(help=say("help.approve"))
def approve(
    id: Id,
    approval: ApprovalId = None,
    option: Annotated[int | None, typer.Option(help=say("opt.option"))] = None,
    text: Annotated[str | None, typer.Option(help=say("opt.text"))] = None,
    args: Annotated[str | None, typer.Option(help=say("opt.args"), metavar="JSON")] = None,
    note: Note = "",
    json: JsonLines = False,
    no_wait: NoWait = False,
) -> int:
    from tizmoret.cli.decide import approve as decide
    from tizmoret.cli.decide import read_args
    from tizmoret.cli.session import run as session

    edited = read_args(args)

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        execution = await decide(tizmoret, screen, id, approval, option=option, text=text, args=edited, note=note, quiet=json)
        return done(execution, screen, json, "watch.recorded") if no_wait else await watch(tizmoret, screen, execution, json)

    return session(work, engine=not no_wait)


@app.command(help=say("help.reject"))
def reject(id: Id, approval: ApprovalId = None, note: Note = "", json: JsonLines = False, no_wait: NoWait = False) -> int:
    from tizmoret.cli.decide import reject as decide
    from tizmoret.cli.session import run as session

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        execution = await decide(tizmoret, id, approval, note=note)
        return done(execution, screen, json, "watch.recorded") if no_wait else await watch(tizmoret, screen, execution, json)

    return session(work, engine=not no_wait)


@app.command(help=say("help.pause"))
def pause(id: Id, json: Json = False) -> int:
    from tizmoret.cli.session import find_execution
    from tizmoret.cli.session import run as session
    from tizmoret.owner import OWNER

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        execution = await find_execution(tizmoret, id)
        return done(await tizmoret.pause(execution.id, by=OWNER), screen, json, "watch.pausing")

    return session(work, engine=False)


@app.command(help=say("help.resume"))
def resume(id: Id, json: JsonLines = False, no_wait: NoWait = False) -> int:
    from tizmoret.cli.session import find_execution
    from tizmoret.cli.session import run as session
    from tizmoret.owner import OWNER

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        execution = await tizmoret.resume((await find_execution(tizmoret, id)).id, by=OWNER)
        if no_wait:
            return done(execution, screen, json, "watch.recorded")
        return await watch(tizmoret, screen, execution, json)

    return session(work, engine=not no_wait)


@app.command(help=say("help.cancel"))
def cancel(id: Id, json: Json = False) -> int:
    from tizmoret.cli.decide import cancel as decide

    return decide(id, json)


@app.command(help=say("help.fork"))
def fork(
    id: Id,
    step: Annotated[str, typer.Argument(help=say("arg.step"), metavar="STEP")],
    args: Annotated[str | None, typer.Option(help=say("opt.fork_args"), metavar="JSON")] = None,
    json: JsonLines = False,
    no_wait: NoWait = False,
) -> int:
    from tizmoret.cli.decide import read_args
    from tizmoret.cli.session import find_execution
    from tizmoret.cli.session import run as session
    from tizmoret.owner import OWNER

    edited = read_args(args)

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        execution = await tizmoret.fork((await find_execution(tizmoret, id)).id, step, edited, by=OWNER)
        return done(execution, screen, json, "watch.submitted") if no_wait else await watch(tizmoret, screen, execution, json)

    return session(work, engine=not no_wait)


@app.command(help=say("help.undo"))
def undo(id: Id, json: JsonLines = False, no_wait: NoWait = False) -> int:
    from tizmoret.cli.session import find_execution
    from tizmoret.cli.session import run as session
    from tizmoret.owner import OWNER

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        execution = await tizmoret.undo((await find_execution(tizmoret, id)).id, by=OWNER)
        return done(execution, screen, json, "watch.submitted") if no_wait else await watch(tizmoret, screen, execution, json)

    return session(work, engine=not no_wait)

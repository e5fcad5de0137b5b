"""Commands that begin an execution, or show what it would do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tizmoret.cli import failure
from tizmoret.cli.commands.ending import done, watch
from tizmoret.cli.commands.options import HELP, Json, JsonLines, NoWait, OnFailure, Request, Yes
from tizmoret.cli.messages import say
from tizmoret.cli.request import read_request
from tizmoret.cli.workspace import InWorkspace

if TYPE_CHECKING:
    from tizmoret.cli.terminal import Screen
    from tizmoret.orchestrator import Tizmoret

app = InWorkspace()
imports = InWorkspace(help=say("help.import"), no_args_is_help=True)


@app.command(help=say("help.run"))
def run(
    request: Request,
    yes: Yes = False,
    on_failure: OnFailure = None,
    json: JsonLines = False,
    no_wait: NoWait = False,
) -> int:
    from tizmoret.cli.session import run as session

    text = read_request(request)

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        execution = await tizmoret.submit(text, on_failure=on_failure)
        if no_wait:
            return done(execution, screen, json, "watch.submitted")
        return await watch(tizmoret, screen, execution, json, yes=yes)

    return session(work, engine=not no_wait)


@app.command(help=say("help.plan"))
def plan(request: Request, json: Json = False) -> int:
    from tizmoret.cli.session import run as session

    text = read_request(request)

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        from tizmoret.cli.show import print_json, show_preview

        with screen.patience("watch.planning"):
            preview = await tizmoret.preview(text)
        if json:
            print_json(preview, screen)
        else:
            show_preview(preview, screen)
        return failure.DONE if preview.question is None else failure.WAITING

    return session(work, engine=False)


@app.command("try", help=say("help.try"), context_settings={"allow_extra_args": True, "ignore_unknown_options": True, **HELP})
def try_(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help=say("arg.try"), metavar="TOOL")],
    yes: Yes = False,
    json: JsonLines = False,
    no_wait: NoWait = False,
) -> int:
    from tizmoret.cli.session import run as session
    from tizmoret.cli.trial import trial

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        plan = trial(tizmoret.catalog, name, context.args)
        execution = await tizmoret.submit(plan.request, plan=plan)
        if no_wait:
            return done(execution, screen, json, "watch.submitted")
        return await watch(tizmoret, screen, execution, json, yes=yes)

    return session(work, engine=not no_wait)


@imports.command("wfcommons", help=say("help.import_wfcommons"))
def import_wfcommons(
    file: Annotated[Path, typer.Argument(help=say("arg.workflow"), metavar="FILE")],
    scale: Annotated[float, typer.Option(help=say("opt.scale"))] = 1.0,
    json: JsonLines = False,
    no_wait: NoWait = False,
) -> int:
    from tizmoret.cli.session import run as session
    from tizmoret.cli.workflow_file import read_workflow

    plan = read_workflow(file, scale)

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        execution = await tizmoret.submit(plan.request, plan=plan)
        if no_wait:
            return done(execution, screen, json, "watch.submitted")
        return await watch(tizmoret, screen, execution, json)

    return session(work, engine=not no_wait)

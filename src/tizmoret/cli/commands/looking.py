"""Commands that only look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tizmoret.cli import failure
from tizmoret.cli.commands.ending import watch
from tizmoret.cli.commands.options import Id, Json
from tizmoret.cli.messages import say
from tizmoret.cli.workspace import InWorkspace
from tizmoret.errors import BadInput

if TYPE_CHECKING:
    from tizmoret.cli.terminal import Screen
    from tizmoret.orchestrator import Tizmoret

app = InWorkspace()

STATES = ("planning", "running", "waiting", "paused", "completed", "failed", "cancelled", "quarantined", "undone", "open")


@app.command("list", help=say("help.list"))
def list_(
    status: Annotated[str | None, typer.Option(help=say("opt.status", states=", ".join(STATES)))] = None,
    query: Annotated[str | None, typer.Option(help=say("opt.query"))] = None,
    user: Annotated[str | None, typer.Option(help=say("opt.of_user"))] = None,
    uses: Annotated[str | None, typer.Option(help=say("opt.uses"), metavar="TOOL")] = None,
    days: Annotated[int | None, typer.Option(help=say("opt.days"), min=1, max=3650)] = None,
    limit: Annotated[int, typer.Option(help=say("opt.limit"), min=1, max=200)] = 20,
    json: Json = False,
) -> int:
    from tizmoret.cli.session import run as session

    if status is not None and status not in STATES:
        raise BadInput(say("error.status", status=status[:60]), cure=say("error.status_cure", states=", ".join(STATES)), field="status")

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        from tizmoret.cli.show import print_json, show_list

        page = await tizmoret.executions.list(status=status, query=query, user=user, uses=uses, days=days, limit=limit)
        if json:
            print_json(page, screen)
        else:
            show_list(page, screen)
        return failure.DONE

    return session(work, engine=False)


@app.command(help=say("help.show"))
def show(
    id: Id,
    follow: Annotated[bool, typer.Option("--follow", "-f", help=say("opt.follow"))] = False,
    json: Json = False,
) -> int:
    from tizmoret.cli.session import find_execution
    from tizmoret.cli.session import run as session

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        from tizmoret.cli.show import print_json, show_execution

        execution = await find_execution(tizmoret, id)
        if follow:
            return await watch(tizmoret, screen, execution, json)
        steps, approvals = await tizmoret.executions.steps(execution.id), await tizmoret.executions.approvals(execution.id)
        if json:
            print_json({"execution": execution, "steps": steps, "approvals": approvals}, screen)
        else:
            show_execution(execution, steps, [one for one in approvals if one.status == "pending"], screen)
        return failure.DONE

    return session(work, engine=follow)


@app.command(help=say("help.tools"))
def tools(name: Annotated[str | None, typer.Argument(help=say("arg.tool"), metavar="NAME")] = None, json: Json = False) -> int:
    from tizmoret.cli.catalog import show_tools
    from tizmoret.cli.session import run as session

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        return show_tools(tizmoret, screen, name, json=json)

    return session(work, engine=False)


@app.command(help=say("help.agents"))
def agents(
    name: Annotated[str | None, typer.Argument(help=say("arg.agent"), metavar="NAME")] = None,
    folder: Annotated[bool, typer.Option("--folder", help=say("opt.folder"))] = False,
    json: Json = False,
) -> int:
    from tizmoret.cli.catalog import show_agents, show_folder
    from tizmoret.cli.session import run as session

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        if folder:
            return show_folder(tizmoret)
        return show_agents(tizmoret, screen, name, json=json)

    return session(work, engine=False)


@app.command(help=say("help.context"))
def context(id: Id, json: Json = False) -> int:
    from tizmoret.cli.session import find_execution
    from tizmoret.cli.session import run as session

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        from tizmoret.cli.context import show_context
        from tizmoret.cli.show import print_json

        found = await tizmoret.executions.context((await find_execution(tizmoret, id)).id)
        print_json(found, screen) if json else show_context(found, screen)
        return failure.DONE

    return session(work, engine=False)


@app.command(help=say("help.locks"))
def locks(json: Json = False) -> int:
    from tizmoret.cli.session import run as session

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        from tizmoret.cli.locks import show_locks
        from tizmoret.cli.show import print_json

        found = await tizmoret.executions.locks()
        print_json(found, screen) if json else show_locks(found, screen)
        return failure.DONE

    return session(work, engine=False)

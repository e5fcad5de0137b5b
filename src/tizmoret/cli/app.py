"""The commands and their options. What is heavy is imported inside a command, so that --help answers at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tizmoret.cli import failure, schedule
from tizmoret.cli.messages import say
from tizmoret.cli.request import read_request
from tizmoret.errors import BadInput

if TYPE_CHECKING:
    from tizmoret.cli.follow import Mode
    from tizmoret.cli.terminal import Screen
    from tizmoret.orchestrator import Tizmoret
    from tizmoret.views import Execution

STATES = ("planning", "running", "waiting", "paused", "completed", "failed", "cancelled", "quarantined", "undone", "open")
_WORDS = {"help_option_names": ["--help", "-h"]}

app = typer.Typer(help=say("help"), add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, context_settings=_WORDS)

imports = typer.Typer(help=say("help.import"), no_args_is_help=True)

app.add_typer(schedule.app, name="schedule")
app.add_typer(imports, name="import")

Request = Annotated[list[str], typer.Argument(help=say("arg.request"), metavar="REQUEST...")]
Id = Annotated[str, typer.Argument(help=say("arg.id"), metavar="ID")]
ApprovalId = Annotated[str | None, typer.Argument(help=say("arg.approval"), metavar="APPROVAL")]
Json = Annotated[bool, typer.Option("--json", help=say("opt.json"))]
JsonLines = Annotated[bool, typer.Option("--json", help=say("opt.json_lines"))]
NoWait = Annotated[bool, typer.Option("--no-wait", help=say("opt.no_wait"))]
Note = Annotated[str, typer.Option(help=say("opt.note"))]
OnFailure = Annotated[Literal["keep", "ask", "undo"] | None, typer.Option(help=say("opt.on_failure"))]


def _version(wanted: bool) -> None:
    if wanted:
        import importlib.metadata

        print(f"tizmoret {importlib.metadata.version('tizmoret')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def tizmoret(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help=say("help.version"), callback=_version, is_eager=True)] = False,
) -> None:
    if context.invoked_subcommand is None:
        print(context.get_help())
        raise typer.Exit(failure.BAD_USE)


def _mode(screen: Screen, json: bool) -> Mode:
    return "json" if json else "live" if screen.live else "plain"


async def _follow(tizmoret: Tizmoret, screen: Screen, execution: Execution, json: bool, *, yes: bool = False) -> int:
    from tizmoret.cli.follow import Follower
    from tizmoret.cli.session import OWNER

    return await Follower(tizmoret, screen, _mode(screen, json), by=OWNER, yes=yes).follow(execution)


def _done(execution: Execution, screen: Screen, json: bool, key: str) -> int:
    """For a command that does not wait."""
    from tizmoret.cli.follow import short
    from tizmoret.cli.show import print_json

    if json:
        print_json(execution, screen)
    else:
        screen.say(key, id=short(execution.id), command=f"tizmoret show {short(execution.id)} --follow")
    return failure.DONE


@app.command(help=say("help.run"))
def run(
    request: Request,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=say("opt.yes"))] = False,
    on_failure: OnFailure = None,
    json: JsonLines = False,
    no_wait: NoWait = False,
) -> int:
    from tizmoret.cli.session import run as session

    text = read_request(request)

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        execution = await tizmoret.submit(text, on_failure=on_failure)
        if no_wait:
            return _done(execution, screen, json, "watch.submitted")
        return await _follow(tizmoret, screen, execution, json, yes=yes)

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


@app.command("list", help=say("help.list"))
def list_(
    status: Annotated[str | None, typer.Option(help=say("opt.status", states=", ".join(STATES)))] = None,
    query: Annotated[str | None, typer.Option(help=say("opt.query"))] = None,
    limit: Annotated[int, typer.Option(help=say("opt.limit"), min=1, max=200)] = 20,
    json: Json = False,
) -> int:
    from tizmoret.cli.session import run as session

    if status is not None and status not in STATES:
        raise BadInput(say("error.status", status=status[:60]), cure=say("error.status_cure", states=", ".join(STATES)), field="status")

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        from tizmoret.cli.show import print_json, show_list

        page = await tizmoret.list(status=status, query=query, limit=limit)
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
            return await _follow(tizmoret, screen, execution, json)
        steps, approvals = await tizmoret.steps(execution.id), await tizmoret.approvals(execution.id)
        if json:
            print_json({"execution": execution, "steps": steps, "approvals": approvals}, screen)
        else:
            show_execution(execution, steps, [one for one in approvals if one.status == "pending"], screen)
        return failure.DONE

    return session(work, engine=follow)


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
        return _done(execution, screen, json, "watch.recorded") if no_wait else await _follow(tizmoret, screen, execution, json)

    return session(work, engine=not no_wait)


@app.command(help=say("help.reject"))
def reject(id: Id, approval: ApprovalId = None, note: Note = "", json: JsonLines = False, no_wait: NoWait = False) -> int:
    from tizmoret.cli.decide import reject as decide
    from tizmoret.cli.session import run as session

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        execution = await decide(tizmoret, id, approval, note=note)
        return _done(execution, screen, json, "watch.recorded") if no_wait else await _follow(tizmoret, screen, execution, json)

    return session(work, engine=not no_wait)


@app.command(help=say("help.pause"))
def pause(id: Id, json: Json = False) -> int:
    from tizmoret.cli.session import OWNER, find_execution
    from tizmoret.cli.session import run as session

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        execution = await find_execution(tizmoret, id)
        return _done(await tizmoret.pause(execution.id, by=OWNER), screen, json, "watch.pausing")

    return session(work, engine=False)


@app.command(help=say("help.resume"))
def resume(id: Id, json: JsonLines = False, no_wait: NoWait = False) -> int:
    from tizmoret.cli.session import OWNER, find_execution
    from tizmoret.cli.session import run as session

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        execution = await tizmoret.resume((await find_execution(tizmoret, id)).id, by=OWNER)
        if no_wait:
            return _done(execution, screen, json, "watch.recorded")
        return await _follow(tizmoret, screen, execution, json)

    return session(work, engine=not no_wait)


@app.command(help=say("help.cancel"))
def cancel(id: Id, json: Json = False) -> int:
    from tizmoret.cli.decide import cancel as decide

    return decide(id, json)


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


@app.command("try", help=say("help.try"), context_settings={"allow_extra_args": True, "ignore_unknown_options": True, **_WORDS})
def try_(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help=say("arg.try"), metavar="TOOL")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help=say("opt.yes"))] = False,
    json: JsonLines = False,
    no_wait: NoWait = False,
) -> int:
    from tizmoret.cli.session import run as session
    from tizmoret.cli.trial import trial

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        plan = trial(tizmoret.catalog, name, context.args)
        execution = await tizmoret.submit(plan.request, plan=plan)
        if no_wait:
            return _done(execution, screen, json, "watch.submitted")
        return await _follow(tizmoret, screen, execution, json, yes=yes)

    return session(work, engine=not no_wait)


@app.command(help=say("help.locks"))
def locks(json: Json = False) -> int:
    from tizmoret.cli.session import run as session

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        from tizmoret.cli.locks import show_locks
        from tizmoret.cli.show import print_json

        found = await tizmoret.locks()
        print_json(found, screen) if json else show_locks(found, screen)
        return failure.DONE

    return session(work, engine=False)


@app.command(help=say("help.undo"))
def undo(id: Id, json: JsonLines = False, no_wait: NoWait = False) -> int:
    from tizmoret.cli.session import OWNER, find_execution
    from tizmoret.cli.session import run as session

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        execution = await tizmoret.undo((await find_execution(tizmoret, id)).id, by=OWNER)
        return _done(execution, screen, json, "watch.submitted") if no_wait else await _follow(tizmoret, screen, execution, json)

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
            return _done(execution, screen, json, "watch.submitted")
        return await _follow(tizmoret, screen, execution, json)

    return session(work, engine=not no_wait)


@app.command(help=say("help.serve"))
def serve(
    host: Annotated[str | None, typer.Option(help=say("opt.host"))] = None,
    port: Annotated[int | None, typer.Option(help=say("opt.port"), min=0, max=65535)] = None,
    open_page: Annotated[bool | None, typer.Option("--open/--no-open", help=say("opt.open"))] = None,
    workers: Annotated[int, typer.Option(help=say("opt.workers"), min=0, max=1)] = 1,
) -> int:
    from tizmoret.cli.serve import serve as start

    return start(host, port, open_page, drives=workers > 0)


@app.command(help=say("help.worker"))
def worker(
    host: Annotated[str | None, typer.Option(help=say("opt.host"))] = None,
    port: Annotated[int, typer.Option(help=say("opt.health_port"), min=0, max=65535)] = 0,
) -> int:
    from tizmoret.cli.serve import work

    return work(host, port)


@app.command(help=say("help.verify"))
def verify(
    seconds: Annotated[float, typer.Option(help=say("opt.seconds"), min=1, max=86_400)] = 20.0,
    kills: Annotated[int | None, typer.Option(help=say("opt.kills"), min=1)] = None,
    seed: Annotated[int | None, typer.Option(help=say("opt.seed"))] = None,
    json: Json = False,
) -> int:
    from tizmoret.cli.verify import verify as prove

    return prove(seconds, kills, seed, json)


@app.command(help=say("help.token"))
def token() -> int:
    from tizmoret.cli.logs import set_up_logs
    from tizmoret.owner import owner_token
    from tizmoret.settings import Settings

    home = Settings.from_env().home
    set_up_logs(home)
    print(owner_token(home))
    return failure.DONE


@app.command(help=say("help.doctor"))
def doctor(json: Json = False) -> int:
    import asyncio

    from tizmoret.cli.doctor import examine, show_checks
    from tizmoret.cli.show import print_json
    from tizmoret.cli.terminal import Screen
    from tizmoret.settings import Settings

    settings, screen = Settings.from_env(), Screen()
    with screen.patience("watch.starting"):
        checks = asyncio.run(examine(settings))
    if json:
        print_json([_as_json(check) for check in checks], screen)
        return failure.DONE if all(check.ok for check in checks) else failure.FAILED
    return show_checks(checks, screen)


def _as_json(check: Any) -> dict[str, Any]:
    return {"name": check.name, "ok": check.ok, "detail": check.detail, "cure": check.cure}

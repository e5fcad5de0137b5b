"""Commands about the installation itself."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from tizmoret.cli import failure
from tizmoret.cli.commands.options import Json
from tizmoret.cli.messages import say
from tizmoret.cli.workspace import InWorkspace

app = typer.Typer()
speaking = InWorkspace()
app.add_typer(speaking)


@app.command(help=say("help.serve"))
def serve(
    host: Annotated[str | None, typer.Option(help=say("opt.host"))] = None,
    port: Annotated[int | None, typer.Option(help=say("opt.port"), min=0, max=65535)] = None,
    open_page: Annotated[bool | None, typer.Option("--open/--no-open", help=say("opt.open"))] = None,
    workers: Annotated[int, typer.Option(help=say("opt.workers"), min=0, max=1)] = 1,
) -> int:
    from tizmoret.cli.serve import serve as start

    return start(host, port, open_page, drives=workers > 0)


@speaking.command(help=say("help.mcp"))
def mcp() -> int:
    from tizmoret.cli.serve import speak_mcp

    return speak_mcp()


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

    from tizmoret import loop
    from tizmoret.cli.doctor import examine, show_checks
    from tizmoret.cli.show import print_json
    from tizmoret.cli.terminal import Screen
    from tizmoret.settings import Settings

    settings, screen = Settings.from_env(), Screen()
    with screen.patience("watch.starting"):
        checks = loop.run(examine(settings))
    if json:
        print_json([_as_json(check) for check in checks], screen)
        return failure.DONE if all(check.ok for check in checks) else failure.FAILED
    return show_checks(checks, screen)


@app.command(help=say("help.completion"))
def completion(shell: Annotated[Literal["bash", "zsh", "fish"], typer.Argument(help=say("arg.shell"))]) -> int:
    from tizmoret.cli.completion import script

    print(script(shell))
    return failure.DONE


def _as_json(check: Any) -> dict[str, Any]:
    return {"name": check.name, "ok": check.ok, "detail": check.detail, "cure": check.cure}

"""`tizmoret connect`: the servers that the workspace is connected to."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tizmoret.cli import failure
from tizmoret.cli.commands.options import HELP, Json
from tizmoret.cli.messages import say, translate
from tizmoret.cli.workspace import InWorkspace
from tizmoret.errors import BadInput

if TYPE_CHECKING:
    from tizmoret.cli.terminal import Screen
    from tizmoret.orchestrator import Tizmoret
    from tizmoret.views import ConnectionView

SECRET = "TIZMORET_SECRET"  # noqa: S105 - the name of a variable

app = InWorkspace(help=say("help.connect"), no_args_is_help=True, context_settings=HELP)
adding = InWorkspace(help=say("help.connect_add"), no_args_is_help=True, context_settings=HELP)
app.add_typer(adding, name="add")

Name = Annotated[str, typer.Argument(help=say("arg.connection"), metavar="NAME")]
Gates = Annotated[bool, typer.Option("--gates", help=say("opt.gates"))]
Address = Annotated[str, typer.Argument(help=say("arg.address"), metavar="ADDRESS")]


@adding.command(help=say("help.connect_dav"))
def dav(name: Name, address: Address, user: Annotated[str, typer.Option(help=say("opt.user"))], json: Json = False) -> int:
    return _add(json, name, "dav", address, {"user": user}, _secret())


@adding.command(help=say("help.connect_openapi"))
def openapi(
    name: Name,
    document: Annotated[str, typer.Argument(help=say("arg.document"), metavar="DOCUMENT")],
    base: Annotated[str, typer.Option(help=say("opt.base"))] = "",
    only: Annotated[list[str] | None, typer.Option(help=say("opt.only"))] = None,
    reads: Annotated[list[str] | None, typer.Option(help=say("opt.reads"))] = None,
    user: Annotated[str, typer.Option(help=say("opt.user"))] = "",
    secret: Annotated[bool, typer.Option("--secret", help=say("opt.secret"))] = False,
    json: Json = False,
) -> int:
    own = "" if document.startswith(("http://", "https://")) else _file(document)
    if own and not base:
        raise BadInput(say("error.no_base"), cure=say("error.no_base_cure"), field="base")
    options = {"base": base, "only": only, "reads": reads, "user": user, "file": bool(own)}
    return _add(json, name, "openapi", base if own else document, options, _secret() if secret else os.environ.get(SECRET), own)


@adding.command(help=say("help.connect_mcp"))
def mcp(
    name: Name,
    server: Annotated[list[str], typer.Argument(help=say("arg.mcp_server"), metavar="ADDRESS | -- COMMAND...")],
    secret: Annotated[bool, typer.Option("--secret", help=say("opt.secret"))] = False,
    secret_in: Annotated[str, typer.Option(help=say("opt.secret_in"))] = "",
    sign_in: Annotated[bool, typer.Option("--sign-in", help=say("opt.sign_in"))] = False,
    client_id: Annotated[str, typer.Option(help=say("opt.mcp_client_id"))] = "",
    json: Json = False,
) -> int:
    if sign_in or client_id:
        return _sign_in(json, name, "mcp", server[0], {}, client_id, os.environ.get(SECRET, ""))
    over_http = len(server) == 1 and server[0].startswith(("http://", "https://"))
    options = {} if over_http else {"command": server, "secret_in": secret_in}
    given = _secret() if secret or secret_in else os.environ.get(SECRET)
    return _add(json, name, "mcp", server[0] if over_http else " ".join(server), options, given)


@adding.command(help=say("help.connect_a2a"))
def a2a(
    name: Name,
    address: Address,
    reads: Annotated[bool, typer.Option("--reads", help=say("opt.a2a_reads"))] = False,
    secret: Annotated[bool, typer.Option("--secret", help=say("opt.secret"))] = False,
    json: Json = False,
) -> int:
    return _add(json, name, "a2a", address, {"reads": ["ask"] if reads else []}, _secret() if secret else os.environ.get(SECRET))


@adding.command(help=say("help.connect_slack"))
def slack(
    name: Name,
    channel: Annotated[str, typer.Option(help=say("opt.channel"))] = "",
    server: Annotated[str, typer.Option(help=say("opt.slack_server"))] = "",
    gates: Gates = False,
    json: Json = False,
) -> int:
    from tizmoret.tools.providers.slack_client import ADDRESS

    return _add(json, name, "slack", server or ADDRESS, {"channel": channel, "gates": gates}, _secret())


@adding.command(help=say("help.connect_ntfy"))
def ntfy(
    name: Name,
    address: Annotated[str, typer.Argument(help=say("arg.topic"), metavar="ADDRESS")],
    secret: Annotated[bool, typer.Option("--secret", help=say("opt.secret"))] = False,
    gates: Gates = False,
    json: Json = False,
) -> int:
    return _add(json, name, "ntfy", address, {"gates": gates}, _secret() if secret else os.environ.get(SECRET))


@adding.command(help=say("help.connect_webhook"))
def webhook(name: Name, address: Address, gates: Gates = False, json: Json = False) -> int:
    return _add(json, name, "webhook", address, {"gates": gates}, _secret())


ClientId = Annotated[str, typer.Option(help=say("opt.client_id"))]


@adding.command(help=say("help.connect_google"))
def google(
    name: Name,
    client_id: ClientId = "",
    only: Annotated[list[str] | None, typer.Option(help=say("opt.google_only"))] = None,
    server: Annotated[str, typer.Option(help=say("opt.google_server"))] = "",
    json: Json = False,
) -> int:
    from tizmoret.connections.google import ACCOUNT

    return _sign_in(json, name, "google", server or ACCOUNT.address, {"only": only}, client_id, _secret() if client_id else "")


@adding.command(help=say("help.connect_microsoft"))
def microsoft(
    name: Name,
    client_id: Annotated[str, typer.Option(help=say("opt.microsoft_client_id"))] = "",
    only: Annotated[list[str] | None, typer.Option(help=say("opt.microsoft_only"))] = None,
    server: Annotated[str, typer.Option(help=say("opt.microsoft_server"))] = "",
    json: Json = False,
) -> int:
    from tizmoret.connections.microsoft import ACCOUNT

    return _sign_in(json, name, "microsoft", server or ACCOUNT.address, {"only": only}, client_id, os.environ.get(SECRET, ""))


@app.command(help=say("help.connect_approve"))
def approve(name: Name, json: Json = False) -> int:
    from tizmoret.cli.session import run as session

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        return _told(await tizmoret.connections.approve(name), screen, json)

    return session(work, engine=False)


@app.command("list", help=say("help.connect_list"))
def list_(json: Json = False) -> int:
    from tizmoret.cli.session import run as session

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        from tizmoret.connections.book import view

        found = [view(one) for one in await tizmoret.connections.list()]
        if json:
            from tizmoret.cli.show import print_json

            print_json(found, screen)
        elif not found:
            screen.say("connect.none")
        else:
            _show(found, screen)
        return failure.DONE

    return session(work, engine=False)


@app.command("test", help=say("help.connect_test"))
def look(name: Name, json: Json = False) -> int:
    from tizmoret.cli.session import run as session

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        return _told(await tizmoret.connections.check(name), screen, json)

    return session(work, engine=False)


@app.command(help=say("help.connect_remove"))
def remove(name: Name) -> int:
    from tizmoret.cli.session import run as session

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        await tizmoret.connections.remove(name)
        screen.say("connect.removed", name=name)
        return failure.DONE

    return session(work, engine=False)


def _add(json: bool, name: str, kind: Any, address: str, options: dict[str, Any], secret: str | None, document: str = "") -> int:
    from tizmoret.cli.session import run as session

    given = {option: value for option, value in options.items() if value}

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        from tizmoret.connections.connection import Wanted

        return _told(await tizmoret.connections.add(Wanted(name, kind, address, given, secret or None, document)), screen, json)

    return session(work, engine=False)


def _sign_in(json: bool, name: str, kind: Any, address: str, options: dict[str, Any], client_id: str, secret: str) -> int:
    """By a browser. client_id: empty for the client that the operator has registered."""
    from tizmoret.cli.session import run as session

    given = {option: value for option, value in options.items() if value}

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        from tizmoret.cli.account import connect_account
        from tizmoret.connections.connection import Wanted
        from tizmoret.tools.providers.oauth import Client

        client = Client(client_id, secret) if client_id else None
        return _told(await connect_account(tizmoret, screen, Wanted(name, kind, address, given), client), screen, json)

    return session(work, engine=False)


def _secret() -> str:
    """From the environment, or asked for without showing it; never an argument, which every process of the machine can read."""
    given = os.environ.get(SECRET)
    if given:
        return given
    if not sys.stdin.isatty():
        raise BadInput(say("error.no_secret"), cure=say("error.no_secret_cure", variable=SECRET), field=SECRET)
    typed: str = typer.prompt(say("connect.secret"), hide_input=True)
    return typed


def _file(path: str) -> str:
    try:
        return Path(path).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise BadInput(say("error.cannot_read", file=path[:200], why=why), cure=say("error.cannot_read_cure"), field="document") from error


def _told(connection: Any, screen: Screen, json: bool) -> int:
    from tizmoret.connections.book import view

    if json:
        from tizmoret.cli.show import print_json

        print_json(view(connection), screen)
    else:
        _show([view(connection)], screen)
    return failure.FAILED if connection.trouble else failure.DONE


def _show(found: list[ConnectionView], screen: Screen) -> None:
    for one in found:
        screen.print(f"{one.name} · {one.kind} · {screen.value(one.address)}")
        if one.trouble:
            screen.say("connect.trouble", "red", trouble=translate(one.trouble))
        else:
            screen.say("connect.offers", "dim", offers=", ".join(one.offers[:20]) + (" …" if len(one.offers) > 20 else ""))

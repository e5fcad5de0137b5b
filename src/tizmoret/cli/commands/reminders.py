"""`tizmoret reminders`: what is due and what is to come, and what one says to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tizmoret.cli import failure
from tizmoret.cli.commands.ending import done as submitted
from tizmoret.cli.commands.ending import watch
from tizmoret.cli.commands.options import Json, JsonLines, NoWait, Yes
from tizmoret.cli.messages import say
from tizmoret.cli.workspace import InWorkspace
from tizmoret.errors import BadInput

if TYPE_CHECKING:
    from tizmoret.cli.terminal import Screen
    from tizmoret.orchestrator import Tizmoret

app = InWorkspace(help=say("help.reminders"))

MINUTES = 10  # as the page puts off

Which = Annotated[list[str], typer.Argument(help=say("arg.reminder"), metavar="REMINDER...")]


@app.callback(invoke_without_command=True)
def reminders(context: typer.Context, json: Json = False) -> int:
    from tizmoret.cli.session import run as session
    from tizmoret.owner import OWNER

    if context.invoked_subcommand is not None:
        return failure.DONE

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        from tizmoret.cli.reminders import show_reminders
        from tizmoret.cli.show import print_json

        found = await tizmoret.reminders.list(OWNER)
        print_json(found, screen) if json else show_reminders(found, tizmoret.settings.timezone, screen)
        return failure.DONE

    return session(work, engine=False)


@app.command(help=say("help.reminders_done"))
def done(which: Which, yes: Yes = False, json: JsonLines = False, no_wait: NoWait = False) -> int:
    from tizmoret.cli.session import run as session
    from tizmoret.owner import OWNER

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        from tizmoret.cli.reminders import find, ticking_off

        plan = ticking_off(find(await tizmoret.reminders.list(OWNER), which))
        execution = await tizmoret.submit(plan.request, plan=plan)
        if no_wait:
            return submitted(execution, screen, json, "watch.submitted")
        return await watch(tizmoret, screen, execution, json, yes=yes)

    return session(work, engine=not no_wait)


@app.command(help=say("help.reminders_later", minutes=MINUTES))
def later(
    which: Which,
    minutes: Annotated[int | None, typer.Option(help=say("opt.minutes"), min=1)] = None,
    until: Annotated[str | None, typer.Option(help=say("opt.until"), metavar="TIME")] = None,
    json: Json = False,
) -> int:
    from tizmoret.cli.session import run as session
    from tizmoret.owner import OWNER

    if minutes is not None and until is not None:
        raise BadInput(say("error.either", one="--minutes", other="--until"), cure=say("error.either_cure"), field="until")

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        from tizmoret.cli.reminders import find, moment, show_later
        from tizmoret.cli.show import print_json

        timezone = tizmoret.settings.timezone
        found = find(await tizmoret.reminders.list(OWNER), which)
        if until is None:
            await tizmoret.reminders.snooze(found.id, OWNER, minutes or MINUTES)
        else:
            await tizmoret.reminders.put_off(found.id, OWNER, moment(until, timezone))
        put_off = next((one for one in await tizmoret.reminders.list(OWNER) if one.id == found.id), found)
        print_json(put_off, screen) if json else show_later(put_off, timezone, screen)
        return failure.DONE

    return session(work, engine=False)


@app.command(help=say("help.reminders_dismiss"))
def dismiss(which: Which, json: Json = False) -> int:
    from tizmoret.cli.session import run as session
    from tizmoret.owner import OWNER

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        from tizmoret.cli.reminders import find
        from tizmoret.cli.show import print_json
        from tizmoret.cli.terminal import plain

        found = find(await tizmoret.reminders.list(OWNER), which)
        await tizmoret.reminders.dismiss(found.id, OWNER)
        print_json(found, screen) if json else screen.say("reminders.dismissed", title=plain(found.title))
        return failure.DONE

    return session(work, engine=False)

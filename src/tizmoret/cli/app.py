"""`tizmoret`: its commands, in the order in which the help names them. What is heavy is imported inside a command, so that --help answers at once."""

from __future__ import annotations

from typing import Annotated

import typer

from tizmoret.cli import failure
from tizmoret.cli.commands import asking, connect, looking, people, reminders, schedule, steering, system
from tizmoret.cli.commands.options import HELP
from tizmoret.cli.messages import say

app = typer.Typer(help=say("help"), add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, context_settings=HELP)

for group in (asking, steering, looking):
    app.add_typer(group.app)
app.add_typer(reminders.app, name="reminders")
app.add_typer(schedule.app, name="schedule")
app.add_typer(connect.app, name="connect")
app.add_typer(people.members, name="member")
app.add_typer(people.keys, name="key")
app.add_typer(people.workspaces, name="workspace")
app.add_typer(asking.imports, name="import")
app.add_typer(system.app)


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

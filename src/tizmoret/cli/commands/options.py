"""Arguments and options that several commands have."""

from typing import Annotated, Literal

import typer

from tizmoret.cli.messages import say

Request = Annotated[list[str], typer.Argument(help=say("arg.request"), metavar="REQUEST...")]
Id = Annotated[str, typer.Argument(help=say("arg.id"), metavar="ID")]
ApprovalId = Annotated[str | None, typer.Argument(help=say("arg.approval"), metavar="APPROVAL")]
Json = Annotated[bool, typer.Option("--json", help=say("opt.json"))]
JsonLines = Annotated[bool, typer.Option("--json", help=say("opt.json_lines"))]
NoWait = Annotated[bool, typer.Option("--no-wait", help=say("opt.no_wait"))]
Note = Annotated[str, typer.Option(help=say("opt.note"))]
OnFailure = Annotated[Literal["keep", "ask", "undo"] | None, typer.Option(help=say("opt.on_failure"))]
Yes = Annotated[bool, typer.Option("--yes", "-y", help=say("opt.yes"))]

HELP = {"help_option_names": ["--help", "-h"]}

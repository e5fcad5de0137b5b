"""How a command ends: exit codes, and errors as one sentence with its cure. A traceback is for those who ask for it."""

from __future__ import annotations

import logging
import os
import sys
import traceback

import typer

from tizmoret.cli.messages import say, translate
from tizmoret.errors import BadInput, NotFound, SignInNeeded, TizmoretError, TooLarge
from tizmoret.settings import Settings

DONE, FAILED, BAD_USE, WAITING, INTERRUPTED = 0, 1, 2, 3, 130


def exit_code(status: str) -> int:
    """Of a command that watched an execution until it had this status."""
    if status in ("completed", "undone"):
        return DONE
    return WAITING if status in ("waiting", "paused") else FAILED


def explain(error: TizmoretError) -> int:
    """What cannot be used is bad use; what is in the way (a conflict, no database) is a failure."""
    print(_one_sentence(translate(error.detail, error.cure)), file=sys.stderr)
    _trace(error)
    return BAD_USE if isinstance(error, BadInput | NotFound | SignInNeeded | TooLarge) else FAILED


def misused(error: typer.TyperException) -> int:
    """An unknown command or option, or a value that does not fit."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None and context.parent is not None else None
    cure = say("error.usage_of", command=path) if path else say("error.usage")
    what = _one_sentence(error.format_message()).rstrip(".")
    print(f"{what}. {cure}", file=sys.stderr)
    return BAD_USE


def apologise(error: BaseException) -> int:
    """For what should not have happened: a sentence here, all of it in the log, if there can be one."""
    from tizmoret.cli.logs import logs_are_kept, set_up_logs

    what = _one_sentence(f"{type(error).__name__}: {error}").rstrip(".")
    try:
        home = Settings.from_env().home
        if not logs_are_kept():
            set_up_logs(home)
        logging.getLogger(__name__).info("a command failed", exc_info=error)
        print(say("error.unexpected", error=what, log=home / "logs" / "tizmoret.log"), file=sys.stderr)
    except TizmoretError:
        print(say("error.unexpected_unlogged", error=what), file=sys.stderr)
    _trace(error)
    return FAILED


def _trace(error: BaseException) -> None:
    if os.environ.get("TIZMORET_DEBUG") == "1":
        traceback.print_exception(error)


def _one_sentence(text: str) -> str:
    """On one line and without control characters: an error may quote what someone else wrote."""
    return "".join(char if char.isprintable() else " " for char in " ".join(text.split()))[:2000]

"""The command line. `main` is the program `tizmoret`; every command is in `app`."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import typer

from tizmoret.cli.completion import VARIABLE, prepare
from tizmoret.cli.failure import FAILED, INTERRUPTED, apologise, explain, misused
from tizmoret.errors import TizmoretError


def main() -> NoReturn:
    sys.exit(_run())


def _run() -> int:
    from tizmoret.cli.app import app

    if VARIABLE in os.environ:
        prepare()
    try:
        return int(app(standalone_mode=False) or 0)
    except TizmoretError as error:
        return explain(error)
    except typer.TyperException as error:
        return misused(error)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone (`| head`); the flush at exit would raise it again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        return apologise(error)

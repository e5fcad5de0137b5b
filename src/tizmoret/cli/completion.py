"""Completion by the Tab key, as Typer has it. Its own options for this write into the person's files, and speak one language."""

from __future__ import annotations

VARIABLE = "_TIZMORET_COMPLETE"  # by which a shell asks the program what may come next


def script(shell: str) -> str:
    """What a shell is to read."""
    from typer.completion import get_completion_script  # type: ignore[attr-defined]

    return get_completion_script(prog_name="tizmoret", complete_var=VARIABLE, shell=shell)


def prepare() -> None:
    """Before a shell's question is answered: without this only Click's own shells are known, which ask in another way."""
    from typer.completion import completion_init  # type: ignore[attr-defined]

    completion_init()

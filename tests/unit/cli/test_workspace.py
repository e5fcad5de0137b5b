"""Every command that works in a workspace takes its name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from tizmoret.cli.app import app

INSTALLATION = {"serve", "worker", "verify", "token", "doctor", "completion", "workspace create", "workspace list", "workspace use"}


def commands(group: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        full = f"{path} {name}".strip()
        if hasattr(command, "commands"):
            yield from commands(command, full)
        else:
            yield full, command


def test_all_but_those_of_the_installation() -> None:
    taking = {
        path: "--workspace" in [option for part in command.params for option in part.opts] for path, command in commands(get_command(app))
    }
    assert len(taking) > 40
    assert {path for path, takes in taking.items() if not takes} == INSTALLATION

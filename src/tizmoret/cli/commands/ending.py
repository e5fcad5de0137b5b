"""How a command that moves an execution ends: it watches it, or says what it has done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tizmoret.cli import failure

if TYPE_CHECKING:
    from tizmoret.cli.terminal import Screen
    from tizmoret.orchestrator import Tizmoret
    from tizmoret.views import Execution


async def watch(tizmoret: Tizmoret, screen: Screen, execution: Execution, json: bool, *, yes: bool = False) -> int:
    from tizmoret.cli.follow import Follower
    from tizmoret.owner import OWNER

    return await Follower(tizmoret, screen, "json" if json else "live" if screen.live else "plain", by=OWNER, yes=yes).follow(execution)


def done(execution: Execution, screen: Screen, json: bool, key: str) -> int:
    """For a command that does not wait. key: of the message that says so."""
    from tizmoret.cli.follow import short
    from tizmoret.cli.show import print_json

    if json:
        print_json(execution, screen)
    else:
        screen.say(key, id=short(execution.id), command=f"tizmoret show {short(execution.id)} --follow")
    return failure.DONE

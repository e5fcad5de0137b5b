"""The demo workspace: made in a home that has no files yet, whichever command comes first."""

from __future__ import annotations

import asyncio
import fcntl
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tizmoret.demo import DemoSummary
    from tizmoret.orchestrator import Tizmoret

DEMO_REQUEST = "תקרא מה עשינו בדצמבר בתבואות ותקבע פגישה עם יואב"


async def first_files(tizmoret: Tizmoret) -> DemoSummary | None:
    """What was made; None where there were files already."""
    return await asyncio.to_thread(_make, tizmoret)


def _make(tizmoret: Tizmoret) -> DemoSummary | None:
    from tizmoret.demo import make_demo

    settings = tizmoret.settings
    folder = tizmoret.workplaces.folder(tizmoret.database.default_workspace)
    # Of two processes that start at once (`make run` here, `tizmoret run` there) the second waits, and then finds the files.
    with (settings.workspaces / ".making-demo").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return make_demo(folder, datetime.now(settings.timezone).date(), settings.timezone)

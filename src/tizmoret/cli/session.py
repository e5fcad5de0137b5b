"""One command's way to the engine: settings, logs, the running Tizmoret, and which execution is meant."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING
from uuid import UUID

from tizmoret import loop
from tizmoret.cli.demo import first_files
from tizmoret.cli.logs import set_up_logs
from tizmoret.cli.messages import say
from tizmoret.cli.terminal import Screen
from tizmoret.errors import BadInput, Conflict, NotFound
from tizmoret.settings import Settings
from tizmoret.views import Approval, Execution

if TYPE_CHECKING:
    from tizmoret.orchestrator import Tizmoret

Work = Callable[["Tizmoret", Screen], Awaitable[int]]


def run(work: Work, *, engine: bool = True, anywhere: bool = False) -> int:
    """Bring Tizmoret up, do the work, take it down; the exit code. engine: whether this process may carry executions on. anywhere: the work
    is that of no workspace, and may be what mends a wrong choice of one."""
    settings = Settings.from_env()
    screen = Screen()
    return loop.run(_run(settings, screen, work, engine, anywhere))


async def _run(settings: Settings, screen: Screen, work: Work, engine: bool, anywhere: bool) -> int:
    set_up_logs(settings.home)
    async with AsyncExitStack() as stack:
        with screen.patience("watch.starting"):
            from tizmoret.cli.workspace import chosen
            from tizmoret.orchestrator import Tizmoret

            tizmoret = await stack.enter_async_context(Tizmoret.open(settings, run_engine=engine, choose=None if anywhere else chosen))
            if engine:
                await first_files(tizmoret)
        return await work(tizmoret, screen)


async def find_execution(tizmoret: Tizmoret, id: str) -> Execution:
    """By its id, the beginning or the end of it, or `last`. Raises NotFound, or BadInput where several fit."""
    wanted = id.strip().lower()
    if wanted == "last":
        newest = (await tizmoret.executions.list(limit=1)).items
        if not newest:
            raise NotFound(say("error.none"), cure=say("error.none_cure"))
        return newest[0]
    if len(wanted) == 36 and _is_uuid(wanted):
        return await tizmoret.executions.get(UUID(wanted))
    if not 4 <= len(wanted) < 36 or set(wanted) - set("0123456789abcdef-"):
        raise NotFound(say("error.no_id", id=id[:60]), cure=say("error.no_id_cure"))
    found = await _matching(tizmoret, wanted)
    if not found:
        raise NotFound(say("error.no_id", id=id), cure=say("error.no_id_cure"))
    if len(found) > 1:
        names = ", ".join(str(execution.id) for execution in found[:5]) + ("…" if len(found) > 5 else "")
        raise BadInput(say("error.many_ids", id=id, found=names), cure=say("error.many_ids_cure"), field="id")
    return found[0]


async def _matching(tizmoret: Tizmoret, part: str) -> list[Execution]:
    """The list can search in ids but also finds requests that hold the same characters, so it is sifted, page by page."""
    found: list[Execution] = []
    cursor: str | None = None
    while len(found) <= 5:
        page = await tizmoret.executions.list(query=part, limit=200, cursor=cursor)
        found += [e for e in page.items if str(e.id).startswith(part) or str(e.id).endswith(part)]
        cursor = page.next
        if cursor is None:
            break
    return found


async def find_approval(tizmoret: Tizmoret, execution: Execution, id: str | None) -> Approval:
    """The waiting approval that is meant; without an id the only one. Raises NotFound, Conflict, BadInput."""
    approvals = await tizmoret.executions.approvals(execution.id)
    waiting = [one for one in approvals if one.status == "pending"]
    if id is not None:
        wanted = id.strip().lower()
        found = [one for one in approvals if wanted and (str(one.id).startswith(wanted) or str(one.id).endswith(wanted))]
        if len(found) == 1:
            return found[0]  # also one that was decided before: the engine says by whom
        if not found:
            raise NotFound(say("error.no_approval", id=id[:60]), cure=say("error.nothing_waits_cure", id=str(execution.id)[:13]))
        waiting = found
    if not waiting:
        status = say(f"status.{execution.status}")
        name = str(execution.id)[:13]
        raise Conflict(say("error.nothing_waits", id=name, status=status), cure=say("error.nothing_waits_cure", id=name))
    if len(waiting) > 1:
        found_names = "; ".join(f"{str(one.id)[-8:]} {one.title}" for one in waiting[:5])
        raise BadInput(say("error.many_wait", count=len(waiting), found=found_names), cure=say("error.many_wait_cure"), field="approval")
    return waiting[0]


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True

"""`tizmoret doctor`: looks at everything that a first run needs, and says of each fault what to do."""

from __future__ import annotations

import platform
import shutil
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tizmoret.cli.failure import DONE, FAILED
from tizmoret.cli.messages import LANGUAGE, say, translate
from tizmoret.cli.terminal import Screen
from tizmoret.errors import TizmoretError
from tizmoret.settings import Settings

if TYPE_CHECKING:
    from tizmoret.orchestrator import Tizmoret


@dataclass(frozen=True, slots=True)
class Check:
    name: str  # in the language of the command line
    ok: bool
    detail: str
    cure: str = ""


async def examine(settings: Settings) -> list[Check]:
    """Every check, also those after one that failed."""
    from tizmoret.cli.logs import set_up_logs

    checks = [Check(say("doctor.python"), True, f"{platform.python_version()} ({platform.machine()})")]
    try:
        set_up_logs(settings.home)
    except TizmoretError as error:
        return [*checks, Check(say("doctor.home"), False, translate(error.detail), translate(error.cure)), await _port(settings)]
    checks.append(Check(say("doctor.home"), True, str(settings.home)))
    checks += [_disk(settings), _model(settings)]
    from tizmoret.orchestrator import Tizmoret

    try:
        async with Tizmoret.open(settings, run_engine=False) as tizmoret:
            checks += await _inside(tizmoret, settings)
    except TizmoretError as error:
        checks.append(Check(say("doctor.database"), False, translate(error.detail), translate(error.cure) or say("doctor.cure_database")))
    return [*checks, await _port(settings)]


async def _inside(tizmoret: Tizmoret, settings: Settings) -> list[Check]:
    """What the `system.check` tool sees of the running system."""
    from tizmoret.tools.providers.ports import SystemProbe

    cure = say("doctor.cure_other", log=settings.home / "logs" / "tizmoret.log")
    seen = await tizmoret.workplaces.providers(tizmoret.workspace)[SystemProbe].checks(LANGUAGE)
    return [Check(check.name, check.ok, check.detail, "" if check.ok else cure) for check in seen]


def _model(settings: Settings) -> Check:
    return Check(say("doctor.planner"), True, settings.model or say("doctor.offline"))


def _disk(settings: Settings) -> Check:
    from tizmoret.tools.system import LOW_DISK

    free = shutil.disk_usage(settings.home).free
    detail = say("doctor.free", gigabytes=f"{free / 2**30:.1f}")
    return Check(say("doctor.disk"), free > LOW_DISK, detail, say("doctor.cure_disk", home=settings.home))


async def _port(settings: Settings) -> Check:
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.host, settings.port))
    except OSError as error:
        if await _is_ours(settings):
            return Check(say("doctor.port"), True, say("doctor.port_ours", port=settings.port))
        return Check(say("doctor.port"), False, error.strerror or str(error), say("error.port_cure"))
    return Check(say("doctor.port"), True, say("doctor.port_free", port=settings.port))


async def _is_ours(settings: Settings) -> bool:
    """Whether what listens there answers as Tizmoret does."""
    import httpx2

    try:
        async with httpx2.AsyncClient(timeout=2.0, trust_env=False) as client:
            answer = await client.get(f"http://{settings.host}:{settings.port}/api/orchestrate/status")
            return "activeExecutions" in answer.json()["system"]
    except (httpx2.HTTPError, ValueError, LookupError, TypeError):
        return False


def show_checks(checks: list[Check], screen: Screen) -> int:
    for check in checks:
        screen.print(f"{'✓' if check.ok else '✗'} {screen.value(check.name)}: {screen.value(check.detail)}", "" if check.ok else "red")
        if check.cure and not check.ok:
            screen.print(f"    → {screen.value(check.cure)}")
    failed = sum(not check.ok for check in checks)
    screen.print()
    if failed:
        screen.say("doctor.unwell", "red", count=failed)
        return FAILED
    screen.say("doctor.well", "green")
    return DONE

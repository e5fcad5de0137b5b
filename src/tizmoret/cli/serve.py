"""`tizmoret serve`: the server, and on the first start a welcome and a request that stops to ask."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from tizmoret import loop
from tizmoret.cli.demo import DEMO_REQUEST, first_files
from tizmoret.cli.failure import DONE
from tizmoret.cli.logs import set_up_logs
from tizmoret.cli.terminal import Screen
from tizmoret.settings import Settings

if TYPE_CHECKING:
    from tizmoret.orchestrator import Tizmoret

NEXT = ('tizmoret run "check the system"', 'tizmoret run "מה יש לי ביומן השבוע?"', "tizmoret list")


def serve(host: str | None, port: int | None, open_page: bool | None, drives: bool) -> int:
    """Until Ctrl-C or SIGTERM. open_page: None opens a browser where there is a screen to open it on. drives: False leaves that to workers."""
    settings = Settings.from_env()
    settings = replace(settings, host=host or settings.host, port=settings.port if port is None else port)
    set_up_logs(settings.home)
    screen = Screen()
    with screen.patience("watch.starting"):
        from tizmoret.server import serve as server

    async def on_started(tizmoret: Tizmoret, address: str, link: str) -> None:
        await _welcome(tizmoret, screen, address, link)
        if _has_display() if open_page is None else open_page:
            await asyncio.to_thread(_open, link)

    loop.run(server.serve(settings, on_started, drives=drives))
    return DONE


def work(host: str | None, port: int) -> int:
    """Drive executions until Ctrl-C or SIGTERM."""
    settings = Settings.from_env()
    settings = replace(settings, host=host or settings.host, port=port)
    set_up_logs(settings.home)
    screen = Screen()
    with screen.patience("watch.starting"):
        from tizmoret.server.worker import work as drive

    async def on_started(tizmoret: Tizmoret, address: str) -> None:
        screen.say("worker.ready", "bold", health=address)
        screen.say("serve.stop", "dim")
        screen.out.file.flush()

    loop.run(drive(settings, on_started))
    return DONE


def speak_mcp() -> int:
    """Until the client closes our input. Nothing else may come out of it, so there is no screen."""
    settings = Settings.from_env()
    set_up_logs(settings.home)

    async def speak() -> None:
        from tizmoret.cli.workspace import chosen
        from tizmoret.mcp.server import over_stdio
        from tizmoret.orchestrator import Tizmoret

        async with Tizmoret.open(settings, choose=chosen) as tizmoret:
            await over_stdio(tizmoret)

    loop.run(speak())
    return DONE


async def _welcome(tizmoret: Tizmoret, screen: Screen, address: str, link: str) -> None:
    made = await first_files(tizmoret)
    screen.say("serve.ready", "bold", address=address)
    screen.say("serve.page", link=link)
    if made is not None:
        await tizmoret.submit(DEMO_REQUEST, idempotency_key="first start")
        screen.print()
        screen.say("serve.first", documents=made.documents, contacts=made.contacts)
        screen.say("serve.files", "dim", folder=tizmoret.workplaces.folder(tizmoret.workspace))
        screen.say("serve.seed", request=DEMO_REQUEST)
        screen.say("serve.next")
        for command in NEXT:
            screen.print(f"    {screen.value(command)}")
    screen.say("serve.stop", "dim")
    screen.out.file.flush()


def _has_display() -> bool:
    here = sys.stdout.isatty() and "SSH_CONNECTION" not in os.environ
    return here and (sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")))


def _open(link: str) -> None:
    import webbrowser

    webbrowser.open(link)

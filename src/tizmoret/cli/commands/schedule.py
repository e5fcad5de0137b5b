"""`tizmoret schedule`: requests that are submitted by the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tizmoret.cli import failure
from tizmoret.cli.messages import say
from tizmoret.cli.request import read_request
from tizmoret.cli.workspace import InWorkspace
from tizmoret.errors import BadInput, NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tizmoret.cli.terminal import Screen
    from tizmoret.orchestrator import Tizmoret
    from tizmoret.views import Schedule

app = InWorkspace(help=say("help.schedule"), no_args_is_help=True)

Id = Annotated[str, typer.Argument(help=say("arg.schedule"), metavar="ID")]
Json = Annotated[bool, typer.Option("--json", help=say("opt.json"))]


@app.command(help=say("help.schedule_add"))
def add(
    cron: Annotated[str, typer.Argument(help=say("arg.cron"), metavar="CRON")],
    request: Annotated[list[str], typer.Argument(help=say("arg.request"), metavar="REQUEST...")],
    timezone: Annotated[str | None, typer.Option(help=say("opt.timezone"))] = None,
    missed: Annotated[str, typer.Option(help=say("opt.missed"))] = "once",
    overlap: Annotated[str, typer.Option(help=say("opt.overlap"))] = "skip",
    priority: Annotated[int, typer.Option(help=say("opt.priority"), min=-100, max=100)] = 0,
    json: Json = False,
) -> int:
    from tizmoret.cli.session import run as session
    from tizmoret.owner import OWNER

    text = read_request(request)

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        made = await tizmoret.schedules.add(
            text,
            cron,
            timezone=timezone,
            missed=_one_of("missed", missed, ("once", "skip", "all")),  # type: ignore[arg-type]
            overlap=_one_of("overlap", overlap, ("skip", "allow")),  # type: ignore[arg-type]
            priority=priority,
            user=OWNER,
        )
        return _told(made, screen, json, "schedule.made")

    return session(work, engine=False)


@app.command("list", help=say("help.schedule_list"))
def list_(json: Json = False) -> int:
    from tizmoret.cli.session import run as session

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        from tizmoret.cli.show import print_json

        found = await tizmoret.schedules.list()
        if json:
            print_json(found, screen)
        else:
            _show(found, screen)
        return failure.DONE

    return session(work, engine=False)


@app.command(help=say("help.schedule_pause"))
def pause(id: Id, json: Json = False) -> int:
    from tizmoret.cli.session import run as session

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        found = _find(await tizmoret.schedules.list(), id)
        return _told(await tizmoret.schedules.pause(found.id), screen, json, "schedule.paused")

    return session(work, engine=False)


@app.command(help=say("help.schedule_resume"))
def resume(id: Id, json: Json = False) -> int:
    from tizmoret.cli.session import run as session

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        found = _find(await tizmoret.schedules.list(), id)
        return _told(await tizmoret.schedules.resume(found.id), screen, json, "schedule.made")

    return session(work, engine=False)


@app.command(help=say("help.schedule_remove"))
def remove(id: Id) -> int:
    from tizmoret.cli.session import run as session

    async def work(tizmoret: Tizmoret, screen: Screen) -> int:
        found = _find(await tizmoret.schedules.list(), id)
        await tizmoret.schedules.remove(found.id)
        screen.say("schedule.removed", id=_short(found))
        return failure.DONE

    return session(work, engine=False)


def _one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise BadInput(say("error.choice", name=name, value=value[:60]), cure=say("error.choice_cure", known=", ".join(known)), field=name)
    return value


def _find(schedules: Sequence[Schedule], id: str) -> Schedule:
    """By its id, or the beginning or the end of it."""
    wanted = id.strip().lower()
    found = [one for one in schedules if len(wanted) >= 4 and (str(one.id).startswith(wanted) or str(one.id).endswith(wanted))]
    if not found:
        raise NotFound(say("error.no_schedule", id=id[:60]), cure=say("error.no_schedule_cure"))
    if len(found) > 1:
        raise BadInput(say("error.many_ids", id=id, found=", ".join(str(one.id) for one in found[:5])), cure=say("error.many_ids_cure"))
    return found[0]


def _told(schedule: Schedule, screen: Screen, json: bool, key: str) -> int:
    from tizmoret.cli.show import print_json

    if json:
        print_json(schedule, screen)
    else:
        screen.say(key, id=_short(schedule), time=_time(schedule.next_at, schedule), zone=schedule.timezone)
    return failure.DONE


def _show(schedules: Sequence[Schedule], screen: Screen) -> None:
    from rich.table import Table
    from rich.text import Text

    from tizmoret.cli.terminal import fit, plain

    if not schedules:
        screen.say("schedule.none")
        return
    table = Table(box=None, pad_edge=False, header_style="dim", expand=False)
    for key in ("show.id", "schedule.next", "schedule.cron"):
        table.add_column(screen.words(key), no_wrap=True)
    table.add_column(screen.words("show.request"), no_wrap=True)
    for one in schedules:
        time = screen.words("status.paused") if one.paused else _time(one.next_at, one)
        request = Text(screen.value(fit(plain(one.request), max(screen.width - 60, 20))))
        table.add_row(_short(one), time, one.cron, request)
    screen.out.print(table)


def _short(schedule: Schedule) -> str:
    return str(schedule.id)[:13]


def _time(moment: datetime | None, schedule: Schedule) -> str:
    from zoneinfo import ZoneInfo

    return "—" if moment is None else moment.astimezone(ZoneInfo(schedule.timezone)).strftime("%Y-%m-%d %H:%M")

"""`tizmoret reminders`: what is due and what is to come."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text

from tizmoret.cli.terminal import Screen, fit, plain
from tizmoret.views import Reminder


def show_reminders(reminders: Sequence[Reminder], timezone: ZoneInfo, screen: Screen) -> None:
    if not reminders:
        screen.say("reminders.none")
        return
    table = Table(box=None, pad_edge=False, header_style="dim", expand=False)
    for key in ("context.when", "show.status", "context.what"):
        table.add_column(screen.words(key), no_wrap=True)
    for one in reminders:
        table.add_row(
            one.at.astimezone(timezone).strftime("%Y-%m-%d %H:%M"),
            Text(screen.words("reminders.due" if one.due else "reminders.coming"), style="yellow" if one.due else ""),
            Text(screen.value(fit(plain(one.title), max(screen.width - 40, 20)))),
        )
    screen.out.print(table)

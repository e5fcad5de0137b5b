"""`tizmoret reminders`: which one is meant, until when it is put off, and how they are shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text

from tizmoret.cli.messages import LANGUAGE, say
from tizmoret.cli.terminal import Screen, fit, plain
from tizmoret.errors import BadInput, NotFound
from tizmoret.plan.model import Plan, Step
from tizmoret.views import Reminder
from tizmoret.words import forms, tokens

NAMED = 5  # candidates that an error names


def show_reminders(reminders: Sequence[Reminder], timezone: ZoneInfo, screen: Screen) -> None:
    if not reminders:
        screen.say("reminders.none")
        return
    table = Table(box=None, pad_edge=False, header_style="dim", expand=False)
    table.add_column("#", justify="right", no_wrap=True)
    for key in ("context.when", "show.status", "context.what"):
        table.add_column(screen.words(key), no_wrap=True)
    for number, one in enumerate(reminders, 1):
        table.add_row(
            str(number),
            _time(one, timezone),
            Text(screen.words("reminders.due" if one.due else "reminders.coming"), style="yellow" if one.due else ""),
            Text(screen.value(fit(plain(one.title), max(screen.width - 44, 20)))),
        )
    screen.out.print(table)


def show_later(put_off: Reminder, timezone: ZoneInfo, screen: Screen) -> None:
    screen.say("reminders.later", title=plain(put_off.title), time=_time(put_off, timezone))


def find(reminders: Sequence[Reminder], which: Sequence[str]) -> Reminder:
    """By its number in the list, its whole title, or words of its title. Raises NotFound, or BadInput naming those that fit."""
    text = " ".join(" ".join(which).split())
    if text.isdecimal() and 1 <= int(text) <= len(reminders):
        return reminders[int(text) - 1]
    numbered = list(enumerate(reminders, 1))
    found = [(number, one) for number, one in numbered if one.title.casefold() == text.casefold()]
    found = found or [(number, one) for number, one in numbered if _holds(one.title, tokens(text))]
    if not found:
        raise NotFound(say("error.no_reminder", which=text[:60]), cure=say("error.no_reminder_cure"), field="reminder")
    if len(found) > 1:
        names = "; ".join(f"{number}. {one.title[:60]}" for number, one in found[:NAMED]) + ("; …" if len(found) > NAMED else "")
        raise BadInput(say("error.many_reminders", which=text[:60], found=names), cure=say("error.many_reminders_cure"), field="reminder")
    return found[0][1]


def ticking_off(reminder: Reminder) -> Plan:
    """As the page does it: by an execution, which stands in the list and can be undone. Then it is told again."""
    request = say("reminders.done_request", title=reminder.title)
    step = Step(id="done", tool="tasks.complete", args={"task": reminder.task})
    return Plan(request=request, goal=request, language=LANGUAGE, steps=(step,))


def moment(text: str, timezone: ZoneInfo) -> dt.datetime:
    """ISO 8601, or as people say it: "17:30", "tomorrow at nine", "בעוד שעה". Raises BadInput where no hour is said."""
    from tizmoret.planner.language.timereader import find_times
    from tizmoret.planner.language.times import When

    with suppress(ValueError):
        if len(text.strip()) > len("2026-01-01"):
            given = dt.datetime.fromisoformat(text.strip())
            return given if given.tzinfo else given.replace(tzinfo=timezone)
    now = dt.datetime.now(timezone)
    start = When.of(find_times(text, now, "future"), now).start
    if start is None:
        raise BadInput(say("error.until", until=text[:60]), cure=say("error.until_cure"), field="until")
    return start


def _time(reminder: Reminder, timezone: ZoneInfo) -> str:
    return reminder.at.astimezone(timezone).strftime("%Y-%m-%d %H:%M")


def _holds(title: str, words: Sequence[str]) -> bool:
    known = frozenset[str]().union(*(forms(word) for word in tokens(title)))
    return bool(words) and all(not known.isdisjoint(forms(word)) for word in words)

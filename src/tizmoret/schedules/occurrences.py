"""When a schedule is due. Pure.

Cron expressions of five fields, or six with seconds first, in a time zone. A time that a change of the clocks skips is made up for right
after it, one that comes twice counts once, as in Debian's cron."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from tizmoret.errors import BadInput
from tizmoret.views import Missed

LATE = 60.0  # seconds after which a run was missed
MOST = 100  # runs that "all" makes up for
MAX_CRON = 200  # characters

_NAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}


def next_after(cron: str, zone: ZoneInfo, moment: datetime) -> datetime | None:
    """The first time after `moment`, in `zone`; None where there is none within fifty years. Raises BadInput for what is no cron."""
    return next(_times(cron, moment.astimezone(zone)), None)


def due(cron: str, zone: ZoneInfo, first: datetime, now: datetime, missed: Missed) -> list[datetime]:
    """The times from `first` until `now` for which a request is to be submitted now, the earliest first. first: itself a time of `cron`."""
    back = _times(cron, now.astimezone(zone) + timedelta(seconds=1), back=True)  # the step back is longer than a fraction of a second
    times = list(islice(takewhile(lambda time: time >= first, (time for time in back if time <= now)), MOST)) or [first]
    if missed == "all":
        return times[::-1]
    late = (now - times[0]).total_seconds() > LATE
    return [] if missed == "skip" and late else times[:1]


def _times(cron: str, start: datetime, *, back: bool = False) -> Iterator[datetime]:
    text = _NAMES.get(cron.strip().lower(), cron.strip())
    try:
        if len(text) > MAX_CRON:
            raise CronSimError(f"it is longer than {MAX_CRON} characters")
        return CronSim(text, start, reverse=back)
    except CronSimError as error:
        why = str(error) or "it does not have five fields"
        raise BadInput(
            f"`cron` cannot be used: {why}.",
            cure='Give minute, hour, day, month and weekday, such as "0 8 * * 0-4": at 8:00 from Sunday to Thursday.',
            field="cron",
        ) from error

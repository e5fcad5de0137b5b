"""Time as the calendar tools reckon it: on the workspace's clocks, through the nights on which they change."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from tizmoret.catalog.tool import Call
from tizmoret.errors import StepFailed
from tizmoret.tools.models import Event

LONGEST = dt.timedelta(days=366)  # of one event
FARTHEST = dt.timedelta(days=5 * 366)  # of a time that is looked through
_YEARS = (1900, 2200)


def zoned(moment: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """On the clocks of `zone`; a time without a zone is meant there. An hour that the change to summer time skips is the hour after it.

    Raises StepFailed for a year that nobody means."""
    if not _YEARS[0] <= moment.year <= _YEARS[1]:
        raise StepFailed(f"The year {moment.year} is out of reach.", cure=f"Give a time from {_YEARS[0]} to {_YEARS[1]}.", field="start")
    known = moment.replace(tzinfo=zone) if moment.tzinfo is None else moment
    return known.astimezone(dt.UTC).astimezone(zone)


def later(moment: dt.datetime, by: dt.timedelta) -> dt.datetime:
    """After so much time has really passed: Python adds to what the clock shows, which is an hour off across a change."""
    return (moment.astimezone(dt.UTC) + by).astimezone(moment.tzinfo)


def length(start: dt.datetime, end: dt.datetime) -> dt.timedelta:
    """The time that really passes between the two."""
    return end.astimezone(dt.UTC) - start.astimezone(dt.UTC)


def window(start: dt.datetime | None, end: dt.datetime | None, call: Call, default: dt.timedelta) -> tuple[dt.datetime, dt.datetime]:
    """What to look through: from now where no start is given, for `default` where no end is. Raises StepFailed."""
    first = zoned(start, call.timezone) if start else call.now.astimezone(call.timezone)
    last = zoned(end, call.timezone) if end else later(first, default)
    if length(first, last) <= dt.timedelta():
        raise StepFailed("The time ends before it starts.", cure="Give an end after the start.", field="end")
    if length(first, last) > FARTHEST:
        raise StepFailed("That is more than five years.", cure="Ask for a shorter time.", field="end")
    return first, last


def midnight(moment: dt.datetime) -> dt.datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def here(event: Event, zone: ZoneInfo) -> Event:
    """With its times on the clocks of `zone`."""
    return event.model_copy(update={"start": event.start.astimezone(zone), "end": event.end.astimezone(zone)})

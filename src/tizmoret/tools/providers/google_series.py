"""An event of a Google account with the occurrences that differ from it: as it is noted, compared, and put back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from tizmoret.tools.providers.google_event import Told, is_there, kept, local_start, original_of, put_back, said
from tizmoret.tools.providers.google_events import Calendar, GoogleEvents


@dataclass(frozen=True, slots=True)
class Found:
    """An event where it is. exceptions: of a series, its occurrences that differ. rule: of the series that an occurrence belongs to."""

    calendar: Calendar
    told: Told
    exceptions: Sequence[Told] = ()
    rule: str | None = None

    @property
    def text(self) -> str:
        """All that is compared and put back, as it is noted."""
        if not is_there(self.told):
            return ""
        return json.dumps({"event": kept(self.told), "exceptions": [kept(one) for one in self.exceptions]}, ensure_ascii=False)


def event_of(text: str) -> dict[str, Any] | None:
    """Of a note; None where there was, or is to be, no event."""
    return json.loads(text)["event"] if text else None


def exceptions_of(text: str) -> list[dict[str, Any]]:
    return json.loads(text)["exceptions"] if text else []


def same(one: str, other: str, zone: ZoneInfo) -> bool:
    """Whether two notes of an event say the same."""
    return same_event(one, other, zone) and _differing(one, zone) == _differing(other, zone)


def same_event(one: str, other: str, zone: ZoneInfo) -> bool:
    """Without the occurrences that differ."""
    first, then = event_of(one), event_of(other)
    if first is None or then is None:
        return first is then
    return said(first, zone) == said(then, zone)


def _differing(text: str, zone: ZoneInfo) -> list[Any]:
    parts = [(original_of(one, zone), said(one, zone) if is_there(one) else None) for one in exceptions_of(text)]
    return sorted(parts, key=lambda part: part[0])


async def put_exceptions(
    events: GoogleEvents, calendar: str, series: Told, were: Sequence[Told], wanted: Sequence[Told], zone: ZoneInfo
) -> None:
    """The occurrences that differ are `wanted`, wherever they were before. Each is written whole, so that a repeat is no other."""
    if not were and not wanted:
        return
    there = {original_of(one, zone): one for one in await events.exceptions(calendar, series)}
    for one in wanted:
        known = there.get(original_of(one, zone))
        if known is not None and is_there(known) == is_there(one) and (not is_there(one) or said(known, zone) == said(one, zone)):
            continue
        place = known or await events.occurrence(calendar, str(series["id"]), local_start(one["originalStartTime"], zone).isoformat())
        if place is None:
            continue  # the series does not come to it any more
        if is_there(one):
            await events.patch(calendar, str(place["id"]), put_back(one, occurrence=True))
        else:
            await events.delete(calendar, str(place["id"]))
    left = {original_of(one, zone) for one in were} - {original_of(one, zone) for one in wanted}
    for moment in left & there.keys():  # where one was that has moved along
        if is_there(there[moment]):
            await events.delete(calendar, str(there[moment]["id"]))

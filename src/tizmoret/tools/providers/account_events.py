"""How one service tells of the events of somebody's account and changes them, and how two versions of an event are noted and compared."""

from __future__ import annotations

import datetime as dt
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tizmoret.tools.models import Event
from tizmoret.tools.providers.change_records import Change

Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Calendar:
    id: str
    name: str  # as people call it
    own: bool
    primary: bool


@dataclass(frozen=True, slots=True)
class Found:
    """An event where it is. uid: by which it is found again. told: as its service tells it. exceptions: of a series, its occurrences that
    differ or are cancelled. rule: of the series that an occurrence belongs to."""

    calendar: Calendar
    uid: str
    told: Told
    exceptions: Sequence[Told] = ()
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to be written of an event, what it then is, and with which exceptions."""

    patch: Told
    becomes: Told
    exceptions: Sequence[Told]


class AccountEvents(ABC):
    """What an `AccountCalendar` asks of a service."""

    # -- how a service tells of events

    @abstractmethod
    async def _listed(self) -> Sequence[Calendar]:
        """Its calendars, the one for new events first."""

    @abstractmethod
    async def _find(self, id: str) -> Found | None: ...

    @abstractmethod
    async def _now(self, record: Change) -> Found:
        """The event of a change as it is now, also where it is gone."""

    @abstractmethod
    async def _exceptions(self, series: Found) -> Sequence[Told]: ...

    @abstractmethod
    async def _occurrence(self, series: Found, original: Told) -> Told | None:
        """The one that was to begin when `original` was; None where the series does not come to it."""

    @abstractmethod
    def _read(self, found: Found) -> Event | None: ...

    @abstractmethod
    def _there(self, told: Told) -> bool: ...

    @abstractmethod
    def _kept(self, told: Told) -> dict[str, Any]:
        """What is noted of an event so that it can be compared and put back."""

    @abstractmethod
    def _said(self, told: Told) -> tuple[Any, ...]:
        """What two versions of an event are compared by. That a guest has accepted is no change of the event."""

    @abstractmethod
    def _original(self, told: Told) -> dt.date:
        """When an occurrence was to begin."""

    # -- how it is told to change them

    @abstractmethod
    def _new(self, event: Event) -> tuple[Event, Told]:
        """An event that is to be made: under the id that the service will know it by, and as it is written."""

    @abstractmethod
    def _planned(self, found: Found, before: Event, after: Event) -> Planned | None:
        """None where nothing differs."""

    @abstractmethod
    async def _insert(self, calendar: Calendar, event: Event, body: Told) -> Told:
        """What is there already is as good: a repeat makes no second one."""

    @abstractmethod
    async def _patch(self, found: Found, patch: Told) -> Told:
        """Raises Stale where it is not as it was found."""

    @abstractmethod
    async def _remove(self, found: Found, message: str = "") -> None:
        """message: to whoever was invited; StepFailed where the service passes none on."""

    @abstractmethod
    async def _restore(self, now: Found, was: Told) -> Told:
        """It says again what it said when it was kept, also where it is gone."""

    @abstractmethod
    async def _put(self, series: Found, place: Told, wanted: Told) -> None:
        """An occurrence says what it is wanted to. place: what is there, or was cancelled there."""

    @abstractmethod
    async def _drop(self, series: Found, place: Told) -> None: ...

    # -- notes of it

    def _text(self, found: Found) -> str:
        """All that is compared and put back, as it is noted; empty where there is nothing."""
        if not self._there(found.told):
            return ""
        return json.dumps(
            {"event": self._kept(found.told), "exceptions": [self._kept(one) for one in found.exceptions]}, ensure_ascii=False
        )

    def _same(self, one: str, other: str) -> bool:
        """Whether two notes of an event say the same."""
        return self._same_event(one, other) and self._differing(one) == self._differing(other)

    def _same_event(self, one: str, other: str) -> bool:
        """Without the occurrences that differ."""
        first, then = event_of(one), event_of(other)
        if first is None or then is None:
            return first is then
        return self._said(first) == self._said(then)

    def _differing(self, text: str) -> list[Any]:
        parts = [(self._original(one), self._said(one) if self._there(one) else None) for one in exceptions_of(text)]
        return sorted(parts, key=lambda part: part[0])


def event_of(text: str) -> dict[str, Any] | None:
    """Of a note; None where there was, or is to be, no event."""
    return json.loads(text)["event"] if text else None


def exceptions_of(text: str) -> list[dict[str, Any]]:
    return json.loads(text)["exceptions"] if text else []

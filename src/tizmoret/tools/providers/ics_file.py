"""An .ics file (RFC 5545) as pieces of text: one for each event, and whatever lies between.

Only the event that is changed is written anew. Every other byte stays as it came, also what no parser here understands: a program that
reads a calendar and writes it again from its own model silently loses what it does not know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import icalendar

_EMPTY = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Tizmoret//EN\r\nEND:VCALENDAR\r\n"


@dataclass(frozen=True, slots=True)
class Piece:
    """`uid` is None for what is no event."""

    uid: str | None
    text: str


class IcsFile:
    def __init__(self, content: bytes) -> None:
        """Raises ValueError where this is not a whole calendar. No content is an empty calendar."""
        text = content.decode("utf-8-sig") if content.strip() else _EMPTY
        self._newline = "\r\n" if "\r\n" in text else "\n"
        self._bom = content.startswith(b"\xef\xbb\xbf")
        calendars = _parsed(text)
        events = [part for calendar in calendars for part in calendar.subcomponents if part.name == "VEVENT"]
        self._pieces = list(_pieces(text, [str(event.get("UID", "")) for event in events]))
        self._calendars = calendars

    @cached_property
    def calendar(self) -> icalendar.Calendar:
        """All that the file held when it was read. Not to be changed."""
        merged = icalendar.Calendar()
        merged.subcomponents = [part for calendar in self._calendars for part in calendar.subcomponents]
        return merged

    def components(self, uid: str) -> list[Any]:
        """The event with this id: the series or single event, and its occurrences that differ."""
        return [part for part in self.calendar.walk("VEVENT") if str(part.get("UID", "")) == uid]

    def text(self, uid: str) -> str:
        """The event as it stands in the file; empty where there is none."""
        return "".join(piece.text for piece in self._pieces if piece.uid == uid)

    def put(self, uid: str, text: str) -> None:
        """Let `text` stand for the event with this id; empty removes it."""
        places = [place for place, piece in enumerate(self._pieces) if piece.uid == uid]
        at = places[0] if places else len(self._pieces) - 1
        self._pieces = [piece for place, piece in enumerate(self._pieces) if place not in places]
        if text:
            self._pieces.insert(at, Piece(uid, text))

    def written(self, components: Sequence[Any]) -> str:
        """These components as the file writes them."""
        return "".join(part.to_ical().decode().replace("\r\n", self._newline) for part in components)

    def know(self, zone: str) -> None:
        """Define a time zone, if the file does not do so yet."""
        known = {str(part.get("TZID")) for part in self.calendar.walk("VTIMEZONE")}
        if zone not in known and not any(piece.uid is None and f"TZID:{zone}{self._newline}" in piece.text for piece in self._pieces):
            definition = icalendar.Timezone.from_tzid(zone).to_ical().decode().replace("\r\n", self._newline)
            first = next((place for place, piece in enumerate(self._pieces) if piece.uid is not None), len(self._pieces) - 1)
            self._pieces.insert(first, Piece(None, definition))

    def content(self) -> bytes:
        return (b"\xef\xbb\xbf" if self._bom else b"") + "".join(piece.text for piece in self._pieces).encode()


def _parsed(text: str) -> list[icalendar.Calendar]:
    try:
        calendars = icalendar.Calendar.from_ical(text, multiple=True)
    except (ValueError, IndexError, KeyError, AttributeError, TypeError) as error:
        raise ValueError(str(error)) from error
    if not calendars or any(not isinstance(calendar, icalendar.Calendar) for calendar in calendars):
        raise ValueError("it holds no VCALENDAR")
    return calendars


def _pieces(text: str, uids: Sequence[str]) -> Iterator[Piece]:
    """Events, each from its BEGIN to its END, and what lies between; the last piece begins with the last END:VCALENDAR."""
    ids = iter(uids)
    held: list[str] = []
    inside = 0
    lines = text.splitlines(keepends=True)
    last = max(place for place, line in enumerate(lines) if _is(line, "END:VCALENDAR"))
    for place, line in enumerate(lines):
        if place == last or (_is(line, "BEGIN:VEVENT") and not inside):
            yield Piece(None, "".join(held))
            held = []
        inside += _is(line, "BEGIN:VEVENT")
        held.append(line)
        if _is(line, "END:VEVENT"):
            inside -= 1
            if not inside:
                uid = next(ids, None)
                if uid is None:
                    raise ValueError("its events cannot be told apart")
                yield Piece(uid, "".join(held))
                held = []
    if inside or next(ids, None) is not None:
        raise ValueError("its events cannot be told apart")
    yield Piece(None, "".join(held))


def _is(line: str, mark: str) -> bool:
    return line.strip().upper() == mark and not line.startswith((" ", "\t"))

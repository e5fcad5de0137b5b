"""What the calendar tools take and give. A time without a zone is meant in the workspace's own."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tizmoret.catalog.tool import Kind
from tizmoret.tools.models import Event

MOST_ATTENDEES = 500
# Two parts with an @ between, and a dot in the second: the rest is the mail server's to judge.
EMAIL = re.compile(r"[^@\s<>,;:\"\x00-\x1f]{1,64}@(?:[^@\s<>,;:\"\x00-\x1f.]+\.)+[^@\s<>,;:\"\x00-\x1f.]+")
_CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"

Moment = Annotated[dt.datetime, Kind("date-time")]
Minutes = Annotated[int, Field(ge=1, le=60 * 24 * 14)]


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Invitee(BaseModel):
    """A contact or an attendee: whatever has a name or an address."""

    model_config = ConfigDict(extra="ignore")
    name: Annotated[str, Kind("person.name")] = Field("", max_length=200)
    email: Annotated[str, Kind("email")] = Field("", max_length=320)

    @model_validator(mode="after")
    def _somebody(self) -> Invitee:
        if self.email and not EMAIL.fullmatch(self.email):
            raise ValueError(f"{self.email!r} is not an e-mail address")
        if not self.email and not self.name.strip():
            raise ValueError("an attendee has a name or an e-mail address")
        return self


class ListEvents(_Arguments):
    start: Moment | None = Field(None, description="empty is now")
    end: Moment | None = Field(None, description="exclusive; empty is 30 days after the start")
    query: Annotated[str, Kind("words")] = Field("", max_length=300, description="words of title, attendees, place; empty finds all")


class Events(BaseModel):
    events: list[Annotated[Event, Kind("event")]]


class FindFree(_Arguments):
    minutes: Minutes = 60
    after: Moment | None = Field(None, description="empty is now")
    before: Moment | None = Field(None, description="exclusive; empty is 30 days later")
    day_start: str = Field("09:00", pattern=_CLOCK)
    day_end: str = Field("18:00", pattern=_CLOCK)
    people: list[Annotated[Invitee, Kind("contact")]] = Field(
        default_factory=list,
        max_length=50,
        description="who else must be free, as far as the calendar server tells; each with an e-mail address",
    )


class Free(BaseModel):
    start: Annotated[dt.datetime, Kind("date-time")]
    end: Annotated[dt.datetime, Kind("date-time")]
    alternatives: list[dt.datetime] = Field(default_factory=list, description="other starts, on later days")
    unknown: list[str] = Field(default_factory=list, description="people whose calendar nobody could look into")


class PickEvent(_Arguments):
    query: Annotated[str, Kind("words")] = Field("", max_length=300)
    start: Moment | None = None
    end: Moment | None = None


class Picked(BaseModel):
    event: Annotated[Event, Kind("event")]


class CreateEvent(_Arguments):
    title: Annotated[str, Kind("text")] = Field(min_length=1, max_length=300)
    start: Moment
    end: Moment | None = Field(None, description="exclusive; empty: `minutes` after the start")
    minutes: Minutes = 60
    attendees: list[Annotated[Invitee, Kind("contact")]] = Field(default_factory=list, max_length=MOST_ATTENDEES)
    location: str = Field("", max_length=500)
    description: Annotated[str, Kind("markdown")] = Field("", max_length=100_000)
    recurrence: str | None = Field(None, max_length=500, description="RFC 5545 RRULE such as FREQ=WEEKLY;BYDAY=SU;COUNT=10")
    all_day: bool = Field(False, description="whole days: from the day of the start to the day of the end, which is not part of it")
    calendar: str = Field("main", max_length=100)


class Created(BaseModel):
    event: Annotated[Event, Kind("event")]


class UpdateEvent(_Arguments):
    """What is not given stays as it is."""

    event_id: Annotated[str, Kind("event.id")] = Field(min_length=1, max_length=1000)
    title: Annotated[str | None, Kind("text")] = Field(None, min_length=1, max_length=300)
    start: Moment | None = None
    end: Moment | None = Field(None, description="exclusive; empty: as long as it was")
    minutes: Minutes | None = Field(None, description="a new length, instead of an end")
    invite: list[Annotated[Invitee, Kind("contact")]] = Field(
        default_factory=list, max_length=MOST_ATTENDEES, description="people to add; whoever is invited stays"
    )
    attendees: list[Invitee] | None = Field(None, max_length=MOST_ATTENDEES, description="all attendees, in the place of those there are")
    location: str | None = Field(None, max_length=500)
    description: Annotated[str | None, Kind("markdown")] = Field(None, max_length=100_000)
    recurrence: str | None = Field(None, max_length=500, description="a new RRULE for the whole recurring event; an empty one ends it")
    all_occurrences: bool = Field(False, description="of a recurring event, every occurrence and not this one only")
    calendar: str = Field("main", max_length=100, description="where it is; what is locked meanwhile")


class Updated(BaseModel):
    event: Annotated[Event, Kind("event")]
    before: Event


class DeleteEvent(_Arguments):
    event_id: Annotated[str, Kind("event.id")] = Field(min_length=1, max_length=1000)
    message: str = Field("", max_length=2_000, description="to whoever was invited; only where the calendar server passes one on")
    all_occurrences: bool = Field(False, description="of a recurring event, every occurrence and not this one only")
    calendar: str = Field("main", max_length=100, description="where it is; what is locked meanwhile")


class Deleted(BaseModel):
    event: Event

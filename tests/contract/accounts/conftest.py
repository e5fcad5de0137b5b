"""A calendar at a server that speaks as Google or as Microsoft does, as calls of the tools come to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.contract.conftest import google_calendar, graph_calendar
from tests.unit.tools.calendar_files import ics, local, vevent
from tests.unit.tools.conftest import MakeCall
from tests.wire.google import Google
from tests.wire.imported import load, load_graph
from tests.wire.microsoft import Microsoft
from tizmoret.catalog.tool import Call
from tizmoret.tools.providers.google_events import GoogleEvents
from tizmoret.tools.providers.graph_events import GraphEvents
from tizmoret.tools.providers.ports import CalendarStore

ONE = ics(vevent("a", local("20260118T100000"), end=local("20260118T110000")))
WEEKLY = ics(
    vevent("w", local("20260118T100000"), "RRULE:FREQ=WEEKLY;COUNT=4", end=local("20260118T110000"), title="צוות"),
    vevent("w", local("20260125T120000"), f"RECURRENCE-ID{local('20260125T100000')}", end=local("20260125T130000"), title="צוות"),
)


class Side(Protocol):
    """One of the two, as tests of both see it."""

    account: Any  # the server; of both: `cuts`, `refuses`, `asked`
    events: Any  # the class of the product that speaks to it
    listing: str  # under which name it lists events

    def calendar(self, folder: Path) -> CalendarStore: ...
    def load(self, content: bytes) -> None: ...
    def retitle(self, id: str, title: str) -> None:
        """As somebody else does."""

    @property
    def stored(self) -> int: ...
    @property
    def writes(self) -> int: ...


@dataclass
class AtGoogle:
    account: Google
    events: Any = GoogleEvents
    listing: str = "items"

    def calendar(self, folder: Path) -> CalendarStore:
        return google_calendar(self.account, folder)

    def load(self, content: bytes) -> None:
        load(self.account.calendars.main, content)

    def retitle(self, id: str, title: str) -> None:
        self.account.calendars.main.patch(id, {"summary": title}, "")

    @property
    def stored(self) -> int:
        return len(self.account.calendars.main.events)

    @property
    def writes(self) -> int:
        return self.account.calendars.main.writes


@dataclass
class AtMicrosoft:
    account: Microsoft
    events: Any = GraphEvents
    listing: str = "value"

    def calendar(self, folder: Path) -> CalendarStore:
        return graph_calendar(self.account, folder)

    def load(self, content: bytes) -> None:
        load_graph(self.account.calendars, self.account.calendars.main, content)

    def retitle(self, id: str, title: str) -> None:
        self.account.calendars.patch(id, {"subject": title})

    @property
    def stored(self) -> int:
        return len(self.account.calendars.main.events)

    @property
    def writes(self) -> int:
        return self.account.calendars.writes


@pytest.fixture(params=["google", "microsoft"])
def side(request: pytest.FixtureRequest) -> Side:
    if request.param == "google":
        return AtGoogle(request.getfixturevalue("at_google"))
    return AtMicrosoft(request.getfixturevalue("at_microsoft"))


@pytest.fixture
def account(side: Side) -> Any:
    """The server itself, for tests of one of the two: they say which by `side`."""
    return side.account


@pytest.fixture
def fresh(side: Side, tmp_path: Path, call: MakeCall) -> Any:
    """A call of a new process; `machine`: one that has not the notes of the others."""

    def make(key: str = "k", machine: str = "one") -> Call:
        return call(key=key, providers={CalendarStore: side.calendar(tmp_path / machine)})

    return make


def store(call: Call) -> CalendarStore:
    return call.provider(CalendarStore)

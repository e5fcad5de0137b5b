"""A calendar at a server that speaks as Microsoft does, as calls of the tools come to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.contract.conftest import graph_calendar
from tests.unit.tools.calendar_files import ics, local, vevent
from tests.unit.tools.conftest import MakeCall
from tests.wire.imported import load_graph
from tests.wire.microsoft import Microsoft
from tizmoret.catalog.tool import Call
from tizmoret.tools.providers.ports import CalendarStore

ONE = ics(vevent("a", local("20260118T100000"), end=local("20260118T110000")))
WEEKLY = ics(
    vevent("w", local("20260118T100000"), "RRULE:FREQ=WEEKLY;COUNT=4", end=local("20260118T110000"), title="צוות"),
    vevent("w", local("20260125T120000"), f"RECURRENCE-ID{local('20260125T100000')}", end=local("20260125T130000"), title="צוות"),
)


@pytest.fixture
def account(at_microsoft: Microsoft) -> Microsoft:
    return at_microsoft


@pytest.fixture
def fresh(account: Microsoft, tmp_path: Path, call: MakeCall) -> Any:
    """A call of a new process; `machine`: one that has not the notes of the others."""

    def make(key: str = "k", machine: str = "one") -> Call:
        return call(key=key, providers={CalendarStore: graph_calendar(account, tmp_path / machine)})

    return make


def store(call: Call) -> CalendarStore:
    return call.provider(CalendarStore)


def load(account: Microsoft, content: bytes) -> None:
    load_graph(account.calendars, account.calendars.main, content)

"""What every `CalendarStore` keeps to, through the tools that use it. Now is Wednesday 14 January 2026, 10:00 in Jerusalem."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.contract.conftest import MakeCalendar
from tests.unit.tools.calendar_files import changed, deleted, free, ics, listed, local, made, starts, vevent
from tests.unit.tools.conftest import MakeCall
from tizmoret.catalog.tool import Call
from tizmoret.errors import Conflict, NotFound, StepFailed
from tizmoret.tools.calendar import create, delete, update
from tizmoret.tools.calendar.models import CreateEvent
from tizmoret.tools.providers.ports import CalendarStore

pytestmark = pytest.mark.anyio

WEEKLY = ics(
    vevent("w", local("20260118T100000"), "RRULE:FREQ=WEEKLY;COUNT=4", end=local("20260118T110000"), title="צוות"),
    vevent("w", local("20260125T120000"), f"RECURRENCE-ID{local('20260125T100000')}", end=local("20260125T130000"), title="צוות"),
)


@pytest.fixture
def at_store(call: MakeCall) -> Any:
    def bind(store: CalendarStore, key: str = "key-1") -> Call:
        return call(key=key, providers={CalendarStore: store})

    return bind


async def test_a_new_event_has_all_that_was_asked_for(calendar_of: MakeCalendar, at_store: Any) -> None:
    store = calendar_of(b"")
    people = [{"name": "Levi, Dana", "email": "dana@x.example"}, {"name": "ללא כתובת"}]
    await made(at_store(store), title="מחיר; חיטה", attendees=people, location="המשרד, קומה 2", description="שורה\nועוד שורה")
    (event,) = await listed(at_store(store))
    assert (event.title, event.location, event.description) == ("מחיר; חיטה", "המשרד, קומה 2", "שורה\nועוד שורה")
    assert [(one.name, one.email) for one in event.attendees] == [("Levi, Dana", "dana@x.example"), ("ללא כתובת", "")]
    assert (event.start.isoformat(), event.timezone) == ("2026-01-18T14:00:00+02:00", "Asia/Jerusalem")


async def test_the_first_calendar_is_for_new_events(calendar_of: MakeCalendar, at_store: Any) -> None:
    store = calendar_of(b"")
    event = await made(at_store(store))
    assert event.calendar == (await store.calendars())[0] == "main"


async def test_recurring_events_are_listed_as_their_occurrences(calendar_of: MakeCalendar, at_store: Any) -> None:
    store = calendar_of(WEEKLY)
    assert await starts(at_store(store), "2026-01-01", "2026-03-01") == ["01-18 10:00", "01-25 12:00", "02-01 10:00", "02-08 10:00"]
    assert await starts(at_store(store), "2026-01-26", "2026-02-03") == ["02-01 10:00"]


async def test_several_calls_at_once_see_each_event_once(calendar_of: MakeCalendar, at_store: Any) -> None:
    store = calendar_of(ics(vevent("a", local("20260118T100000"), end=local("20260118T110000"))))
    assert [len(events) for events in await asyncio.gather(*(listed(at_store(store)) for _ in range(4)))] == [1, 1, 1, 1]
    assert [event.id for event in await listed(at_store(store))] == ["a"]


async def test_what_is_taken_is_passed_over(calendar_of: MakeCalendar, at_store: Any) -> None:
    store = calendar_of(ics(vevent("a", local("20260114T101500"), end=local("20260114T120000"))))
    assert (await free(at_store(store))).start.strftime("%m-%d %H:%M") == "01-14 12:00"


async def test_people_whose_calendar_is_hidden_are_named(calendar_of: MakeCalendar, at_store: Any) -> None:
    found = await free(at_store(calendar_of(b"")), people=[{"name": "Noa", "email": "noa@x.example"}, {"name": "ללא כתובת"}])
    assert (found.start.strftime("%m-%d %H:%M"), found.unknown) == ("01-14 10:00", ["Noa", "ללא כתובת"])


async def test_the_same_key_makes_one_event_and_tells_the_same(calendar_of: MakeCalendar, at_store: Any) -> None:
    store = calendar_of(b"")
    first = await made(at_store(store, "k"))
    assert await made(at_store(store, "k")) == first
    assert await made(at_store(store, "other"), start="2026-01-19T09:00") != first
    assert len(await listed(at_store(store))) == 2


async def test_an_event_that_a_person_deleted_is_not_made_again(calendar_of: MakeCalendar, at_store: Any) -> None:
    store = calendar_of(b"")
    event = await made(at_store(store, "k"))
    await deleted(at_store(store, "person"), event.id)
    await made(at_store(store, "k"))
    assert await listed(at_store(store)) == []


async def test_what_people_answered_is_told_and_stays(calendar_of: MakeCalendar, at_store: Any) -> None:
    answers = ("ACCEPTED", "TENTATIVE", "DECLINED", "NEEDS-ACTION")
    guests = [f"ATTENDEE;CN={name};PARTSTAT={said}:mailto:{name}@x.example" for name, said in zip("abcd", answers, strict=True)]
    store = calendar_of(ics(vevent("a", local("20260118T100000"), *guests, end=local("20260118T113000"))))
    told = [("a", "accepted"), ("b", "tentative"), ("c", "declined"), ("d", "")]
    assert [(one.name, one.response) for one in (await listed(at_store(store)))[0].attendees] == told
    done = await changed(at_store(store), "a", invite=[{"name": "e", "email": "e@x.example"}, {"name": "b", "email": "b@x.example"}])
    assert [(one.name, one.response) for one in done.event.attendees] == [*told, ("e", "")]


async def test_a_word_to_those_who_were_invited_is_passed_on_or_nothing_is_done(calendar_of: MakeCalendar, at_store: Any) -> None:
    guest = "ATTENDEE;CN=Dana:mailto:dana@x.example"
    store = calendar_of(ics(vevent("a", local("20260118T100000"), guest, end=local("20260118T113000"))))
    refused = None
    try:
        await deleted(at_store(store), "a", message="אני חולה")
    except StepFailed as error:
        refused = error
    assert (len(await listed(at_store(store))), refused and refused.field) in ((0, None), (1, "message"))


async def test_only_what_is_given_changes(calendar_of: MakeCalendar, at_store: Any) -> None:
    store = calendar_of(ics(vevent("a", local("20260118T100000"), "PRIORITY:3", end=local("20260118T113000"), title="מחיר")))
    done = await changed(at_store(store), "a", start="2026-01-19T12:00")
    assert (done.event.title, done.event.end - done.event.start) == ("מחיר", done.before.end - done.before.start)
    assert await starts(at_store(store), "2026-01-14", "2026-02-14") == ["01-19 12:00"]


async def test_one_occurrence_moves_and_another_goes_and_the_others_stay(calendar_of: MakeCalendar, at_store: Any) -> None:
    store = calendar_of(WEEKLY)
    await changed(at_store(store, "m"), "w#20260201T080000Z", start="2026-02-02T09:00")
    await deleted(at_store(store, "d"), "w#20260208T080000Z")
    assert await starts(at_store(store), "2026-01-01", "2026-03-01") == ["01-18 10:00", "01-25 12:00", "02-02 09:00"]


async def test_all_occurrences_move_together(calendar_of: MakeCalendar, at_store: Any) -> None:
    store = calendar_of(WEEKLY)
    await changed(at_store(store), "w#20260201T080000Z", start="2026-02-01T11:00", all_occurrences=True)
    assert await starts(at_store(store), "2026-01-01", "2026-03-01") == ["01-18 11:00", "01-25 12:00", "02-01 11:00", "02-08 11:00"]


@pytest.mark.parametrize("id", ["nobody", "w#20260202T080000Z", "<&\"'>"])
async def test_an_unknown_event_is_named(calendar_of: MakeCalendar, at_store: Any, id: str) -> None:
    store = calendar_of(WEEKLY)
    with pytest.raises(NotFound):
        await changed(at_store(store), id, title="אחר")
    with pytest.raises(NotFound):
        await deleted(at_store(store), id)


async def test_each_change_can_be_taken_back_and_twice_is_once(calendar_of: MakeCalendar, at_store: Any) -> None:
    store = calendar_of(WEEKLY)
    before = await listed(at_store(store), "2026-01-01", "2026-03-01")
    await made(at_store(store, "c"), start="2026-01-20T09:00")
    await changed(at_store(store, "u"), "w", start="2026-01-18T12:00", title="אחר")
    await deleted(at_store(store, "d"), "w")
    for tool, key in ((delete, "d"), (update, "u"), (create, "c"), (create, "c")):
        assert tool.undo is not None
        await tool.undo(None, None, at_store(store, key))
    assert await listed(at_store(store), "2026-01-01", "2026-03-01") == before


async def test_what_was_changed_again_since_is_left_alone(calendar_of: MakeCalendar, at_store: Any) -> None:
    store = calendar_of(b"")
    event = await made(at_store(store, "k"))
    await changed(at_store(store, "u"), event.id, title="חשוב")
    assert create.undo is not None
    with pytest.raises(Conflict, match="changed again since"):
        await create.undo(None, None, at_store(store, "k"))
    assert [found.title for found in await listed(at_store(store))] == ["חשוב"]


async def test_the_probe_knows_what_happened(calendar_of: MakeCalendar, at_store: Any) -> None:
    store = calendar_of(b"")
    assert create.probe is not None
    args = CreateEvent.model_validate({"title": "פגישה", "start": "2026-01-18T14:00"})
    assert await create.probe(args, at_store(store, "k")) is None
    event = await made(at_store(store, "k"))
    assert (await create.probe(args, at_store(store, "k"))).event == event

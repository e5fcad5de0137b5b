"""What is wrong is put right where a tool can do that: replace, correct, fix, and their like in Hebrew.

Most of these requests were written before the rules."""

from __future__ import annotations

from typing import Any

import pytest

from tests.requests.planning import asked, builtin_catalog, plan, planned
from tizmoret.planner.planner import Planned

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("replace Dana's phone with 050-7654321", "Dana", {"phone": "050-7654321"}),
        ("correct the e-mail address of Avi Peretz to avi@new.example", "Avi Peretz", {"email": "avi@new.example"}),
        ("fix Yoav's phone number: 050-7654321", "Yoav", {"phone": "050-7654321"}),
        ("Correct Noa's role to agronomist", "Noa", {"role": "agronomist"}),
        ("Please replace Yoav's company with Granot", "Yoav", {"organization": "Granot"}),
        ("change Dana's phone from 050-1111111 to 050-2222222", "Dana", {"phone": "050-2222222"}),
        ("change Dana's email from a@x.example to b@x.example", "Dana", {"email": "b@x.example"}),
        ("replace 050-1111111 with 050-2222222 as Dana's phone", "Dana", {"phone": "050-2222222"}),
        ("החלף את הטלפון של דנה ב-050-7654321", "דנה", {"phone": "050-7654321"}),
        ("תקן את המייל של אבי ל-avi@new.example", "אבי", {"email": "avi@new.example"}),
        ("תחליפי את מקום העבודה של יואב לגרנות", "יואב", {"organization": "גרנות"}),
        ("תחליף את התפקיד של נועה באגרונומית", "נועה", {"role": "אגרונומית"}),
        ("צריך לתקן את הטלפון של יואב כהן: 050-7654321", "יואב כהן", {"phone": "050-7654321"}),
    ],
)
async def test_what_is_kept_of_somebody_is_put_right(text: str, name: str, said: dict[str, str]) -> None:
    found, step = (await planned(text)).plan.steps
    assert (found.uses, found.args) == ("contact-search", {"name": name})
    assert (step.uses, step.args) == ("contacts.change", {"contact": {"$from": f"{found.id}.contact"}, **said})


@pytest.mark.parametrize(
    ("text", "query", "said"),
    [
        ("correct the date of the meeting with Dana to Tuesday", "Dana", {"start": {"$from": "free.start"}}),
        ("fix the time of tomorrow's team meeting to 15:00", "team", {"start": "2026-03-11T15:00:00+02:00"}),
        ('correct the title of the meeting with Dana to "Budget review"', "Dana", {"title": "Budget review"}),
        ("change the meeting date with Dana to Tuesday at 9:00", "Dana", {"start": "2026-03-17T09:00:00+02:00"}),
        ("correct the length of the meeting with Dana to 45 minutes", "Dana", {"minutes": 45}),
        ("תקן את אורך הפגישה עם דנה לחצי שעה", "דנה", {"minutes": 30}),
        ("תקן את השעה של הפגישה עם דנה מחר ל-15:00", "דנה", {"start": "2026-03-11T15:00:00+02:00"}),
        ("תתקן את תאריך הפגישה עם יואב ליום שלישי", "יואב", {"start": {"$from": "free.start"}}),
        ('תחליף את הכותרת של הפגישה עם דנה ל"סקירת תקציב"', "דנה", {"title": "סקירת תקציב"}),
    ],
)
async def test_what_is_wrong_of_a_meeting_is_put_right(text: str, query: str, said: dict[str, Any]) -> None:
    steps = (await planned(text)).plan.steps
    assert (steps[0].uses, steps[0].args["query"]) == ("calendar.pick", query)
    assert (steps[-1].uses, steps[-1].args) == ("calendar.update", {"event_id": {"$from": "pick.event.id"}, **said})


async def test_a_file_gets_the_other_name() -> None:
    search, step = (await planned('change the title of report.md from "draft" to "final"')).plan.steps
    assert (search.args["query"], step.uses, step.args["title"]) == ("report", "documents.move", "final")


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("replace Dana's phone", "phone number"),
        ("correct Dana's email", "address"),
        ("correct Dana's phone, it is not 050-1111111 but 050-2222222", "phone number"),
        ("fix the date of the meeting with Dana", "when"),
        ("תחליף את הטלפון של דנה", "מספר הטלפון"),
        ("תקן את שעת הפגישה עם דנה", "מתי"),
        ("correct the title of the meeting with Dana", "the new title"),
    ],
)
async def test_what_it_becomes_is_asked_for(text: str, lacks: str) -> None:
    assert lacks in (await asked(text)).text


@pytest.mark.parametrize(
    "text",
    [
        "replace 'draft' with 'final' in report.md", "replace Dana with Avi in tomorrow's meeting", "correct the report", "correct report.md",
        "fix the budget spreadsheet", "modify the budget file", "fix the irrigation pump", "fix the fence tomorrow", "replace the filter of the pump",
        "correct the due date of the task to call Dana to Tuesday", "fix a meeting with Dana on Monday at 10",
        "find and fix the errors in report.md", "read the report and correct it", "replace the old lease with the new lease",
        "replace Dana's company car with a van", "change Dana's phone plan to 5550", "replace Dana's phone in the lease document with 050-7654321",
        "replace it", "correct the meeting", "check that the numbers in the budget are complete and correct", "is it correct that we sold barley",
        'תחליף את "טיוטה" ב"סופי" בקובץ report.md', "תקן את המשאבה", "החלף את הצינור בחממה", "תקן את הדוח", "תחליף את דנה באבי בפגישה של מחר",
        "תחליף את רכב החברה של דנה בטנדר", "change the report of Dana to final", "correct Dana's name to Dana Cohen",
        "תתקן אותו", "תקן את מועד ההגשה של הדוח ליום שלישי",
    ],
)  # fmt: skip
async def test_what_no_tool_can_put_right_is_left_as_it_is(text: str) -> None:
    outcome = await plan(text)
    if isinstance(outcome, Planned):
        assert {builtin_catalog().capabilities[step.uses].effect for step in outcome.plan.steps} == {"none"}


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("remind me to fix the fence", "Fix the fence"),
        ("add a task to replace the filter", "Replace the filter"),
        ("תזכיר לי לתקן את הגדר", "לתקן את הגדר"),
    ],
)
async def test_what_one_wants_to_repair_oneself_is_a_task(text: str, title: str) -> None:
    (step,) = (await planned(text)).plan.steps
    assert (step.uses, str(step.args["title"]).removeprefix("Task to ").capitalize()) == ("tasks.add", title.capitalize())

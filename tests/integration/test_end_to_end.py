"""Requests nobody prepared, through planner, engine and tools over the demo workspace, with no key and no network."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import docx
import icalendar
import pytest

from tests.demo_files import lay_out
from tizmoret.orchestrator import Tizmoret
from tizmoret.settings import Settings
from tizmoret.views import Execution

pytestmark = pytest.mark.anyio

SEED = {
    "he": "תקרא מה עשינו בדצמבר בתבואות ותקבע פגישה עם יואב",
    "en": "Read what we did in December on grain and schedule a meeting with Yoav",
}


@pytest.fixture
async def tizmoret(settings: Settings) -> AsyncIterator[Tizmoret]:
    async with Tizmoret.open(settings) as opened:
        folder = opened.workplaces.folder(opened.workspace)
        lay_out(folder, settings.timezone)
        yield opened


def events(tizmoret: Tizmoret) -> list[icalendar.Event]:
    path = tizmoret.workplaces.folder(tizmoret.workspace) / "calendar" / "main.ics"
    return list(icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT"))


async def carry(tizmoret: Tizmoret, request: str, *, approve: bool = True, option: int = 0) -> Execution:
    """To the end: questions get the option with this number, approvals the answer `approve`."""
    execution = await tizmoret.submit(request)
    for _ in range(6):
        execution = await tizmoret.wait(execution.id)
        if execution.status != "waiting":
            break
        for gate in await tizmoret.executions.approvals(execution.id, status="pending"):
            if gate.step_id is None:
                return execution  # the planner asks
            if gate.purpose == "question":
                await tizmoret.approve(execution.id, gate.id, by="dana", option=option)
            elif approve:
                await tizmoret.approve(execution.id, gate.id, by="dana")
            else:
                await tizmoret.reject(execution.id, gate.id, by="dana")
    return execution


@pytest.mark.parametrize("language", ["he", "en"])
async def test_the_seed_request_reads_asks_meets_and_writes(tizmoret: Tizmoret, language: str) -> None:
    before = len(events(tizmoret))
    execution = await tizmoret.submit(SEED[language])
    waiting = await tizmoret.wait(execution.id)
    assert waiting.status == "waiting"
    (question,) = await tizmoret.executions.approvals(execution.id, status="pending")
    assert question.purpose == "question"
    assert len(question.options) == 2
    assert all("יואב" in option.label for option in question.options)
    steps = {step.id: step for step in await tizmoret.executions.steps(execution.id)}
    assert steps["search"].output["total"] == 15
    assert {"search", "contact"} <= set(waiting.levels[0])  # side by side
    assert len(events(tizmoret)) == before

    await tizmoret.approve(execution.id, question.id, by="dana", option=0)
    await tizmoret.wait(execution.id)
    (gate,) = await tizmoret.executions.approvals(execution.id, status="pending")
    assert gate.tool == "calendar.create"
    assert len(events(tizmoret)) == before
    await tizmoret.approve(execution.id, gate.id, by="dana")
    done = await tizmoret.wait(execution.id)
    assert done.status == "completed", done.error

    made = [event for event in events(tizmoret) if "tizmoret" in str(event["UID"]) and "demo" not in str(event["UID"])]
    assert len(made) == 1
    assert made[0]["ATTENDEE"].params["CN"] == "יואב כהן"
    agenda = (await tizmoret.executions.steps(execution.id))[-1].output["document"]
    path = tizmoret.workplaces.folder(tizmoret.workspace) / "documents" / agenda["id"]
    text = "\n".join(paragraph.text for paragraph in docx.Document(str(path)).paragraphs)
    cited = [document["title"] for document in steps["search"].output["documents"]]
    assert sum(title in text for title in cited) == 15


@pytest.mark.parametrize("language", ["he", "en"])
async def test_the_seed_request_rejected_writes_nothing_and_says_so(tizmoret: Tizmoret, language: str) -> None:
    folder = tizmoret.workplaces.folder(tizmoret.workspace)
    before = (folder / "calendar" / "main.ics").read_bytes()
    files = sorted((folder / "documents").rglob("*.docx"))
    done = await carry(tizmoret, SEED[language], approve=False)
    assert done.status == "completed"
    assert (folder / "calendar" / "main.ics").read_bytes() == before
    assert sorted((folder / "documents").rglob("*.docx")) == files
    assert ("לא נכתב דבר" if language == "he" else "nothing was written") in (done.answer or "")


@dataclass(frozen=True)
class Case:
    request: str
    answer: list[str] = field(default_factory=list)  # each must be in the answer
    uses: list[str] = field(default_factory=list)  # each must be a tool or agent of the plan


CASES = [
    Case("בדוק את המערכת", ["מסד נתונים", "PostgreSQL"], ["system-doctor"]),
    Case("Check the system", ["database", "PostgreSQL"], ["system-doctor"]),
    Case("מה השעה?", ["Asia/Jerusalem"], ["time.now"]),
    Case("what time is it in London", ["Europe/London"], ["time.now"]),
    Case("מצא מסמכים על חוזה", ["חוזה שכירות משרד"]),
    Case("find documents about irrigation", ["Irrigation controllers manual"]),
    Case("חפש את תוכנית השיווק", ["תוכנית שיווק"]),
    Case("סכם את המסמכים על טרקטור", []),
    Case("Summarise the documents about the customer survey", ["Seventy-eight percent"]),
    Case("מי עובד בטחנת הצפון?", ["נועה שגב", "איתן גולן"]),
    Case("who works at Osem", ["שרה דהן", "דוד אשכנזי"]),
    Case("מה הטלפון של נועה שגב", ["050-555-0108"]),
    Case("Find Maya Rosen's email", ["maya.rosen@sdot-haemek.example"]),
    Case("מה יש לי ביומן מחר?", ["סקירת תקציב", "שיחה עם טחנת הצפון"], ["calendar"]),
    Case("which meetings do I have tomorrow", ["סקירת תקציב"]),
    Case("מתי אני פנוי בשבוע הבא?", ["פנוי"], ["calendar.find_free"]),
    Case("when am I free for half an hour next week", ["Free"], ["calendar.find_free"]),
    Case("כמה מכרנו בכל חודש בקובץ sales.xlsx?", ["138000", "130300"], ["tables.aggregate"]),
    Case("total expenses by category in expenses.csv", ["20900", "16500"], ["tables.aggregate"]),
    Case("אילו עמודות יש בקובץ expenses.csv?", ["supplier", "amount"]),
    Case("קבע פגישה עם דנה לוי מחר ב-16:00", ["נקבעה פגישה", "16:00"], ["calendar.create"]),
    Case("Schedule a meeting with Ronit Alon tomorrow at 17:00", ["A meeting was scheduled", "17:00"], ["calendar.create"]),
    Case("בטל את הפגישה עם רמי חדאד", ["הפגישה בוטלה", "סיור בממגורות"], ["calendar.delete"]),
    Case("Cancel the meeting with Peter Novak", ["was cancelled", "Tractor demonstration"], ["calendar.delete"]),
    Case("תוסיף את רון ארד לאנשי הקשר, טלפון 052-1112222", ["נוסף איש קשר", "052-1112222"], ["contacts.add"]),
    Case("Change Ronit Alon's phone to 03-5551234 and her email to ronit@new.example", ["03-5551234", "(was "], ["contacts.change"]),
]


async def test_what_is_removed_of_a_contact_is_shown_before_and_put_back_by_undo(tizmoret: Tizmoret) -> None:
    folder = tizmoret.workplaces.folder(tizmoret.workspace) / "contacts"
    before = {path.name: path.read_bytes() for path in folder.glob("*.vcf")}
    execution = await tizmoret.submit("Remove Ronit Alon's phone number")
    await tizmoret.wait(execution.id)
    (gate,) = await tizmoret.executions.approvals(execution.id, status="pending")
    phone = gate.args["contact"]["phone"]
    assert (bool(phone), gate.args["remove"]) == (True, ["phone"])
    await tizmoret.approve(execution.id, gate.id, by="dana")
    done = await tizmoret.wait(execution.id)
    assert f"phone removed (was {phone})" in (done.answer or "")
    assert {path.name: path.read_bytes() for path in folder.glob("*.vcf")} != before
    await tizmoret.undo(execution.id, by="dana")
    assert (await tizmoret.wait(execution.id)).status == "undone"
    assert {path.name: path.read_bytes() for path in folder.glob("*.vcf")} == before


@pytest.mark.parametrize("case", CASES, ids=[case.request for case in CASES])
async def test_a_request_nobody_prepared(tizmoret: Tizmoret, case: Case) -> None:
    done = await carry(tizmoret, case.request)
    assert done.status == "completed", (done.status, done.error, done.answer)
    answer = (done.answer or "").replace(",", "")
    for part in case.answer:
        assert part in answer, done.answer
    used = {step.uses for step in await tizmoret.executions.steps(done.id)}
    assert set(case.uses) <= used


@pytest.mark.parametrize(
    "request_",
    ["תזמין לי טיסה לפריז", "Order me a pizza", "תשלח הודעת ווטסאפ ליואב שאני מאחר", "Transfer 500 dollars to Yoav", "asdf qwer zxcv"],
)
async def test_what_cannot_be_done_gets_an_honest_question_and_no_step(tizmoret: Tizmoret, request_: str) -> None:
    execution = await tizmoret.submit(request_)
    waiting = await tizmoret.wait(execution.id)
    assert waiting.status == "waiting"
    (question,) = await tizmoret.executions.approvals(execution.id, status="pending")
    assert (question.purpose, question.step_id) == ("question", None)
    assert len(question.title) > 20
    assert await tizmoret.executions.steps(execution.id) == []


async def test_an_answer_to_the_planners_question_leads_to_a_plan(tizmoret: Tizmoret) -> None:
    execution = await tizmoret.submit("asdf qwer zxcv")
    await tizmoret.wait(execution.id)
    (question,) = await tizmoret.executions.approvals(execution.id, status="pending")
    await tizmoret.approve(execution.id, question.id, by="dana", text="check the system")
    done = await tizmoret.wait(execution.id)
    assert done.status == "completed", done.error
    assert "PostgreSQL" in (done.answer or "")

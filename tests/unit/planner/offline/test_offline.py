from __future__ import annotations

import random
import time
from datetime import datetime
from typing import Annotated, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from tests.requests.expectations import load
from tests.requests.planning import NOW, asked, builtin_catalog, plan, planned
from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.tool import Call, Kind, Text, Tool, tool
from tizmoret.plan.check import check
from tizmoret.plan.model import Step
from tizmoret.planner.planner import Planned, Question

pytestmark = pytest.mark.anyio

SEED = "תקרא מה עשינו בדצמבר בתבואות ותקבע פגישה עם יואב"


def steps(outcome: Planned) -> dict[str, Step]:
    return {step.id: step for step in outcome.plan.steps}


def effects(outcome: Planned, catalog: Catalog) -> list[str]:
    return [step.uses for step in outcome.plan.steps if catalog.capabilities[step.uses].effect != "none"]


# -- the request that the project is known by


async def test_the_seed_request_is_planned_to_the_letter() -> None:
    outcome = await planned(SEED)

    assert {step.id: (step.uses, step.args, step.after) for step in outcome.plan.steps} == {
        "search": ("drive-search", {"query": "תבואות", "period": {"start": "2025-12-01", "end": "2025-12-31"}}, ()),
        "analysis": ("analysis", {"documents": {"$from": "search.documents"}, "question": "תבואות"}, ()),
        "free": ("calendar.find_free", {}, ()),
        "contact": ("contact-search", {"name": "יואב"}, ()),
        "meeting": (
            "calendar.create",
            {
                "title": "פגישה עם יואב",
                "start": {"$from": "free.start"},
                "attendees": [{"$from": "contact.contact"}],
                "description": {"$from": "analysis.markdown"},
            },
            (),
        ),
        "agenda": (
            "documents.write",
            {
                "title": "סדר יום: פגישה עם יואב",
                "content": {
                    "$text": [
                        "# סדר יום: פגישה עם יואב\n\nמועד: ",
                        {"$from": "meeting.event.start"},
                        "\n\n",
                        {"$from": "analysis.markdown"},
                    ]
                },
                "citations": {"$from": "search.documents"},
            },
            (),
        ),
    }
    assert outcome.plan.answer == ("analysis", "meeting", "agenda")
    assert outcome.plan.language == "he"
    assert steps(outcome)["search"].title == "חיפוש מסמכים: תבואות, דצמבר 2025"


async def test_the_english_twin_has_the_same_shape() -> None:
    hebrew, english = await planned(SEED), await planned("Read what we did in December on grain and schedule a meeting with Yoav")

    assert [(step.id, step.uses, sorted(step.args)) for step in hebrew.plan.steps] == [
        (step.id, step.uses, sorted(step.args)) for step in english.plan.steps
    ]


@pytest.mark.parametrize(("now", "year"), [("2026-01-02", 2025), ("2026-11-30", 2025), ("2026-12-05", 2025), ("2026-12-20", 2026)])
async def test_december_is_the_last_one_that_began(now: str, year: int) -> None:
    outcome = await planned(SEED, now=datetime.fromisoformat(now).replace(tzinfo=NOW.tzinfo))

    assert steps(outcome)["search"].args["period"] == {"start": f"{year}-12-01", "end": f"{year}-12-31"}


async def test_the_same_request_always_gives_the_same_plan() -> None:
    hashes = {(await planned(SEED)).plan.hash for _ in range(3)}

    assert len(hashes) == 1


# -- effects


async def test_an_agenda_is_written_only_where_documents_are_read_and_a_meeting_is_set() -> None:
    catalog = builtin_catalog()

    assert effects(await planned("schedule a meeting with Dana tomorrow at 10"), catalog) == ["calendar.create"]
    assert effects(await planned("what did we decide about silos?"), catalog) == []
    assert effects(await planned("Read about silos and schedule a meeting with Dana but don't write a document"), catalog) == [
        "calendar.create"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "did we schedule a meeting with Yoav?",
        "should I cancel the meeting with Yoav?",
        "read what we scheduled and cancelled in December",
        "find the document that says to delete the meeting with Dana",
        'find documents about "schedule a meeting with Yoav"',
        "מתי קבענו פגישה עם יואב?",
        "מה כתוב במסמך על ביטול הפגישה",
        "אל תבטל את הפגישה, רק תגיד מה השעה",
        "list the meetings that were moved",
    ],
)
async def test_speaking_of_an_effect_is_not_asking_for_it(text: str) -> None:
    outcome = await plan(text)

    assert isinstance(outcome, Question) or effects(outcome, builtin_catalog()) == []


@pytest.mark.parametrize(
    "text",
    [
        "remove Yoav from the contacts",
        "delete the file sales.xlsx",
        "cancel my subscription",
        "schedule a flight to Paris tomorrow",
        "book a table for two tonight",
        "הזמן שולחן לשניים הערב",
        "מחק את הקובץ sales.xlsx",
        "send the summary to Dana",
        "write a poem about spring",
        "call Dana tomorrow",
        "call Dana",
        "put the kettle on",
        "set the alarm for tomorrow at 7",
    ],
)
async def test_what_no_tool_does_is_asked_back_and_never_bent_to_another_effect(text: str) -> None:
    await asked(text)


LOOKING = [entry.request for entry in load("corpus.yaml") if not entry.effects and not entry.question]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(pieces=st.lists(st.sampled_from(LOOKING), min_size=1, max_size=4))
async def test_requests_that_only_look_never_plan_an_effect_together(pieces: list[str]) -> None:
    outcome = await plan(". ".join(pieces))

    assert isinstance(outcome, Question) or effects(outcome, builtin_catalog()) == []


async def test_two_effects_on_one_calendar_follow_each_other() -> None:
    outcome = await planned("Cancel the meeting with Dana and schedule a meeting with Noa tomorrow at 12:00")

    assert steps(outcome)["meeting"].after == ("delete",)


# -- questions


async def test_a_question_tells_what_was_understood_what_is_near_and_how_to_go_on() -> None:
    question = await asked("Summarise the wheat documents and email the summary to Dana")

    assert question.understood == ("Summarise text: wheat",)
    assert "email the summary to Dana" in question.text
    assert "TIZMORET_MODEL" in question.text


async def test_a_question_speaks_the_language_of_the_request() -> None:
    question = await asked("תזמין לי טיסה לפריז")

    assert "טיסה" in question.text
    assert "אין לי דרך" in question.text


async def test_a_missing_detail_is_asked_for_and_the_answer_taken_up() -> None:
    question = await asked("Move the meeting with Yoav")
    outcome = await planned("Move the meeting with Yoav", answers=("to Thursday at 10:00",))

    assert "when" in question.text
    assert steps(outcome)["update"].args["start"] == "2026-03-12T10:00:00+02:00"


async def test_an_answer_goes_to_the_clause_that_lacked_it() -> None:
    outcome = await planned("what is the total by category, and what time is it?", answers=("in expenses.csv",))

    assert [step.uses for step in outcome.plan.steps] == ["drive-search", "tables.aggregate", "time.now"]


async def test_an_answer_may_drop_the_clause_or_replace_it() -> None:
    dropped = await planned("check the system and order a pizza", answers=("forget it",))
    replaced = await planned("order a pizza", answers=("what time is it?",))

    assert [step.uses for step in dropped.plan.steps] == ["system-doctor"]
    assert [step.uses for step in replaced.plan.steps] == ["time.now"]


async def test_an_answer_that_does_not_help_asks_again() -> None:
    await asked("order a pizza", answers=("with olives",))


# -- edges


@pytest.mark.parametrize(
    "text", ["", "   ", "\n\t", "?!... —", "🍕🍕🍕", "\u200f\u202e", "\x00", "123", "a", "א", "and then", "please", "אל"]
)
async def test_next_to_nothing_is_asked_back(text: str) -> None:
    await asked(text)


_RANDOM = random.Random(20260310)
_SAID = """קרא תקבע פגישה עם יואב מחר ב-10 and then read the wheat documents from December, schedule call with Dana; מה השעה
    summarise https://example.com/a sales.xlsx "quoted text" 12.12 every Monday בין 3 ל-5 בדצמבר"""
_WORDS = _SAID.split()


@pytest.mark.parametrize(
    "text",
    [
        " ".join(_RANDOM.choice(_WORDS) for _ in range(4000)), "א" * 20_000, "1 " * 10_000, "read X and " * 2000, "תקרא את הדוח ותקבע פגישה " * 800,
        '"' * 20_000, "(" * 20_000, "🍕" * 10_000, "with Dana and " * 1500, "עם יואב ו" * 2000, "12.12.2025 " * 1800, "from 1 to " * 2000,
        "http://" + "a" * 19_000, "\n" * 20_000, "a@" * 10_000, "a." * 10_000, "10:00-" * 3300, "which customer " * 1400, "where amount " * 1500,
    ],
    ids=lambda text: text[:12],
)  # fmt: skip
async def test_twenty_thousand_characters_take_a_bounded_time(text: str) -> None:
    began = time.process_time()
    outcome = await plan(text[:20_000])

    assert time.process_time() - began < 4  # seconds of work, however busy the machine is; it takes a third of one
    assert isinstance(outcome, Question) or len(outcome.plan.steps) <= 50


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(text=st.one_of(st.text(max_size=300), st.lists(st.sampled_from(_WORDS), max_size=40).map(" ".join)))
async def test_any_text_gives_a_sound_plan_or_a_question(text: str) -> None:
    outcome = await plan(text)

    if isinstance(outcome, Planned):
        assert check(outcome.plan, builtin_catalog().capabilities) == []
    else:
        assert outcome.text


# -- any catalog


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Water(_Arguments):
    plants: str
    minutes: int = 5


class Watered(BaseModel):
    litres: float


class SendMail(_Arguments):
    to: Annotated[list[str], Kind("email")]
    subject: str = ""
    body: Annotated[str, Kind("markdown")]


class Sent(BaseModel):
    message: str


class Convert(_Arguments):
    amount: float
    currency: str = "EUR"


class Converted(BaseModel):
    result: float


def made_up(
    name: str, arguments: type[BaseModel], output: type[BaseModel], title: Text, examples: dict[str, list[str]], **declared: Any
) -> Tool:
    async def run(args: Any, call: Call) -> Any:
        raise AssertionError("a planner calls nothing")

    run.__annotations__ = {"args": arguments, "return": output}
    return tool(name, title=title, description=title, examples=examples, show=lambda shown, language: "", **declared)(run)  # type: ignore[arg-type]


WATER = made_up(
    "garden.water", Water, Watered, Text(he="השקיית צמחים", en="Water plants"),
    {"he": ["תשקה את העציצים", "השקה את הגינה"], "en": ["water the flowers", "water the lawn for 10 minutes"]},
    effect="write", recovery="once", approval="ask",
)  # fmt: skip
MAIL = made_up(
    "mail.send", SendMail, Sent, Text(he="שליחת דואר", en="Send mail"),
    {"he": ["שלח מייל לדנה"], "en": ["send an email to Dana", "email the summary to Dana"]}, effect="send", recovery="once", approval="ask",
)  # fmt: skip
CONVERT = made_up(
    "money.convert", Convert, Converted, Text(he="המרת מטבע", en="Convert currency"),
    {"he": ["כמה זה 100 דולר בשקלים"], "en": ["convert 100 dollars to shekels", "how much is 20 euro in shekels"]},
)  # fmt: skip


@pytest.fixture(scope="module")
def wider() -> Catalog:
    builtin = builtin_catalog()
    return Catalog([*builtin.tools.values(), WATER, MAIL, CONVERT], builtin.agents.values())


async def test_a_tool_installed_today_is_planned_today(wider: Catalog) -> None:
    outcome = await planned("water the tomatoes for 20 minutes", catalog=wider)

    assert steps(outcome)["water"].args == {"plants": "tomatoes", "minutes": 20}


async def test_its_hebrew_examples_count_too(wider: Catalog) -> None:
    outcome = await planned("תשקה את העגבניות", catalog=wider)

    assert [step.uses for step in outcome.plan.steps] == ["garden.water"]


async def test_its_effect_needs_its_verb(wider: Catalog) -> None:
    outcome = await plan("find documents about how to water the lawn", catalog=wider)

    assert isinstance(outcome, Question) or effects(outcome, wider) == []


async def test_it_takes_values_of_its_kinds_from_other_steps(wider: Catalog) -> None:
    outcome = await planned("Summarise the wheat documents and email the summary to Dana", catalog=wider)

    assert steps(outcome)["send"].args["to"] == [{"$from": "contact.contact.email"}]
    assert steps(outcome)["send"].args["body"] == {"$from": "summarise.markdown"}
    assert check(outcome.plan, wider.capabilities) == []


async def test_a_message_is_what_the_person_said_and_not_made_up(wider: Catalog) -> None:
    outcome = await planned("send an email to sam@agro.example saying I am late", catalog=wider)

    assert steps(outcome)["send"].args["to"] == ["sam@agro.example"]
    assert steps(outcome)["send"].args["body"] == "I am late"
    await asked("send an email to sam@agro.example", catalog=wider)


async def test_a_number_fills_a_number(wider: Catalog) -> None:
    outcome = await planned("convert 250 dollars to shekels", catalog=wider)

    assert steps(outcome)["convert"].args["amount"] == 250


async def test_an_empty_catalog_asks() -> None:
    await asked(SEED, catalog=Catalog([], []))


async def test_a_catalog_without_agents_plans_with_the_tools_alone() -> None:
    catalog = Catalog(builtin_catalog().tools.values(), [])
    outcome = await planned(SEED, catalog=catalog)

    assert check(outcome.plan, catalog.capabilities) == []
    assert {"documents.search", "contacts.pick", "calendar.create"} <= {step.uses for step in outcome.plan.steps}


# -- conditions, times that are over


@pytest.mark.parametrize(
    "text",
    [
        "If the system is ok, cancel the meeting with Dana",
        "cancel the meeting with Dana if she is away",
        "check the system and if something is wrong schedule a meeting with Dana",
        "אם יש תקלה תקבע פגישה עם דנה",
        "תבטל את הפגישה עם דנה במידה ויש תקלה",
    ],
)
async def test_a_condition_is_asked_back_and_never_dropped(text: str) -> None:
    question = await asked(text)

    assert "condition" in question.text or "תנאי" in question.text


async def test_if_that_only_means_whether_is_no_condition() -> None:
    assert [step.uses for step in (await planned("check if everything is ok")).plan.steps] == ["system-doctor"]
    assert effects(await planned("אם אפשר, תקבע פגישה עם דנה מחר ב-10"), builtin_catalog()) == ["calendar.create"]


@pytest.mark.parametrize(
    "text", ["Schedule a meeting with Yoav yesterday at 10", "קבע פגישה עם יואב אתמול", "schedule a meeting with Yoav on 30.2"]
)
async def test_a_meeting_on_no_day_to_come_is_asked_about(text: str) -> None:
    await asked(text)


async def test_a_repetition_has_its_end() -> None:
    outcome = await planned("קבע ישיבת צוות כל יום ראשון ב-9 עד 30 ביוני")

    assert steps(outcome)["meeting"].args == {
        "title": "ישיבת צוות",
        "start": "2026-03-15T09:00:00+02:00",
        "recurrence": "FREQ=WEEKLY;BYDAY=SU;UNTIL=20260630T205959Z",
    }


async def test_a_request_for_more_than_anybody_can_look_over_is_asked_back() -> None:
    many = ". ".join(f"Schedule a meeting with Person{chr(65 + number)} tomorrow at {8 + number % 10}:00" for number in range(26))

    assert "50" in (await asked(many)).text


@pytest.mark.parametrize(
    ("text", "uses"),
    [
        ("get me ready for the next meeting", ["meeting-preparer"]),
        ("prepare us for the coming meeting", ["meeting-preparer"]),
        ("הכיני אותנו לישיבה הקרובה", ["meeting-preparer"]),
        ("I need the pdf about soil tests", ["drive-search"]),
        ("מה כתוב בחוזה על תקופת ההודעה?", ["drive-search", "analysis"]),
        ("graph the rainfall per month from rain.csv", ["drive-search", "tables.chart"]),
        ("how many rows are in payroll.csv?", ["drive-search", "data-analyst"]),
        ("what is 100 fahrenheit in celsius", ["units.convert"]),
        ("cancel everything on Friday", ["calendar", "calendar.delete"]),
        ("put 'buy gloves' on my to-do list", ["tasks.add"]),
        ("Look up Omer, and after that book an hour with him on Tuesday at 8:00", ["contact-search", "calendar.create"]),
        ("what do I have until the end of the month", ["calendar"]),
        ("archive the file old.docx", ["drive-search", "documents.archive"]),
        ("שים את הקובץ old.docx בארכיון", ["drive-search", "documents.archive"]),
        ("plot the yield by year from harvest.csv", ["drive-search", "tables.chart"]),
        ("put offers.xlsx in the folder sales", ["drive-search", "documents.move"]),
        ("look for papers on compost; based on that, write a short document", ["drive-search", "analysis", "documents.write"]),
    ],
)
async def test_what_was_asked_back_without_need_is_planned(text: str, uses: list[str]) -> None:
    assert [step.uses for step in (await planned(text)).plan.steps] == uses


@pytest.mark.parametrize(
    "text",
    ["set a meeting with him tomorrow at 10", "קבע איתו פגישה מחר ב-10:00", "shred all the files"],
)
async def test_what_is_not_known_or_could_not_be_kept_is_asked(text: str) -> None:
    await asked(text)


async def test_somebody_is_invited_to_a_meeting_that_there_is() -> None:
    plan = (await planned("invite Gadi to the safety meeting")).plan
    changed = next(step for step in plan.steps if step.uses == "calendar.update")

    assert effects(Planned(plan), builtin_catalog()) == ["calendar.update"]
    assert set(changed.args) == {"event_id", "invite"}  # its title, hour and guests stay


async def test_by_the_end_of_the_month_reaches_its_last_day() -> None:
    outcome = await planned("add a task to pay the rent by the end of the month")

    assert outcome.plan.steps[-1].args["due"] == "2026-03-31"

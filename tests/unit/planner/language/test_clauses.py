from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tizmoret.planner.language import detect_language
from tizmoret.planner.language.clauses import MAX_CLAUSES, Clause, split
from tizmoret.planner.language.people import find_people
from tizmoret.planner.language.things import clean, find_things
from tizmoret.planner.language.timereader import find_times


def clauses(text: str) -> list[Clause]:
    cleaned = clean(text)
    taken = [(mention.start, mention.end) for mention in find_times(cleaned, datetime(2026, 3, 10, tzinfo=UTC))]
    return split(cleaned, taken + [(thing.start, thing.end) for thing in find_things(cleaned)])


def shapes(text: str) -> list[tuple[str | None, str]]:
    return [(f"not {clause.act}" if clause.negated else clause.act, clause.rest) for clause in clauses(text)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("תקרא מה עשינו בדצמבר ותקבע פגישה עם יואב", [("read", "מה עשינו בדצמבר"), ("schedule", "פגישה עם יואב")]),
        ("Read the report and schedule a meeting", [("read", "the report"), ("schedule", "a meeting")]),
        ("Read the reports on wheat and barley", [("read", "the reports on wheat and barley")]),
        ("read the sales and order reports", [("read", "the sales and order reports")]),
        ("find and read the report", [("read", "the report")]),
        ("קרא וסכם את המסמכים", [("summarise", "את המסמכים")]),
        ("who is Dana and what is her role?", [("ask", "who is Dana"), ("ask", "what is her role?")]),
        ("tell me what time it is", [("ask", "what time it is")]),
        ("התאריך והזמן", [(None, "התאריך והזמן")]),
        ("read it; then cancel the meeting. Thanks!", [("read", "it;"), ("delete", "the meeting."), (None, "Thanks!")]),
        ("Could you please cancel it", [("delete", "it")]),
        ("אני רוצה שתוכל בבקשה לבטל את הפגישה", [("delete", "את הפגישה")]),
        ("1. find the contract\n2) summarise it", [("find", "the contract"), ("summarise", "it")]),
        ("read a.docx, b.docx and v1.2 at 12.30", [("read", "a.docx, b.docx and v1.2 at 12.30")]),
    ],
)
def test_clauses_begin_at_verbs_and_questions(text: str, wanted: list[tuple[str | None, str]]) -> None:
    assert shapes(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "read the report but don't schedule a meeting",
        "read the report without scheduling a meeting",
        "read the report, do not schedule anything",
        "קרא את הדוח אבל אל תקבע פגישה",
        "קרא את הדוח בלי לקבוע פגישה",
        "קרא את הדוח ולא לקבוע פגישה",
    ],
)
def test_what_is_not_wanted_is_a_negated_clause(text: str) -> None:
    assert [(clause.act, clause.negated) for clause in clauses(text)] == [("read", False), ("schedule", True)]


def test_then_is_remembered() -> None:
    assert [clause.follows for clause in clauses("check the system, and then cancel the meeting")] == [False, True]
    assert [clause.follows for clause in clauses("בדוק את המערכת ואז בטל את הפגישה")] == [False, True]


def test_no_more_clauses_than_anybody_means_are_read() -> None:
    assert len(clauses("read it and " * 1000)) <= MAX_CLAUSES


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("תקבע פגישה עם יואב", ["יואב"]),
        ("קבע פגישה עם יואב כהן ודנה לוי בזום", ["יואב כהן", "דנה לוי"]),
        ("meet with Yoav and Dana Levi about grain", ["Yoav", "Dana Levi"]),
        ("schedule a call with yoav about grain", ["yoav"]),
        ("מה הטלפון של דנה", ["דנה"]),
        ("Find Dana's phone number", ["Dana"]),
        ("תזמין את יואב לפגישה", ["יואב"]),
        ("the meeting with Yoav Mizrahi on the budget", ["Yoav Mizrahi"]),
        ("פגישה עם צוות השיווק", []),
        ("a meeting with the team", []),
        ("החוזה עם הספק", []),
    ],
)
def test_people_are_found_by_their_place(text: str, names: list[str]) -> None:
    assert [person.name for person in find_people(text)] == names


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("כמה מכרנו בקובץ sales.xlsx?", [("file", "sales.xlsx")]),
        ("בreports/2025/plan.md", [("file", "reports/2025/plan.md")]),
        ("קרא את הקובץ תקציב רבעוני.docx וכתוב סיכום", [("file", "תקציב רבעוני.docx")]),
        ('read "Grain plan.docx"', [("file", "Grain plan.docx")]),
        ("קרא את „תוכנית שנתית”", [("quote", "תוכנית שנתית")]),
        ("see https://a.com/x?y=1.", [("url", "https://a.com/x?y=1")]),
        ("mail yoav@agro.co.il", [("email", "yoav@agro.co.il")]),
        ("צה\"ל, e.g. Dana's", []),
    ],
)
def test_things_are_read_as_they_stand(text: str, values: list[tuple[str, str]]) -> None:
    assert [(thing.sort, thing.value) for thing in find_things(clean(text))] == values


def test_vowel_signs_and_direction_marks_say_nothing() -> None:
    assert clean("\u200fתִּקְרָא\u202e  את\u00a0זה ") == "תקרא את זה"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("שלום", "he"),
        ("hello", "en"),
        ("סכם https://example.com/a/very/long/address", "he"),
        ("כמה ב-sales_of_the_year.xlsx", "he"),
        ("12 + 3", "en"),
        ("", "en"),
    ],
)
def test_the_language_is_that_of_the_words(text: str, language: str) -> None:
    assert detect_language(text) == language

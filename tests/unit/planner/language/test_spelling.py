"""What is nearly a verb or the word for a thing is read as it was meant; subjects and names stay as they were said."""

from __future__ import annotations

import pytest

from tizmoret.planner.language import clauses
from tizmoret.planner.language.spelling import nearest_verb, respell


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("arange a meting tomorrow", "arange a meeting tomorrow"),
        ("קבע פגשה מחר", "קבע פגישה מחר"),
        ("show my calender", "show my calendar"),
    ],
)
def test_a_misspelt_noun_is_read_as_it_was_meant(written: str, meant: str) -> None:
    assert respell(written) == meant


@pytest.mark.parametrize(("written", "meant"), [("shedule", "schedule"), ("canel", "cancel"), ("arange", "arrange"), ("summarize", "")])
def test_a_misspelt_verb_is_read_as_it_was_meant(written: str, meant: str) -> None:
    assert nearest_verb(written) == meant


@pytest.mark.parametrize(
    "text",
    [
        "read about the tractor lease",
        "papers about compost",
        "פגישה ביום ראשון",
        "a meeting with Callie",
        "tell Meeta about it",
        "תן לי תדרוך",
    ],
)
def test_subjects_times_and_names_are_left_alone(text: str) -> None:
    assert respell(text) == text


def test_the_clause_of_a_misspelt_verb_asks_for_what_was_meant() -> None:
    assert clauses.read("shedule a meeting with Noa").act == "schedule"
    assert clauses.read("Senda report").act is None  # a capital letter: it may be a name

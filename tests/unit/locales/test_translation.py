"""A sentence of an error is found in the catalog, with what it quotes."""

from __future__ import annotations

import pytest

from tizmoret.locales.translation import translated


@pytest.mark.parametrize(
    ("english", "hebrew"),
    [
        ("There is no such execution.", "אין ביצוע כזה."),
        ("The planner gave no plan within 30 seconds.", "המתכנן לא נתן תוכנית בתוך 30 שניות."),
        ("Read the report: There is no such execution.", "Read the report: אין ביצוע כזה."),
        ("There is no such execution. List the executions to see which there are.", "אין ביצוע כזה. רשימת הביצועים מראה אילו יש."),
        ("The plan was refused: There is no such execution. (and 2 more)", "התוכנית נדחתה: אין ביצוע כזה. (ועוד 2)"),
    ],
    ids=["as it is", "with what was filled in", "said of a step", "with its cure", "a sentence in a sentence"],
)
def test_a_sentence_is_read_in_hebrew(english: str, hebrew: str) -> None:
    assert translated(english, "he") == hebrew
    assert translated(english, "en") == english


@pytest.mark.parametrize(
    "said", ["", "Upstream says no.", "אין ביצוע כזה.", "There needs to be more of it.", "x" * 100_000, "a: " * 300, "{0} {1}", "(" * 900]
)
def test_what_others_said_stays_as_it_was_said(said: str) -> None:
    assert translated(said, "he") == said

"""Visual order for terminals that draw from left to right. What is expected is as UAX #9 draws it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tizmoret.cli.visual import reorder

LTR, RTL = 0, 1


@pytest.mark.parametrize(
    ("text", "level", "drawn"),
    [
        ("plain words", LTR, "plain words"),
        ("אבג", LTR, "גבא"),
        ("אבג", RTL, "גבא"),
        ("see אבג now", LTR, "see גבא now"),
        ("אבג def", RTL, "def גבא"),
        ("אבג.", RTL, ".גבא"),
        ("אבג.", LTR, "גבא."),
        ("אבג 15 דהו", RTL, "והד 15 גבא"),
        ("אב 09:30", RTL, "09:30 בא"),
        ("אב 1,000", RTL, "1,000 בא"),
        ("אב 50%", RTL, "50% בא"),
        ("(אבג)", RTL, "(גבא)"),
        ("אב (x) ג", RTL, "ג (x) בא"),
        ("a אב 12", LTR, "a 12 בא"),
        ("", RTL, ""),
    ],
)
def test_a_line_is_drawn_as_the_standard_says(text: str, level: int, drawn: str) -> None:
    assert reorder(text, level) == drawn


def test_an_isolate_keeps_its_value_together_and_is_not_drawn_itself() -> None:
    assert reorder("\u2068אב\u2069 12", LTR) == "בא 12"
    assert reorder("\u2067אב \u2068x.y\u2069 גד.\u2069", LTR) == ".דג x.y בא"


def test_niqqud_stays_on_its_letter() -> None:
    assert reorder("שָׁלוֹם", RTL) == "םוֹלשָׁ"


def test_an_isolate_that_never_closes_reaches_to_the_end() -> None:
    assert reorder("a \u2067אב", LTR) == "a בא"


@given(st.text(st.characters(exclude_characters="\u2066\u2067\u2068\u2069<>()[]{}«»‹›⟪⟫⟨⟩")), st.sampled_from([LTR, RTL]))
def test_every_character_is_drawn_once(text: str, level: int) -> None:
    assert sorted(reorder(text, level)) == sorted(text)


@given(
    st.text(st.characters(max_codepoint=0x2000)).filter(
        lambda text: all(unicodedata.bidirectional(c) not in ("R", "AL", "AN") for c in text)
    )
)
def test_text_without_hebrew_on_a_left_to_right_line_is_left_alone(text: str) -> None:
    assert reorder(text, LTR) == text

import pytest

from tizmoret.words import content_tokens, forms, is_hebrew, meet, normalise, tokens


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("תבואות", "תבואה"),
        ("בתבואות", "והתבואה"),
        ("ושבתבואות", "תבואת"),
        ("מחירים", "מחירי"),
        ("המחיר", "מחירים"),
        ("פגישות", "לפגישה"),
        ("עלויות", "עלות"),
        ("תוכניות", "תוכנית"),
        ("חיטים", "חיטה"),
        ("שָׁלוֹם", "שלום"),
        ("צה״ל", 'צה"ל'),
        ("לטל", "טל"),
        ("grains", "Grain"),
        ("deliveries", "delivery"),
        ("meetings", "meeting"),
        ("planning", "plans"),
        ("prices", "pricing"),
        ("boxes", "box"),
        ("Yoav's", "yoav"),
        ("café", "CAFE"),
    ],
)
def test_the_same_word_meets_itself(one: str, other: str) -> None:
    assert meet(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("מכר", "שכר"), ("תבואות", "תקציב"), ("king", "kong"), ("grain", "gain"), ("news", "new york"), ("bus", "bu")]
)
def test_other_words_do_not(one: str, other: str) -> None:
    assert not meet(one, other)


def test_niqqud_final_letters_and_direction_marks_are_folded() -> None:
    assert normalise("\u200fתְּבוּאָם\u200e") == "תבואמ"


def test_tokens_keep_gershayim_inside_a_word_and_part_at_a_maqaf() -> None:
    assert tokens('בי״ס "אלון" תל־אביב, 2026-12') == ['בי"ס', "אלונ", "תל", "אביב", "2026", "12"]


def test_content_tokens_leave_out_words_without_subject() -> None:
    assert content_tokens("what did we do about the grain של החברה") == ["grain", "החברה"]


def test_a_prefix_is_not_taken_from_a_word_too_short_to_have_one() -> None:
    assert forms("של") == frozenset({"של"})


@pytest.mark.parametrize(
    ("text", "expected"), [("שלום world", False), ("שלום לכם hi", True), ("", False), ("123", False), ("hello", False)]
)
def test_hebrew_is_told_by_its_letters(text: str, expected: bool) -> None:
    assert is_hebrew(text) is expected

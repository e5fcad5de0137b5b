import pytest

from tizmoret.planner.language.acts import bend, same_sense, verbs


@pytest.mark.parametrize(
    ("one", "other"), [("post", "פרסמי"), ("translate", "ותתרגמו"), ("cancel", "תבטלי"), ("finish", "סמן"), ("buy", "order")]
)
def test_verbs_of_one_sense_meet_over_forms_and_languages(one: str, other: str) -> None:
    assert same_sense(one, other)


@pytest.mark.parametrize(("one", "other"), [("post", "תבטלי"), ("buy", "sell"), ("שלח", "מחק"), ("table", "שולחן")])
def test_verbs_of_different_senses_do_not(one: str, other: str) -> None:
    assert not same_sense(one, other)


def test_a_hebrew_verb_is_bent_for_a_woman_and_for_several() -> None:
    assert {"כתבי", "כתבו", "תכתבי", "תכתבו", "לכתוב"} <= set(bend("כתוב", "תכתוב", "לכתוב"))
    assert {"הזמיני", "הזמינו", "תזמיני"} <= set(bend("הזמן", "תזמין", "להזמין"))
    assert {"קני", "קנו", "תקני"} <= set(bend("קנה", "תקנה", "לקנות"))


def test_what_was_spelt_for_a_verb_before_is_one_now() -> None:
    assert verbs()["פרסמ"] == "send"
    assert verbs()["קח"] == "fetch"

import pytest

from tizmoret.planner.language.people import find_people


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("find an hour for Dana, Avi and me next week", ["Dana", "Avi"]),
        ("when are Dana Levi and I both free", ["Dana Levi"]),
        ("a slot for me, Yossi and Tamar", ["Yossi", "Tamar"]),
        ("מצאו שעה לדנה, לאבי ולי", ["דנה", "אבי"]),
        ("מתי יוסי, תמר ואני פנויים", ["יוסי", "תמר"]),
        ("תמצא זמן לי ולגדי", ["גדי"]),
        ("תכתוב לדנה לוי", ["דנה לוי"]),
    ],
)
def test_whoever_is_named_beside_the_speaker_takes_part(text: str, names: list[str]) -> None:
    assert [person.name for person in find_people(text)] == names


@pytest.mark.parametrize("text", ["translate it to Hebrew", "קבע לי ותזכיר", "תשים את זה בתיק", "של משפחת הנגר", "שלח לי את הקובץ"])
def test_what_is_no_person_is_none(text: str) -> None:
    assert find_people(text) == []

"""Reading steps out of an answer that is still being written."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from tizmoret.planner.model.steps import StepsReader

TEXTS = st.text(alphabet='"\\{}[]:,a לא\n', max_size=12)
VALUES = st.recursive(
    TEXTS | st.integers() | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
STEPS = st.lists(st.dictionaries(TEXTS, VALUES, max_size=4), max_size=5)


def read(text: str, size: int) -> list[object]:
    reader = StepsReader()
    return [json.loads(step) for at in range(0, len(text), size) for step in reader.feed(text[at : at + size])]


@given(steps=STEPS, goal=TEXTS, size=st.integers(1, 30), indent=st.sampled_from([None, 2]), ascii_only=st.booleans())
def test_every_step_comes_whole_and_once_however_the_answer_is_cut(
    steps: object, goal: str, size: int, indent: int | None, ascii_only: bool
) -> None:
    answer = {"goal": goal, "steps": steps, "answer": ["a"], "more": {"steps": [{"not": "a step"}]}}
    assert read(json.dumps(answer, indent=indent, ensure_ascii=ascii_only), size) == steps


def test_a_step_comes_with_its_last_bracket_and_not_before() -> None:
    reader = StepsReader()
    assert reader.feed('{"goal": "x", "steps": [{"id": "a", "args": {"q": "}]"}') == []
    assert reader.feed("}") == ['{"id": "a", "args": {"q": "}]"}}']
    assert reader.feed(', {"id": "b"}, ') == ['{"id": "b"}']


def test_words_and_fences_around_the_answer_do_not_matter() -> None:
    assert read('```json\n{"steps": [{"id": "a"}]}\n```', 3) == [{"id": "a"}]


def test_a_question_has_no_steps() -> None:
    assert read('{"question": "which \\"steps\\": [{ do you mean?", "understood": [{"steps": 1}]}', 4) == []


def test_an_answer_of_a_million_characters_is_read_in_one_pass() -> None:
    steps = [{"id": f"s{number}", "args": {"text": "x" * 1000}} for number in range(1000)]
    reader = StepsReader()
    text = json.dumps({"steps": steps})
    found = [step for at in range(0, len(text), 20) for step in reader.feed(text[at : at + 20])]
    assert len(found) == 1000
    assert len(reader._text) <= 2000  # what it holds does not grow with the answer

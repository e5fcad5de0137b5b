from __future__ import annotations

from typing import Any

import pytest

from tizmoret.errors import BadInput
from tizmoret.plan.conditions import holds, names

OUTPUTS: dict[str, Any] = {"search": {"documents": [{"id": "a"}], "count": 1}, "who": {"email": "", "name": "יואב"}}


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("size(search.documents) > 0", True),
        ("search.count > 1", False),
        ('who.email != ""', False),
        ('who.name == "יואב"', True),
        ("search.count == 1 && !(who.email != '')", True),
        ('search.documents.exists(d, d.id == "a")', True),
        ("has(who.phone)", False),
    ],
)
def test_a_condition_is_true_or_false_of_outputs(expression: str, result: bool) -> None:
    assert holds(expression, OUTPUTS) is result


def test_a_condition_names_the_steps_it_reads() -> None:
    assert names('size(search.documents) > 0 && who.email != ""') == {"search", "who"}


@pytest.mark.parametrize("expression", ["", "size(", "search.count +", "import os", "__import__('os').system('true')", "a; b"])
def test_what_is_not_cel_is_refused(expression: str) -> None:
    with pytest.raises(BadInput) as caught:
        holds(expression, OUTPUTS)
    assert caught.value.field == "when"
    assert caught.value.cure


@pytest.mark.parametrize("expression", ["search.count", "who.name", "search.papers > 0", "search.documents[3].id == ''", "1 / 0 == 1"])
def test_what_gives_no_truth_value_is_refused(expression: str) -> None:
    with pytest.raises(BadInput):
        holds(expression, OUTPUTS)

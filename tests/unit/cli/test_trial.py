"""`tizmoret try`: words of a command line become the arguments of one step."""

from __future__ import annotations

from typing import Any

import pytest

from tests.requests.planning import builtin_catalog
from tizmoret.cli.trial import trial
from tizmoret.errors import BadInput, NotFound
from tizmoret.plan.check import check


def args(name: str, *words: str) -> dict[str, Any]:
    plan = trial(builtin_catalog(), name, words)
    assert check(plan, builtin_catalog().capabilities) == []
    (step,) = plan.steps
    assert step.uses == name
    return step.args


@pytest.mark.parametrize(
    ("words", "given"),
    [
        (["--title", "Call Dana", "--due", "2026-12-01"], {"title": "Call Dana", "due": "2026-12-01"}),
        (["--title=12"], {"title": "12"}),
        (["--title", "--hush"], {"title": "--hush"}),
        (["--title", "להתקשר"], {"title": "להתקשר"}),
    ],
)
def test_words_are_read_by_the_schema(words: list[str], given: dict[str, Any]) -> None:
    assert args("tasks.add", *words) == given


def test_numbers_choices_objects_and_lists() -> None:
    given = args("documents.search", "--limit", "5", "--period", '{"start": "2025-12-01", "end": "2025-12-31"}', "--kinds", "md")
    assert given == {"limit": 5, "period": {"start": "2025-12-01", "end": "2025-12-31"}, "kinds": ["md"]}
    assert args("documents.read", "--documents", "a.md", "--documents", "b.md") == {"documents": ["a.md", "b.md"]}
    assert args("documents.read", "--documents", '["a.md", "b.md"]') == {"documents": ["a.md", "b.md"]}


def test_an_agent_can_be_tried_too() -> None:
    assert args("contact-search", "--name", "Yoav") == {"name": "Yoav"}


def test_what_has_an_effect_asks_and_what_reads_does_not() -> None:
    assert trial(builtin_catalog(), "tasks.add", ["--title", "x"]).steps[0].needs_approval
    assert not trial(builtin_catalog(), "tasks.list", []).steps[0].needs_approval


@pytest.mark.parametrize(
    ("words", "field", "told"),
    [
        (["--titel", "x"], "titel", "--title, --due, --remind, --note"),
        ([], "title", "missing"),
        (["--title"], "title", "no value"),
        (["x"], "arguments", "is no argument"),
        (["--title", "x", "--due", "someday"], "due", "tasks.add cannot use due"),
        (["--title", ""], "title", "shorter than 1"),
    ],
)
def test_what_does_not_fit_is_told_with_its_name(words: list[str], field: str, told: str) -> None:
    with pytest.raises(BadInput) as caught:
        trial(builtin_catalog(), "tasks.add", words)
    assert field in str(caught.value.field)
    assert told in str(caught.value)


def test_a_name_that_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(NotFound, match=r"tasks\.add"):
        trial(builtin_catalog(), "tasks.ad", [])

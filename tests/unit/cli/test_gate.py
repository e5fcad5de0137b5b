"""What is shown before an approval, and what an answer means."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from rich.console import Console

from tizmoret.cli import terminal
from tizmoret.cli.gate import LATER, Decision, show_gate, understand
from tizmoret.cli.terminal import Screen
from tizmoret.ids import uuid7
from tizmoret.views import Approval, OptionView


def approval(**more: Any) -> Approval:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    basis = {"id": uuid7(), "execution_id": uuid7(), "step_id": "meeting", "purpose": "approval", "status": "pending", "created_at": now}
    return Approval(**{**basis, "title": "Meeting with Yoav", "tool": "calendar.create", "effect": "write", **more})


QUESTION = approval(purpose="question", title="Which Yoav?", options=[OptionView(label="Yoav Levi"), OptionView(label="Yoav Cohen")])
IN_WORDS = approval(purpose="question", title="With whom?")


@pytest.mark.parametrize("answer", ["y", "Y", "yes", " yes ", "כן", "כ"])
def test_yes_in_either_language_approves(answer: str) -> None:
    assert understand(answer, approval()) == Decision("approve")


@pytest.mark.parametrize(
    ("answer", "note"), [("n", ""), ("no", ""), ("לא", ""), ("n too early", "too early"), ("לא מוקדם מדי", "מוקדם מדי")]
)
def test_no_rejects_and_may_say_why(answer: str, note: str) -> None:
    assert understand(answer, approval()) == Decision("reject", note=note)


@pytest.mark.parametrize("answer", ["", "l", "later", "אחר כך"])
def test_an_empty_line_decides_nothing(answer: str) -> None:
    assert understand(answer, approval()) == LATER


@pytest.mark.parametrize("answer", ["yes but later", "yeah", "1", "ok", "ye s", "y!", "\u202ey"])
def test_what_is_not_plainly_a_yes_is_not_a_yes(answer: str) -> None:
    assert understand(answer, approval()) is None


@pytest.mark.parametrize(("answer", "option"), [("1", 0), ("2", 1), ("Yoav Cohen", 1), ("yoav levi", 0)])
def test_a_question_takes_a_number_from_one_or_the_answer_itself(answer: str, option: int) -> None:
    assert understand(answer, QUESTION) == Decision("approve", option=option)


@pytest.mark.parametrize("answer", ["0", "3", "-1", "Yoav", "y", "9" * 5000, "²"])
def test_a_number_that_no_option_has_is_asked_again(answer: str) -> None:
    assert understand(answer, QUESTION) is None


def test_a_question_without_options_takes_words() -> None:
    assert understand("With Dana", IN_WORDS) == Decision("approve", text="With Dana")
    assert understand("  ", IN_WORDS) == LATER


def shown(monkeypatch: pytest.MonkeyPatch, gate: Approval, *, live: bool = True) -> str:
    written = io.StringIO()
    monkeypatch.setattr(terminal, "_console", lambda *, stderr: Console(file=written, width=80, force_terminal=live, no_color=True))
    show_gate(gate, Screen())
    return written.getvalue()


def test_every_value_that_will_run_is_shown_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    long = "word " * 200 + "END"
    args = {
        "title": "T",
        "attendees": [{"name": "Yoav", "email": "y@x.org"}],
        "all_day": False,
        "none": None,
        "text": long,
        "minutes": 60,
        "tags": [],
    }
    text = shown(monkeypatch, approval(args=args, sources=["documents.search", "person"]))
    for piece in (
        "calendar.create",
        "writes, can be undone",
        "attendees[0].email: y@x.org",
        "all_day: false",
        "none: null",
        "minutes: 60",
        "tags: []",
    ):
        assert piece in text
    assert "END" in text
    assert "documents.search, person" in text


def test_a_value_cannot_hide_reorder_or_imitate_a_field(monkeypatch: pytest.MonkeyPatch) -> None:
    args = {"to": "boss@x.org\u202e", "body": "hello\n  amount: 1\x1b[2A", "evil\nname": "v"}
    text = shown(monkeypatch, approval(args=args))
    assert "⟪U+202E⟫" in text
    assert "⟪U+001B⟫[2A" in text
    assert "\n  amount: 1" not in text  # a value's own lines stand behind a bar
    assert "\nname" not in text


def test_values_from_elsewhere_come_with_a_warning_and_finality_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(monkeypatch, approval(args={}, integrity="untrusted", reversible=False, effect="send"))
    assert "content that others wrote" in text
    assert "sends, cannot be undone" in text


def test_the_answers_of_a_question_are_numbered_from_one(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(monkeypatch, QUESTION)
    assert "1. Yoav Levi" in text
    assert "2. Yoav Cohen" in text

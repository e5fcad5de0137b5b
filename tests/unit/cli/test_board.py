"""What a person sees of an execution, built from its events."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tizmoret.cli.board import Board
from tizmoret.views import EventView, StepView

START = datetime(2026, 11, 20, 9, tzinfo=UTC)


def step(id: str, *after: str, **more: Any) -> StepView:
    return StepView(
        **{"id": id, "title": id, "uses": "t", "kind": "tool", "effect": "none", "status": "pending", "depends_on": list(after)} | more
    )


def board(*steps: StepView) -> Board:
    made = Board()
    made.plan(steps)
    return made


def happen(made: Board, kind: str, at: float = 0, **data: Any) -> None:
    made.apply(EventView(seq=made.seq + 1, kind=kind, at=START + timedelta(seconds=at), data=data))


def test_a_step_hangs_below_the_deepest_it_waits_for() -> None:
    made = board(
        step("search"), step("contact"), step("analysis", "search"), step("meeting", "contact", "analysis"), step("agenda", "meeting")
    )
    assert [(line.id, line.prefix) for line in made.drawn] == [
        ("search", "├─ "),
        ("analysis", "│  └─ "),
        ("meeting", "│     └─ "),
        ("agenda", "│        └─ "),
        ("contact", "└─ "),
    ]


def test_a_chain_of_ten_thousand_steps_is_drawn() -> None:
    made = board(step("s0"), *(step(f"s{n}", f"s{n - 1}") for n in range(1, 10_000)))
    assert [line.id for line in made.drawn[:3]] == ["s0", "s1", "s2"]
    assert len(made.drawn) == 10_000


def test_a_step_runs_reports_and_completes_with_its_time() -> None:
    made = board(step("a"))
    happen(made, "step.started", 1, step="a")
    happen(made, "step.progress", 2, step="a", message="half", fraction=0.5)
    line = made.lines["a"]
    assert (line.status, line.note, line.fraction) == ("running", "half", 0.5)
    happen(made, "step.completed", 4, step="a", output={}, label={})
    assert (line.status, line.note, line.seconds(START)) == ("completed", "", 3.0)
    assert made.done() == 1


def test_a_mapped_step_is_completed_by_its_last_item_and_an_event_told_twice_counts_once() -> None:
    made = board(step("a"))
    happen(made, "step.expanded", step="a", count=2)
    for item in (0, 0):
        happen(made, "step.started", step="a", item=item)
        happen(made, "step.completed", step="a", item=item)
    assert made.lines["a"].status == "running"
    happen(made, "step.completed", step="a", item=1)
    assert made.lines["a"].status == "completed"


def test_a_failed_attempt_that_will_be_repeated_is_no_failed_step() -> None:
    made = board(step("a"))
    happen(made, "step.started", step="a")
    happen(made, "step.failed", step="a", error={"detail": "busy"}, retry_in=0.5)
    assert made.lines["a"].status == "running"
    assert "busy" in made.lines["a"].note
    happen(made, "step.failed", step="a", error={"detail": "gone"})
    assert (made.lines["a"].status, made.lines["a"].note) == ("failed", "gone")


def test_a_gate_opens_and_its_approval_lets_the_step_go_on() -> None:
    made = board(step("a"))
    happen(made, "gate.opened", step="a", gate="g", purpose="approval", title="A")
    assert made.lines["a"].status == "gate"
    happen(made, "gate.closed", step="a", gate="g", decision="approved", by="owner")
    assert made.lines["a"].status == "ready"


def test_an_answered_question_of_a_step_completes_it() -> None:
    made = board(step("a"))
    happen(made, "gate.opened", step="a", gate="g", purpose="question", title="which?")
    happen(made, "gate.closed", step="a", gate="g", decision="answered", by="owner")
    assert made.lines["a"].status == "completed"


def test_events_of_the_planner_and_of_unknown_steps_change_no_line() -> None:
    made = board(step("a"))
    happen(made, "gate.opened", step=None, gate="g", purpose="question", title="what?")
    happen(made, "step.started", step="elsewhere")
    happen(made, "something.new", step="a")
    assert made.lines["a"].status == "pending"
    assert made.seq == 3

"""Approvals at a real terminal: what is shown, what is typed, what happens."""

import os
import signal

import pytest

from tests.integration.cli.program import Program
from tests.integration.cli.test_requests import ENGLISH, HEBREW, calendar

pytestmark = pytest.mark.xdist_group("cli terminal")


def test_a_person_picks_the_yoav_and_approves_the_meeting(program: Program) -> None:
    terminal = program.at_terminal("run", HEBREW)
    question = terminal.wait_for("Number of the answer")
    assert "1. " in question
    assert "2. " in question
    terminal.type("7\n")
    terminal.wait_for("That was not understood.")
    terminal.wait_for("Number of the answer")
    terminal.type("2\n")
    gate = terminal.wait_for("Approve?")
    for words in ("calendar.create", "writes, can be undone", "start", "attendees[0].email", "sources"):
        assert words in gate, words
    before = calendar(program).count("BEGIN:VEVENT")
    terminal.type("y\n")
    assert terminal.end() == 0, terminal.seen
    assert calendar(program).count("BEGIN:VEVENT") == before + 1
    assert "\u2067" in terminal.seen  # Hebrew lines run from right to left
    assert "Traceback" not in terminal.seen


def test_a_no_with_a_reason_writes_nothing(program: Program) -> None:
    before = calendar(program)
    terminal = program.at_terminal("run", ENGLISH)
    terminal.wait_for("Number of the answer")
    terminal.type("1\n")
    terminal.wait_for("Approve?")
    terminal.type("n not this week\n")
    terminal.end()
    assert "rejected" in terminal.seen
    assert calendar(program) == before


def test_what_is_typed_before_the_question_is_seen_does_not_answer_it(program: Program) -> None:
    terminal = program.at_terminal("run", HEBREW)
    terminal.type("1\ny\n" * 3)
    terminal.wait_for("Number of the answer")
    terminal.type("\n")  # later
    assert terminal.end() == 3, terminal.seen
    assert "Approve?" not in terminal.seen


def test_ctrl_c_leaves_the_execution_for_later(program: Program) -> None:
    terminal = program.at_terminal("run", HEBREW)
    terminal.wait_for("Number of the answer")
    os.kill(terminal.pid, signal.SIGINT)
    assert terminal.end() == 130, terminal.seen
    assert "nothing is lost" in terminal.seen
    again = program.at_terminal("show", "last", "--follow")
    again.wait_for("Number of the answer")
    again.type("2\n")
    again.wait_for("Approve?")
    again.type("\x04")  # Ctrl-D: later
    assert again.end() == 3, again.seen
    program("cancel", "last")


def test_visual_order_is_for_terminals_that_do_not_reorder(program: Program) -> None:
    program("run", "--no-wait", HEBREW)
    program.env["TIZMORET_BIDI"] = "visual"
    try:
        terminal = program.at_terminal("show", "last")
        assert terminal.end() == 0
    finally:
        del program.env["TIZMORET_BIDI"]
    assert "תואובתב" in terminal.seen  # the letters of the request in the order in which they are drawn
    assert not set(terminal.seen) & set("\u2066\u2067\u2068\u2069")

"""Requests at the real program, with the offline planner on the demo workspace: run, decide, look."""

import datetime as dt
import json
from pathlib import Path

import pytest

from tests.integration.cli.program import Program

pytestmark = pytest.mark.xdist_group("cli requests")  # they share a home

HEBREW = "תקרא מה עשינו בדצמבר בתבואות ותקבע פגישה עם יואב"
ENGLISH = "Read what we did in December on grain and schedule a meeting with Yoav"


def asked(program: Program, request: str) -> str:
    """The id of a new execution that has stopped to ask which Yoav."""
    ended = program("run", "--json", request)
    assert ended.code == 3, ended
    id: str = ended.lines[-1]["id"]
    return id


def calendar(program: Program) -> str:
    """All that its files say, folded lines put together."""
    files = sorted(program.home.glob("workspaces/*/calendar/*.ics"))
    return "\n".join(path.read_text() for path in files).replace("\r\n", "\n").replace("\n ", "")


def agendas(program: Program) -> list[Path]:
    return [path for path in program.home.glob("workspaces/*/documents/**/*.docx") if "סדר יום" in path.name or "Agenda" in path.name]


@pytest.mark.parametrize("request_", ["בדוק את המערכת", "check the system"])
def test_a_system_check_runs_to_its_end_and_prints_its_answer(program: Program, request_: str) -> None:
    ended = program("run", request_)
    assert ended.code == 0, ended
    assert "PostgreSQL" in ended.out
    assert "✓" in ended.out


def test_the_request_in_hebrew_asks_which_yoav_then_for_the_meeting_and_then_it_is_in_the_calendar(program: Program) -> None:
    asked = program("run", HEBREW)
    assert asked.code == 3, asked
    assert "--option 1" in asked.err
    before, written = calendar(program).count("BEGIN:VEVENT"), agendas(program)
    gated = program("approve", "last", "--option", "2")
    assert gated.code == 3, gated
    assert "tizmoret reject" in gated.err
    assert calendar(program).count("BEGIN:VEVENT") == before
    done = program("approve", "last", "--note", "בסדר")
    assert done.code == 0, done
    assert "start: " in done.out  # what was approved is shown
    assert calendar(program).count("BEGIN:VEVENT") == before + 1
    assert "פגישה עם יואב" in calendar(program)
    assert len(agendas(program)) == len(written) + 1
    shown = program("show", "last", "--json").lines[0]
    assert shown["execution"]["status"] == "completed"
    assert {step["status"] for step in shown["steps"]} == {"completed"}
    assert {approval["status"] for approval in shown["approvals"]} == {"answered", "approved"}


def test_a_meeting_and_its_agenda_are_undone_and_that_is_said(program: Program) -> None:
    before, documents = calendar(program), agendas(program)
    id = asked(program, HEBREW)
    assert program("approve", id, "--option", "2").code == 3
    assert program("approve", id).code == 0
    assert calendar(program) != before
    undone = program("undo", id)
    assert undone.code == 0, undone
    assert undone.out.count("Undone") + undone.out.count("בוטל:") >= 2
    assert calendar(program).count("BEGIN:VEVENT") == before.count("BEGIN:VEVENT")
    assert agendas(program) == documents
    assert program("list", "--status", "undone", "--json").lines[0]["items"][0]["id"] == id
    again = program("undo", id)
    assert again.code == 1
    assert "nothing to undo" in again.err.lower()


def test_nothing_is_locked_while_nothing_runs(program: Program) -> None:
    assert program("locks").out.strip() == "Nothing is locked."
    assert program("locks", "--json").lines == [[]]


def test_reminders_are_told_what_is_due_first(program: Program) -> None:
    assert program("reminders").out == "There are no reminders.\n"
    an_hour_ago = (dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)).isoformat()
    assert program("run", "remind me tomorrow at nine to call Dana").code == 0
    assert program("try", "tasks.add", "--title", "לבדוק את הגדר", "--remind", an_hour_ago, "--yes").code == 0
    _, first, second = program("reminders", env={"TIZMORET_LANG": "he"}).out.splitlines()
    assert "הגיע הזמן" in first
    assert "לבדוק את הגדר" in first
    assert "09:00  בהמשך" in second
    found = program("reminders", "--json").lines[0]
    assert [(one["title"], one["due"]) for one in found] == [("לבדוק את הגדר", True), ("Call Dana", False)]


def test_a_reminder_is_put_off_closed_and_ticked_off_and_the_last_can_be_undone(program: Program) -> None:
    tomorrow = (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).strftime("%Y-%m-%d")
    for title in ("Water the olives", "Water the vines"):
        assert program("try", "tasks.add", "--title", title, "--remind", f"{tomorrow}T09:00:00+00:00", "--yes").code == 0
    several = program("reminders", "dismiss", "water")
    assert (several.code, "Water the olives; " in several.err, "Water the vines" in several.err) == (2, True, True)
    put_off = program("reminders", "later", "olives", "--until", f"{tomorrow}T11:30")
    assert f"Water the olives will be told again at {tomorrow} 11:30" in put_off.out
    refused = program("reminders", "later", "olives", "--until", "yesterday at 9:00", env={"TIZMORET_LANG": "he"})
    assert (refused.code, "`until`" in refused.err, "יש לתת מועד" in refused.err) == (2, True, True)
    assert program("reminders", "done", "olives", "--json").lines[-1]["status"] == "completed"
    assert "Water the olives" not in program("reminders").out
    assert program("undo", "last").code == 0
    assert "נסגרה" in program("reminders", "dismiss", "vines", env={"TIZMORET_LANG": "he"}).out
    left = program("reminders").out
    assert (f"{tomorrow} 11:30  to come  Water the olives" in left, "Water the vines" in left) == (True, False)
    assert program("reminders", "--workspace", "nowhere", "done", "1").code == 2


def test_what_the_agents_of_an_execution_share_is_shown(program: Program) -> None:
    id = program("try", "risk-watch", "--query", "ממגורות", "--json").lines[-1]["id"]
    told = program("context", id)
    assert "→ *: " in told.out
    shown = program("context", id, "--json").lines[0]
    assert shown["values"] == []
    assert {message["message"] for message in shown["messages"]} == {"tell"}
    nothing = program("try", "system.check", "--json").lines[-1]["id"]
    assert program("context", nothing).out.strip() == "Nothing is shared."


def test_what_was_decided_once_is_not_decided_again(program: Program) -> None:
    id = asked(program, HEBREW)
    question = program("show", id, "--json").lines[0]["approvals"][0]["id"]
    assert program("approve", id, "--option", "1", "--no-wait").code == 0
    again = program("approve", id, question, "--option", "1")
    assert again.code == 1
    assert "already" in again.err
    assert "Traceback" not in again.err


def test_a_rejected_meeting_is_not_written_and_the_answer_says_so(program: Program) -> None:
    id = asked(program, ENGLISH)
    assert program("approve", id, "--option", "1").code == 3
    before, written = calendar(program), agendas(program)
    rejected = program("reject", id, "--note", "not this week")
    assert "rejected" in rejected.out
    assert calendar(program) == before
    assert agendas(program) == written
    assert program("show", id, "--json").lines[0]["approvals"][-1]["note"] == "not this week"


def test_a_question_is_not_answered_by_approving_and_an_answer_out_of_range_is_bad_use(program: Program) -> None:
    id = asked(program, HEBREW)
    for arguments in ([], ["--option", "9"], ["--option", "0"]):
        ended = program("approve", id, *arguments)
        assert ended.code == 2, ended
        assert "--option" in ended.err


def test_what_is_cancelled_takes_no_decision_any_more(program: Program) -> None:
    id = asked(program, HEBREW)
    assert program("cancel", id, "--json").lines[0]["status"] == "cancelled"
    assert program("approve", id, "--option", "1").code == 1
    assert program("resume", id).code == 1


def test_yes_approves_actions_and_leaves_the_question_of_which_yoav(program: Program) -> None:
    ended = program("run", "--yes", HEBREW)
    assert ended.code == 3
    assert "does not answer questions" in ended.err


def test_json_is_the_events_without_a_gap_and_then_the_execution(program: Program) -> None:
    ended = program("run", "--json", "check the system")
    assert ended.code == 0
    *events, execution = ended.lines
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert events[-1]["kind"] == "execution.completed"
    assert execution["status"] == "completed"
    assert execution["seq"] == len(events)


def test_a_plan_shows_its_gates_and_touches_nothing(program: Program) -> None:
    before = calendar(program)
    shown = program("plan", HEBREW)
    assert shown.code == 0
    assert "will ask first" in shown.out
    preview = program("plan", "--json", ENGLISH).lines[0]
    assert preview["gates"]
    assert len(preview["levels"]) >= 3
    assert calendar(program) == before


def test_the_list_finds_by_words_and_state_and_ids_may_be_shortened(program: Program) -> None:
    found = program("list", "--status", "completed", "--query", "system", "--json").lines[0]["items"]
    assert found
    assert all("system" in one["request"] for one in found)
    id = found[0]["id"]
    assert id in program("show", id[:13]).out
    assert id in program("show", id[-8:]).out
    assert id[:13] in program("list").out
    many = program("show", id[:4])
    assert many.code == 2
    assert many.err.count(id[:4]) > 2  # it names those that it could be


def test_a_pause_holds_until_resume(program: Program) -> None:
    begun = program("run", "--no-wait", "--json", "check the system").lines[0]
    assert program("pause", begun["id"]).code == 0
    assert program("show", begun["id"], "--follow").code == 3
    assert program("resume", begun["id"]).code == 0


def test_hebrew_speakers_are_spoken_to_in_hebrew(program: Program) -> None:
    ended = program("list", env={"TIZMORET_LANG": "he"})
    assert "בקשה" in ended.out
    assert "הושלם" in ended.out


def test_nothing_that_is_piped_has_direction_marks_or_escapes(program: Program) -> None:
    for arguments in (["show", "last"], ["list"], ["plan", HEBREW]):
        assert not set(program(*arguments).out) & set("\u2066\u2067\u2068\u2069\u200f\x1b")


def test_doctor_finds_everything_well(program: Program) -> None:
    ended = program("doctor", "--json", env={"TIZMORET_PORT": "0"})
    assert ended.code == 0
    assert all(check["ok"] for check in json.loads(ended.out))


def test_doctor_says_what_to_do_without_a_database(program: Program) -> None:
    ended = program("doctor", env={"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "TIZMORET_PORT": "0"})
    assert ended.code == 1
    assert "✗ database" in ended.out
    assert "→" in ended.out


def test_the_token_is_the_same_each_time_and_for_its_owner_only(program: Program) -> None:
    first, second = program("token").out.strip(), program("token").out.strip()
    assert first == second
    assert len(first) > 32
    assert (program.home / "owner-token").stat().st_mode & 0o077 == 0
    assert first not in (program.home / "logs" / "tizmoret.log").read_text()


def test_a_request_is_scheduled_shown_paused_resumed_and_removed(program: Program) -> None:
    made = program("schedule", "add", "0 8 * * 0-4", "מה יש לי היום ביומן?", "--json")
    assert made.code == 0, made
    id = made.lines[0]["id"]
    shown = program("schedule", "list")
    assert "0 8 * * 0-4" in shown.out
    assert "מה יש לי היום ביומן?" in shown.out
    assert program("schedule", "pause", id[-8:]).code == 0
    assert program("schedule", "list", "--json").lines[0][0]["paused"] is True
    assert program("schedule", "resume", id).code == 0
    assert program("schedule", "remove", id[:13]).code == 0
    assert program("schedule", "list", "--json").lines == [[]]


def test_an_execution_is_gone_on_with_from_a_step_and_what_cannot_be_is_said_in_one_sentence(program: Program) -> None:
    assert program("run", "check the system").code == 0
    step = program("show", "last", "--json").lines[0]["steps"][-1]["id"]
    source = program("show", "last", "--json").lines[0]["execution"]["id"]
    again = program("fork", "last", step)
    assert again.code == 0, again
    shown = program("show", "last", "--json").lines[0]
    assert (shown["execution"]["forkedFrom"], shown["execution"]["forkedStep"]) == (source, step)
    for arguments, said in ((["nowhere"], "nowhere"), ([step, "--args", "[]"], "JSON")):
        refused = program("fork", "last", *arguments)
        assert (refused.code, refused.out) == (2, "")
        assert said in refused.err

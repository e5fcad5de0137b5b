"""Bad input to every command: an exit code, one sentence with its cure, never a traceback."""

from pathlib import Path

import pytest

from tests.integration.cli.program import Ended, Program

UNKNOWN = "01a1fc10-0000-7000-8000-000000000000"
MISUSED = [
    ["fly"],
    ["run"],
    ["run", "--fast", "x"],
    ["plan"],
    ["list", "--limit", "0"],
    ["list", "--limit", "201"],
    ["list", "--limit", "many"],
    ["list", "--status", "happy"],
    ["list", "extra"],
    ["show"],
    ["show", "--nope"],
    ["approve"],
    ["approve", "last", "x", "y"],
    ["approve", "last", "--option", "first"],
    ["approve", "last", "--args", "{"],
    ["approve", "last", "--args", "[1]"],
    ["approve", "last", "--args", "[" * 100_000],
    ["reject"],
    ["serve", "--port", "70000"],
    ["serve", "--port", "-1"],
    ["serve", "--port", "web"],
    ["token", "now"],
    ["doctor", "--hard"],
    ["completion", "tcsh"],
    ["schedule", "fly"],
    ["schedule", "add", "* * * * *"],
    ["schedule", "add", "* * * * *", "x", "--priority", "101"],
    ["worker", "--port", "-1"],
    ["import", "wfcommons"],
    ["import", "cookery", "x"],
    ["import", "wfcommons", "x", "--scale", "fast"],
    ["verify", "--seconds", "0"],
]
UNUSABLE = [
    ["run", ""],
    ["run", " \n\t "],
    ["run", b"\xff\xfe"],
    ["plan", ""],
    ["show", UNKNOWN],
    ["show", "last"],
    ["show", "zzzz"],
    ["show", "ab"],
    ["show", "../../etc/passwd"],
    ["show", ""],
    ["show", "%%%%"],
    ["approve", UNKNOWN],
    ["approve", "last", UNKNOWN],
    ["reject", UNKNOWN],
    ["pause", UNKNOWN],
    ["resume", UNKNOWN],
    ["cancel", UNKNOWN],
    ["import", "wfcommons", "nothing-here.json"],
    ["import", "wfcommons", "/"],
    ["import", "wfcommons", __file__],
    ["cancel", "\u202e1234"],
    ["schedule", "add", "odd", "x"],
    ["schedule", "add", "* * * * *", ""],
    ["schedule", "add", "* * * * *", b"\xff\xfe"],
    ["schedule", "add", "* * * * *", "x", "--missed", "never"],
    ["schedule", "add", "* * * * *", "x", "--timezone", "Mars/Base"],
    ["schedule", "pause", UNKNOWN],
    ["schedule", "remove", "ab"],
]
ENVIRONMENTS = [
    {"TIZMORET_PORT": "web"},
    {"TIZMORET_PORT": "70000"},
    {"TIZMORET_SLOTS": "0"},
    {"TIZMORET_SLOTS": "²"},
    {"TIZMORET_TIMEZONE": "Mars/Olympus"},
    {"TIZMORET_TIMEZONE": "../../etc/passwd"},
    {"TIZMORET_MODEL_URL": "ftp://x"},
]


def is_one_sentence(ended: Ended, code: int) -> None:
    assert ended.code == code, ended
    assert "Traceback" not in ended.out + ended.err
    assert len(ended.err.strip().splitlines()) == 1, ended.err
    assert ended.err.strip().endswith((".", "…", ")", "}", '"')), ended.err


@pytest.mark.parametrize("arguments", MISUSED, ids=lambda arguments: " ".join(arguments)[:40])
def test_a_command_that_cannot_be_understood_is_bad_use_and_names_its_help(program: Program, arguments: list[str]) -> None:
    is_one_sentence(program(*arguments), 2)


@pytest.mark.parametrize("arguments", UNUSABLE, ids=lambda arguments: repr(arguments)[:40])
def test_what_names_nothing_or_asks_nothing_is_bad_use(program: Program, arguments: list[str | bytes]) -> None:
    is_one_sentence(program(*arguments), 2)


@pytest.mark.parametrize("env", ENVIRONMENTS, ids=str)
def test_a_bad_setting_is_named(program: Program, env: dict[str, str]) -> None:
    ended = program("list", env=env)
    is_one_sentence(ended, 2)
    assert next(iter(env)) in ended.err


def test_a_request_over_the_limit_is_bad_use_from_the_input_too(program: Program) -> None:
    is_one_sentence(program("run", "-", stdin="בקשה ארוכה ".encode() * 5_000), 2)
    is_one_sentence(program("run", "x" * 100_000), 2)


def test_input_that_is_no_text_is_bad_use(program: Program) -> None:
    is_one_sentence(program("run", "-", stdin=b"\xff\xfe\x00meeting"), 2)


def test_a_home_that_cannot_be_written_is_a_failure_that_names_the_setting(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    ended = program("list", env={"TIZMORET_HOME": str(file)})
    is_one_sentence(ended, 1)
    assert "TIZMORET_HOME" in ended.err


def test_a_database_that_does_not_answer_is_a_failure_that_says_so(program: Program) -> None:
    ended = program("list", env={"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"})
    is_one_sentence(ended, 1)
    assert "DATABASE_URL" in ended.err


def test_no_command_prints_the_help_and_is_bad_use(program: Program) -> None:
    ended = program()
    assert ended.code == 2
    assert "Commands:" in ended.out


def test_help_and_version_need_no_home(program: Program) -> None:
    nowhere = {"TIZMORET_HOME": "/proc/nowhere"}
    assert program("--help", env=nowhere).code == 0
    assert program("--version", env=nowhere).out.startswith("tizmoret 0.")


def test_the_help_is_hebrew_where_the_locale_is(program: Program) -> None:
    assert "לבצע בקשה" in program("--help", env={"LANG": "he_IL.UTF-8"}).out


def test_a_reader_that_goes_away_is_no_error(program: Program) -> None:
    import subprocess

    from tests.integration.cli.program import PROGRAM

    command = " ".join(f"'{part}'" for part in PROGRAM)
    done = subprocess.run(["/bin/sh", "-c", f"{command} --help | true"], env=program.env, capture_output=True, timeout=60)
    assert done.stderr == b""

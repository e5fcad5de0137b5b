"""How a command ends."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tizmoret.cli.failure import BAD_USE, FAILED, apologise, exit_code, explain
from tizmoret.errors import BadInput, Conflict, Forbidden, NotFound, TizmoretError, TooLarge, Unavailable


@pytest.fixture(autouse=True)
def no_log_yet() -> Iterator[None]:
    root = logging.getLogger()
    handlers, root.handlers[:] = root.handlers[:], []
    level = root.level
    yield
    for handler in root.handlers:
        handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize(
    ("status", "code"),
    [("completed", 0), ("failed", 1), ("cancelled", 1), ("quarantined", 1), ("waiting", 3), ("paused", 3)],
)
def test_the_exit_code_says_how_the_execution_ended(status: str, code: int) -> None:
    assert exit_code(status) == code


@pytest.mark.parametrize(
    ("error", "code"),
    [(BadInput, BAD_USE), (NotFound, BAD_USE), (TooLarge, BAD_USE), (Conflict, FAILED), (Unavailable, FAILED), (Forbidden, FAILED)],
)
def test_an_error_is_one_sentence_with_its_cure(capsys: pytest.CaptureFixture[str], error: type[TizmoretError], code: int) -> None:
    assert explain(error("It is\nso\x1b[2J.", cure="Do this.")) == code
    assert capsys.readouterr().err == "It is so [2J. Do this.\n"


def test_what_was_not_expected_is_one_sentence_here_and_a_traceback_in_the_log(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TIZMORET_HOME", str(tmp_path))
    with pytest.raises(ZeroDivisionError) as raised:
        raise ZeroDivisionError("by zero")
    assert apologise(raised.value) == FAILED
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert str(tmp_path / "logs" / "tizmoret.log") in said
    logged = json.loads((tmp_path / "logs" / "tizmoret.log").read_text().splitlines()[-1])
    assert "Traceback" in logged["exception"]
    assert "test_failure.py" in logged["exception"]


def test_without_a_log_it_does_not_point_to_one(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIZMORET_HOME", "/proc/nowhere")
    apologise(ZeroDivisionError("by zero"))
    said = capsys.readouterr().err
    assert "ZeroDivisionError: by zero" in said
    assert "tizmoret.log" not in said


def test_the_traceback_is_for_who_asks(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TIZMORET_HOME", str(tmp_path))
    monkeypatch.setenv("TIZMORET_DEBUG", "1")
    apologise(ZeroDivisionError("by zero"))
    assert "ZeroDivisionError" in capsys.readouterr().err.splitlines()[-1]

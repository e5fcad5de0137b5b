"""Hebrew on a line, and text from outside that must not command the terminal."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from tizmoret.cli import terminal
from tizmoret.cli.terminal import FSI, PDI, RLI, Screen, fit, isolate, line, pad, plain, visible


def test_a_direction_override_is_shown_and_not_obeyed() -> None:
    assert visible("pay \u202eTXT.exe") == "pay ⟪U+202E⟫TXT.exe"


DIRECTION = ["\u202a", "\u2066", "\u2069", "\u200f", "\u061c"]
INVISIBLE = ["\u200b", "\u200d", "\ufeff", "\u00ad", "\u2028", "\U000e0041", "\u3164"]
CONTROL = ["\x1b", "\x07", "\r", "\x9b", "\x7f"]


@pytest.mark.parametrize("hidden", DIRECTION + INVISIBLE + CONTROL)
def test_at_an_approval_every_character_that_draws_nothing_is_shown(hidden: str) -> None:
    assert visible(f"a{hidden}b") == f"a⟪U+{ord(hidden):04X}⟫b"


@given(st.text())
def test_nothing_that_is_printed_can_move_the_cursor(text: str) -> None:
    for safe in (plain(text), visible(text)):
        assert not [char for char in safe if (ord(char) < 32 and char not in "\n\t") or 127 <= ord(char) < 160]


def test_what_is_harmless_stays_as_it_is() -> None:
    text = "שלום, Yoav — 09:00 · niqqud: שָׁלוֹם\n\tnext"
    assert plain(text) == text
    assert visible(text) == text


def test_a_value_is_isolated_only_where_it_would_disturb_the_line() -> None:
    assert isolate("תבואות 15", "en") == f"{FSI}תבואות 15{PDI}"
    assert isolate("calendar.create", "en") == "calendar.create"
    assert isolate("calendar.create", "he") == f"{FSI}calendar.create{PDI}"
    assert isolate("תבואות", "he") == "תבואות"


def test_a_line_runs_as_most_of_its_letters_do() -> None:
    assert line("Yoav: נקבעה פגישה חדשה.") == f"{RLI}Yoav: נקבעה פגישה חדשה.{PDI}"
    assert line("A meeting with יואב.") == "A meeting with יואב."
    assert line("A meeting.") == "A meeting."
    assert line("09:00–10:00") == "09:00–10:00"


def test_a_row_without_hebrew_runs_as_its_paragraph_does() -> None:
    assert line("(report.docx).", "נכתב המסמך (report.docx).") == f"{RLI}(report.docx).{PDI}"


def test_niqqud_takes_no_room() -> None:
    assert fit("שָׁלוֹם", 4) == "שָׁלוֹם"
    assert cell_len(pad(f"{FSI}שָׁלוֹם{PDI}", 10)) == 10


@given(st.text(), st.integers(2, 80))
def test_a_fitted_text_is_one_line_no_wider_than_its_column(text: str, width: int) -> None:
    fitted = fit(plain(text), width)
    assert "\n" not in fitted
    assert cell_len(fitted) <= width


def _screen(monkeypatch: pytest.MonkeyPatch, *, live: bool) -> tuple[Screen, io.StringIO]:
    written = io.StringIO()
    monkeypatch.setattr(terminal, "_console", lambda *, stderr: Console(file=written, width=40, force_terminal=live, no_color=True))
    return Screen(), written


def test_on_a_terminal_long_hebrew_is_wrapped_before_it_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    screen, written = _screen(monkeypatch, live=True)
    screen.prose("נקבעה פגישה עם יואב לוי ביום ראשון בשעה 09:00, וסדר היום נכתב במסמך חדש.")
    rows = written.getvalue().splitlines()
    assert len(rows) > 1
    assert all(row.startswith(RLI) and row.endswith(PDI) and row.count(PDI) == 1 for row in rows)


def test_what_is_piped_is_plain_and_not_wrapped(monkeypatch: pytest.MonkeyPatch) -> None:
    screen, written = _screen(monkeypatch, live=False)
    text = "נקבעה פגישה עם יואב לוי ביום ראשון בשעה 09:00, וסדר היום נכתב במסמך חדש."
    screen.prose(text)
    screen.say("watch.planned", steps=5, planner="לא מקוון")
    assert written.getvalue().splitlines()[0] == text
    assert not set(written.getvalue()) & {FSI, RLI, PDI}


def test_isolates_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIZMORET_BIDI", "off")
    screen, written = _screen(monkeypatch, live=True)
    screen.prose("שלום")
    assert written.getvalue() == "שלום\n"

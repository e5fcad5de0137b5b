"""The simulation holds on the engine as it is, is the same for the same seed, and finds what it is there to find."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from .safeguards import SAFEGUARDS

HERE = Path(__file__).parents[2]


def simulate(*arguments: str) -> tuple[int, list[str]]:
    """The exit code and the lines that it printed."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONHASHSEED"}
    ended = subprocess.run(
        [sys.executable, "-m", "tests.simulation", *arguments], cwd=HERE, env=environment, capture_output=True, text=True, timeout=100
    )
    assert ended.stderr == ""
    return ended.returncode, ended.stdout.splitlines()


def test_no_promise_is_broken_whatever_goes_wrong() -> None:
    code, lines = simulate("--seed", "1", "--events", "10000")
    assert code == 0, "\n".join(lines)
    assert "No violation." in lines[1]


def test_a_seed_is_a_world() -> None:
    first, second = simulate("--seed", "7", "--worlds", "3", "--digest"), simulate("--seed", "7", "--worlds", "3", "--digest")
    worlds = [[line for line in lines if line.startswith("world ")] for _, lines in (first, second)]
    assert worlds[0] == worlds[1]
    assert len(set(worlds[0])) == 3


def test_without_a_safeguard_it_finds_a_violation_and_the_seed_that_shows_it_again() -> None:
    code, lines = simulate("--events", "30000", "--without", *SAFEGUARDS)
    assert code == 1, "\n".join(lines)
    found = {again.rpartition(" ")[2]: violation for violation, again in zip(lines[::2], lines[1::2], strict=True)}
    assert found.keys() == SAFEGUARDS.keys()
    assert all(violation.startswith("VIOLATION") for violation in found.values())
    once_more = lines[1].partition("python -m tests.simulation ")[2].split()
    assert simulate(*once_more) == (1, lines[:2])

"""The proof by chaos: it holds; and without a safeguard it must find out."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

import pytest

from tizmoret.settings import Settings
from tizmoret.verify.scratch import scratch
from tizmoret.verify.trial import FAULTS, Outcome, Setup, run

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("trial"), pytest.mark.timeout(300)]
ROOT = Path(__file__).parents[2]


async def trial(seconds: float, **rest: Any) -> Outcome:
    setup = Setup(random.SystemRandom().randrange(10**6), seconds, **rest)
    print(f"seed {setup.seed}")
    settings = Settings.from_env({"TIZMORET_MODEL": "offline", "TIZMORET_HOME": "/nonexistent"})
    async with scratch(settings) as (own, embedded):
        outcome = await run(setup, own, embedded)
    print(outcome.faults, outcome.fenced, outcome.findings)
    return outcome


def sabotaged(safeguard: str) -> list[str]:
    return [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); sys.argv[0:1] = ['x', {safeguard!r}]; "
            "import runpy; runpy.run_module('tests.chaos.sabotage', run_name='__main__')"]  # fmt: skip


@pytest.mark.long
async def test_kills_pauses_and_cut_connections_lose_and_repeat_nothing() -> None:
    outcome = await trial(12.0, kills=4, faults={**FAULTS, "database crashed": 8})
    assert outcome.findings.violations == []
    assert outcome.faults["kill -9"] == 4
    assert outcome.findings.executions > 24
    assert outcome.findings.taken > 0


@pytest.mark.chaos
async def test_without_intents_the_trial_finds_effects_that_happened_twice() -> None:
    outcome = await trial(45.0, faults={"kill -9": 1}, command=sabotaged("intents"))
    assert outcome.findings.repeated


@pytest.mark.chaos
async def test_without_the_fence_the_trial_finds_violations() -> None:
    outcome = await trial(45.0, faults={"stopped": 1}, command=sabotaged("fence"))
    assert outcome.findings.violations

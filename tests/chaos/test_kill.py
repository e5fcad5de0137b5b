"""kill -9 at random moments: nothing is lost, no finished step runs again, no effect happens twice, what is not known is reported."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.victim import CATALOG
from tizmoret.orchestrator import Tizmoret
from tizmoret.settings import Settings

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]


def start(home: Path, url: str, count: int) -> subprocess.Popen[bytes]:
    env = {**os.environ, "DATABASE_URL": url, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-m", "tests.chaos.victim", str(home), str(count)], cwd=ROOT, env=env, stdout=subprocess.PIPE)


def kill_at_random(home: Path, url: str, each: int, kills: int, seed: int) -> int:
    """Start, kill, start again, each time with `each` more executions, until `kills` have hit; then let the last one finish.

    Returns how many executions there are."""
    dice, hits, starts = random.Random(seed), 0, 0
    print(f"seed {seed}")
    while hits < kills:
        starts += 1
        process = start(home, url, each * starts)
        assert process.stdout is not None
        process.stdout.readline()  # it works from here on
        try:
            process.wait(dice.uniform(0.0, 0.5))
        except subprocess.TimeoutExpired:
            hits += 1
            process.send_signal(signal.SIGKILL)
        process.communicate()
    last = start(home, url, each * starts)
    out, _ = last.communicate(timeout=240)
    assert last.returncode == 0, out
    print(f"{hits} kills in {starts} starts")
    return each * starts


async def verify(home: Path, url: str, count: int) -> dict[str, Any]:
    """Hold the world against the log."""
    settings = Settings.from_env({"TIZMORET_HOME": str(home), "DATABASE_URL": url, "TIZMORET_MODEL": "offline"})
    async with Tizmoret.open(settings, catalog=CATALOG, run_engine=False) as tizmoret:
        folder = tizmoret.workplaces.folder(tizmoret.workspace)
        calls = Counter[str]((folder / "calls.txt").read_text().splitlines())
        executions = (await tizmoret.executions.list(limit=200)).items
        assert len(executions) == count
        unknown = taken = 0
        for execution in executions:
            assert execution.status == "completed", (execution.status, execution.error)
            events = [event async for event in tizmoret.events(execution.id)]
            assert [event.seq for event in events] == list(range(1, execution.seq + 1))
            ended = Counter(event.data["step"] for event in events if event.kind == "step.completed")
            over = {e.data["step"]: e.seq for e in events if e.kind == "step.completed"}
            started_after = [e for e in events if e.kind == "step.started" and e.seq > over.get(e.data["step"], 10**9)]
            assert started_after == [], "a finished step ran again"
            assert max(ended.values()) == 1
            lost = [e for e in events if e.kind == "step.lost" and e.data["outcome"] == "unknown"]
            unknown += len(lost)
            taken += sum(event.kind == "execution.taken" for event in events)
            assert (folder / f"keyed-{execution.id}-keyed").exists(), "the keyed effect did not happen"
            assert calls[f"happened {execution.id}/keyed"] <= 1, "the keyed effect happened twice"
            # A once-effect is never called again blindly: at most one call, and where there is none a person was asked.
            assert calls[f"once {execution.id}/once"] <= 1
            assert calls[f"once {execution.id}/once"] == 1 or lost
    return {"executions": count, "unknown reported": unknown, "take-overs": taken}


@pytest.mark.long
async def test_a_few_kills_lose_and_repeat_nothing(home: Path, database_url: str) -> None:
    count = await asyncio.to_thread(kill_at_random, home, database_url, 8, 4, 20260)
    await verify(home, database_url, count)


@pytest.mark.chaos
async def test_fifty_kills_lose_and_repeat_nothing(home: Path, database_url: str) -> None:
    seed = random.SystemRandom().randrange(10**6)
    count = await asyncio.to_thread(kill_at_random, home, database_url, 2, 60, seed)
    print(await verify(home, database_url, count))

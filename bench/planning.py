"""Planning while it runs: how soon a step begins of a plan that a model still writes, and how often a preview's span is right."""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from bench.measures import Row
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.capability import Capability
from tizmoret.plan.expectation import Past, expected
from tizmoret.plan.model import Plan, Step
from tizmoret.settings import Settings

ROUNDS = 5
PACE = 1.0  # seconds between two steps that the model writes
# The first one ends while the model is at the third; the second one waits for it.
STEPS: list[dict[str, Any]] = [
    {"id": "first", "tool": "time.wait", "args": {"seconds": 1.5}},
    {"id": "second", "tool": "units.convert", "args": {"value": {"$from": "first.seconds"}, "unit": "feet", "to": "meters"}},
    *({"id": f"other{number}", "tool": "time.now", "args": {}} for number in range(3)),
]


async def run() -> list[Row]:
    return [await _streamed(), _covered()]


async def _streamed() -> Row:
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from wire import GeminiServer
    from wire.server import KEY, Say

    os.environ["GEMINI_API_KEY"] = KEY
    texts = ('{"goal": "g", "steps": [', *(json.dumps(step) + ("," if step is not STEPS[-1] else "") for step in STEPS), "]}")
    waited: list[float] = []
    with tempfile.TemporaryDirectory() as home, GeminiServer() as server:
        settings = replace(Settings.from_env({"TIZMORET_HOME": home}), model="google:gemini-2.5-flash", model_url=server.url)
        async with Tizmoret.open(settings) as tizmoret:
            for _ in range(ROUNDS + 1):  # the first one loads the libraries
                server.reply(Say("".join(texts), pieces=texts, pause=PACE))
                execution = await tizmoret.submit("look at the clock")
                at = {(event.kind, event.data.get("step")): event.at async for event in tizmoret.events(execution.id)}
                waited.append((at["step.started", "second"] - at["step.completed", "first"]).total_seconds() * 1000)
    soon = waited[1:]
    what = "a model writes five steps, one a second: from the end of a step to the start of the one that waits for it"
    value = f"median {median(soon):.1f} ms, most {max(soon):.1f} of {len(soon)}"
    return Row(what, value, hold="< 50 ms", held=max(soon) < 50)


def _covered() -> Row:
    """Durations are drawn as tools that depend on a network have them; the span is made from 30 calls of each and held against runs after it."""
    dice, free = random.Random(11), {"type": "object"}
    spreads = {"a.fast": (0.3, 0.5), "a.slow": (1.2, 0.9)}
    capabilities = {name: Capability(name, "tool", free, free) for name in spreads}
    ids = (("a", "a.fast", ()), ("b", "a.slow", ("a",)), ("c", "a.fast", ("a",)), ("d", "a.fast", ("b", "c")))
    plan = Plan(steps=tuple(Step(id=id, tool=tool, after=after) for id, tool, after in ids))
    inside = below = runs = 0
    for _ in range(200):
        past = {name: Past([dice.lognormvariate(*one) for _ in range(30)]) for name, one in spreads.items()}
        span = expected(plan, capabilities, past).seconds
        for _ in range(25):
            a, b, c, d = (dice.lognormvariate(*spreads[step.uses]) for step in plan.steps)
            took = a + max(b, c) + d
            inside, below, runs = inside + (span.low <= took <= span.high), below + (took <= span.high), runs + 1
    value = f"{inside / runs:.0%} of {runs:,} runs inside the span, {below / runs:.0%} not over its end"
    return Row("a preview from 30 earlier calls of each tool", value, hold="85 to 95 % not over its end", held=0.85 <= below / runs <= 0.95)

"""`tizmoret verify`: a trial on this machine, and a table of what came of it."""

from __future__ import annotations

import json
import logging
import random
from dataclasses import asdict
from typing import TYPE_CHECKING

from tizmoret import loop
from tizmoret.cli.failure import DONE, FAILED
from tizmoret.cli.logs import set_up_logs
from tizmoret.cli.messages import say
from tizmoret.cli.terminal import Screen
from tizmoret.settings import Settings

if TYPE_CHECKING:
    from tizmoret.verify.trial import Outcome

P50, P99 = 2.5, 6.0  # seconds that taking over may take


def verify(seconds: float, kills: int | None, seed: int | None, as_json: bool) -> int:
    """0 when everything held, 1 when something did not."""
    settings, screen = Settings.from_env(), Screen()
    set_up_logs(settings.home, told=logging.CRITICAL)  # that the database is gone now and then is what is wanted
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    if not as_json:
        screen.say("verify.begin", seconds=f"{seconds:g}", seed=seed)
        screen.out.file.flush()
    with screen.patience("verify.under_way"):
        outcome = loop.run(_trial(settings, seconds, kills, seed))
    rows = table(outcome)
    held = all(ok for _, _, ok in rows)
    if as_json:
        print(json.dumps({"seed": seed, "held": held, "faults": outcome.faults, "fenced": outcome.fenced, **asdict(outcome.findings)}))
        return DONE if held else FAILED
    for key, value, ok in rows:
        screen.print(f"{'✓' if ok else '✗'} {say(key)}: {screen.value(value)}", "" if ok else "bold red")
    for violation in outcome.findings.violations[:20]:
        screen.print(f"    {screen.value(violation)}")
    screen.say("verify.held" if held else "verify.broken", "bold", seed=seed)
    return DONE if held else FAILED


async def _trial(settings: Settings, seconds: float, kills: int | None, seed: int) -> Outcome:
    from tizmoret.verify.scratch import scratch
    from tizmoret.verify.trial import Setup, run

    async with scratch(settings) as (own, embedded):
        return await run(Setup(seed, seconds, kills=kills), own, embedded)


def table(outcome: Outcome) -> list[tuple[str, str, bool]]:
    """(what, value, whether it held)."""
    from tizmoret.verify.check import percentile

    found = outcome.findings
    times = found.all_takeovers
    rows = [
        ("verify.faults", ", ".join(f"{kind} {count}" for kind, count in sorted(outcome.faults.items())), True),
        ("verify.executions", f"{found.executions:,} ({found.steps:,} steps)", found.executions > 0),
        ("verify.lost", str(len(found.lost)), not found.lost),
        ("verify.repeated", str(len(found.repeated)), not found.repeated),
        ("verify.rerun", str(len(found.rerun)), not found.rerun),
        ("verify.unknown", f"{found.unknown} / {found.unknown + len(found.unreported)}", not found.unreported),
        ("verify.fenced", str(outcome.fenced), True),
    ]
    for kind, seconds in sorted(found.takeovers.items()):
        ordered = sorted(seconds)
        value = f"p50 {percentile(ordered, 0.5):.2f} s, p99 {percentile(ordered, 0.99):.2f} s ({kind}, {len(ordered)})"
        rows.append(("verify.takeover", value, True))
    if times:
        p50, p99 = percentile(times, 0.5), percentile(times, 0.99)
        rows.append(("verify.takeover", f"p50 {p50:.2f} s, p99 {p99:.2f} s ({len(times)})", p50 <= P50 and p99 <= P99))
    return rows

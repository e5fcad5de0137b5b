"""The check: what the log says, held against what the outside counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from tizmoret.engine import events as e
from tizmoret.store.database import Database
from tizmoret.verify.crew import Hit
from tizmoret.verify.tools import ledger

FINAL = ("completed", "failed", "cancelled", "quarantined")


@dataclass
class Findings:
    executions: int = 0
    steps: int = 0
    lost: list[str] = field(default_factory=list)  # executions without an end, or with a hole in their log, or an effect that never was
    repeated: list[str] = field(default_factory=list)  # effects that happened twice
    rerun: list[str] = field(default_factory=list)  # finished steps that ran again
    unknown: int = 0  # calls with an effect that a death cut off
    unreported: list[str] = field(default_factory=list)  # of them, those that nobody was told of
    taken: int = 0
    takeovers: Mapping[str, list[float]] = field(default_factory=dict)  # seconds, by kind of fault

    @property
    def violations(self) -> list[str]:
        return [*self.lost, *self.repeated, *self.rerun, *self.unreported]

    @property
    def all_takeovers(self) -> list[float]:
        return sorted(seconds for found in self.takeovers.values() for seconds in found)


@dataclass(frozen=True)
class Entry:
    seq: int
    at: float
    event: e.Event


async def check(database: Database, folder: Path, hits: Sequence[Hit]) -> Findings:
    """folder: of the workspace, where the ledger lies."""
    statuses, logs = await _read(database)
    lines = ledger(folder)
    calls = Counter(lines.read_text().splitlines() if lines.exists() else [])
    found = Findings(executions=len(statuses), takeovers=_takeovers(logs, hits))
    for id, status in statuses.items():
        _look(found, id, status, logs.get(id, []), calls)
    return found


async def _read(database: Database) -> tuple[dict[UUID, str], dict[UUID, list[Entry]]]:
    async with database.worker_tx() as connection:
        cursor = await connection.execute("select id, status from executions")
        statuses: dict[UUID, str] = dict(await cursor.fetchall())
        cursor = await connection.execute("select execution_id, seq, extract(epoch from at)::float8, data::text from events order by 1, 2")
        logs: dict[UUID, list[Entry]] = {}
        for id, seq, at, data in await cursor.fetchall():
            logs.setdefault(id, []).append(Entry(seq, at, e.decode(data)))
    return statuses, logs


def _look(found: Findings, id: UUID, status: str, log: list[Entry], calls: Counter[str]) -> None:
    if status != "completed":
        last = ", ".join(f"{entry.seq} {entry.event.__class__.__name__}" for entry in log[-6:])
        found.lost.append(f"{id} is {status}; its last events: {last}")
        return
    if [entry.seq for entry in log] != list(range(1, len(log) + 1)):
        found.lost.append(f"{id} has a hole in its log")
    done: set[str] = set()
    cut_off: set[str] = set()  # intended, and no word yet of what became of it
    for entry in log:
        match entry.event:
            case e.StepStarted(step=step) if step in done:
                found.rerun.append(f"{id}/{step} ran again after its end")
            case e.EffectIntended(step="once"):  # a keyed one is simply done again with its key
                cut_off.add("once")
            case e.StepCompleted(step=step):
                if step in done:
                    found.rerun.append(f"{id}/{step} ended twice")
                done.add(step)
                cut_off.discard(step)
                found.steps += 1
            case e.StepFailed(step=step):
                cut_off.discard(step)
            case e.StepLost(step=step, outcome="unknown") if step in cut_off:
                found.unknown += 1
                cut_off.discard(step)
            case e.GateClosed(step=str(step), decision="answered"):
                done.add(step)
            case e.ExecutionTaken():
                found.taken += 1
            case _:
                pass
    found.unreported += [f"{id}/{step} was cut off, and nobody was told" for step in cut_off]
    for what in ("once", "keyed"):
        happened = calls[f"{what} {id}/{what}"]
        if happened > 1:
            found.repeated.append(f"{id}/{what} happened {happened} times")
        elif not happened:
            found.lost.append(f"{id}/{what} never happened")


def _takeovers(logs: Mapping[UUID, Iterable[Entry]], hits: Sequence[Hit]) -> dict[str, list[float]]:
    """Seconds from the fault until the next owner wrote that it had taken the execution."""
    times: dict[str, list[float]] = {}
    for hit in hits:
        if hit.kind == "SIGTERM":  # it lets go by itself, and nothing is taken over
            continue
        for id in hit.held:
            later = [entry.at for entry in logs.get(id, ()) if entry.at > hit.at and isinstance(entry.event, e.ExecutionTaken)]
            if later:
                times.setdefault(hit.kind, []).append(later[0] - hit.at)
    return times


def percentile(values: Sequence[float], share: float) -> float:
    """values: sorted, at least one. share: 0 to 1."""
    return values[min(len(values) - 1, int(len(values) * share))]

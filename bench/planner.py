"""How the offline planner does on requests it was never tuned by, beside those it was: nodes and edges of the wanted plans, per language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bench.measures import Row
from tests.requests.catalogs import catalog
from tests.requests.planning import NOW
from tests.requests.scoring import Request, Score, f1, load_set, score
from tizmoret.planner.language import detect_language
from tizmoret.planner.offline import OfflinePlanner
from tizmoret.planner.planner import Planned, PlanRequest, Question

SETS = {
    "kept_apart.yaml": "kept apart",
    "kept_apart_2.yaml": "kept apart, the second time",
    "tuning.yaml": "tuned by",
    "foreign_kept_apart.yaml": "over tools of strangers, kept apart",
    "foreign_tuning.yaml": "over tools of strangers, tuned by",
}


async def planned(request: Request) -> Planned | Question:
    return await OfflinePlanner().plan(PlanRequest(request.say, detect_language(request.say), NOW, catalog(*request.brought)))


async def scored(request: Request) -> Score:
    return score(request, await planned(request), catalog(*request.brought))


async def run() -> list[Row]:
    rows: list[Row] = []
    for name, said in SETS.items():
        scores = [await scored(request) for request in load_set(name)]
        for language, title in (("he", "Hebrew"), ("en", "English")):
            rows.append(_row(f"{len(scores)} requests {said}: {title}", [one for one in scores if one.request.language == language]))
        uninvited = sum(len(one.uninvited) for one in scores)
        rows.append(Row(f"{len(scores)} requests {said}: effects nobody asked for", f"{uninvited}", hold="0", held=uninvited == 0))
    return rows


def _row(what: str, scores: Sequence[Score]) -> Row:
    planned = [one for one in scores if not one.request.only_asks]
    idle = [one for one in scores if one.request.only_asks]
    nodes, edges = f1([one.nodes for one in planned]), f1([one.edges for one in planned])
    right, of = (sum(one.args[place] for one in scores) for place in range(2))
    asks, refused = sum(one.asked for one in planned), sum(one.asked for one in idle)
    value = (
        f"nodes F1 {nodes:.3f}, edges F1 {edges:.3f}, exact {_share(one.exact for one in scores)}, key arguments {right} of {of}; "
        f"asks {asks} of {len(planned)}, and {refused} of {len(idle)} that cannot be planned"
    )
    return Row(what, value)


def _share(flags: Iterable[bool]) -> str:
    found = list(flags)
    return f"{sum(found)} of {len(found)} ({sum(found) / max(1, len(found)):.0%})"

"""The part of a large catalog that a model is shown: connected servers may bring hundreds of tools, which would cost more than the plan and
hide the few that fit. `check` goes by the whole catalog.

What fits is found by words and, where the provider has embeddings, by meaning; the two orders are joined by the sum of reciprocal ranks
(Cormack, Clarke and Büttcher 2009)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tizmoret.catalog.agent import Agent
from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.search import search_of
from tizmoret.catalog.tool import Tool
from tizmoret.planner.planner import PlanRequest
from tizmoret.words import content_tokens

if TYPE_CHECKING:
    from tizmoret.planner.model.meaning import Meaning

SHOWN = 150  # tools and agents at the most
_RANKS = 60  # of the paper: how far down a rank still counts


async def shortlist(request: PlanRequest, meaning: Meaning | None) -> Catalog:
    """The whole catalog as long as it is of a size to be read; else what fits the request and the person's answers best, and what is in use."""
    catalog = request.catalog
    if len(catalog.capabilities) <= SHOWN:
        return catalog
    asked = " ".join([request.request, *(answer for _, answer in request.answers)])
    by_words = {name: match.score for name, match in search_of(catalog).score(content_tokens(asked)).items()}
    by_meaning = {} if meaning is None else await meaning.closeness(asked, _texts(catalog))
    begun = request.begun if request.earlier is None else (*request.begun, *request.earlier.plan.steps)
    # What plans a part of any request fits each of them, whatever its words.
    used = {step.uses for step in begun} | {name for name, one in catalog.capabilities.items() if one.asks_for is None}
    # The sort is stable: among those that fit alike, what came with Tizmoret is before what was connected later.
    fit = _joined(by_words, by_meaning)
    ranked = sorted(catalog.capabilities, key=lambda name: (name not in used, -fit.get(name, 0.0)))
    kept = set(ranked[:SHOWN])
    return Catalog(
        [tool for name, tool in catalog.tools.items() if name in kept], [agent for name, agent in catalog.agents.items() if name in kept]
    )


async def closest(text: str, catalog: Catalog, meaning: Meaning | None) -> Sequence[str]:
    """Tools and agents by how near they are in meaning; none where nobody can tell."""
    near = {} if meaning is None else await meaning.closeness(text, _texts(catalog))
    return sorted(near, key=lambda name: -near[name])


def _joined(*scores: Mapping[str, float]) -> Mapping[str, float]:
    joined: defaultdict[str, float] = defaultdict(float)
    for one in scores:
        fitting = sorted((name for name, score in one.items() if score > 0), key=lambda name: -one[name])
        for rank, name in enumerate(fitting, start=1):
            joined[name] += 1 / (_RANKS + rank)
    return joined


def _texts(catalog: Catalog) -> Mapping[str, str]:
    known: list[Tool | Agent] = [*catalog.tools.values(), *catalog.agents.values()]
    return {one.name: f"{one.title.en}. {one.description.en}. {one.description.he}" for one in known}

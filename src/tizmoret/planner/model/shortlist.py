"""The part of a large catalog that a model is shown: connected servers may bring hundreds of tools, which would cost more than the plan and
hide the few that fit. `check` goes by the whole catalog."""

from __future__ import annotations

from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.search import search_of
from tizmoret.planner.planner import PlanRequest
from tizmoret.words import content_tokens

SHOWN = 150  # tools and agents at the most


def shortlist(request: PlanRequest) -> Catalog:
    """The whole catalog as long as it is of a size to be read; else what fits the request and the person's answers best, and what is in use."""
    catalog = request.catalog
    if len(catalog.capabilities) <= SHOWN:
        return catalog
    words = content_tokens(" ".join([request.request, *(answer for _, answer in request.answers)]))
    scores = search_of(catalog).score(words)
    begun = request.begun if request.earlier is None else (*request.begun, *request.earlier.plan.steps)
    used = {step.uses for step in begun}
    # The sort is stable: among those that fit alike, what came with Tizmoret is before what was connected later.
    ranked = sorted(catalog.capabilities, key=lambda name: (name not in used, -scores[name].score))
    kept = set(ranked[:SHOWN])
    return Catalog(
        [tool for name, tool in catalog.tools.items() if name in kept], [agent for name, agent in catalog.agents.items() if name in kept]
    )

"""Which planner a process uses."""

from __future__ import annotations

from tizmoret.catalog.catalog import Catalog
from tizmoret.errors import BadInput
from tizmoret.planner.model import ModelPlanner
from tizmoret.planner.offline import OfflinePlanner
from tizmoret.planner.others import Others
from tizmoret.planner.planner import Planner
from tizmoret.settings import Settings

OFFLINE = "offline"


def choose_planner(settings: Settings, catalog: Catalog) -> Planner:
    """The model of the settings with those that it may go over to, or the offline planner where there is none.

    Raises BadInput for a catalog with nothing in it: no planner can plan with that, and it is better said at start than at a request."""
    if not catalog.capabilities:
        raise BadInput("The catalog holds no tool and no agent.", cure="Enable some: a plan is made of them.", field="catalog")
    if settings.model is None:
        return OfflinePlanner()
    models = [
        ModelPlanner(model, url=settings.address_of(model))
        for model in dict.fromkeys((settings.model, *settings.other_models))
        if model != OFFLINE
    ]
    return Others([*models, OfflinePlanner(models[0].closest)]) if settings.other_models else models[0]

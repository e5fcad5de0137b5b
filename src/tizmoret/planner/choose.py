"""Which planner a process uses."""

from __future__ import annotations

from tizmoret.catalog.catalog import Catalog
from tizmoret.errors import BadInput
from tizmoret.planner.model import ModelPlanner
from tizmoret.planner.offline import OfflinePlanner
from tizmoret.planner.planner import Planner
from tizmoret.settings import Settings


def choose_planner(settings: Settings, catalog: Catalog) -> Planner:
    """The model of the settings, or the offline planner where there is none.

    Raises BadInput for a catalog with nothing in it: no planner can plan with that, and it is better said at start than at a request."""
    if not catalog.capabilities:
        raise BadInput("The catalog holds no tool and no agent.", cure="Enable some: a plan is made of them.", field="catalog")
    if settings.model is None:
        return OfflinePlanner()
    return ModelPlanner(settings.model, url=settings.model_url)

"""Plans from a language model."""

from tizmoret.planner.model.limits import Limits
from tizmoret.planner.model.planner import ModelPlanner

__all__ = ["Limits", "ModelPlanner"]

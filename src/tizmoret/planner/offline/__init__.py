"""Plans with no key and no network: retrieval over the catalog, and rules. Where it does not understand, it asks."""

from tizmoret.planner.offline.planner import OfflinePlanner

__all__ = ["OfflinePlanner"]

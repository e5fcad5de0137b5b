"""Which dispatcher this process uses."""

from __future__ import annotations

from tizmoret.engine.dispatch.inline import Inline
from tizmoret.engine.dispatch.port import Dispatcher, News
from tizmoret.engine.dispatch.slots import Slots
from tizmoret.engine.environment import Environment
from tizmoret.engine.worker import Worker
from tizmoret.errors import Unavailable
from tizmoret.settings import Settings


def choose_dispatcher(settings: Settings, env: Environment, worker: Worker, news: News) -> Dispatcher:
    """All processes of one database must use the same. Raises Unavailable where its package is missing."""
    if settings.dispatch == "inline":
        return Inline(env, worker, news, Slots(settings.executions, settings.workspace_executions))
    try:
        from tizmoret.engine.dispatch.by_dbos import ByDbos
    except ModuleNotFoundError as error:
        raise Unavailable(
            "The package of DBOS is not installed.", cure="pip install 'tizmoret[dbos]'", field="TIZMORET_DISPATCH"
        ) from error
    return ByDbos(env, worker, news, settings.executions, settings.workspace_executions)

"""The ASGI application over one orchestrator."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import FastAPI
from starlette.routing import Route
from starlette.types import ASGIApp

from tizmoret.a2a import endpoint as a2a
from tizmoret.orchestrator import Tizmoret
from tizmoret.owner import owner_token
from tizmoret.server import problems
from tizmoret.server.guard import Guard
from tizmoret.server.routes import activity, approvals, catalog, connections, executions, locks, page, saved_filters, schedules
from tizmoret.server.stream import changes_route
from tizmoret.server.stream import route as stream_route


def make_app(tizmoret: Tizmoret, mcp: ASGIApp | None = None) -> ASGIApp:
    """mcp: what answers at /mcp."""
    app = make_api()
    if mcp is not None:
        app.router.routes.insert(0, Route("/mcp", endpoint=mcp))
    app.router.routes[:0] = a2a.routes()
    app.state.tizmoret = tizmoret
    app.state.token = owner_token(tizmoret.settings.home)
    return Guard(app, app.state.token, tizmoret.settings.host)


def make_api() -> FastAPI:
    """The routes, which are also what the OpenAPI document is made of."""
    app = FastAPI(
        title="Tizmoret",
        version=version("tizmoret"),
        description="Submit a request in your own words, watch it, decide.",
        openapi_url="/api/openapi.json",
        docs_url=None,  # both load their scripts from elsewhere
        redoc_url=None,
    )
    problems.install(app)
    app.router.routes += [stream_route, changes_route]  # this and the schedules before /api/orchestrate/{id}/…, which would take them
    of_all = (schedules.router, approvals.inbox, catalog.router, activity.router, locks.router, connections.router, saved_filters.router)
    for router in (*of_all, executions.router, approvals.router, page.router):
        app.include_router(router)
    return app

"""The ASGI application over one orchestrator."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import Depends, FastAPI
from starlette.routing import Route
from starlette.types import ASGIApp

from tizmoret.a2a import endpoint as a2a
from tizmoret.access.access import Access
from tizmoret.orchestrator import Tizmoret
from tizmoret.owner import owner_token
from tizmoret.server import permissions, problems
from tizmoret.server.guard import Guard
from tizmoret.server.routes import (
    activity,
    approvals,
    catalog,
    connections,
    executions,
    keys,
    locks,
    members,
    page,
    reminders,
    saved_filters,
    schedules,
    sign_ins,
    workspaces,
)
from tizmoret.server.stream import changes_route
from tizmoret.server.stream import route as stream_route


def make_app(tizmoret: Tizmoret, mcp: ASGIApp | None = None) -> ASGIApp:
    """mcp: what answers at /mcp."""
    app = make_api(mcp)
    app.state.tizmoret = tizmoret
    app.state.access = Access(tizmoret.database)
    app.state.token = owner_token(tizmoret.settings.home)
    return Guard(app, app.state.access, app.state.token, tizmoret.settings.host)


def make_api(mcp: ASGIApp | None = None) -> FastAPI:
    """The routes, which are also what the OpenAPI document is made of."""
    app = FastAPI(
        title="Tizmoret",
        version=version("tizmoret"),
        description="Submit a request in your own words, watch it, decide.",
        openapi_url="/api/openapi.json",
        docs_url=None,  # both load their scripts from elsewhere
        redoc_url=None,
        dependencies=[Depends(permissions.allowed)],
    )
    problems.install(app)
    app.router.routes += [stream_route, changes_route]  # this and the schedules before /api/orchestrate/{id}/…, which would take them
    app.router.routes += a2a.routes()
    if mcp is not None:
        app.router.routes.append(Route("/mcp", endpoint=mcp))
    of_all = (schedules.router, approvals.inbox, catalog.router, activity.router, locks.router, reminders.router, saved_filters.router)
    people = (workspaces.router, members.router, keys.router)
    for router in (
        *of_all,
        connections.router,
        sign_ins.router,
        sign_ins.documents,
        *people,
        executions.router,
        approvals.router,
        page.router,
    ):
        app.include_router(router)
    permissions.protect(app)
    return app

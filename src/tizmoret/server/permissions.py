"""What each route takes. One table, by the address as the route has it; a route that is not in it answers nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tizmoret.access.rights import Action, Actor
from tizmoret.errors import Forbidden, NotSignedIn, TizmoretError
from tizmoret.server.problems import refusal

Open = Literal["open"]  # to everybody, signed in or not

ROUTES: Mapping[str, Action | Open] = {
    "GET /": "open",
    "GET /orchestrate": "open",
    "GET /orchestrate/{place:path}": "open",
    "GET /assets/{name}": "open",
    "GET /health": "open",
    "GET /api/orchestrate/status": "open",
    "POST /api/session": "open",
    "DELETE /api/session": "open",
    "GET /api/openapi.json": "look",
    "GET /api/orchestrate/stream/{id}": "look",
    "GET /api/orchestrate/changes": "look",
    "* /mcp": "speak",
    "GET /.well-known/agent-card.json": "open",
    "GET /oauth/clients/{tag}": "open",
    "GET /a2a/agents/{agent}/.well-known/agent-card.json": "look",
    "POST /a2a": "speak",
    "POST /a2a/agents/{agent}": "speak",
    # executions
    "POST /api/orchestrate": "submit",
    "POST /api/orchestrate/preview": "submit",
    "POST /api/orchestrate/{id}/fork": "submit",
    "GET /api/orchestrate": "look",
    "GET /api/orchestrate/people": "look",
    "GET /api/orchestrate/{id}": "look",
    "GET /api/orchestrate/{id}/plan": "look",
    "GET /api/orchestrate/{id}/steps": "look",
    "GET /api/orchestrate/{id}/context": "look",
    "GET /api/orchestrate/{id}/metrics": "look",
    "GET /api/orchestrate/{id}/trace": "look",
    "GET /api/orchestrate/{id}/logs": "look",
    "DELETE /api/orchestrate/{id}": "delete-executions",
    "POST /api/orchestrate/{id}/pause": "steer",
    "POST /api/orchestrate/{id}/resume": "steer",
    "POST /api/orchestrate/{id}/cancel": "steer",
    "POST /api/orchestrate/{id}/undo": "steer",
    # approvals
    "GET /api/approvals": "look",
    "GET /api/approvals/decided": "look",
    "GET /api/orchestrate/{id}/approvals": "look",
    "POST /api/orchestrate/{id}/approvals/{approval}/approve": "decide",
    "POST /api/orchestrate/{id}/approvals/{approval}/reject": "decide",
    # the rest of a workspace
    "GET /api/activity": "look",
    "GET /api/catalog": "look",
    "GET /api/locks": "look",
    "GET /api/saved-filters": "look",
    "POST /api/saved-filters": "plan-ahead",
    "DELETE /api/saved-filters/{id}": "plan-ahead",
    "GET /api/reminders": "own-reminders",
    "POST /api/reminders/{id}/dismiss": "own-reminders",
    "POST /api/reminders/{id}/snooze": "own-reminders",
    "GET /api/orchestrate/schedules": "look",
    "POST /api/orchestrate/schedules": "plan-ahead",
    "POST /api/orchestrate/schedules/{id}/pause": "plan-ahead",
    "POST /api/orchestrate/schedules/{id}/resume": "plan-ahead",
    "DELETE /api/orchestrate/schedules/{id}": "plan-ahead",
    "GET /api/connections": "look",
    "POST /api/connections": "manage-connections",
    "POST /api/connections/{name}/test": "check-connections",
    "POST /api/connections/{name}/approve": "manage-connections",
    "DELETE /api/connections/{name}": "manage-connections",
    "GET /api/sign-ins": "look",
    "POST /api/sign-ins": "manage-connections",
    "POST /api/sign-ins/finish": "manage-connections",
    # people
    "GET /api/me": "look",
    "GET /api/workspace": "look",
    "PATCH /api/workspace": "manage-workspace",
    "GET /api/workspaces": "manage-installation",
    "POST /api/workspaces": "manage-installation",
    "GET /api/members": "look",
    "POST /api/members": "manage-members",
    "PATCH /api/members/{name}": "manage-members",
    "DELETE /api/members/{name}": "manage-members",
    "GET /api/keys": "own-keys",
    "POST /api/keys": "manage-keys",
    "DELETE /api/keys/{id}": "own-keys",
}


def what_it_takes(method: str, path: str) -> Action | Open | None:
    """path: the route's own, with its parameters' names. None for a route that was forgotten."""
    return ROUTES.get(f"{'GET' if method == 'HEAD' else method} {path}") or ROUTES.get(f"* {path}")


def check(scope: Scope, path: str) -> None:
    """Raises NotSignedIn, Forbidden."""
    action = what_it_takes(scope["method"], path)
    if action == "open":
        return
    actor: Actor | None = scope.get("state", {}).get("actor")
    if actor is None:
        raise NotSignedIn("You are not signed in.", cure="Send a key as bearer, or sign in to the page.")
    if action is None:
        raise Forbidden("Nobody may do this.", cure="The table of permissions says nothing of it.")
    actor.need(action)


async def allowed(request: Request) -> None:
    """A dependency of every route of the API."""
    check(request.scope, request.scope["route"].path)


class Allowed:
    """The same for a route that is plain ASGI."""

    def __init__(self, app: ASGIApp, path: str) -> None:
        self._app = app
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            check(scope, self._path)
        except TizmoretError as error:
            await refusal(error)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def protect(app: FastAPI) -> None:
    """To be called when every route is there: those of the API come with the dependency, the plain ones are wrapped here.

    Raises TypeError for a route of a kind that neither covers."""
    for place, route in enumerate(app.router.routes):
        inner = getattr(route, "original_router", None)
        if type(route) is Route:
            methods = None if route.methods is None else sorted(route.methods)
            app.router.routes[place] = Route(route.path, Allowed(route.app, route.path), methods=methods, include_in_schema=False)
        elif inner is None or not all(isinstance(one, APIRoute) for one in inner.routes):
            raise TypeError(f"{route!r} would answer whoever asks.")

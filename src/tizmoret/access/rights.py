"""Roles, what each may do, and the actor that a request comes from. One table; what is not in it nobody may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args
from uuid import UUID

from tizmoret.errors import Forbidden
from tizmoret.views import ACTING, Role

ROLES: tuple[Role, ...] = get_args(Role)

Action = Literal[
    "look",  # read everything of the workspace but its keys
    "own-keys",  # see and revoke one's own keys
    "own-reminders",  # see one's own, dismiss them and put them off
    "submit",
    "steer",  # pause, resume, cancel, undo
    "decide",  # approve and reject
    "plan-ahead",  # schedules and saved filters
    "check-connections",
    "speak",  # MCP and A2A: submit and decide over them
    "submit-for-others",
    "delete-executions",
    "manage-connections",
    "manage-members",
    "manage-keys",
    "manage-workspace",
    "manage-installation",  # of all workspaces; besides the role it takes the token of the installation
]

_EVERYBODY: frozenset[Role] = frozenset(ROLES)
_WORKING: frozenset[Role] = frozenset(ACTING)
_RUNNING: frozenset[Role] = frozenset({"admin", "owner"})

RIGHTS: Mapping[Action, frozenset[Role]] = {
    "look": _EVERYBODY,
    "own-keys": _EVERYBODY,
    "own-reminders": _EVERYBODY,
    "submit": _WORKING,
    "steer": _WORKING,
    "decide": _WORKING,
    "plan-ahead": _WORKING,
    "check-connections": _WORKING,
    "speak": _WORKING,
    "submit-for-others": _RUNNING,
    "delete-executions": _RUNNING,
    "manage-connections": _RUNNING,
    "manage-members": _RUNNING,
    "manage-keys": _RUNNING,
    "manage-workspace": _RUNNING,
    "manage-installation": frozenset({"owner"}),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Whom a request comes from. key: the one that signed them in; None: the token of the installation, which is no key of any member."""

    user: str
    role: Role
    workspace: UUID
    key: UUID | None = None

    @property
    def member(self) -> str | None:
        """Whose rights the effects of what they ask for need. None for the installation's token, which nobody takes away."""
        return None if self.key is None else self.user

    def may(self, action: Action) -> bool:
        if action == "manage-installation" and self.key is not None:
            return False
        return self.role in RIGHTS[action]

    def need(self, action: Action) -> None:
        """Raises Forbidden."""
        if not self.may(action):
            raise Forbidden(f"As {self.role} you may not do this.", cure=f"It takes the role {_least(action)}: ask an owner or an admin.")

    def reaches(self, role: Role) -> bool:
        """Whether they may give this role to somebody, or take it from somebody."""
        return ROLES.index(role) <= ROLES.index(self.role)


def lower(one: Role, other: Role | None) -> Role:
    """What a key with a role of its own leaves of its member's."""
    return one if other is None or ROLES.index(one) <= ROLES.index(other) else other


def _least(action: Action) -> Role:
    return next(role for role in ROLES if role in RIGHTS[action])

"""What a connected tool asks for when it is called: its own connection, of the workspace that calls it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from tizmoret.connections.breaker import Breaker
from tizmoret.connections.connection import Connection
from tizmoret.errors import NotFound, StepFailed
from tizmoret.tools.providers.guarded import Way

if TYPE_CHECKING:
    from tizmoret.connections.book import Connections
    from tizmoret.connections.mcp_sessions import Sessions


@dataclass(frozen=True, slots=True)
class Access:
    connections: Connections
    workspace: UUID
    way: Way
    breaker: Breaker
    sessions: Sessions

    async def to(self, name: str) -> Connection:
        """With its secret. Raises StepFailed where the workspace is no longer connected to it."""
        try:
            return await self.connections.get(name, workspace=self.workspace)
        except NotFound as error:
            raise StepFailed(f"{name} is not connected any more.", cure=f"Connect it again, or plan without {name}.") from error

    @asynccontextmanager
    async def calling(self, name: str) -> AsyncIterator[None]:
        """Around one call of the server. That it is left alone after failing again and again is noted where people look. Raises TryAgain."""
        server, before = (self.workspace, name), self.breaker.is_open((self.workspace, name))
        try:
            async with self.breaker.call(server, name):
                yield
        except Exception as error:
            if self.breaker.is_open(server) and not before:
                await self.connections.note(name, str(error), workspace=self.workspace)
            raise

    async def put_aside(self, name: str, tool: str) -> None:
        """It is not what a person agreed to: no plan gets it until one agrees again."""
        await self.connections.put_aside(name, tool, workspace=self.workspace)

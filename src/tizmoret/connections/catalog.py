"""The catalog of a process, kept in step with what its workspace is connected to: tools that are connected now are planned with now."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from uuid import UUID

import psycopg
import structlog

from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.tool import Tool
from tizmoret.connections.book import Connections
from tizmoret.connections.kinds import KINDS
from tizmoret.errors import TizmoretError

log = structlog.get_logger(__name__)

LOOK_EVERY = 2.0  # seconds


class ConnectedCatalog:
    """now: to plan with. ever: to carry out with; what was connected when a plan was made is still named in it, and says by itself that
    it is not connected any more."""

    def __init__(self, installed: Catalog, connections: Connections, workspace: UUID) -> None:
        self._installed = installed
        self._connections = connections
        self._workspace = workspace
        self._version: tuple[Any, ...] = (0, None)
        self._kept: list[Catalog] = []  # prepared plans are known by the identity of their catalog, which none may get again
        self.now = self.ever = installed

    async def refresh(self) -> bool:
        """Whether it is another one now. Raises Unavailable."""
        version = await self._connections.version(self._workspace)
        if version == self._version:
            return False
        found = await self._connections.list(workspace=self._workspace)
        tools = await asyncio.to_thread(lambda: [tool for one in found for tool in _tools(one)])
        before = self.ever.tools.keys() - self._installed.tools.keys()
        gone = [self.ever.tools[name] for name in before - {tool.name for tool in tools}]
        self._kept += [self.now, self.ever]
        self.now = self._with(tools)
        self.ever = self._with([*tools, *gone]) if gone else self.now
        self._version = version
        return True

    def _with(self, tools: Iterable[Tool]) -> Catalog:
        """A name that is taken stays what it was: no server can put its tool in the place of one of ours."""
        taken = {*self._installed.capabilities}
        made: list[Tool] = []
        for tool in tools:
            if tool.name in taken:
                log.warning("a connected tool has the name of another one and is left out", tool=tool.name)
                continue
            taken.add(tool.name)
            made.append(tool)
        return Catalog([*self._installed.tools.values(), *made], self._installed.agents.values())


async def keep_fresh(refresh: Callable[[], Awaitable[None]]) -> None:
    """For what other processes connect and remove. Until cancelled."""
    while True:
        await asyncio.sleep(LOOK_EVERY)
        try:
            await refresh()
        except (TizmoretError, psycopg.Error) as error:
            log.info("could not look for connections", error=str(error).splitlines()[0])


def _tools(connection: Any) -> list[Tool]:
    try:
        return list(KINDS[connection.kind].tools(connection))
    except (TizmoretError, ValueError, KeyError) as error:  # kept by another version of ours
        log.warning("a connection cannot be used", connection=connection.name, error=str(error)[:300])
        return []

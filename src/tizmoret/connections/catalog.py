"""The catalog of each workspace, kept in step with it: tools that are connected now, and agents whose files are there now, are planned with
now. What one workspace has connected, or put into its folder, no other one sees."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Protocol
from uuid import UUID

import structlog

from tizmoret.background import every
from tizmoret.catalog.agent import Agent
from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.tool import Tool
from tizmoret.connections.book import Connections
from tizmoret.connections.kinds import KINDS
from tizmoret.errors import TizmoretError

log = structlog.get_logger(__name__)

LOOK_EVERY = 2.0  # seconds


class Base(Protocol):
    """What there is without any connection. names: of it, which no connected tool may take. faults: of what was left out of it."""

    names: frozenset[str]

    @property
    def faults(self) -> Sequence[Any]: ...

    def of(self, workspace: UUID) -> Base:
        """The same for another workspace."""
        ...

    def stamp(self) -> object:
        """Another one when there is something else."""
        ...

    def catalog(self, connected: Sequence[Tool] = (), elsewhere: Sequence[Agent] = ()) -> Catalog:
        """connected: tools, and elsewhere: agents, of connected servers."""
        ...


class Given:
    """A `Base` that stays as it was made."""

    faults = ()

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self.names = frozenset(catalog.capabilities)

    def of(self, workspace: UUID) -> Base:
        return self

    def stamp(self) -> object:
        return None

    def catalog(self, connected: Sequence[Tool] = (), elsewhere: Sequence[Agent] = ()) -> Catalog:
        if not connected and not elsewhere:
            return self._catalog
        return Catalog([*self._catalog.tools.values(), *connected], [*self._catalog.agents.values(), *elsewhere])


class CurrentCatalog:
    """now: to plan with. ever: to carry out with; what was there when a plan was made is still named in it, and says by itself where it is
    not connected any more."""

    def __init__(self, base: Base, connections: Connections, workspace: UUID) -> None:
        self._base = base
        self._connections = connections
        self._workspace = workspace
        self._version: tuple[Any, ...] = ()
        self.now = self.ever = base.catalog()

    @property
    def faults(self) -> Sequence[Any]:
        return self._base.faults

    async def refresh(self, connected: object) -> bool:
        """connected: which version its connections are. Whether it is another one now. Raises Unavailable."""
        version = (connected, await asyncio.to_thread(self._base.stamp))
        if version == self._version:
            return False
        found = await self._connections.list(workspace=self._workspace)
        brought = self._free(one for connection in found for one in _brought(connection))
        tools = [one for one in brought if isinstance(one, Tool)]
        agents = [one for one in brought if isinstance(one, Agent)]
        now = await asyncio.to_thread(self._base.catalog, tools, agents)
        gone_tools = [tool for name, tool in self.ever.tools.items() if name not in now.capabilities]
        gone_agents = [agent for name, agent in self.ever.agents.items() if name not in now.capabilities]
        ever = Catalog([*now.tools.values(), *gone_tools], [*now.agents.values(), *gone_agents]) if gone_tools or gone_agents else now
        self.now, self.ever, self._version = now, ever, version
        return True

    def _free(self, brought: Iterable[Tool | Agent]) -> list[Tool | Agent]:
        """A name that is taken stays what it was: no server can put its tool in the place of one of ours."""
        taken, made = {*self._base.names}, []
        for one in brought:
            if one.name in taken:
                log.warning("what is connected has the name of another one and is left out", name=one.name)
                continue
            taken.add(one.name)
            made.append(one)
        return made


class Catalogs:
    """Of all workspaces that this process has met."""

    def __init__(self, base: Base, connections: Connections, first: UUID) -> None:
        """base: that of the first workspace."""
        self._base = base
        self._connections = connections
        self._known = {first: CurrentCatalog(base, connections, first)}

    def of(self, workspace: UUID) -> CurrentCatalog:
        """Of one that was not met before: without its connections, until the next `refresh`."""
        found = self._known.get(workspace)
        if found is None:
            found = self._known[workspace] = CurrentCatalog(self._base.of(workspace), self._connections, workspace)
        return found

    async def refresh(self, workspace: UUID | None = None) -> list[UUID]:
        """None: of all. Those whose catalog is another one now. Raises Unavailable."""
        versions = await self._connections.versions(workspace)
        wanted = [workspace] if workspace is not None else [*self._known, *(versions.keys() - self._known.keys())]
        return [one for one in wanted if await self.of(one).refresh(versions.get(one))]


async def keep_fresh(refresh: Callable[[], Awaitable[None]], connections: Connections) -> None:
    """For what other processes connect and remove, people put into folders, and servers do meanwhile. Until cancelled."""

    async def look() -> None:
        await refresh()
        await connections.check_oldest()

    await every(LOOK_EVERY, look, "could not look for what is new")


def _brought(connection: Any) -> list[Tool | Agent]:
    try:
        kind = KINDS[connection.kind]
        return [*kind.tools(connection), *kind.agents(connection)]
    except (TizmoretError, ValueError, KeyError) as error:  # kept by another version of ours
        log.warning("a connection cannot be used", connection=connection.name, error=str(error)[:300])
        return []

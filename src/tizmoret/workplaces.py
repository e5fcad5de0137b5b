"""Where each workspace's own data lives, and what its tools reach through providers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import structlog

from tizmoret.catalog.catalog import Catalog
from tizmoret.connections import mcp
from tizmoret.connections.access import Access
from tizmoret.connections.book import Connections
from tizmoret.connections.breaker import Breaker
from tizmoret.connections.connected import ConnectedCalendar, ConnectedContacts, ConnectedMailbox, Reach
from tizmoret.connections.connection import Connection
from tizmoret.connections.documents import ConnectedDocuments
from tizmoret.connections.mcp_sessions import Sessions
from tizmoret.errors import TizmoretError
from tizmoret.plan.model import Language
from tizmoret.settings import Settings
from tizmoret.store.database import Database
from tizmoret.tools.models import Check
from tizmoret.tools.providers.guarded import Way
from tizmoret.tools.providers.local import local_providers
from tizmoret.tools.providers.mailbox import ImapMailbox
from tizmoret.tools.providers.ports import CalendarStore, ContactBook, DocumentStore, Mailbox, SystemProbe, WebSearch
from tizmoret.tools.providers.searxng import SearxNG

log = structlog.get_logger(__name__)


class Workplaces:
    def __init__(
        self, settings: Settings, database: Database, catalog: Callable[[UUID], Catalog], planner: str, connections: Connections
    ) -> None:
        self._dav = settings.dav
        self._first = database.default_workspace  # whose the accounts of the settings are
        self._way = Way(settings.networks)
        self._connections = connections
        self._breaker = Breaker()
        self._sessions = Sessions(connections.way_to, self._news)
        self._root = settings.workspaces
        self._timezone = settings.timezone
        self._probe = partial(Probe, database, catalog, planner)
        self._outside: dict[type[Any], Any] = {}
        self._mailbox = ImapMailbox(settings.mail) if settings.mail is not None else None
        if settings.search is not None:
            self._outside[WebSearch] = SearxNG(settings.search)
        self._folders: dict[UUID, Path] = {}
        self._providers: dict[UUID, Mapping[type[Any], Any]] = {}

    async def close(self) -> None:
        """End the sessions with servers."""
        await self._sessions.close()

    async def _news(self, workspace: UUID, name: str, offered: Sequence[Any]) -> None:
        """A server says that its tools are others now: what is not as it was agreed to goes out of the plans before anybody calls it."""
        try:
            known = await self._connections.get(name, workspace=workspace)
            for tool in mcp.otherwise(known, offered):
                await self._connections.put_aside(name, tool, workspace=workspace)
        except (TizmoretError, psycopg.Error) as error:
            log.info("could not look at what a server has changed", connection=name, error=str(error).splitlines()[0])

    def folder(self, workspace: UUID) -> Path:
        """Made at the first call."""
        found = self._folders.get(workspace)
        if found is None:
            found = self._folders[workspace] = self._root / str(workspace)
            found.mkdir(parents=True, exist_ok=True)
        return found

    def providers(self, workspace: UUID) -> Mapping[type[Any], Any]:
        found = self._providers.get(workspace)
        if found is None:
            found = self._providers[workspace] = {
                **self._connected(workspace, local_providers(self.folder(workspace), self._timezone)),
                **self._outside,
                Access: Access(self._connections, workspace, self._way, self._breaker, self._sessions),
                SystemProbe: self._probe(workspace),
            }
        return found

    def _connected(self, workspace: UUID, own: Mapping[type[Any], Any]) -> dict[type[Any], Any]:
        """With the calendars, contacts and mail of a server in the place of the workspace's own, where there is one."""

        def holding(offer: str) -> Awaitable[Connection | None]:
            return self._connections.holding(offer, workspace)

        def renew(connected: Connection, secret: str) -> Awaitable[None]:
            return self._connections.renew(connected, secret, workspace=workspace)

        def note(connected: Connection, trouble: str) -> Awaitable[None]:
            return self._connections.note(connected.name, trouble, workspace=workspace)

        reach = Reach(holding, renew, note, self._way)
        dav, mail = (self._dav, self._mailbox) if workspace == self._first else (None, None)
        changes = self.folder(workspace) / ".connections"
        calendar = ConnectedCalendar(reach, dav, own[CalendarStore], changes, self._timezone)
        contacts = ConnectedContacts(reach, dav, own[ContactBook], changes)
        mailbox = ConnectedMailbox(reach, mail, self._timezone)
        documents = ConnectedDocuments(reach, own[DocumentStore], self.folder(workspace) / ".cache" / "drives", changes)
        return {**own, CalendarStore: calendar, ContactBook: contacts, Mailbox: mailbox, DocumentStore: documents}


class Probe:
    """What `system.check` looks at that only the running system knows."""

    def __init__(self, database: Database, catalog: Callable[[UUID], Catalog], planner: str, workspace: UUID) -> None:
        self._database = database
        self._workspace = workspace
        self._catalog = catalog
        self._planner = planner

    async def checks(self, language: Language) -> list[Check]:
        """The database, the catalog and the planner."""
        he = language == "he"
        catalog = self._catalog(self._workspace)
        tools, agents = len(catalog.tools), len(catalog.agents)
        counts = f"{tools} כלים, {agents} סוכנים" if he else f"{tools} tools, {agents} agents"
        return [
            await self._database_check(he),
            Check(name="קטלוג" if he else "catalog", ok=tools > 0, detail=counts),
            Check(name="מתכנן" if he else "planner", ok=True, detail=await self._planner_told(language)),
        ]

    async def _planner_told(self, language: Language) -> str:
        """The model with its price, date and source; "offline" costs nothing."""
        if ":" not in self._planner:
            return self._planner
        from tizmoret.planner import prices

        return await asyncio.to_thread(prices.told, self._planner, language)

    async def _database_check(self, he: bool) -> Check:
        name = "מסד נתונים" if he else "database"
        try:
            async with self._database.worker_tx() as connection:
                await connection.execute("select 1")
        except (TizmoretError, psycopg.Error) as error:
            return Check(name=name, ok=False, detail=str(error))
        return Check(name=name, ok=True, detail=f"PostgreSQL {self._database.version} ({self._database.kind})")

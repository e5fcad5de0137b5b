"""Where each workspace's own data lives, and what its tools reach through providers."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from tizmoret.catalog.catalog import Catalog
from tizmoret.errors import TizmoretError, Unavailable
from tizmoret.settings import Settings
from tizmoret.store.database import Database
from tizmoret.tools.providers.local import local_providers
from tizmoret.tools.providers.ports import SystemProbe

LOW_DISK = 500 * 1024 * 1024  # bytes


class Workplaces:
    def __init__(self, settings: Settings, database: Database, catalog: Catalog, planner: str) -> None:
        self._root = settings.workspaces
        self._probe = Probe(settings, database, catalog, planner)
        self._folders: dict[UUID, Path] = {}
        self._providers: dict[UUID, Mapping[type[Any], Any]] = {}

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
            found = self._providers[workspace] = {**local_providers(self.folder(workspace)), SystemProbe: self._probe}
        return found


class Probe:
    """What `system.check` looks at that only the running system knows."""

    def __init__(self, settings: Settings, database: Database, catalog: Catalog, planner: str) -> None:
        self._settings = settings
        self._database = database
        self._catalog = catalog
        self._planner = planner

    async def checks(self) -> list[tuple[str, bool, str]]:
        """(name, ok, detail) of each part."""
        free = await asyncio.to_thread(lambda: shutil.disk_usage(self._settings.home).free)
        return [
            await self._database_check(),
            ("disk", free > LOW_DISK, f"{free / 2**30:.1f} GiB free"),
            ("catalog", bool(self._catalog.tools), f"{len(self._catalog.tools)} tools, {len(self._catalog.agents)} agents"),
            ("planner", True, self._planner),
        ]

    async def _database_check(self) -> tuple[str, bool, str]:
        try:
            async with self._database.worker_tx() as connection:
                await connection.execute("select 1")
        except (TizmoretError, OSError) as error:
            return "database", False, str(error)
        except Exception as error:
            raise Unavailable(f"The database check failed: {error}") from error
        return "database", True, f"PostgreSQL {self._database.version} ({self._database.kind})"

"""A call as the engine makes it, over a folder of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from tizmoret.catalog.tool import Call
from tizmoret.plan.model import Language
from tizmoret.tools.providers.local import local_providers

JERUSALEM = ZoneInfo("Asia/Jerusalem")
NOW = datetime(2026, 1, 14, 10, 0, tzinfo=JERUSALEM)

MakeCall = Callable[..., Call]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace" / "documents"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def call(tmp_path: Path, documents: Path) -> MakeCall:
    own = local_providers(tmp_path / "workspace", JERUSALEM)

    def make(key: str = "key-1", language: Language = "en", providers: dict[type[Any], Any] | None = None) -> Call:
        return Call(
            workspace=UUID(int=1), execution=UUID(int=2), step="step", key=key, attempt=1, now=NOW, timezone=JERUSALEM,
            language=language, folder=tmp_path / "workspace", report=lambda message, fraction=None: None,
            providers={**own, **(providers or {})},
        )  # fmt: skip

    return make


@pytest.fixture
def calendars(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace" / "calendar"
    folder.mkdir(parents=True)
    return folder

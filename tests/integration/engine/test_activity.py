"""What a provider's cache saved is told, of plans and of calls."""

from __future__ import annotations

from dataclasses import replace

import pytest
from wire import GeminiServer
from wire.server import KEY

from tests.integration.engine.conftest import TOOLS
from tizmoret.catalog.catalog import Catalog
from tizmoret.orchestrator import Tizmoret
from tizmoret.settings import Settings

pytestmark = pytest.mark.anyio


async def test_tokens_that_the_provider_read_from_its_cache_are_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    with GeminiServer() as server:
        server.answer({"goal": "g", "steps": [{"id": "a", "tool": "test.add", "args": {"n": 1}}]}, tokens=(1000, 50), cached=900)
        server.answer({"goal": "g", "steps": [{"id": "a", "tool": "test.add", "args": {"n": 1}}]}, tokens=(1000, 50))
        with_model = replace(settings, model="google:gemini-2.5-flash", model_url=server.url)
        async with Tizmoret.open(with_model, catalog=Catalog(TOOLS, [])) as tizmoret:
            for _ in range(2):
                await tizmoret.wait((await tizmoret.submit("add")).id)
            found = await tizmoret.executions.activity()
    assert (found.tokens, found.cached, found.work[0].cached) == (2100, 900, 0)

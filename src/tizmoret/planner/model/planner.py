"""The planner that asks a model. Light to import: pydantic-ai is loaded at the first request, in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tizmoret.catalog.catalog import Catalog
from tizmoret.errors import TizmoretError, TooLarge, Unavailable
from tizmoret.plan.model import MAX_REQUEST
from tizmoret.planner.model.limits import Limits
from tizmoret.planner.model.shortlist import closest
from tizmoret.planner.planner import Follow, Planned, PlanRequest, Question

if TYPE_CHECKING:
    from tizmoret.planner.model.conversation import Conversation


class ModelPlanner:
    """Plans with a language model, written `provider:name` as pydantic-ai does.

    url: the address of a server that speaks the provider's protocol; None: the provider's own."""

    replans = True

    def __init__(self, model: str, *, url: str | None = None, limits: Limits | None = None) -> None:
        self.name = model
        self._url = url
        self._limits = limits or Limits()
        self._conversation: Conversation | None = None
        self._loading = asyncio.Lock()

    async def plan(self, request: PlanRequest, follow: Follow | None = None) -> Planned | Question:
        """The checked plan, or a question that only a person can answer.

        Raises PlanRefused when the model's repairs did not help, Unavailable when the model cannot be reached, refuses us or takes too
        long, TooLarge, and BadInput for a model that does not exist."""
        if len(request.request) > MAX_REQUEST:
            raise TooLarge(f"A request has at most {MAX_REQUEST:,} characters.", cure="Shorten it.", field="request")
        try:
            async with asyncio.timeout(self._limits.planning):
                conversation = await self.load()
                return await conversation.plan(request, follow)
        except TimeoutError:
            raise Unavailable(
                f"{self.name} wrote no plan within {self._limits.planning:.0f} seconds.",
                cure="Try again later. TIZMORET_MODEL=offline plans without a model.",
            ) from None

    async def closest(self, text: str, catalog: Catalog) -> Sequence[str]:
        """Tools and agents by how near they are to `text` in meaning; none where the provider has no embeddings, or does not answer."""
        try:
            return await closest(text, catalog, (await self.load()).meaning)
        except TizmoretError:
            return ()

    async def load(self) -> Conversation:
        """Load the libraries and make the client, in a thread (seconds); later calls find it ready. Raises as `plan` does."""
        async with self._loading:
            if self._conversation is None:
                self._conversation = await asyncio.to_thread(self._connect)
            return self._conversation

    def _connect(self) -> Conversation:
        from tizmoret.planner.model.connect import connect
        from tizmoret.planner.model.conversation import Conversation
        from tizmoret.planner.model.meaning import meaning_for

        client = connect(self.name, self._url)
        return Conversation(self.name, client, self._limits, meaning_for(self.name, self._url))

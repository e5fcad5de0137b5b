"""How near texts are in meaning, by the embeddings of the provider whose model plans: words that share no root find one another, in any
language. Each text is sent once for each process.

Imports pydantic-ai and so costs more than a second: import it in a thread."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from operator import mul

import structlog
from pydantic_ai.embeddings import Embedder, EmbeddingSettings, infer_embedding_model

from tizmoret.planner.model.connect import provider_name, provider_of

_log = structlog.get_logger(__name__)

MODELS = {
    "google": "google:gemini-embedding-001",
    "openai": "openai:text-embedding-3-small",
    "openai-chat": "openai:text-embedding-3-small",
    "openai-responses": "openai:text-embedding-3-small",
}
DIMENSIONS = 256  # both models can be cut to it, and order a catalog as well
AT_ONCE = 100  # texts in one request: what Gemini takes
SECONDS = 10.0  # for all requests of one question

_Vector = Sequence[float]


class Meaning:
    def __init__(self, model: str, url: str | None) -> None:
        """model: of embeddings, `provider:name`. url: as `connect`. Raises as that does."""
        self._embedder = Embedder(
            infer_embedding_model(model, provider_factory=provider_of(url)), settings=EmbeddingSettings(dimensions=DIMENSIONS)
        )
        self._known: dict[str, _Vector] = {}

    async def closeness(self, text: str, entries: Mapping[str, str]) -> Mapping[str, float]:
        """The cosine of each entry's text with `text`, by name; nothing where the provider does not answer: meaning helps, and is not needed."""
        try:
            async with asyncio.timeout(SECONDS):
                await self._learn([entry for entry in dict.fromkeys(entries.values()) if entry not in self._known])
                (asked,) = (await self._embedder.embed_query(text)).embeddings
        except Exception as error:  # the providers' clients fall in their own ways
            _log.warning("embeddings.failed", error=type(error).__name__, detail=str(error)[:300])
            return {}
        asked = _unit(asked)
        return {name: sum(map(mul, asked, self._known[entry])) for name, entry in entries.items()}

    async def _learn(self, texts: Sequence[str]) -> None:
        for start in range(0, len(texts), AT_ONCE):
            part = texts[start : start + AT_ONCE]
            found = (await self._embedder.embed_documents(part)).embeddings
            self._known.update(zip(part, map(_unit, found), strict=True))


def _unit(vector: Sequence[float]) -> _Vector:
    """Of length one: a vector that was cut is not."""
    length = math.hypot(*vector) or 1.0
    return [value / length for value in vector]


def meaning_for(model: str, url: str | None) -> Meaning | None:
    """That of the provider of `model`; None for one without embeddings that we know."""
    name = MODELS.get(provider_name(model))
    return None if name is None else Meaning(name, url)

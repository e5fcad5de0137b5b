"""Web search through a SearXNG server, a search engine that one runs oneself (https://docs.searxng.org/dev/search_api.html)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx2

from tizmoret.errors import StepFailed, TryAgain
from tizmoret.plan.model import Language
from tizmoret.tools.providers.guarded import received, wait_of
from tizmoret.tools.providers.ports import Hit
from tizmoret.tools.providers.tls import trusted

SECONDS = 20.0
MOST_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SearxNG:
    """url: of the server, without `/search`. It is the operator's own, so it may be on an inner network."""

    url: str

    async def search(self, query: str, *, language: Language, limit: int) -> Sequence[Hit]:
        try:
            async with asyncio.timeout(SECONDS):
                found = await self._ask({"q": query, "format": "json", "language": language, "safesearch": "1"})
        except TimeoutError:
            raise TryAgain(f"The search engine did not answer within {SECONDS:g} seconds.") from None
        except httpx2.HTTPError as error:
            raise TryAgain(f"The search engine cannot be reached: {type(error).__name__}.") from error
        results = found.get("results") if isinstance(found, dict) else None
        if not isinstance(results, list):
            raise StepFailed("The search engine gave no list of results.", cure="Check TIZMORET_SEARCH.")
        hits = [hit for result in results if (hit := _hit(result)) is not None]
        return list({hit.url: hit for hit in reversed(hits)}.values())[::-1][:limit]

    async def _ask(self, parameters: dict[str, str]) -> Any:
        where = f"{self.url.rstrip('/')}/search"
        async with (
            httpx2.AsyncClient(verify=trusted(), trust_env=False, follow_redirects=False, timeout=SECONDS) as client,
            client.stream("GET", where, params=parameters) as response,
        ):
            _check(response)
            body = await received(response, MOST_BYTES, "The search engine's answer", "Ask for something narrower.")
        try:
            return json.loads(body)
        except ValueError:
            raise StepFailed("The search engine did not answer with JSON.", cure="Allow `json` in its `search.formats`.") from None


def _check(response: httpx2.Response) -> None:
    if response.status_code == 429 or response.status_code >= 500:
        raise TryAgain(f"The search engine is busy ({response.status_code}).", after=wait_of(response))
    if response.status_code == 403:
        raise StepFailed("The search engine refuses to answer with JSON.", cure="Allow `json` in its `search.formats`.")
    if response.status_code != 200:
        raise StepFailed(f"The search engine answered {response.status_code}.", cure="Check TIZMORET_SEARCH.")


def _hit(result: Any) -> Hit | None:
    """None for what is no page: results without an address are left out."""
    if not isinstance(result, dict) or not str(result.get("url", "")).startswith(("http://", "https://")):
        return None
    title, text = (" ".join(str(result.get(key) or "").split()) for key in ("title", "content"))
    return Hit(str(result["url"])[:2_000], title[:300], text[:1_000], str(result.get("publishedDate") or "")[:10])

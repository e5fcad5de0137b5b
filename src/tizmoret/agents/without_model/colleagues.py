"""What agents say to one another while they work on the same request: terms, troubles, doubts about a claim."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from typing import Any

from tizmoret.agents.without_model import Output
from tizmoret.agents.without_model.material import Statement
from tizmoret.catalog.shared import EVERYBODY
from tizmoret.catalog.tool import Call
from tizmoret.errors import Conflict

TERMS = "terms"  # the shared value: Hebrew word to English word
MOST_TOLD = 5  # things of one kind that an agent tells of


async def share_terms(pairs: Iterable[Output], call: Call) -> None:
    """Who names a thing first names it for all."""
    named = {pair["he"]: pair["en"] for pair in pairs}
    while new := {hebrew: english for hebrew, english in named.items() if hebrew not in await known_terms(call)}:
        with contextlib.suppress(Conflict):  # another one has named something meanwhile
            await call.shared.put(TERMS, new, on_conflict="merge")
            return


async def known_terms(call: Call) -> dict[str, str]:
    found = await call.shared.get(TERMS)
    return dict(found.value) if found is not None else {}


async def tell_of_troubles(items: Sequence[Output], call: Call) -> None:
    for item in items[:MOST_TOLD]:
        await call.shared.tell(EVERYBODY, {"trouble": item["text"], "source": item["source"]})


async def tell_of_doubt(claim: str, differs: Sequence[Statement], call: Call) -> None:
    said = [{"text": one.text, "source": one.of.source} for one in differs[:MOST_TOLD]]
    await call.shared.tell(EVERYBODY, {"doubt": claim, "said": said})


async def heard(kind: str, call: Call) -> list[dict[str, Any]]:
    """What others told of this kind: "trouble" or "doubt"."""
    return [message.body for message in await call.shared.messages() if isinstance(message.body, dict) and kind in message.body]

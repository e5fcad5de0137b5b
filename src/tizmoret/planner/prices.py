"""What a model's answer costs.

The table is genai-prices, which pydantic-ai brings along: prices by provider, model and date, each with the provider's own price page as
its source. It is data in a package, so its version names its state (`source`), and an upgrade is a line in the lock file. A model that is
not in it has no price: None, never zero and never a guess."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic_ai.usage import RunUsage


def dollars(usage: RunUsage) -> float | None:
    """The cost of `usage` in US dollars, None where the price of its model is not known."""
    return None if usage.cost is None else float(usage.cost)


def source() -> str:
    """Which table the figures come from, such as "genai-prices 0.2.3"."""
    return f"genai-prices {version('genai-prices')}"

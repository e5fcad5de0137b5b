"""What a model's answer costs.

The table is genai-prices, which pydantic-ai brings along: prices by provider, model and date, each with the provider's own price page as
its source. It is data in a package, so its version names its state, and an upgrade is a line in the lock file. A model that is not in it
has no price: None, never zero and never a guess."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from tizmoret.plan.model import Language

if TYPE_CHECKING:
    from pydantic_ai.usage import RunUsage

DATED = "2026-11-10"  # when the table of the lock file was published; a test holds the two together


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars for a million tokens, as the table has it for now. page: the provider's own, that the table was made from."""

    reading: float
    writing: float
    page: str


def dollars(usage: RunUsage) -> float | None:
    """The cost of `usage` in US dollars, None where the price of its model is not known."""
    return None if usage.cost is None else float(usage.cost)


def source() -> str:
    """Which table the figures come from, such as "genai-prices 0.2.3"."""
    return f"genai-prices {version('genai-prices')}"


def price(model: str) -> Price | None:
    """What `model`, written provider:name, costs; None where the table has it not, or not by the token. Takes a second: run it in a thread."""
    from genai_prices.data_snapshot import get_snapshot

    provider, _, name = model.partition(":")
    try:
        found, known = get_snapshot().find_provider_model(name, None, provider.removesuffix("-chat").removesuffix("-responses"), None)
    except LookupError:
        return None
    now = known.get_prices(datetime.now(UTC))
    reading, writing = _first(now.input_mtok), _first(now.output_mtok)
    if reading is None or writing is None:
        return None
    return Price(reading, writing, next(iter(found.pricing_urls or ()), ""))


def _first(rate: object) -> float | None:
    """The plain rate, or that of the first tier."""
    base = getattr(rate, "base", rate)
    return None if base is None else float(base)  # type: ignore[arg-type]


def told(model: str, language: Language) -> str:
    """The price of a model in a sentence, with date and source; that it is not known, where it is not."""
    found = price(model)
    if found is None:
        return f"{model}: המחיר אינו ידוע ({source()})" if language == "he" else f"{model}: price not known ({source()})"
    rates = f"${found.reading:g} / ${found.writing:g}"
    if language == "he":
        return f"{model}: {rates} למיליון טוקנים פנימה / החוצה ({source()}, {DATED}, {found.page})"
    return f"{model}: {rates} a million tokens in / out ({source()}, {DATED}, {found.page})"

"""What a model's answer costs."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic_ai.usage import RunUsage

from tizmoret.planner import prices


def test_a_known_cost_is_in_dollars() -> None:
    assert prices.dollars(RunUsage(cost=Decimal("0.00111"))) == 0.00111


def test_an_unknown_price_is_neither_zero_nor_guessed() -> None:
    assert prices.dollars(RunUsage(input_tokens=1000)) is None


def test_the_table_says_which_one_it_is() -> None:
    name, version = prices.source().split()
    assert name == "genai-prices"
    assert version[0].isdigit()


@pytest.mark.parametrize("model", ["google:gemini-2.5-flash", "openai:gpt-4o", "openai-chat:gpt-4o", "anthropic:claude-sonnet-4-5"])
def test_a_known_model_has_a_price_with_its_page(model: str) -> None:
    found = prices.price(model)

    assert found is not None
    assert 0 < found.reading < found.writing < 100
    assert found.page.startswith("https://")
    assert all(part in prices.told(model, "en") for part in (model, f"${found.reading:g}", prices.DATED, prices.source(), found.page))


@pytest.mark.parametrize("model", ["ollama:qwen3", "openai:house-model-7", "nobody:model"])
def test_an_unknown_model_is_said_to_have_none(model: str) -> None:
    assert prices.price(model) is None
    assert prices.told(model, "en") == f"{model}: price not known ({prices.source()})"
    assert "אינו ידוע" in prices.told(model, "he")


def test_the_date_is_that_of_the_table_in_the_lock_file() -> None:
    lock = tomllib.loads((Path(__file__).parents[3] / "uv.lock").read_text())
    (table,) = [package for package in lock["package"] if package["name"] == "genai-prices"]

    assert f"genai-prices {table['version']}" == prices.source()
    assert str(table["wheels"][0]["upload-time"]).startswith(prices.DATED)

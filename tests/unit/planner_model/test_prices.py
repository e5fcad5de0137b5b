"""What a model's answer costs."""

from __future__ import annotations

from decimal import Decimal

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

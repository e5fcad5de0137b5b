"""How long and how much a model may plan. Every figure is a bound against endless waiting or endless cost."""

from __future__ import annotations

from dataclasses import dataclass

from tizmoret.plan.model import MAX_PLAN_BYTES


@dataclass(frozen=True, slots=True)
class Limits:
    planning: float = 240.0  # seconds, for the whole of one request with its retries and repairs
    request: float = 120.0  # seconds, for one answer from its first to its last byte
    repairs: int = 3  # answers beyond the first one
    tries: int = 4  # of one answer, when faults pass
    wait: float = 0.5  # seconds before the second try; doubles, with full jitter
    longest_wait: float = 30.0  # seconds; a provider that asks for more is not waited for
    output_tokens: int | None = None  # of one answer; None: as the provider allows
    answer: int = MAX_PLAN_BYTES  # characters of one answer


# What the common models of a provider allow; more is refused by them (OpenAI: 400) and less cuts long plans.
_OUTPUT_TOKENS = {"google": 32_768, "anthropic": 32_000}
_ANY_OUTPUT_TOKENS = 16_384


def output_tokens(provider: str, limits: Limits) -> int:
    return limits.output_tokens or _OUTPUT_TOKENS.get(provider, _ANY_OUTPUT_TOKENS)

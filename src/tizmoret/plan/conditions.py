"""Conditions: the `when` of a step, in CEL (Common Expression Language) over the outputs of earlier steps. No code is ever executed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tizmoret.errors import BadInput

if TYPE_CHECKING:
    from cel import Program

_CURE = 'Write a condition such as size(search.documents) > 0, or contact.email != "".'


@lru_cache(maxsize=1024)
def _compiled(expression: str) -> Program:
    import cel  # loaded only where a plan has a condition

    try:
        program: Program = cel.compile(expression)
        return program
    except ValueError as error:
        raise BadInput(f"The condition {expression!r} is not CEL: {str(error).splitlines()[0]}", cure=_CURE, field="when") from error


def names(expression: str) -> frozenset[str]:
    """The step ids that the condition reads. Raises BadInput for one that is not CEL."""
    return frozenset(_compiled(expression).variables())


def holds(expression: str, outputs: Mapping[str, Any]) -> bool:
    """Whether the condition is true of these outputs. Raises BadInput where it cannot be evaluated or gives no truth value."""
    try:
        result = _compiled(expression).execute(dict(outputs))
    except (RuntimeError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        raise BadInput(f"The condition {expression!r} failed: {str(error).splitlines()[0]}", cure=_CURE, field="when") from error
    if not isinstance(result, bool):
        raise BadInput(f"The condition {expression!r} gave {result!r}, not true or false.", cure=_CURE, field="when")
    return result

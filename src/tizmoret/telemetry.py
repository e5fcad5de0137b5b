"""One execution as others measure it: spans in OpenTelemetry's terms, and totals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tizmoret.views import Execution, StepView


def trace(execution: Execution, steps: Sequence[StepView]) -> list[dict[str, Any]]:
    """One span for the execution and one for each step that has begun; times in ISO 8601."""
    began = execution.started_at or execution.created_at
    root = _span(str(execution.id), None, "execution", began, execution.finished_at, execution.status)
    return [root] + [
        _span(f"{execution.id}/{step.id}", str(execution.id), f"{step.kind} {step.uses}", step.started_at, step.finished_at, step.status)
        for step in steps
        if step.started_at is not None
    ]


def metrics(execution: Execution, steps: Sequence[StepView], now: datetime) -> dict[str, Any]:
    """Seconds of wall (until `now` while it is open) and of work, attempts, tokens, cost."""
    spent = [(step.finished_at - step.started_at).total_seconds() for step in steps if step.started_at and step.finished_at]
    end = execution.finished_at or now
    return {
        "seconds": (end - (execution.started_at or execution.created_at)).total_seconds(),
        "workSeconds": sum(spent),
        "steps": {status: sum(step.status == status for step in steps) for status in sorted({step.status for step in steps})},
        "attempts": sum(step.attempt for step in steps),
        "events": execution.seq,
        "tokens": execution.tokens,
        "cost": execution.cost,
    }


def _span(id: str, parent: str | None, name: str, start: datetime, end: datetime | None, status: str) -> dict[str, Any]:
    return {
        "spanId": id,
        "parentSpanId": parent,
        "name": name,
        "startTime": start.isoformat(),
        "endTime": end.isoformat() if end else None,
        "status": status,
    }

"""The preview of a request learns from the calls of its own workspace."""

from __future__ import annotations

import pytest

from tests.integration.engine.conftest import plan, step
from tizmoret.ids import uuid7
from tizmoret.orchestrator import Tizmoret

pytestmark = pytest.mark.anyio


async def test_earlier_calls_are_known_by_tool_and_by_workspace_only(tizmoret: Tizmoret) -> None:
    given = plan(step("a", "add", seconds=0.05), step("l", "list", n=3), step("bad", "broken"))
    done = await tizmoret.wait((await tizmoret.submit("", plan=given)).id)
    assert done.status == "failed"
    past = await tizmoret.executions.past({"test.add", "test.list", "test.broken", "test.web"})
    assert set(past) == {"test.add", "test.list"}
    assert (len(past["test.add"].seconds), past["test.add"].seconds[0] >= 0.05) == (1, True)
    assert await tizmoret.executions.past({"test.add"}, workspace=uuid7()) == {}


async def test_each_call_of_a_list_counts_and_of_many_only_the_latest(tizmoret: Tizmoret) -> None:
    given = plan(step("l", "list", n=70), step("each", "add", for_each={"$from": "l.numbers"}, n={"$item": ""}))
    await tizmoret.wait((await tizmoret.submit("", plan=given)).id)
    assert len((await tizmoret.executions.past({"test.add"}))["test.add"].seconds) == 50

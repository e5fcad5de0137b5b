"""A service's OpenAPI document as tools: planned the day they are connected, gated, looked after when the service fails."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.test_end_to_end import carry
from tests.wire.orchard import KEY, Orchard, Tree, orchard
from tizmoret.connections import book
from tizmoret.connections.connection import Wanted
from tizmoret.errors import BadInput
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import Plan, Retry, Step
from tizmoret.settings import Settings
from tizmoret.views import Execution

pytestmark = pytest.mark.anyio


@pytest.fixture
def service() -> Iterator[Orchard]:
    with orchard() as running:
        running.trees[1] = Tree(id=1, kind="olive", height=4)
        yield running


def wanted(service: Orchard, **options: Any) -> Wanted:
    return Wanted("orchard", "openapi", service.document, options, KEY)


def one(tool: str, **args: Any) -> Plan:
    return Plan(goal="one step", steps=(Step(id="one", tool=f"orchard.{tool}", args=args),))


async def run(tizmoret: Tizmoret, plan: Plan, *, approve: bool = True) -> Execution:
    execution = await tizmoret.submit("", plan=plan)
    execution = await tizmoret.wait(execution.id)
    for gate in await tizmoret.executions.approvals(execution.id, status="pending"):
        await (tizmoret.approve if approve else tizmoret.reject)(execution.id, gate.id, by="dana")
        execution = await tizmoret.wait(execution.id)
    return execution


async def test_what_it_does_goes_by_the_method(tizmoret: Tizmoret, service: Orchard) -> None:
    made = await tizmoret.connections.add(wanted(service))
    effects = {name: tool.capability for name, tool in tizmoret.catalog.tools.items() if name.startswith("orchard.")}
    assert len(effects) == len(made.offer["operations"]) == 6
    looks, plant, fell, order = (
        effects[f"orchard.{tool(tizmoret, name)}"] for name in ("list_trees", "plant_tree", "fell_tree", "order_saplings")
    )
    assert (looks.effect, looks.recovery, looks.approval) == ("none", "pure", "never")
    assert (plant.effect, plant.recovery, plant.approval) == ("write", "once", "ask")
    assert (fell.effect, fell.recovery, fell.approval) == ("delete", "once", "ask")
    assert (order.recovery, "idempotency-key" in order.arguments["properties"]) == ("keyed", False)
    assert plant.arguments["properties"]["kind"] == {"type": "string", "minLength": 1, "description": "olive, fig or almond"}
    assert plant.label.integrity == "untrusted"


def tool(tizmoret: Tizmoret, name: str) -> str:
    """The whole of a name that the framework has made longer."""
    return next(known.partition(".")[2] for known in tizmoret.catalog.tools if known.startswith(f"orchard.{name}"))


async def test_a_request_finds_the_tools_the_day_they_are_connected(tizmoret: Tizmoret, service: Orchard) -> None:
    await tizmoret.connections.add(wanted(service))
    looked = await carry(tizmoret, "list the trees of the orchard")
    assert looked.status == "completed", looked.answer
    assert "olive" in looked.answer

    planted = await tizmoret.preview("plant a tree of the kind fig in the orchard")
    assert planted.plan is not None
    assert [step["tool"] for step in planted.plan["steps"]] == [f"orchard.{tool(tizmoret, 'plant_tree')}"]
    assert len(service.trees) == 1


async def test_an_effect_waits_for_a_person_and_happens_once(tizmoret: Tizmoret, service: Orchard) -> None:
    await tizmoret.connections.add(wanted(service))
    plan = one(tool(tizmoret, "plant_tree"), kind="fig")
    refused = await run(tizmoret, plan, approve=False)
    assert (refused.status, len(service.trees)) == ("completed", 1)
    done = await run(tizmoret, plan)
    assert done.status == "completed"
    (step,) = await tizmoret.executions.steps(done.id)
    assert step.output == {"status": 201, "data": {"kind": "fig", "height": 1.0, "id": 2}}


async def test_path_query_and_key_travel_where_they_belong(tizmoret: Tizmoret, service: Orchard) -> None:
    await tizmoret.connections.add(wanted(service))
    done = await run(tizmoret, one(tool(tizmoret, "look_at_tree"), id=1))
    assert (await tizmoret.executions.steps(done.id))[0].output["data"]["kind"] == "olive"
    done = await run(tizmoret, one(tool(tizmoret, "list_trees"), query="oli", tall=[4, 5]))
    assert len((await tizmoret.executions.steps(done.id))[0].output["data"]) == 1
    calls = [headers for _, path, headers in service.asked if path.startswith("/trees")]
    assert all(headers["x-orchard-key"] == KEY for headers in calls)
    assert all("x-orchard-key" not in headers for _, path, headers in service.asked if path == "/openapi.json")


async def test_an_answer_that_is_lost_is_asked_about_and_not_repeated(tizmoret: Tizmoret, service: Orchard) -> None:
    await tizmoret.connections.add(wanted(service))
    service.drops = True
    execution = await run(tizmoret, one(tool(tizmoret, "plant_tree"), kind="fig"))
    assert execution.status == "waiting"
    (doubt,) = await tizmoret.executions.approvals(execution.id, status="pending")
    assert (doubt.purpose, len(service.trees)) == ("unknown", 2)


async def test_with_an_idempotency_key_it_is_repeated_and_happens_once(tizmoret: Tizmoret, service: Orchard) -> None:
    await tizmoret.connections.add(wanted(service))
    service.drops = True
    execution = await run(tizmoret, one(tool(tizmoret, "order_saplings"), kind="fig"))
    assert execution.status == "completed"
    assert list(service.keys.values()) == [1]


async def test_what_the_service_says_is_told_and_never_obeyed(tizmoret: Tizmoret, service: Orchard) -> None:
    await tizmoret.connections.add(wanted(service))
    execution = await run(tizmoret, one(tool(tizmoret, "look_at_tree"), id=7))
    assert execution.status == "failed"
    assert "No tree 7" in (await tizmoret.executions.steps(execution.id))[0].error.detail  # type: ignore[union-attr]
    assert len(service.trees) == 1


async def test_a_wrong_key_and_a_bad_argument_end_in_a_sentence(tizmoret: Tizmoret, service: Orchard) -> None:
    await tizmoret.connections.add(dataclasses.replace(wanted(service), secret="wrong"))
    execution = await run(tizmoret, one(tool(tizmoret, "list_trees")))
    (step,) = await tizmoret.executions.steps(execution.id)
    assert step.error is not None
    assert ("did not let us in" in step.error.detail, "Connect orchard again" in step.error.cure) == (True, True)
    with pytest.raises(BadInput):
        await tizmoret.submit("", plan=one(tool(tizmoret, "plant_tree"), kind=7))


async def test_that_a_post_only_reads_is_for_a_person_to_say(tizmoret: Tizmoret, service: Orchard) -> None:
    await tizmoret.connections.add(wanted(service))
    search = tool(tizmoret, "search_trees")
    assert tizmoret.catalog.tool(f"orchard.{search}").capability.approval == "ask"
    await tizmoret.connections.add(wanted(service, reads=[search]))
    assert tizmoret.catalog.tool(f"orchard.{search}").capability.effect == "none"
    assert (await run(tizmoret, one(search, kind="x", height=3))).status == "completed"


async def test_a_plan_that_names_what_is_connected_no_more_fails_by_saying_so(tizmoret: Tizmoret, service: Orchard) -> None:
    await tizmoret.connections.add(wanted(service))
    execution = await tizmoret.submit("", plan=one(tool(tizmoret, "plant_tree"), kind="fig"))
    await tizmoret.wait(execution.id)
    await tizmoret.connections.remove("orchard")
    assert not [name for name in tizmoret.catalog.tools if name.startswith("orchard.")]
    (gate,) = await tizmoret.executions.approvals(execution.id, status="pending")
    await tizmoret.approve(execution.id, gate.id, by="dana")
    assert (await tizmoret.wait(execution.id)).status == "failed"
    assert "not connected any more" in (await tizmoret.executions.steps(execution.id))[0].error.detail  # type: ignore[union-attr]
    assert len(service.trees) == 1


async def test_another_process_connects_and_this_one_plans_with_it(tizmoret: Tizmoret, service: Orchard, open_settings: Settings) -> None:
    async with Tizmoret.open(open_settings, run_engine=False) as other:
        await other.connections.add(wanted(service))
        name = tool(other, "list_trees")
    assert (await run(tizmoret, one(name))).status == "completed"


async def test_a_changed_document_is_told_and_not_taken_over(tizmoret: Tizmoret, service: Orchard) -> None:
    await tizmoret.connections.add(wanted(service))
    assert (await tizmoret.connections.check("orchard")).trouble == ""
    before = set(tizmoret.catalog.tools)
    service.title = "Orchard, and now with goats"
    assert "has changed" in (await tizmoret.connections.check("orchard")).trouble
    assert set(tizmoret.catalog.tools) == before


async def test_a_service_that_keeps_failing_is_left_alone_and_that_is_told(tizmoret: Tizmoret, service: Orchard) -> None:
    await tizmoret.connections.add(wanted(service))
    name = tool(tizmoret, "list_trees")
    service.fails = 500
    execution = await run(tizmoret, Plan(goal="look", steps=(_step(name, "one", 3), _step(name, "two", 3))))
    assert execution.status == "failed"
    assert "failed (500)" in (await tizmoret.connections.list())[0].trouble
    service.fails, asked = 0, len(service.asked)
    execution = await run(tizmoret, Plan(goal="look", steps=(_step(name, "one", 1),)))
    assert (execution.status, len(service.asked)) == ("failed", asked)
    assert "left alone" in (await tizmoret.executions.steps(execution.id))[0].error.detail  # type: ignore[union-attr]
    assert (await tizmoret.connections.check("orchard")).trouble == ""


def _step(name: str, id: str, attempts: int) -> Step:
    return Step(id=id, tool=f"orchard.{name}", retry=Retry(attempts=attempts, wait=0))


async def test_a_server_that_nobody_looked_at_for_long_is_looked_at_again(
    tizmoret: Tizmoret, service: Orchard, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tizmoret.connections.add(wanted(service))
    assert await tizmoret.connections.check_oldest() is None
    monkeypatch.setattr(book, "CHECK_EVERY", 0.0)
    service.title = "Orchard, and now with goats"
    checked = await tizmoret.connections.check_oldest()
    assert checked is not None
    assert "has changed" in checked.trouble


async def test_a_service_inside_is_refused_unless_its_network_is_open(settings: Settings, service: Orchard) -> None:
    async with Tizmoret.open(settings, run_engine=False) as closed:
        with pytest.raises(BadInput, match="not on the public internet"):
            await closed.connections.add(wanted(service))
    assert service.asked == []

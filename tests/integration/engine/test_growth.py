"""Calls that ask for more steps while they run: the steps are like all others, and the call goes on when they have ended."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel

from tests.integration.engine.conftest import TOOLS, T, effects, from_, plan, statuses, step
from tests.integration.engine.undo_victim import CATALOG as UNDO
from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.growing import MoreSteps
from tizmoret.catalog.tool import Ask, Call, Tool, tool
from tizmoret.errors import BadInput, PlanRefused, TryAgain
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import AskedBy, Plan, Step
from tizmoret.settings import Settings
from tizmoret.views import Approval, Execution

pytestmark = pytest.mark.anyio


class Rounds(BaseModel):
    """rounds: of asking, each a list of steps as a plan has them; as JSON, since references in arguments are resolved.
    trouble: what happens once it was asked: again, question."""

    rounds: str
    n: int = 0
    trouble: str = ""


class Heard(BaseModel):
    ends: list[list[Any]]
    state: dict[str, Any] | None
    n: int


def foreman(name: str, asks_for: tuple[str, ...] | None) -> Tool:
    """Asks for one round after the other, and gives what it heard."""

    @tool(name, title=T, description=T, show=lambda heard, language: str(heard.ends), asks_for=asks_for)
    async def ask(args: Rounds, call: Call) -> Heard:
        rounds = json.loads(args.rounds)
        done = max((end.round for end in call.asked.steps), default=0)
        with (call.folder / "calls.txt").open("a") as calls:
            calls.write(f"{call.step} {done}\n")
        if done and args.trouble == "again" and call.attempt == 1:
            raise TryAgain("Not now.")
        if done and args.trouble == "question" and call.answered is None:
            raise Ask("Well?", (), {})
        if done < len(rounds):
            raise MoreSteps([Step.model_validate(one) for one in rounds[done]], {"after": done}, tokens=7, cost=0.5)
        ends = [[end.uses, end.status, end.output and end.output.get("n"), end.reason, end.shown] for end in call.asked.steps]
        return Heard(ends=ends, state=None if call.asked.state is None else dict(call.asked.state), n=len(ends))

    return ask


GROWING = [*TOOLS, foreman("test.foreman", None), foreman("test.adder", ("test.add", "test.gated"))]


@pytest.fixture
def catalog() -> Catalog:
    return Catalog(GROWING, [])


def wanted(id: str, name: str, n: Any = 1, **more: Any) -> dict[str, Any]:
    return {"id": id, "tool": f"test.{name}", "args": {"n": n}, **more}


def grows(*rounds: list[dict[str, Any]], id: str = "boss", uses: str = "foreman", **more: Any) -> Step:
    return step(id, uses, rounds=json.dumps(rounds), **more)


async def start(tizmoret: Tizmoret, *steps: Step, **rest: Any) -> Execution:
    execution = await tizmoret.submit("", plan=plan(*steps, **rest))
    return await tizmoret.wait(execution.id)


async def pending(tizmoret: Tizmoret, id: UUID) -> list[Approval]:
    return list(await tizmoret.executions.approvals(id, status="pending"))


async def approve_all(tizmoret: Tizmoret, id: UUID) -> Execution:
    while open_gates := await pending(tizmoret, id):
        for gate in open_gates:
            await tizmoret.approve(id, gate.id, by="dana")
        await tizmoret.wait(id)
    return await tizmoret.wait(id)


async def heard(tizmoret: Tizmoret, id: UUID, of: str = "boss") -> list[list[Any]]:
    (found,) = [one for one in await tizmoret.executions.steps(id) if one.id == of]
    ends: list[list[Any]] = found.output["ends"]
    return ends


def calls(tizmoret: Tizmoret) -> list[str]:
    return (tizmoret.workplaces.folder(tizmoret.workspace) / "calls.txt").read_text().splitlines()


async def test_the_steps_run_and_the_call_goes_on_with_what_came_of_them(tizmoret: Tizmoret) -> None:
    first = [wanted("a", "add"), wanted("b", "add", from_("a.n"), when="a.n > 1")]
    done = await start(
        tizmoret, step("before", "add"), grows(first, [wanted("a", "add", 10)], after=("before",)), step("after", "add", n=from_("boss.n"))
    )
    assert (done.status, done.steps_total, done.steps_done) == ("completed", 6, 6)
    assert await heard(tizmoret, done.id) == [
        ["test.add", "completed", 2, "", "n=2"], ["test.add", "completed", 3, "", "n=3"], ["test.add", "completed", 11, "", "n=11"],
    ]  # fmt: skip
    steps = {one.id: one for one in await tizmoret.executions.steps(done.id)}
    assert list(steps) == ["before", "boss", "after", "boss_1_a", "boss_1_b", "boss_2_a"]
    assert steps["boss"].output["state"] == {"after": 1}
    assert steps["after"].output["n"] == 4
    assert (steps["boss_1_a"].asked_by, steps["boss"].asked_by) == ("boss", None)
    assert calls(tizmoret) == ["boss 0", "boss 1", "boss 2"]
    assert (await tizmoret.executions.plan(done.id)).version == 3
    assert (done.tokens, done.cost) == (14, 1.0)
    told = [(event.kind, event.data.get("step")) async for event in tizmoret.events(done.id)]
    order = [
        told.index(one)
        for one in (("plan.grew", "boss"), ("step.started", "boss_1_a"), ("step.completed", "boss"), ("step.started", "after"))
    ]
    assert order == sorted(order)


async def test_what_acts_asks_first_and_happens_once(tizmoret: Tizmoret) -> None:
    waiting = await start(tizmoret, grows([wanted("w", "write", 5), wanted("r", "add")]))
    assert (waiting.status, effects(tizmoret)) == ("waiting", [])
    assert await statuses(tizmoret, waiting.id) == {"boss": "ready", "boss_1_w": "gate", "boss_1_r": "completed"}
    (gate,) = await pending(tizmoret, waiting.id)
    assert (gate.tool, gate.args, gate.step_id) == ("test.write", {"n": 5}, "boss_1_w")
    await tizmoret.approve(waiting.id, gate.id, by="dana")
    done = await tizmoret.wait(waiting.id)
    assert done.status == "completed"
    assert [line.split()[1] for line in effects(tizmoret)] == ["5"]
    assert (await heard(tizmoret, done.id))[0] == ["test.write", "completed", 5, "", "n=5"]


async def test_a_refusal_is_told_to_the_call_and_nothing_is_done(tizmoret: Tizmoret) -> None:
    waiting = await start(tizmoret, grows([wanted("w", "write")]))
    (gate,) = await pending(tizmoret, waiting.id)
    await tizmoret.reject(waiting.id, gate.id, by="dana")
    done = await tizmoret.wait(waiting.id)
    assert (done.status, effects(tizmoret)) == ("completed", [])
    assert await heard(tizmoret, done.id) == [["test.write", "skipped", None, "rejected", ""]]
    assert "rejected, and nothing was written" in (done.answer or "")


async def test_a_failure_is_the_calls_to_judge(tizmoret: Tizmoret) -> None:
    done = await start(tizmoret, grows([wanted("x", "broken"), wanted("y", "add", from_("x.n"))]))
    assert done.status == "completed"
    assert await heard(tizmoret, done.id) == [
        ["test.broken", "failed", None, "It cannot be.", ""],
        ["test.add", "skipped", None, "upstream", ""],
    ]


async def test_a_gate_that_was_open_before_stays_what_it_was(tizmoret: Tizmoret) -> None:
    waiting = await start(tizmoret, step("w", "gated", n=3), grows([wanted("a", "add")], [wanted("v", "write", 4)]))
    assert {gate.step_id for gate in await pending(tizmoret, waiting.id)} == {"w", "boss_2_v"}
    done = await approve_all(tizmoret, waiting.id)
    assert done.status == "completed"
    assert sorted(line.split()[1] for line in effects(tizmoret)) == ["3", "4"]


async def test_every_item_of_a_list_asks_for_its_own(tizmoret: Tizmoret) -> None:
    many = grows([wanted("a", "add", 7)], for_each=from_("list.numbers"))
    done = await start(tizmoret, step("list", "list", n=3), many)
    assert done.status == "completed"
    found = [one for one in await tizmoret.executions.steps(done.id) if one.asked_by]
    assert [(one.id, one.output["n"]) for one in found] == [("boss_0_1_a", 8), ("boss_1_1_a", 8), ("boss_2_1_a", 8)]
    assert sorted(calls(tizmoret)) == ["boss 0"] * 3 + ["boss 1"] * 3


async def test_what_was_asked_for_may_ask_in_turn_but_not_for_ever(tizmoret: Tizmoret) -> None:
    def nested(depth: int) -> dict[str, Any]:
        inner = [nested(depth - 1)] if depth else [wanted("leaf", "add")]
        return {"id": "deep", "tool": "test.foreman", "args": {"rounds": json.dumps([inner])}}

    done = await start(tizmoret, Step.model_validate(nested(2)))
    assert done.status == "completed"
    assert "deep_1_deep_1_deep_1_leaf" in await statuses(tizmoret, done.id)
    deeper = await start(tizmoret, Step.model_validate(nested(3)))
    assert (await heard(tizmoret, deeper.id, "deep_1_deep"))[0][1:4] == [
        "failed", None, "The plan was refused: Steps that ask for steps go 3 deep.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ([wanted("w", "write")], "test.adder may not ask for test.write"),
        ([], "asks for no step"),
        ([wanted("a", "add", "many")], "does not fit"),
        ([wanted("a", "nothing")], "There is no tool test.nothing"),
        ([wanted("a", "add", from_("b.n")), wanted("b", "add", from_("a.n"))], "wait for each other"),
        ([wanted(f"s{n}", "add") for n in range(201)], "at most 30 times, for 200 steps at once"),
    ],
)
async def test_what_it_may_not_have_fails_the_step_and_says_why(tizmoret: Tizmoret, asked: list[dict[str, Any]], why: str) -> None:
    failed = await start(tizmoret, grows(asked, uses="adder"))
    assert failed.status == "failed"
    assert failed.error is not None
    assert why in failed.error.detail
    assert set(await statuses(tizmoret, failed.id)) == {"boss"}


async def test_labels_go_down_to_what_is_asked_for_and_back_up(tizmoret: Tizmoret) -> None:
    waiting = await start(tizmoret, step("page", "web"), grows([wanted("w", "write")], n=from_("page.n")))
    (gate,) = await pending(tizmoret, waiting.id)
    assert (gate.integrity, {"web", "test.foreman"} <= set(gate.sources)) == ("untrusted", True)
    done = await start(tizmoret, grows([wanted("page", "web")], [wanted("a", "add")]))
    labels = {one.id: one.label for one in await tizmoret.executions.steps(done.id)}
    assert [labels[id]["integrity"] for id in ("boss_1_page", "boss_2_a", "boss")] == ["untrusted"] * 3


async def test_an_attempt_that_fails_after_asking_and_one_that_asks_a_person_go_on_from_there(tizmoret: Tizmoret) -> None:
    again = await start(tizmoret, grows([wanted("a", "add")], trouble="again"))
    assert (again.status, calls(tizmoret)) == ("completed", ["boss 0", "boss 1", "boss 1"])
    asks = await start(tizmoret, grows([wanted("a", "add")], trouble="question"))
    (gate,) = await pending(tizmoret, asks.id)
    await tizmoret.approve(asks.id, gate.id, by="dana", text="so")
    done = await tizmoret.wait(asks.id)
    assert (done.status, await heard(tizmoret, done.id)) == ("completed", [["test.add", "completed", 2, "", "n=2"]])


async def test_it_goes_on_in_another_process(settings: Settings, catalog: Catalog) -> None:
    async with Tizmoret.open(settings, catalog=catalog) as first:
        waiting = await start(first, grows([wanted("w", "write", 5)], [wanted("v", "write", 6)]), step("after", "add", n=from_("boss.n")))
    async with Tizmoret.open(settings, catalog=catalog) as second:
        done = await approve_all(second, waiting.id)
        assert (done.status, done.steps_total, done.steps_done) == ("completed", 4, 4)
        assert [line.split()[1] for line in effects(second)] == ["5", "6"]
        assert calls(second) == ["boss 0", "boss 1", "boss 2"]


async def test_cancel_ends_it_with_all_that_it_asked_for(tizmoret: Tizmoret) -> None:
    waiting = await start(tizmoret, grows([wanted("w", "write"), wanted("later", "add", from_("w.n"))]))
    await tizmoret.cancel(waiting.id, by="dana")
    done = await tizmoret.wait(waiting.id)
    assert (done.status, effects(tizmoret), await pending(tizmoret, waiting.id)) == ("cancelled", [], [])


async def test_a_fork_asks_anew_and_cannot_begin_in_the_middle(tizmoret: Tizmoret) -> None:
    done = await approve_all(tizmoret, (await start(tizmoret, step("a", "add"), grows([wanted("w", "write")], after=("a",)))).id)
    with pytest.raises(BadInput, match="asked for by boss"):
        await tizmoret.fork(done.id, "boss_1_w", by="dana")
    fork = await tizmoret.fork(done.id, "boss", by="dana")
    again = await tizmoret.wait(fork.id)
    assert (again.status, len(effects(tizmoret))) == ("waiting", 1)
    assert (await approve_all(tizmoret, fork.id)).status == "completed"
    assert len(effects(tizmoret)) == 2
    late = await tizmoret.wait((await tizmoret.fork(done.id, "a", by="dana")).id)
    assert (await statuses(tizmoret, late.id))["boss_1_w"] == "gate"


async def test_a_plan_that_somebody_writes_cannot_say_so_itself(tizmoret: Tizmoret) -> None:
    forged = step("w", "add").model_copy(update={"asked_by": AskedBy(step="boss")})
    with pytest.raises(PlanRefused, match="asked_by"):
        await tizmoret.submit("", plan=Plan(steps=(grows([wanted("a", "add")]), forged)))


async def test_steps_that_are_asked_for_at_once_by_many_all_have_their_place(tizmoret: Tizmoret) -> None:
    crowd = [grows([wanted("a", "add", number)], [wanted("b", "add", number)], id=f"boss{number}") for number in range(12)]
    done = await start(tizmoret, *crowd)
    assert (done.status, done.steps_total, done.steps_done) == ("completed", 36, 36)
    assert (await tizmoret.executions.plan(done.id)).version == 25


async def test_what_was_done_for_a_call_is_taken_back_with_the_rest(settings: Settings) -> None:
    async with Tizmoret.open(settings, catalog=Catalog([*UNDO.tools.values(), foreman("test.foreman", None)], [])) as tizmoret:
        asked = {"id": "u", "tool": "undo.act", "args": {"n": 1}}
        done = await approve_all(tizmoret, (await start(tizmoret, grows([asked]))).id)
        assert done.status == "completed"
        await tizmoret.undo(done.id, by="dana")
        undone = await tizmoret.wait(done.id)
        assert (undone.status, (await statuses(tizmoret, done.id))["boss_1_u"]) == ("undone", "undone")
        fork = await tizmoret.wait((await tizmoret.fork(done.id, "boss", by="dana")).id)
        assert fork.status == "waiting"

"""What the calls of one execution share: values with versions and their conflicts, messages, and where both come from."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any

import pytest
from pydantic import BaseModel

from tests.integration.engine.conftest import T, from_
from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.shared import Message
from tizmoret.catalog.tool import Call, tool
from tizmoret.errors import NotFound, TryAgain
from tizmoret.ids import uuid7
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.labels import Label
from tizmoret.plan.model import Plan, Step
from tizmoret.views import Context, Execution, StepView

pytestmark = pytest.mark.anyio
FLAGS: dict[str, asyncio.Event] = defaultdict(asyncio.Event)


class Script(BaseModel):
    lines: list[list[Any]]
    after: Any = None


class Said(BaseModel):
    said: list[Any]


async def perform(args: Script, call: Call) -> Said:
    """Each line is something to do with what is shared; their results are the output."""
    said: list[Any] = []
    for what, *rest in args.lines:
        match what:
            case "put":
                policy = rest[2] if len(rest) > 2 else "refuse"
                kept = await call.shared.put(rest[0], rest[1], on_conflict=policy)
                said.append([kept.value, kept.version, kept.author])
            case "get":
                found = await call.shared.get(rest[0])
                said.append(None if found is None else found.value)
            case "tell":
                await call.shared.tell(rest[0], rest[1])
            case "ask":
                said.append(await call.shared.ask(rest[0], rest[1], seconds=20))
            case "answer":
                questions: list[Message] = []
                async with asyncio.timeout(20):
                    while not questions:
                        await asyncio.sleep(0.01)
                        questions = [one for one in await call.shared.messages() if one.kind == "ask"]
                for question in questions:
                    await call.shared.answer(question, rest[0])
            case "hear":
                said.append([[one.sender, one.body] for one in await call.shared.messages()])
            case "wait":
                await FLAGS[f"{call.execution} {rest[0]}"].wait()
            case "flag":
                FLAGS[f"{call.execution} {rest[0]}"].set()
            case "fail once":
                if call.attempt == 1:
                    raise TryAgain("Once more.")
    return Said(said=said)


def show(output: Any, language: str) -> str:
    return str(output.said)


WEB = Label("untrusted", "internal", frozenset({"web"}))
TALK = tool("test.talk", title=T, description=T, show=show)(perform)
FROM_WEB = tool("test.from_web", title=T, description=T, show=show, label=WEB)(perform)
ACT = tool("test.act", title=T, description=T, show=show, effect="write", recovery="keyed")(perform)
GATED = tool("test.gated", title=T, description=T, show=show, effect="write", recovery="keyed", approval="ask")(perform)


@pytest.fixture
def catalog() -> Catalog:
    return Catalog([TALK, FROM_WEB, ACT, GATED], [])


def step(id: str, *lines: list[Any], uses: str = "test.talk", after: str | None = None) -> Step:
    args: dict[str, Any] = {"lines": list(lines)}
    return Step(id=id, tool=uses, args=args if after is None else {**args, "after": from_(f"{after}.said")})


async def run(tizmoret: Tizmoret, *steps: Step) -> tuple[Execution, dict[str, StepView], Context]:
    execution = await tizmoret.submit("", plan=Plan(request="talk", goal="talk", language="en", steps=steps))
    done = await tizmoret.wait(execution.id)
    return done, {view.id: view for view in await tizmoret.executions.steps(done.id)}, await tizmoret.executions.context(done.id)


async def test_a_value_has_versions_an_author_and_a_history(tizmoret: Tizmoret) -> None:
    first = step("first", ["put", "price", 1200])
    second = step("second", ["get", "price"], ["put", "price", 1210], after="first")
    done, steps, context = await run(tizmoret, first, second)
    assert done.status == "completed"
    assert steps["second"].output["said"] == [1200, [1210, 2, "second"]]
    assert [(one.key, one.version, one.value, one.step, one.policy, one.stands) for one in context.values] == [
        ("price", 1, 1200, "first", "", True),
        ("price", 2, 1210, "second", "", True),
    ]


async def test_whoever_reads_what_is_shared_carries_where_it_came_from(tizmoret: Tizmoret) -> None:
    wrote = step("wrote", ["put", "news", "x"], ["tell", "*", "y"], uses="test.from_web")
    _, steps, context = await run(
        tizmoret, wrote, step("read", ["wait", "go"], ["get", "news"]), step("heard", ["wait", "go"], ["hear"]),
        step("deaf", ["wait", "go"]), step("go", ["flag", "go"], after="wrote"),
    )  # fmt: skip
    assert context.values[0].label["integrity"] == context.messages[0].label["integrity"] == "untrusted"
    for id in ("read", "heard"):
        label = steps[id].label
        assert label is not None
        assert (label["integrity"], label["confidentiality"], "web" in label["sources"]) == ("untrusted", "internal", True)
    assert steps["deaf"].label is not None
    assert steps["deaf"].label["integrity"] == "trusted"


def two_at_once(policy: str, one: Any, other: Any) -> list[Step]:
    """`slow` has begun before `quick` writes, and writes after it."""
    quick = step("quick", ["wait", "begun"], ["put", "k", one], ["flag", "written"])
    return [quick, step("slow", ["flag", "begun"], ["wait", "written"], ["put", "k", other, policy])]


@pytest.mark.parametrize(
    ("policy", "one", "other", "stands"),
    [
        ("last", 1, 2, 2), ("first", 1, 2, 1),
        ("merge", {"a": 1, "in": {"x": 1}}, {"b": 2, "in": {"y": 2}}, {"a": 1, "b": 2, "in": {"x": 1, "y": 2}}),
        ("merge", [1, 2], [2, 3], [1, 2, 3]), ("merge", "same", "same", "same"),
    ],
)  # fmt: skip
async def test_two_writes_at_once_are_settled_as_whoever_came_second_wished(
    tizmoret: Tizmoret, policy: str, one: Any, other: Any, stands: Any
) -> None:
    done, steps, context = await run(tizmoret, *two_at_once(policy, one, other))
    assert done.status == "completed"
    assert steps["slow"].output["said"][0][0] == stands
    if one != other:
        assert [(written.step, written.policy) for written in context.values] == [("quick", ""), ("slow", policy)]
        assert [written.value for written in context.values if written.stands][-1] == stands


@pytest.mark.parametrize(("policy", "one", "other"), [("refuse", 1, 2), ("merge", {"a": 1}, {"a": 2}), ("merge", [1], {"a": 1})])
async def test_a_conflict_that_cannot_be_settled_is_an_error_and_is_kept(tizmoret: Tizmoret, policy: str, one: Any, other: Any) -> None:
    done, steps, context = await run(tizmoret, *two_at_once(policy, one, other))
    assert done.status == "failed"
    assert steps["slow"].error is not None
    assert steps["slow"].error.code == "conflict"
    assert "quick" in steps["slow"].error.detail
    assert [(written.value, written.stands) for written in context.values] == [(one, True), (other, False)]


async def test_who_reads_again_after_a_conflict_may_write(tizmoret: Tizmoret) -> None:
    quick, _ = two_at_once("refuse", 1, 2)
    slow = step("slow", ["flag", "begun"], ["wait", "written"], ["get", "k"], ["put", "k", 2])
    done, _, context = await run(tizmoret, quick, slow)
    assert done.status == "completed"
    assert context.values[-1].policy == ""


async def test_messages_reach_a_step_all_who_use_a_tool_and_everybody_but_never_their_sender(tizmoret: Tizmoret) -> None:
    speak = step(
        "speak", ["tell", "one", "to one"], ["tell", "test.from_web", "to those"], ["tell", "*", "to all"], ["hear"], ["flag", "said"]
    )
    listen = [step("one", ["wait", "said"], ["hear"]), step("two", ["wait", "said"], ["hear"], uses="test.from_web")]
    _, steps, context = await run(tizmoret, speak, *listen)
    assert steps["speak"].output["said"] == [[]]
    assert steps["one"].output["said"] == [[["speak", "to one"], ["speak", "to all"]]]
    assert steps["two"].output["said"] == [[["speak", "to those"], ["speak", "to all"]]]
    assert [(one.number, one.step, one.to) for one in context.messages] == [
        (1, "speak", "one"),
        (2, "speak", "test.from_web"),
        (3, "speak", "*"),
    ]


async def test_a_question_is_answered_once_and_its_asker_waits_for_it(tizmoret: Tizmoret) -> None:
    done, steps, context = await run(tizmoret, step("asks", ["ask", "knows", "why?"]), step("knows", ["answer", {"because": 1}], ["hear"]))
    assert done.status == "completed"
    assert steps["asks"].output["said"] == [{"because": 1}]
    assert steps["knows"].output["said"] == [[]]
    assert [(one.message, one.step, one.to, one.answers) for one in context.messages] == [
        ("ask", "asks", "knows", None),
        ("answer", "knows", "asks", 1),
    ]


async def test_nobody_waits_for_an_answer_that_cannot_come(tizmoret: Tizmoret) -> None:
    ended = [step("knew"), step("asks", ["ask", "knew", "why?"], after="knew")]
    ends = [step("leaves", ["wait", "asked"]), step("waits", ["flag", "asked"], ["ask", "leaves", "why?"])]
    done, steps, _ = await run(tizmoret, *ended, *ends)
    assert done.status == "completed"
    assert (steps["asks"].output["said"], steps["waits"].output["said"]) == ([None], [None])


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (["tell", "nobody", "x"], "not-found"), (["ask", "nobody", "x"], "not-found"), (["put", "no spaces", 1], "bad-input"),
        (["put", "", 1], "bad-input"), (["put", "k" * 101, 1], "bad-input"), (["put", "k", "x" * 300_000], "too-large"),
        (["tell", "*", "x" * 300_000], "too-large"),
    ],
)  # fmt: skip
async def test_what_cannot_be_shared_fails_the_step_and_says_why(tizmoret: Tizmoret, line: list[Any], code: str) -> None:
    done, steps, context = await run(tizmoret, step("a", line))
    assert done.status == "failed"
    assert steps["a"].error is not None
    assert (steps["a"].error.code, bool(steps["a"].error.cure)) == (code, True)
    assert (context.values, context.messages) == ([], [])


async def test_a_repeated_call_writes_and_sends_nothing_twice(tizmoret: Tizmoret) -> None:
    again = step("again", ["put", "k", {"a": 1}, "merge"], ["tell", "*", "hello"], ["fail once"])
    done, steps, context = await run(tizmoret, again)
    assert (done.status, steps["again"].attempt) == ("completed", 2)
    assert (len(context.values), len(context.messages)) == (1, 1)


async def test_what_acts_sees_and_says_nothing_beside_what_was_approved(tizmoret: Tizmoret) -> None:
    _, steps, context = await run(
        tizmoret,
        step("writes", ["put", "to", "mallory@example.com"]),
        step("acts", ["get", "to"], ["tell", "*", "x"], uses="test.act", after="writes"),
    )
    assert steps["acts"].output["said"] == [None]
    assert context.messages == []


async def test_it_is_all_there_after_waiting_for_a_person(tizmoret: Tizmoret) -> None:
    large = "x" * 20_000
    waits = step("waits", uses="test.gated", after="writes")
    reads = step("reads", ["get", "k"], ["hear"], after="waits")
    done, _, _ = await run(tizmoret, step("writes", ["put", "k", large], ["tell", "reads", large]), waits, reads)
    assert done.status == "waiting"
    await tizmoret.ended(done.id)
    (gate,) = await tizmoret.executions.approvals(done.id)
    await tizmoret.approve(done.id, gate.id, by="dana")
    done = await tizmoret.wait(done.id)
    steps = {view.id: view for view in await tizmoret.executions.steps(done.id)}
    assert steps["reads"].output["said"] == [large, [["writes", large]]]
    context = await tizmoret.executions.context(done.id)
    assert (context.values[0].value, context.messages[0].body) == (large, large)


async def test_another_workspace_does_not_see_it(tizmoret: Tizmoret) -> None:
    done, _, _ = await run(tizmoret, step("writes", ["put", "k", 1]))
    with pytest.raises(NotFound):
        await tizmoret.executions.context(done.id, workspace=uuid7())

"""Messages to Slack: posted after their approval, found again where an answer is lost, taken back, and its words for what goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.cli.program import Program
from tests.integration.test_end_to_end import carry
from tests.wire.serving import Answer
from tests.wire.slack import TOKEN, Slack, slack
from tizmoret.connections.connection import Wanted
from tizmoret.errors import BadInput
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import Plan, Step
from tizmoret.views import Execution

pytestmark = pytest.mark.anyio


@pytest.fixture
def away() -> Iterator[Slack]:
    with slack() as running:
        yield running


@pytest.fixture
async def team(tizmoret: Tizmoret, away: Slack) -> Slack:
    await tizmoret.connections.add(Wanted("slack", "slack", away.address, {"channel": "#general"}, TOKEN))
    return away


def send(text: str, **args: Any) -> Plan:
    return Plan(goal="post", steps=(Step(id="one", tool="slack.send", args={"text": text, **args}),))


async def run(tizmoret: Tizmoret, plan: Plan) -> Execution:
    execution = await tizmoret.wait((await tizmoret.submit("", plan=plan)).id)
    for gate in await tizmoret.executions.approvals(execution.id, status="pending"):
        await tizmoret.approve(execution.id, gate.id, by="dana")
        execution = await tizmoret.wait(execution.id)
    return execution


async def test_a_message_goes_after_its_approval_as_text_that_calls_nobody(tizmoret: Tizmoret, team: Slack) -> None:
    execution = await tizmoret.wait((await tizmoret.submit("", plan=send("wheat <!channel> & barley"))).id)
    assert (execution.status, team.messages) == ("waiting", {})
    (gate,) = await tizmoret.executions.approvals(execution.id, status="pending")
    assert (gate.effect, gate.reversible, gate.args["text"]) == ("send", True, "wheat <!channel> & barley")
    await tizmoret.approve(execution.id, gate.id, by="dana")
    assert (await tizmoret.wait(execution.id)).status == "completed"
    assert team.texts("C01GENERAL") == ["wheat &lt;!channel&gt; &amp; barley"]


async def test_it_is_planned_from_words_in_both_languages(tizmoret: Tizmoret, team: Slack) -> None:
    english = await carry(tizmoret, 'send a message to Slack: "the truck has left"')
    hebrew = await carry(tizmoret, 'שלח הודעה בסלאק: "המשאית יצאה"')
    assert (english.status, hebrew.status) == ("completed", "completed")
    assert ["truck" in team.texts("C01GENERAL")[0], "המשאית" in team.texts("C01GENERAL")[1]] == [True, True]


async def test_channels_are_listed_over_all_pages_and_named(tizmoret: Tizmoret, team: Slack) -> None:
    plan = Plan(goal="look", steps=(Step(id="one", tool="slack.channels", args={}),))
    found = (await tizmoret.executions.steps((await run(tizmoret, plan)).id))[0].output
    assert [one["name"] for one in found["channels"]] == ["general", "grain", "wine"]
    assert (await run(tizmoret, send("to the grain", channel="#grain"))).status == "completed"
    assert team.texts("C02GRAIN") == ["to the grain"]


@pytest.mark.parametrize("channel", ["C02GRAIN", "#grain"])
async def test_a_lost_answer_is_found_in_the_channel_and_not_sent_again(tizmoret: Tizmoret, team: Slack, channel: str) -> None:
    for number in range(3):
        team.messages.setdefault("C02GRAIN", []).append({"text": f"before {number}", "ts": "1.000000"})
    team.drops = 1
    done = await run(tizmoret, send("once", channel=channel))
    assert (done.status, team.texts("C02GRAIN").count("once")) == ("completed", 1)
    assert (await tizmoret.executions.steps(done.id))[0].output["ts"] == team.messages["C02GRAIN"][-1]["ts"]


async def test_what_never_arrived_is_sent_after_the_look_and_what_cannot_be_looked_up_is_asked(tizmoret: Tizmoret, team: Slack) -> None:
    team.refuses("chat.postMessage", "internal_error")
    assert (await run(tizmoret, send("second time"))).status == "completed"
    assert (team.texts("C01GENERAL"), team.asked.count("chat.postMessage")) == (["second time"], 2)

    team.scopes.discard("channels:history")
    team.refuses("chat.postMessage", "fatal_error")
    doubtful = await run(tizmoret, send("who knows"))
    (gate,) = await tizmoret.executions.approvals(doubtful.id, status="pending")
    assert (gate.purpose, team.asked.count("chat.postMessage")) == ("unknown", 3)


async def test_it_is_taken_back_and_what_is_gone_already_is_no_trouble(tizmoret: Tizmoret, team: Slack) -> None:
    for before in (lambda: None, team.messages.clear):
        done = await run(tizmoret, send("too early"))
        before()
        await tizmoret.undo(done.id, by="dana")
        assert (await tizmoret.wait(done.id)).status == "undone"
        assert team.texts("C01GENERAL") == []


async def test_who_sends_too_fast_waits_as_long_as_slack_says(tizmoret: Tizmoret, team: Slack) -> None:
    team.refuses("chat.postMessage", "ratelimited", 429, retry_after=1)
    done = await run(tizmoret, send("patient"))
    assert (done.status, team.texts("C01GENERAL")) == ("completed", ["patient"])
    failed = [one async for one in tizmoret.events(done.id) if one.kind == "step.failed"]
    assert [(one.data["error"]["kind"], one.data["retry_in"] >= 1) for one in failed] == [("busy", True)]


async def test_a_refusal_ends_in_a_sentence(tizmoret: Tizmoret, team: Slack) -> None:
    for error, more, words in (
        ("channel_not_found", {}, "no such channel"), ("not_in_channel", {}, "not_in_channel"), ("is_archived", {}, "is_archived"),
        ("msg_too_long", {}, "msg_too_long"), ("token_revoked", {}, "did not let us in"),
        ("missing_scope", {"needed": "chat:write"}, "lacks the scope chat:write"), ("something_new", {}, "something_new"),
    ):  # fmt: skip
        team.refuses("chat.postMessage", error, **more)
        failed = await run(tizmoret, send("no"))
        problem = (await tizmoret.executions.steps(failed.id))[0].error
        assert problem is not None
        assert (failed.status, words in problem.detail, bool(problem.cure), team.messages) == ("failed", True, True, {}), error


async def test_what_is_no_slack_is_not_kept(tizmoret: Tizmoret, away: Slack) -> None:
    for secret, words in ((None, "needs a token"), ("xoxb-wrong", "did not let us in")):
        with pytest.raises(BadInput, match=words):
            await tizmoret.connections.add(Wanted("slack", "slack", away.address, {}, secret))
    away.says["auth.test"] = [Answer(200, {}, b"<html>")]
    with pytest.raises(Exception, match="cannot be read"):
        await tizmoret.connections.add(Wanted("slack", "slack", away.address, {}, TOKEN))
    with pytest.raises(BadInput, match="plain text"):
        await tizmoret.connections.add(Wanted("slack", "slack", "http://slack.example/api", {}, TOKEN))
    assert await tizmoret.connections.list() == []


async def test_a_message_without_any_channel_says_so(tizmoret: Tizmoret, away: Slack) -> None:
    await tizmoret.connections.add(Wanted("slack", "slack", away.address, {}, TOKEN))
    failed = await run(tizmoret, send("to whom"))
    assert "No channel is named" in (await tizmoret.executions.steps(failed.id))[0].error.detail  # type: ignore[union-attr]


def test_at_the_command_line(tmp_path: Any, database_url: str, away: Slack) -> None:
    program = Program(tmp_path / "home", DATABASE_URL=database_url, TIZMORET_NETWORKS="127.0.0.0/8", TIZMORET_SECRET=TOKEN)
    made = program("connect", "add", "slack", "slack", "--channel", "#grain", "--server", away.address)
    assert (made.code, "Sdot Haemek" in made.out, TOKEN in made.out) == (0, True, False), made.err

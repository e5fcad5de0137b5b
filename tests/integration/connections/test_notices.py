"""Notifications to a phone by ntfy, and to a service by a signed request: after an approval, once, and taken back where that can be."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.integration.cli.program import Program
from tests.integration.test_end_to_end import carry
from tests.wire.ntfy import TOKEN, Ntfy, limited, ntfy
from tests.wire.serving import Answer, Asked, serving
from tizmoret.connections.connection import Wanted
from tizmoret.errors import BadInput
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import Plan, Step
from tizmoret.views import Execution

pytestmark = pytest.mark.anyio

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()


@pytest.fixture
def phones() -> Iterator[Ntfy]:
    with ntfy() as running:
        yield running


@pytest.fixture
async def phone(tizmoret: Tizmoret, phones: Ntfy) -> Ntfy:
    await tizmoret.connections.add(Wanted("phone", "ntfy", f"{phones.address}/farm-7", {}, TOKEN))
    return phones


class Service:
    """Takes signed requests; each of `says` answers one of them first."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.says: list[Answer | None] = []

    def __call__(self, asked: Asked) -> Answer | None:
        self.asked.append(asked)
        return self.says.pop(0) if self.says else Answer(204)


@contextmanager
def service() -> Iterator[tuple[Service, str]]:
    made = Service()
    with serving(made) as address:
        yield made, f"{address}/hook"


def notify(connection: str = "phone", **args: Any) -> Plan:
    return Plan(goal="tell", steps=(Step(id="one", tool=f"{connection}.notify", args={"text": "The truck has left.", **args}),))


async def run(tizmoret: Tizmoret, plan: Plan) -> Execution:
    execution = await tizmoret.wait((await tizmoret.submit("", plan=plan)).id)
    for gate in await tizmoret.executions.approvals(execution.id, status="pending"):
        await tizmoret.approve(execution.id, gate.id, by="dana")
        execution = await tizmoret.wait(execution.id)
    return execution


async def test_a_phone_is_told_after_the_approval(tizmoret: Tizmoret, phone: Ntfy) -> None:
    done = await run(tizmoret, notify(title="Grain", urgent=True, link="https://farm.example/7"))
    assert done.status == "completed"
    (made,) = phone.messages
    told = {"topic": "farm-7", "message": "The truck has left.", "title": "Grain", "priority": 5, "click": "https://farm.example/7"}
    assert told.items() <= made.items()
    assert (await tizmoret.executions.approvals(done.id))[0].status == "approved"


async def test_it_is_planned_from_words_in_both_languages(tizmoret: Tizmoret, phone: Ntfy) -> None:
    for request in ('send me a notification: "the truck has left"', 'שלח לי התראה: "המשאית יצאה"'):
        assert (await carry(tizmoret, request)).status == "completed"
    assert ["truck" in phone.messages[0]["message"], "המשאית" in phone.messages[1]["message"]] == [True, True]


@pytest.mark.parametrize("old", [False, True])
async def test_a_lost_answer_is_looked_up_on_the_server(tizmoret: Tizmoret, phone: Ntfy, old: bool) -> None:
    phone.drops, phone.old = 1, old
    assert (await run(tizmoret, notify())).status == "completed"
    assert len(phone.messages) == 1


async def test_a_server_that_holds_nothing_leaves_it_to_a_person(tizmoret: Tizmoret, phone: Ntfy) -> None:
    phone.drops, phone.holds = 1, False
    doubtful = await run(tizmoret, notify())
    (gate,) = await tizmoret.executions.approvals(doubtful.id, status="pending")
    assert (gate.purpose, len(phone.messages)) == ("unknown", 1)


async def test_it_is_taken_back_from_the_phones(tizmoret: Tizmoret, phone: Ntfy) -> None:
    done = await run(tizmoret, notify())
    await tizmoret.undo(done.id, by="dana")
    assert ((await tizmoret.wait(done.id)).status, phone.messages) == ("undone", [])


async def test_limits_are_waited_for_and_refusals_told(tizmoret: Tizmoret, phone: Ntfy) -> None:
    phone.says = [limited()]
    assert (await run(tizmoret, notify())).status == "completed"
    too_large = {"code": 41301, "http": 413, "error": "attachment too large, or bandwidth limit reached"}
    phone.says = [Answer(413, {}, json.dumps(too_large).encode())]
    failed = await run(tizmoret, notify())
    assert "bandwidth limit" in (await tizmoret.executions.steps(failed.id))[0].error.detail  # type: ignore[union-attr]


async def test_a_service_sees_who_sent_it_and_knows_a_repeat(tizmoret: Tizmoret) -> None:
    with service() as (made, address):
        await tizmoret.connections.add(Wanted("hook", "webhook", address, {}, SECRET))
        made.says = [None, Answer(500)]  # lost, then failed: asked again, as the same
        assert (await run(tizmoret, notify("hook", title="Grain"))).status == "completed"
        ids = {asked.header("webhook-id") for asked in made.asked}
        assert (len(made.asked), len(ids)) == (3, 1)
        for asked in made.asked:
            signed = f"{asked.header('webhook-id')}.{asked.header('webhook-timestamp')}.".encode() + asked.content
            expected = base64.b64encode(hmac.digest(KEY, signed, hashlib.sha256)).decode()
            assert asked.header("webhook-signature") == f"v1,{expected}"
        assert json.loads(made.asked[-1].content)["data"]["text"] == "The truck has left."


async def test_a_service_that_wants_no_more_is_told_of(tizmoret: Tizmoret) -> None:
    with service() as (made, address):
        await tizmoret.connections.add(Wanted("hook", "webhook", address, {}, SECRET))
        made.says = [Answer(410)]
        failed = await run(tizmoret, notify("hook"))
        problem = (await tizmoret.executions.steps(failed.id))[0].error
        assert problem is not None
        assert ("wants no more" in problem.detail, "connect remove hook" in problem.cure, len(made.asked)) == (True, True, 1)


async def test_what_cannot_be_told_is_not_connected(tizmoret: Tizmoret, phones: Ntfy) -> None:
    for wanted, words in (
        (Wanted("phone", "ntfy", f"{phones.address}/farm-7", {}, "tk_wrong"), "did not let us in"),
        (Wanted("phone", "ntfy", phones.address, {}, TOKEN), "not the address of a topic"),
        (Wanted("phone", "ntfy", "https://169.254.169.254/farm-7", {}, TOKEN), "not on the public internet"),
        (Wanted("hook", "webhook", f"{phones.address}/x", {}, "short"), "no secret of Standard Webhooks"),
        (Wanted("hook", "webhook", f"{phones.address}/x"), "no secret of Standard Webhooks"),
        (Wanted("hook", "webhook", "https://10.0.0.7/x", {}, SECRET), "not on the public internet"),
    ):
        with pytest.raises(BadInput, match=words):
            await tizmoret.connections.add(wanted)


def test_at_the_command_line(tmp_path: Any, database_url: str, phones: Ntfy) -> None:
    program = Program(tmp_path / "home", DATABASE_URL=database_url, TIZMORET_NETWORKS="127.0.0.0/8", TIZMORET_SECRET=TOKEN)
    made = program("connect", "add", "ntfy", "phone", f"{phones.address}/farm-7")
    assert (made.code, "farm-7" in made.out, TOKEN in made.out) == (0, True, False), made.err
    hook = program("connect", "add", "webhook", "hook", f"{phones.address}/hook", env={"TIZMORET_SECRET": SECRET})
    assert (hook.code, SECRET in hook.out) == (0, False), hook.err

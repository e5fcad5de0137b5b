"""People are told outside of the page that something waits for them: once, by what was connected for it, and not of what is decided."""

from __future__ import annotations

import asyncio

import pytest

from tests.wire.ntfy import TOKEN, Ntfy
from tests.wire.slack import TOKEN as SLACK
from tests.wire.slack import slack
from tizmoret import gate_notices
from tizmoret.connections.connection import Wanted
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import Plan, Step
from tizmoret.views import Execution

pytestmark = pytest.mark.anyio

WRITE = Plan(goal="note", language="he", steps=(Step(id="one", title="לשלוח הודעה", tool="phone.notify", args={"text": "a secret price"}),))


async def waiting(tizmoret: Tizmoret) -> Execution:
    execution = await tizmoret.wait((await tizmoret.submit("", plan=WRITE)).id)
    assert execution.status == "waiting"
    return execution


async def test_a_person_is_told_once_what_waits_and_never_the_arguments(tizmoret: Tizmoret, phone: Ntfy) -> None:
    execution = await waiting(tizmoret)
    told = await asyncio.gather(*(tizmoret.gate_notices.sweep() for _ in range(4)))
    assert (sorted(told), await tizmoret.gate_notices.sweep()) == ([0, 0, 0, 1], 0)
    (made,) = phone.messages
    assert made["title"] == "ממתין להחלטה שלך"
    assert ("לשלוח הודעה" in made["message"], str(execution.id) in made["message"], "secret" in str(made)) == (True, True, False)


async def test_what_is_decided_and_who_did_not_ask_for_it_is_left_alone(tizmoret: Tizmoret, phone: Ntfy) -> None:
    execution = await waiting(tizmoret)
    (gate,) = await tizmoret.executions.approvals(execution.id, status="pending")
    await tizmoret.reject(execution.id, gate.id, by="dana")
    assert (await tizmoret.gate_notices.sweep(), phone.messages) == (0, [])
    await tizmoret.connections.add(Wanted("phone", "ntfy", f"{phone.address}/farm-7", {}, TOKEN))
    await waiting(tizmoret)
    assert (await tizmoret.gate_notices.sweep(), phone.messages) == (0, [])


async def test_a_server_that_is_away_is_tried_again_and_said_to_be(
    tizmoret: Tizmoret, phone: Ntfy, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.drops = 1
    await waiting(tizmoret)
    assert (await tizmoret.gate_notices.sweep(), await tizmoret.gate_notices.sweep()) == (0, 0)
    assert "broke off" in (await tizmoret.connections.list())[0].trouble
    monkeypatch.setattr(gate_notices, "AGAIN", 0.0)
    assert await tizmoret.gate_notices.sweep() == 1
    assert len({one["sequence_id"] for one in phone.messages}) == 1  # a phone shows it once


async def test_every_channel_that_was_set_is_used(tizmoret: Tizmoret, phone: Ntfy) -> None:
    with slack() as team:
        await tizmoret.connections.add(Wanted("slack", "slack", team.address, {"channel": "#general", "gates": True}, SLACK))
        await waiting(tizmoret)
        assert await tizmoret.gate_notices.sweep() == 2
        assert "ממתין להחלטה שלך" in team.texts("C01GENERAL")[0]
    assert len(phone.messages) == 1

"""Two workspaces of one process: what one has connected, or put into its folder, the other one neither sees nor runs."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterator
from uuid import UUID

import pytest

from tests.integration.agents.test_own import AGENT
from tests.integration.connections.test_openapi import wanted
from tests.wire.orchard import Orchard, Tree, orchard
from tizmoret.access.access import Access
from tizmoret.errors import PlanRefused
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import Plan, Step
from tizmoret.settings import MailAccount, MailServer, Settings
from tizmoret.tools.providers.ports import Mailbox

pytestmark = pytest.mark.anyio


@pytest.fixture
def service() -> Iterator[Orchard]:
    with orchard() as running:
        running.trees[1] = Tree(id=1, kind="olive", height=4)
        yield running


async def found(tizmoret: Tizmoret) -> UUID:
    access = Access(tizmoret.database)
    workspace, _ = await access.found("Elsewhere", "Noa", by=access.owner)
    return workspace.id


async def test_a_connection_brings_tools_to_its_own_workspace_alone(tizmoret: Tizmoret, service: Orchard) -> None:
    other = await found(tizmoret)
    await tizmoret.connections.add(wanted(service), workspace=other)
    brought = [name for name in tizmoret.catalog_of(other).tools if name.startswith("orchard.")]
    assert len(brought) == 6
    assert not [name for name in tizmoret.catalog.tools if name.startswith("orchard.")]
    looks = next(name for name in brought if name.endswith("list_trees") or "list" in name)
    plan = Plan(goal="look", steps=(Step(id="look", tool=looks, args={}),))
    ended = await tizmoret.wait((await tizmoret.submit("", plan=plan, workspace=other)).id, 30, workspace=other)
    assert ended.status == "completed"
    with pytest.raises(PlanRefused):
        await tizmoret.submit("", plan=plan)
    await tizmoret.connections.remove("orchard", workspace=other)
    with pytest.raises(PlanRefused):
        await tizmoret.submit("", plan=plan, workspace=other)


async def test_connections_of_one_name_in_two_workspaces_are_two(tizmoret: Tizmoret, service: Orchard) -> None:
    other = await found(tizmoret)
    with orchard() as second:
        second.trees[7] = Tree(id=7, kind="fig", height=2)
        await tizmoret.connections.add(wanted(service))
        await tizmoret.connections.add(wanted(second), workspace=other)
        tool = next(name for name in tizmoret.catalog.tools if name.startswith("orchard.") and "list" in name)
        plan = Plan(goal="look", steps=(Step(id="look", tool=tool, args={}),))
        for workspace, kind in ((tizmoret.workspace, "olive"), (other, "fig")):
            ended = await tizmoret.wait((await tizmoret.submit("", plan=plan, workspace=workspace)).id, 30, workspace=workspace)
            (step,) = await tizmoret.executions.steps(ended.id, workspace=workspace)
            assert [name for name in ("olive", "fig") if name in str(step.output)] == [kind]


async def test_nobody_hears_that_something_happens_in_another_workspace(tizmoret: Tizmoret) -> None:
    other = await found(tizmoret)
    heard = asyncio.ensure_future(anext(tizmoret.changes(workspace=other)))
    await asyncio.sleep(0)
    await tizmoret.wait((await tizmoret.submit("check the system")).id)
    assert not heard.done()
    await tizmoret.submit("check the system", workspace=other)
    async with asyncio.timeout(30):
        await heard


async def test_an_agent_of_one_workspace_is_not_another_ones(tizmoret: Tizmoret) -> None:
    other = await found(tizmoret)
    folder = tizmoret.workplaces.folder(other) / "agents"
    folder.mkdir()
    (folder / "furrows.md").write_text(AGENT.format(name="furrows", function="summariser"), "utf-8")
    plan = Plan(request="furrows", steps=(Step(id="sum", agent="furrows", args={"query": "furrow"}),))
    ended = await tizmoret.wait((await tizmoret.submit("", plan=plan, workspace=other)).id, 30, workspace=other)
    assert ended.status == "completed", ended.error
    assert "furrows" in tizmoret.catalog_of(other).agents
    with pytest.raises(PlanRefused):
        await tizmoret.submit("", plan=plan)


async def test_the_mailbox_of_the_settings_is_the_first_workspaces(settings: Settings) -> None:
    server = MailServer("127.0.0.1", 9, "dana", encrypted=False)
    async with Tizmoret.open(dataclasses.replace(settings, mail=MailAccount(server, server, "dana@example.com", "x"))) as tizmoret:
        other = await found(tizmoret)
        assert "mail.search" in tizmoret.catalog.tools
        assert not [name for name in tizmoret.catalog_of(other).tools if name.startswith("mail.")]
        mailboxes = [tizmoret.workplaces.providers(workspace)[Mailbox] for workspace in (tizmoret.workspace, other)]
        assert [one._own is not None for one in mailboxes] == [True, False]

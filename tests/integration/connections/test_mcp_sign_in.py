"""MCP servers that one must sign in to, against one of the official SDK and an authority that takes each refresh token once: there and back, tokens
that end, are exchanged and withdrawn, rights that are wanted later, and metadata that lies."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from tests.integration.access.conftest import other, person, signed
from tests.integration.cli.program import Program
from tests.integration.server.conftest import ServerThread, running, server_thread
from tests.wire.authority import Authority, authority
from tests.wire.oauth_server import as_json
from tests.wire.serving import Answer, Asked, serving
from tests.wire.vault import Vault, vault
from tizmoret.connections.connection import Wanted
from tizmoret.connections.mcp_held import Held, held_of
from tizmoret.connections.sign_in import Back
from tizmoret.errors import BadInput, NotFound, SignInNeeded, TizmoretError
from tizmoret.ids import uuid7
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import Plan, Step
from tizmoret.settings import Settings
from tizmoret.tools.providers.oauth import Client
from tizmoret.views import Execution

__all__ = ["other", "person", "running", "server_thread", "signed"]
pytestmark = pytest.mark.anyio

BACK = Back("http://127.0.0.1:1/orchestrate/connected/{tag}")


@pytest.fixture
def keeper() -> Iterator[Authority]:
    with authority() as running:
        yield running


@pytest.fixture
def safe(keeper: Authority) -> Iterator[Vault]:
    with vault(keeper) as running:
        yield running


def went(address: str) -> tuple[str, dict[str, str]]:
    """Where the browser came back to, and with what."""
    answer = httpx2.get(address)
    assert answer.status_code == 302, answer.text
    back = httpx2.URL(answer.headers["location"])
    return str(back.copy_with(query=None)), dict(back.params)


async def sign_in(tizmoret: Tizmoret, safe: Vault, client: Client | None = None) -> Any:
    wanted = Wanted("vault", "mcp", safe.address)
    began = await tizmoret.sign_ins.begin(wanted, client, BACK, by="dana", workspace=tizmoret.workspace)
    redirect, came = await asyncio.to_thread(went, began.asking.address)
    return await tizmoret.sign_ins.finish(came, redirect, by="dana", workspace=tizmoret.workspace)


async def held(tizmoret: Tizmoret) -> Held:
    found = held_of(await tizmoret.connections.get("vault"))
    assert found is not None
    return found


def call(tool: str, **args: Any) -> Plan:
    return Plan(goal="one step", steps=(Step(id="one", tool=f"vault.{tool}", args=args),))


async def run(tizmoret: Tizmoret, plan: Plan) -> Execution:
    execution = await tizmoret.wait((await tizmoret.submit("", plan=plan)).id)
    for gate in await tizmoret.executions.approvals(execution.id, status="pending"):
        await tizmoret.approve(execution.id, gate.id, by="dana")
        execution = await tizmoret.wait(execution.id)
    return execution


async def error_of(tizmoret: Tizmoret, execution: Execution) -> tuple[str, str]:
    (step,) = await tizmoret.executions.steps(execution.id)
    assert step.error is not None
    return step.error.detail, step.error.cure


def test_from_the_page_one_is_told_to_sign_in_goes_there_and_comes_back(open_settings: Settings, safe: Vault, keeper: Authority) -> None:
    server = ServerThread(open_settings)
    try:
        client = server.start().client
        body = {"name": "vault", "kind": "mcp", "address": safe.address}
        told = client.post("/api/connections", json=body)
        assert (told.status_code, told.json()["code"], "--sign-in" in told.json()["cure"]) == (422, "sign-in-needed", True)
        began = client.post("/api/sign-ins", json=body).json()
        asked = httpx2.URL(began["address"]).params
        assert (asked["code_challenge_method"], asked["resource"], asked["scope"]) == ("S256", safe.address, "vault")
        redirect, came = went(began["address"])
        assert redirect == began["redirect"]
        made = client.post("/api/sign-ins/finish", json={"redirect": redirect, "answer": came})
        assert (made.status_code, sorted(made.json()["offers"]), made.json()["signsIn"]) == (201, ["count", "keep"], True), made.text
        with psycopg.connect(open_settings.database_url or "") as connection:
            kept = str(connection.execute("select * from connections").fetchall())
        assert not [token for token in (*keeper.access, *keeper.refresh) if token in kept + made.text]
        # A second server's authority has another address to come back to, which is how an answer that was passed on is known.
        with authority() as another, vault(another) as second:
            elsewhere = client.post("/api/sign-ins", json={**body, "name": "second", "address": second.address}).json()
            assert elsewhere["redirect"] != redirect
            _, honest = went(client.post("/api/sign-ins", json=body).json()["address"])
            mixed = {"redirect": redirect, "answer": {**honest, "state": httpx2.URL(elsewhere["address"]).params["state"]}}
            refused = client.post("/api/sign-ins/finish", json=mixed)
            assert (refused.status_code, refused.json()["field"], another.exchanges) == (422, "redirect", 0)
    finally:
        server.stop()


async def test_a_token_that_ends_is_exchanged_and_what_is_given_for_it_is_kept(tizmoret: Tizmoret, safe: Vault, keeper: Authority) -> None:
    await sign_in(tizmoret, safe)
    first = await held(tizmoret)
    assert (await run(tizmoret, call("keep", thing="gold"))).status == "failed"  # agreed to read alone
    keeper.expire()  # refused before its time, in a session that is kept
    assert (await run(tizmoret, call("count"))).status == "completed"
    second = await held(tizmoret)
    assert {first.refresh, second.refresh} & keeper.refresh.keys() == {second.refresh}
    keeper.expire()
    assert (await tizmoret.connections.check("vault")).trouble == ""
    keeper.expire()
    assert (await tizmoret.connections.approve("vault")).trouble == ""
    assert (await held(tizmoret)).refresh in keeper.refresh
    keeper.lasts = 1  # ends by the clock from now on
    keeper.expire()
    for _ in range(2):
        assert (await run(tizmoret, call("count"))).status == "completed"
    assert (keeper.reused, keeper.exchanges >= 6) == (0, True)


async def test_two_processes_that_need_another_token_at_once_lose_nothing(
    tizmoret: Tizmoret, open_settings: Settings, safe: Vault, keeper: Authority
) -> None:
    await sign_in(tizmoret, safe)
    async with Tizmoret.open(open_settings, run_engine=False) as other:
        for _ in range(3):
            keeper.expire()
            before = keeper.exchanges
            found = await asyncio.gather(*(each.connections.check("vault") for each in (tizmoret, other, tizmoret, other)))
            assert [one.trouble for one in found] == [""] * 4
            assert (keeper.exchanges - before, keeper.reused) == (1, 0)


async def test_withdrawn_access_fails_the_step_with_the_cure_and_signing_in_anew_mends_it(
    tizmoret: Tizmoret, safe: Vault, keeper: Authority
) -> None:
    await sign_in(tizmoret, safe)
    assert (await run(tizmoret, call("count"))).status == "completed"
    keeper.withdraw()
    plan = Plan(goal="two", steps=(*call("count").steps, Step(id="then", tool="vault.keep", args={"thing": "gold"}, after=("one",))))
    execution = await run(tizmoret, plan)
    assert execution.status == "failed"
    steps = {step.id: step for step in await tizmoret.executions.steps(execution.id)}
    error = steps["one"].error
    assert error is not None
    assert ("does not let us in any more" in error.detail, "--sign-in" in error.cure) == (True, True)
    assert (steps["then"].status, safe.kept) == ("skipped", [])
    (known,) = await tizmoret.connections.list()
    assert "--sign-in" in known.trouble
    assert "--sign-in" in (await tizmoret.connections.check("vault")).trouble

    assert (await sign_in(tizmoret, safe)).trouble == ""
    assert (await run(tizmoret, call("count"))).status == "completed"


async def test_an_authority_that_is_away_is_told_as_that_and_costs_nothing(tizmoret: Tizmoret, safe: Vault, keeper: Authority) -> None:
    await sign_in(tizmoret, safe)
    keeper.expire()
    keeper.away = True
    assert "cannot be reached" in (await tizmoret.connections.check("vault")).trouble
    keeper.away = False
    assert (await tizmoret.connections.check("vault")).trouble == ""
    assert (await run(tizmoret, call("count"))).status == "completed"


async def test_rights_that_are_wanted_later_are_asked_for_beside_those_that_there_are(
    tizmoret: Tizmoret, safe: Vault, keeper: Authority
) -> None:
    await sign_in(tizmoret, safe)
    execution = await run(tizmoret, call("keep", thing="gold"))
    assert (execution.status, safe.kept) == ("failed", [])
    detail, cure = await error_of(tizmoret, execution)
    assert ("wants rights that were not agreed to: vault:write" in detail, "--sign-in" in cure) == (True, True)
    assert "vault:write" in (await tizmoret.connections.list())[0].trouble
    assert (await run(tizmoret, call("count"))).status == "completed"  # what was agreed to goes on
    await sign_in(tizmoret, safe)
    assert (await held(tizmoret)).scope == "vault vault:write"
    assert (await run(tizmoret, call("keep", thing="gold"))).status == "completed"
    assert safe.kept == ["gold"]


async def test_another_workspace_has_nothing_of_it(tizmoret: Tizmoret, safe: Vault) -> None:
    await sign_in(tizmoret, safe)
    with pytest.raises(NotFound):
        await tizmoret.connections.get("vault", workspace=uuid7())
    assert "vault.count" in tizmoret.catalog.tools
    known = await tizmoret.connections.get("vault")
    with pytest.raises(TizmoretError):
        await tizmoret.connections.reseal("vault", _never, workspace=uuid7())
    with pytest.raises(SignInNeeded):
        await tizmoret.connections.add(dataclasses.replace(Wanted("mine", "mcp", known.address)))


async def _never(known: Any) -> str:
    raise AssertionError(known)


async def test_who_registers_nobody_takes_a_client_that_was_brought(tizmoret: Tizmoret, safe: Vault, keeper: Authority) -> None:
    keeper.registers = False
    with pytest.raises(BadInput, match="only who is registered") as refused:
        await sign_in(tizmoret, safe)
    assert (refused.value.field, "http://127.0.0.1:1/orchestrate/connected/mcp-" in refused.value.cure) == ("clientId", True)
    redirect = refused.value.cure.split("address ")[1].split(",")[0]
    keeper.clients["ours"] = {"redirect_uris": [redirect], "client_secret": "brought-canary"}
    await sign_in(tizmoret, safe, Client("ours", "brought-canary"))
    keeper.withdraw()
    assert (await sign_in(tizmoret, safe)).trouble == ""  # it is remembered
    assert (await held(tizmoret)).client == Client("ours", "brought-canary", basic=True)


def test_who_reads_documents_of_clients_is_given_ours(open_settings: Settings, safe: Vault, keeper: Authority) -> None:
    """As behind a proxy that ends TLS for https://tizmoret.example."""
    keeper.documents, keeper.registers = True, False
    server = ServerThread(dataclasses.replace(open_settings, host="127.0.0.2"))
    try:
        running = server.start()
        keeper.elsewhere["https://tizmoret.example"] = running.address
        page = {"Host": "tizmoret.example", "Origin": "https://tizmoret.example"}
        body = {"name": "vault", "kind": "mcp", "address": safe.address}
        began = running.client.post("/api/sign-ins", json=body, headers=page).json()
        id = httpx2.URL(began["address"]).params["client_id"]
        assert id.startswith("https://tizmoret.example/oauth/clients/mcp-")
        redirect, came = went(began["address"])
        assert redirect.startswith("https://tizmoret.example/orchestrate/connected/mcp-")
        made = running.client.post("/api/sign-ins/finish", json={"redirect": redirect, "answer": came}, headers=page)
        assert (made.status_code, keeper.clients) == (201, {}), made.text
        assert httpx2.get(f"{running.address}/oauth/clients/anything").status_code == 422
    finally:
        server.stop()


def greets_anybody(asked: Asked) -> Answer:
    """Lets whoever comes shake hands, and nobody see the tools."""
    told = json.loads(asked.content or b"{}")
    if told.get("method") == "initialize":
        made = {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": {"name": "vault", "version": "1"}}
        return as_json(200, {"jsonrpc": "2.0", "id": told["id"], "result": made})
    if told.get("method") == "notifications/initialized":
        return Answer(202)
    if told.get("method") == "tools/list":
        return as_json(401, {"error": "invalid_token"}, {"WWW-Authenticate": 'Bearer error="invalid_token"'})
    return as_json(404, {})


async def test_a_server_that_asks_only_after_the_greeting_is_understood_too(tizmoret: Tizmoret) -> None:
    with serving(greets_anybody) as address, pytest.raises(SignInNeeded, match="wants somebody to sign in"):
        await tizmoret.connections.add(Wanted("vault", "mcp", f"{address}/mcp"))


LIES: list[tuple[dict[str, Any], str]] = [
    ({"issuer": "https://honest.example"}, "calls itself https://honest.example"),
    ({"code_challenge_methods_supported": None}, "PKCE"),
    ({"code_challenge_methods_supported": ["plain"]}, "PKCE"),
    ({"token_endpoint": "http://honest.example/token"}, "plain text"),
    ({"authorization_endpoint": "http://honest.example/authorize"}, "plain text"),
    ({"registration_endpoint": "https://10.0.0.1/register"}, "not on the public internet"),
    ({"registration_endpoint": "https://[::ffff:169.254.169.254]/register"}, "not on the public internet"),
    ({"token_endpoint": ["what"]}, "Nobody can sign in"),
]


async def test_metadata_that_lies_leads_nowhere(tizmoret: Tizmoret, safe: Vault, keeper: Authority) -> None:
    for lie, says in LIES:
        keeper.says = lie
        with pytest.raises(BadInput) as refused:
            await sign_in(tizmoret, safe)
        assert says in refused.value.detail, lie
    assert (keeper.clients, keeper.exchanges) == ({}, 0)
    keeper.says = {"token_endpoint": "https://10.0.0.1/token"}  # the code goes to no server inside either
    with pytest.raises(BadInput, match="not on the public internet"):
        await sign_in(tizmoret, safe)


@pytest.mark.parametrize("address", ["http://169.254.169.254/mcp", "https://10.0.0.1/mcp", "/bin/sh"])
async def test_nobody_is_asked_inside(tizmoret: Tizmoret, address: str) -> None:
    with pytest.raises(BadInput) as refused:
        await tizmoret.sign_ins.begin(Wanted("vault", "mcp", address), None, BACK, by="dana", workspace=tizmoret.workspace)
    assert refused.value.field == "address"


@pytest.mark.long
def test_at_the_command_line(tmp_path: Path, database_url: str, safe: Vault, keeper: Authority) -> None:
    program = Program(tmp_path / "home", DATABASE_URL=database_url, TIZMORET_NETWORKS="127.0.0.0/8")
    refused = program("connect", "add", "mcp", "vault", safe.address)
    assert (refused.code, "--sign-in" in refused.err) == (2, True)
    process = program.start("connect", "add", "mcp", "vault", safe.address, "--sign-in")
    assert process.stderr is not None
    assert httpx2.get(process.stderr.readline().split()[-1], follow_redirects=True).status_code == 200
    out, err = process.communicate(timeout=60)
    assert (process.returncode, "count" in out) == (0, True), err
    keeper.expire()
    tried = program("try", "vault.count")
    assert (tried.code, '"kept": 0' in tried.out) == (0, True), tried.err
    assert keeper.reused == 0

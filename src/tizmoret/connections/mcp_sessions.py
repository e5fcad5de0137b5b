"""Sessions with MCP servers that are kept over calls: a server that remembers a client, or a program that is slow to start, is met once.

Each belongs to a task of its own, since the SDK's task groups want to end where they began. One that breaks is dropped, and the next call
begins a new one; one that nobody uses for a while is closed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog

from tizmoret.catalog.tool import Ask
from tizmoret.connections.bearer import kept_out
from tizmoret.connections.connection import Connection
from tizmoret.connections.mcp_asking import Forms, Unanswered
from tizmoret.connections.mcp_client import away, listed, session
from tizmoret.errors import StepFailed, TizmoretError, TryAgain
from tizmoret.tools.providers.guarded import Way

if TYPE_CHECKING:
    from mcp import Client
    from mcp.client.session import ElicitationFnT
    from mcp_types import ElicitRequestFormParams, ElicitRequestURLParams, ElicitResult, ErrorData, Tool

log = structlog.get_logger(__name__)

_NO_ANSWER = -32000  # of the codes that the protocol leaves to us
IDLE = 300.0  # seconds without a call after which a session is closed
_asked: ContextVar[Forms | None] = ContextVar("asked", default=None)  # of the call in whose task a question is answered


@dataclass(eq=False)
class _Kept:
    """forms: of the one call that is under way, where the protocol's questions do not come in the call's own task."""

    version: object
    task: asyncio.Task[None] | None = None
    ready: asyncio.Future[Client] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    forms: Forms | None = None
    users: int = 0
    idle: asyncio.TimerHandle | None = None


class Sessions:
    """Of one process. on_news: is told of a server that says that its tools are others, with those it has now."""

    def __init__(self, way_to: Callable[[Connection, UUID], Way], on_news: Callable[[UUID, str, Sequence[Tool]], Awaitable[None]]) -> None:
        self._way_to = way_to
        self._on_news = on_news
        self._kept: dict[tuple[UUID, str], _Kept] = {}

    @asynccontextmanager
    async def use(self, workspace: UUID, known: Connection, forms: Forms) -> AsyncIterator[tuple[Client, Sequence[Tool]]]:
        """A session, and the tools that the server offers now. Raises StepFailed, TryAgain where none is to be had; nothing was called then."""
        from mcp_types.version import MODERN_PROTOCOL_VERSIONS

        key = (workspace, known.name)
        kept, client, tools = await self._begun(key, known)
        # Before 2026-07-28 a question comes beside the call, and does not say of which: then there is one call at a time, and what comes
        # meanwhile gets a session of its own.
        modern = client.protocol_version in MODERN_PROTOCOL_VERSIONS
        if not modern and kept.forms is not None:
            async with session(known, self._way_to(known, workspace), _answers(lambda: forms)) as own:
                yield own, await listed(own)
            return
        kept.forms, kept.users = None if modern else forms, kept.users + 1
        token, refused = _asked.set(forms if modern else None), list[TizmoretError]()
        refusing = kept_out.set(refused)
        try:
            yield client, tools
        except (Ask, Unanswered):
            raise
        except Exception as error:
            if refused:  # the server let the call not in: what looks like a call that broke off did nothing
                raise refused[0] from error
            if isinstance(error, TryAgain) or not isinstance(error, StepFailed):
                self._drop(key, kept)
            raise
        finally:
            _asked.reset(token)
            kept_out.reset(refusing)
            kept.forms, kept.users = None, kept.users - 1
            self._wind(key, kept)

    async def _begun(self, key: tuple[UUID, str], known: Connection) -> tuple[_Kept, Client, Sequence[Tool]]:
        """With a new session where the one that was kept is lost."""
        before = self._kept.get(key)
        kept = self._open(key, known)
        client = await asyncio.shield(kept.ready)
        try:
            return kept, client, await listed(client)
        except TizmoretError:
            raise
        except Exception as error:
            self._drop(key, kept)
            if kept is not before:
                raise away(known, error) from error
        return await self._begun(key, known)

    async def close(self) -> None:
        """All of them, at once."""
        tasks = [kept.task for kept in self._kept.values() if kept.task is not None]
        for key, kept in list(self._kept.items()):
            self._drop(key, kept)
            kept.closing.set()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _open(self, key: tuple[UUID, str], known: Connection) -> _Kept:
        # Where somebody has signed in, tokens come and go, and the session stays.
        version = (known.address, str(known.options), known.changed_at if known.options.get("signed_in") else known.secret)
        kept = self._kept.get(key)
        if kept is not None and (kept.version != version or kept.task is None or kept.task.done()):
            self._drop(key, kept)
            kept = None
        if kept is None:
            kept = self._kept[key] = _Kept(version)
            kept.task = asyncio.create_task(self._hold(key, kept, known))
        if kept.idle is not None:
            kept.idle.cancel()
        return kept

    async def _hold(self, key: tuple[UUID, str], kept: _Kept, known: Connection) -> None:
        async def hear(message: Any) -> None:
            if getattr(message, "method", "") == "notifications/tools/list_changed":
                kept.news.set()

        try:
            async with session(known, self._way_to(known, key[0]), _answers(lambda: kept.forms), hear) as client:
                kept.ready.set_result(client)
                await self._listen(key, kept, client)
        except asyncio.CancelledError:
            kept.ready.cancel()
            raise
        except Exception as error:
            if kept.ready.done():
                log.info("a session with an MCP server broke", connection=known.name, error=type(error).__name__)
            else:
                kept.ready.set_exception(error)
                kept.ready.exception()  # whoever waits for it raises it; where nobody does, it is no loss
        finally:
            self._drop(key, kept)

    async def _listen(self, key: tuple[UUID, str], kept: _Kept, client: Client) -> None:
        """Until it is closed."""
        closing = asyncio.create_task(kept.closing.wait())
        try:
            while not kept.closing.is_set():
                news = asyncio.create_task(kept.news.wait())
                await asyncio.wait({closing, news}, return_when=asyncio.FIRST_COMPLETED)
                news.cancel()
                if kept.news.is_set():
                    kept.news.clear()
                    await self._on_news(*key, await listed(client))
        finally:
            closing.cancel()

    def _wind(self, key: tuple[UUID, str], kept: _Kept) -> None:
        """Nobody uses it just now, perhaps."""
        if kept.users:
            return
        if self._kept.get(key) is not kept:
            kept.closing.set()
            return
        if kept.idle is not None:
            kept.idle.cancel()
        kept.idle = asyncio.get_running_loop().call_later(IDLE, self._drop, key, kept)

    def _drop(self, key: tuple[UUID, str], kept: _Kept) -> None:
        """No new call gets it; who still has one on it ends that first."""
        if self._kept.get(key) is kept:
            del self._kept[key]
        if kept.idle is not None:
            kept.idle.cancel()
        if not kept.users:
            kept.closing.set()


def _answers(forms: Callable[[], Forms | None]) -> ElicitationFnT:
    """To the server's questions. Since 2026-07-28 they come in the call's own task, which then goes no further. Before, the server waits, and is
    told by an error that there is no answer: that a person had closed the form, after which it may well go on, would not be true."""

    async def answer(context: Any, params: ElicitRequestFormParams | ElicitRequestURLParams) -> ElicitResult | ErrorData:
        from mcp_types import ErrorData

        own = _asked.get()
        asked = own or forms()
        found = asked.answer(params) if asked is not None else None
        if found is None and own is not None:
            raise Unanswered
        return found or ErrorData(code=_NO_ANSWER, message="Nobody has answered yet. The call will be made again with the answer.")

    return answer

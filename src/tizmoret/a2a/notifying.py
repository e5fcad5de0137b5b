"""Telling the clients of tasks how these go on, at the places that they have named: each change of state, until the task has ended.

What is told is the task as it is when it is told. So a receiver that was away learns how things stand, and not a question that has been answered
meanwhile; and a crash loses nothing: the place in the log is noted after the receiver has said yes, and whoever comes next goes on from there."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import httpx2
import structlog

from tizmoret.a2a import tasks
from tizmoret.a2a.service import Service
from tizmoret.a2a.tasks import Seen
from tizmoret.a2a.wire import VERSION, VERSION_HEADER, TaskNotFound
from tizmoret.background import every
from tizmoret.errors import TizmoretError
from tizmoret.orchestrator import Tizmoret
from tizmoret.push_configs import Due
from tizmoret.tools.providers.guarded import wait_of
from tizmoret.views import FINAL

log = structlog.get_logger(__name__)

SWEEP_EVERY = 1.0  # seconds
TIMEOUT = 15.0  # seconds for all of one delivery; less than the lease
ATTEMPTS = 10  # without a yes, after which a receiver is given up: within three quarters of an hour, if it does not ask us to wait
FIRST_WAIT = 5.0  # seconds; twice as long each time
LONGEST_WAIT = 3_600.0
_GONE = 410


class _Undelivered(Exception):
    """after: seconds that the receiver asks us to wait. gone: it wants no more of it."""

    def __init__(self, trouble: str, *, after: float | None = None, gone: bool = False) -> None:
        super().__init__(trouble)
        self.trouble = trouble
        self.after = after
        self.gone = gone


class Notifier:
    def __init__(self, tizmoret: Tizmoret) -> None:
        self._tizmoret = tizmoret
        self._configs = tizmoret.push_configs

    async def keep_telling(self) -> None:
        """Until cancelled."""
        await every(SWEEP_EVERY, self.sweep, "could not tell agents how their tasks go on")

    async def sweep(self) -> int:
        """How many were told something."""
        told = await asyncio.gather(*(self._tell(due) for due in await self._configs.take()), return_exceptions=True)
        for fault in told:
            if isinstance(fault, BaseException):  # of one alone: it is taken again when its lease is over, and not for ever
                log.warning("could not tell an agent how its task goes on", error=repr(fault)[:200])
        return sum(one is True for one in told)

    async def _tell(self, due: Due) -> bool:
        try:
            seen = await Service(self._tizmoret, due.workspace, "").seen(due.execution)
        except TaskNotFound:
            return False  # it has just been removed
        state, last = _digest(seen), seen.execution.status in FINAL
        news = last or due.seq == 0 or state != due.told
        try:
            if news:
                await self._post(due, _payload(seen, whole=last or due.seq == 0))
        except _Undelivered as error:
            await self._failed(due, error)
            return False
        await self._configs.told(due, seen.execution.seq, state, last=last)
        return news

    async def _post(self, due: Due, payload: Mapping[str, Any]) -> None:
        if due.attempts > ATTEMPTS:
            raise _Undelivered("each process that tried has died", gone=True)
        content = json.dumps(payload, ensure_ascii=False).encode()
        try:
            headers = _headers(due.scheme, await self._configs.secrets(due))
            async with (
                asyncio.timeout(TIMEOUT),
                self._configs.way.client() as http,
                http.stream("POST", due.url, content=content, headers=headers) as response,
            ):
                status = response.status_code  # what else it says is nothing to us
        except TimeoutError:
            raise _Undelivered(f"no answer within {TIMEOUT:g} seconds") from None
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise _Undelivered(type(error).__name__) from error
        except TizmoretError as error:
            raise _Undelivered(str(error)) from error
        if not 200 <= status < 300:
            raise _Undelivered(f"answered {status}", after=wait_of(response), gone=status == _GONE)

    async def _failed(self, due: Due, error: _Undelivered) -> None:
        given_up = error.gone or due.attempts >= ATTEMPTS
        wait = None if given_up else _wait(due.attempts, error.after)
        told = {"task": str(due.execution), "config": due.id, "host": httpx2.URL(due.url).host, "trouble": error.trouble}
        if given_up:
            log.warning("a receiver of push notifications was given up", **told, attempts=due.attempts, workspace=str(due.workspace))
        else:
            log.info("a push notification was not delivered", **told, again_in=wait)
        await self._configs.failed(due, error.trouble, wait)


def _wait(attempts: int, asked: float | None) -> float:
    """Seconds until the next attempt. asked: what the receiver wishes."""
    return min(LONGEST_WAIT, max(FIRST_WAIT * 2.0 ** (attempts - 1), asked or 0.0))


def _digest(seen: Seen) -> str:
    """Of what makes a state another one, for whoever is told of it."""
    told = tasks.status(seen)
    return hashlib.sha256(json.dumps([told["state"], told.get("message", {}).get("parts")], sort_keys=True).encode()).hexdigest()


def _payload(seen: Seen, *, whole: bool) -> dict[str, Any]:
    """whole: the task, with its answer where it has one. Its place in the log tells receivers a repeat, and which of two is the newer."""
    if whole:
        task = tasks.task(seen, 0)
        return {"task": {**task, "metadata": {**task.get("metadata", {}), "seq": seen.execution.seq}}}
    update = tasks.status_update(seen)["statusUpdate"]
    return {"statusUpdate": {**update, "metadata": {"seq": seen.execution.seq}}}


def _headers(scheme: str, secrets: Mapping[str, str]) -> dict[str, str]:
    made = {"Content-Type": "application/a2a+json", "User-Agent": "Tizmoret/0.1", VERSION_HEADER: VERSION}
    if scheme:
        made["Authorization"] = f"{scheme} {secrets['credentials']}"
    if token := secrets.get("token"):
        # The protocol does not name the header: one is what its SDK for Python sends, the other the one for Go.
        made |= {"X-A2A-Notification-Token": token, "A2A-Notification-Token": token}
    return made

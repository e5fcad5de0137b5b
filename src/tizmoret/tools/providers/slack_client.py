"""Slack's Web API (https://docs.slack.dev/apis/web-api): one method a call; `ok` says whether it was done, and `error` why not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from tizmoret.errors import NotFound, StepFailed, TooLarge, TryAgain
from tizmoret.tools.providers.guarded import Way, as_json, received, wait_of

ADDRESS = "https://slack.com/api"
MAX_ANSWER = 4 * 1024 * 1024  # bytes
MAX_PAGES = 20
_BUSY = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded", "service_unavailable", "team_added_to_org", "request_timeout"})
_MAYBE = frozenset({"fatal_error", "internal_error"})  # "some aspect of the operation may have succeeded"
_OUT = frozenset({"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "no_permission", "access_denied"})
_CURES: Mapping[str, str] = {
    "not_in_channel": "Invite the app to the channel: /invite @the-app.",
    "is_archived": "Choose a channel that is not archived.",
    "msg_too_long": "Send a shorter text.",
    "restricted_action": "The workspace does not let this app post there; ask its administrator.",
}


class Gone(NotFound):
    """There is no such message any more."""


@dataclass(frozen=True, slots=True)
class Slack:
    """name: of the connection, for cures."""

    name: str
    address: str
    token: str
    way: Way

    async def write(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Raises a TizmoretError where nothing was done, ConnectionError where something may have been."""
        return await self._call(method, writes=True, json=dict(params))

    async def read(self, method: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        return await self._call(method, writes=False, data=dict(params or {}))

    async def pages(self, method: str, params: Mapping[str, str]) -> AsyncIterator[dict[str, Any]]:
        """Each page of a list. Raises StepFailed where they do not end."""
        cursor = ""
        for _ in range(MAX_PAGES):
            page = await self.read(method, {**params, **({"cursor": cursor} if cursor else {})})
            yield page
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return
        raise StepFailed(f"Slack's answer has over {MAX_PAGES} pages.", cure="Ask for less.")

    async def _call(self, method: str, *, writes: bool, **body: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            async with (
                self.way.client(headers=headers) as http,
                http.stream("POST", f"{self.address.rstrip('/')}/{method}", **body) as response,
            ):
                found = as_json(await received(response, MAX_ANSWER, "Slack's answer"))
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise TryAgain(f"Slack cannot be reached: {type(error).__name__}.", cure="Nothing was done.") from error
        except (httpx2.HTTPError, TooLarge) as error:
            raise self._doubt(f"Slack broke off: {type(error).__name__}.", writes) from error
        if response.status_code == 429:
            raise TryAgain("Slack asks us to wait.", after=wait_of(response))
        if response.status_code >= 500 or not isinstance(found, dict) or "ok" not in found:
            raise self._doubt(f"Slack answered what cannot be read ({response.status_code}).", writes)
        if found["ok"] is True:
            return found
        raise self._refused(found, response, writes)

    def _doubt(self, what: str, writes: bool) -> Exception:
        return ConnectionError(f"{what} It may have been done.") if writes else TryAgain(what)

    def _refused(self, found: Mapping[str, Any], response: httpx2.Response, writes: bool) -> Exception:
        code = str(found.get("error", ""))[:100]
        if code in _BUSY:
            return TryAgain(f"Slack asks us to wait ({code}).", after=wait_of(response))
        if code in _MAYBE:
            return self._doubt(f"Slack failed ({code}).", writes)
        if code == "missing_scope":
            needed = str(found.get("needed", ""))[:200]
            cure = "Add it to the app, install it again, and connect with its new token."
            return StepFailed(f"The Slack app lacks the scope {needed}.", cure=cure)
        if code in _OUT:
            return StepFailed(f"Slack did not let us in ({code}).", cure=f"Connect {self.name} again with another token.", field="secret")
        if code == "message_not_found":
            return Gone("Slack has no such message.")
        if code == "channel_not_found":
            cure = "Give its id or name; a private channel must have invited the app."
            return NotFound("Slack has no such channel, or does not show it to the app.", cure=cure, field="channel")
        return StepFailed(f"Slack refused ({code}).", cure=_CURES.get(code, "Change the message as it says."))


def escaped(text: str) -> str:
    """Text that Slack takes for text: nobody is called by it (`<!channel>`), and no link looks like another one."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

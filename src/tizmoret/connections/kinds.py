"""The kinds of servers that can be connected, each by what is asked of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tizmoret.catalog.agent import Agent
from tizmoret.catalog.tool import Tool
from tizmoret.connections import a2a, accounts, dav, google, mcp, mcp_sign_in, microsoft, ntfy, openapi, slack, webhook
from tizmoret.connections.accounts import AccountKind
from tizmoret.connections.connection import Connection, Wanted
from tizmoret.connections.notice import Notice
from tizmoret.connections.sign_in import SignIn
from tizmoret.tools.providers.guarded import Way
from tizmoret.views import ConnectionKind


@dataclass(frozen=True, slots=True)
class Kind:
    """look: what a server offers, before it is connected. changed: what is otherwise since, as a sentence, or empty. offers: that, in words.
    tools and agents: what it brings to the catalog. tell: a person something, under a mark that is the same for a repeat; None: it cannot.
    sign_in: how a person lets us in there; None: nobody does."""

    look: Callable[[Wanted, Way], Awaitable[dict[str, Any]]]
    changed: Callable[[Connection, Way], Awaitable[str]]
    offers: Callable[[Mapping[str, Any]], Sequence[str]]
    tools: Callable[[Connection], Sequence[Tool]] = lambda _connection: ()
    agents: Callable[[Connection], Sequence[Agent]] = lambda _connection: ()
    tell: Callable[[Connection, Way, Notice, str], Awaitable[None]] | None = None
    sign_in: SignIn | None = None


def _account(kind: AccountKind) -> Kind:
    entering = SignIn(kind.begin, kind.secret, kind.client, kind.loopback)
    return Kind(kind.look, kind.changed, accounts.offers, accounts.tools, sign_in=entering)


KINDS: Mapping[ConnectionKind, Kind] = {
    "dav": Kind(dav.look, dav.changed, dav.offers),
    "google": _account(google.ACCOUNT),
    "microsoft": _account(microsoft.ACCOUNT),
    "openapi": Kind(openapi.look, openapi.changed, openapi.offers, openapi.tools),
    "mcp": Kind(mcp.look, mcp.changed, mcp.offers, mcp.tools, sign_in=mcp_sign_in.SIGN_IN),
    "a2a": Kind(a2a.look, a2a.changed, a2a.offers, a2a.tools, a2a.agents),
    "slack": Kind(slack.look, slack.changed, slack.offers, slack.tools, tell=slack.tell),
    "ntfy": Kind(ntfy.look, ntfy.changed, ntfy.offers, ntfy.tools, tell=ntfy.tell),
    "webhook": Kind(webhook.look, webhook.changed, webhook.offers, webhook.tools, tell=webhook.tell),
}

"""The catalogs that requests are planned with: ours, ours with a mailbox or a Slack workspace, and ours with what a stranger brought."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from tests.requests import clinic
from tizmoret.agents.builtin import builtin_agents
from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.tool import Tool
from tizmoret.connections import slack
from tizmoret.connections.connection import Connection
from tizmoret.connections.openapi import tools as openapi_tools
from tizmoret.connections.openapi.document import read_document
from tizmoret.connections.openapi.operations import operations
from tizmoret.tools import builtin_tools


@cache
def catalog(*brought: str) -> Catalog:
    """brought: beside what is built in: "mail", "slack", "clinic" (a plugin), "orchard" (an imported OpenAPI document)."""
    tools = builtin_tools("mail") if "mail" in brought else builtin_tools()
    more = [tool for name in brought if name != "mail" for tool in _BROUGHT[name]()]
    return Catalog([*tools, *more], builtin_agents(tools))


def _slack() -> Iterable[Tool]:
    return slack.tools(Connection("slack", "slack", "https://slack.com", offer={"team": "Farm", "user": "bot", "channel": ""}))


def _clinic() -> Iterable[Tool]:
    return clinic.TOOLS


def _orchard() -> Iterable[Tool]:
    document = read_document((Path(__file__).parent / "orchard.yaml").read_text("utf-8"))
    found = [one.model_dump(mode="json") for one in operations(document, [], [])]
    return openapi_tools(Connection("orchard", "openapi", "https://orchard.example/openapi.json", offer={"operations": found}))


_BROUGHT = {"slack": _slack, "clinic": _clinic, "orchard": _orchard}

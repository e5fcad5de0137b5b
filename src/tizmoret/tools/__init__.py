"""The built-in tools: one file per domain, each with its `TOOLS`."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Literal

from tizmoret.catalog.tool import Tool
from tizmoret.errors import BadInput

DOMAINS = (
    "documents", "filing", "contacts", "contact_changes", "calendar", "tasks", "notes", "text", "facts", "tables", "charts",
    "currency", "web", "watching", "repositories", "clock", "hebrew_dates", "units", "code",
    "system", "planning",
)  # fmt: skip


Optional = Literal["mail", "websearch"]


def builtin_tools(*optional: Optional) -> tuple[Tool, ...]:
    """Every built-in tool. What reads and writes formats is imported by each tool when it is first used.

    optional: domains that are offered where the installation has what they need, a mailbox or a search engine."""
    tools: list[Tool] = []
    for domain in (*DOMAINS, *optional):
        tools.extend(import_module(f"tizmoret.tools.{domain}").TOOLS)
    return tuple(tools)


def named_tools(modules: Iterable[str]) -> tuple[Tool, ...]:
    """The `TOOLS` of modules of the user's own. Raises BadInput naming the module that cannot be used."""
    tools: list[Tool] = []
    for name in modules:
        try:
            found = tuple(import_module(name).TOOLS)
        except Exception as error:
            why = "it has no TOOLS" if isinstance(error, AttributeError) and "TOOLS" in str(error) else f"{type(error).__name__}: {error}"
            cure = "It must be on PYTHONPATH, and hold TOOLS, a list of tools."
            raise BadInput(f"TIZMORET_TOOLS: {name} cannot be used: {why}.", cure=cure, field="TIZMORET_TOOLS") from error
        if not all(isinstance(tool, Tool) for tool in found):
            cure = "Make each with @tool."
            raise BadInput(f"TIZMORET_TOOLS: the TOOLS of {name} are not all tools.", cure=cure, field="TIZMORET_TOOLS")
        tools.extend(found)
    return tuple(tools)

"""The built-in tools: one file per domain, each with its `TOOLS`."""

from __future__ import annotations

from importlib import import_module

from tizmoret.catalog.tool import Tool

DOMAINS = (
    "documents", "filing", "contacts", "calendar", "tasks", "text", "facts", "tables", "web", "repositories", "clock", "hebrew_dates", "units",
    "system",
)  # fmt: skip


def builtin_tools() -> tuple[Tool, ...]:
    """Every built-in tool. What reads and writes formats is imported by each tool when it is first used."""
    tools: list[Tool] = []
    for domain in DOMAINS:
        tools.extend(import_module(f"tizmoret.tools.{domain}").TOOLS)
    return tuple(tools)

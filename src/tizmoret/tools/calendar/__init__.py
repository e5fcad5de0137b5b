"""Tools over the calendar: look, find time, and, each approved by a person, create, change and delete."""

from __future__ import annotations

from tizmoret.catalog.tool import Tool
from tizmoret.tools.calendar.changing import create, delete, update
from tizmoret.tools.calendar.looking import find_free, list_events, pick

TOOLS: tuple[Tool, ...] = (list_events, find_free, pick, create, update, delete)

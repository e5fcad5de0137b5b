"""The demo workspace: a small farm's documents, contacts and calendar, dated relative to the day it is made."""

from tizmoret.demo.workspace import DemoSummary, make_demo

__all__ = ["DemoSummary", "make_demo"]

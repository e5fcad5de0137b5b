"""The example of the README, planned by a model over the tools and agents that come along."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from wire import WireServer

from tizmoret.agents.builtin import builtin_agents
from tizmoret.catalog.catalog import Catalog
from tizmoret.planner.model import ModelPlanner
from tizmoret.planner.planner import Planned
from tizmoret.tools import builtin_tools

from .conftest import a_request

pytestmark = pytest.mark.anyio

REQUEST = "תקרא מה עשינו בדצמבר בתבואות ותקבע פגישה עם יואב"
ANSWER: dict[str, Any] = {
    "goal": "לסכם את העבודה בתבואות בדצמבר ולקבוע פגישה עם יואב",
    "steps": [
        {"id": "search", "title": "חיפוש מסמכי התבואות", "agent": "drive-search",
         "args": {"query": "תבואות", "period": {"start": "2025-12-01", "end": "2025-12-31"}}},
        {"id": "contact", "title": "מי זה יואב", "agent": "contact-search", "args": {"name": "יואב"}},
        {"id": "free", "title": "זמן פנוי", "tool": "calendar.find_free", "args": {}},
        {"id": "analysis", "title": "מה עשינו", "agent": "analysis",
         "args": {"documents": {"$from": "search.documents"}, "question": "מה עשינו בדצמבר בתבואות?"}},
        {"id": "meeting", "title": "פגישה עם יואב", "tool": "calendar.create",
         "args": {"title": {"$text": ["פגישה עם ", {"$from": "contact.contact.name"}]}, "start": {"$from": "free.start"},
                  "attendees": [{"$from": "contact.contact"}], "description": {"$from": "analysis.markdown"}}},
        {"id": "agenda", "title": "סדר יום", "tool": "documents.write",
         "args": {"title": {"$text": ["סדר יום: ", {"$from": "meeting.event.title"}]}, "content": {"$from": "analysis.markdown"},
                  "citations": {"$from": "search.documents"}}},
    ],
    "answer": ["analysis", "meeting", "agenda"],
}  # fmt: skip


def catalog() -> Catalog:
    tools = builtin_tools()
    return Catalog(tools, builtin_agents(tools))


async def test_the_example_becomes_a_plan_that_passes_check(server: WireServer, planner: Callable[..., ModelPlanner]) -> None:
    server.answer(ANSWER)
    outcome = await planner().plan(a_request(REQUEST, language="he", catalog=catalog()))
    assert isinstance(outcome, Planned)
    assert [step.uses for step in outcome.plan.steps] == [
        "drive-search", "contact-search", "calendar.find_free", "analysis", "calendar.create", "documents.write"
    ]  # fmt: skip


async def test_every_tool_and_agent_is_offered_to_the_model(server: WireServer, planner: Callable[..., ModelPlanner]) -> None:
    server.answer({"question": "מה?"})
    offered = catalog()
    await planner().plan(a_request(REQUEST, language="he", catalog=offered))
    sent = server.requests[0].text
    for name in offered.capabilities:
        assert f"## {name} (" in sent
    assert len(sent) < 60_000

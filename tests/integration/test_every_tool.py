"""Every built-in tool through the engine over the demo workspace: planned, asked about where it asks, carried out, shown, and taken back where
it acts. Mail has tests of its own, with servers of its own (`engine/test_mail.py`)."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, cast

import jsonschema_rs
import psycopg
import pytest
from dulwich import porcelain
from psycopg import sql

from tests.unit.tools.test_currency import XML
from tests.unit.tools.test_web import PAGE, Server, html
from tests.unit.tools.test_websearch import RESULT, Engine
from tizmoret.demo import make_demo
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import Plan, Step
from tizmoret.settings import Settings
from tizmoret.store.embedded import Embedded
from tizmoret.tools import builtin_tools
from tizmoret.tools.currency import ECB
from tizmoret.tools.providers.web_access import Fetched, WebAccess
from tizmoret.views import Execution

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("every tool")]  # they share a home

Output = dict[str, Any]
BUDGET, EXPENSES = "כספים/תקציב רבעוני.docx", "כספים/expenses.csv"
TOMORROW = (dt.datetime.now() + dt.timedelta(days=1)).date()


class Web:
    """The one page of the tests, and the bank's rates."""

    def __init__(self, pages: WebAccess) -> None:
        self._pages = pages

    async def get(self, url: str) -> Fetched:
        return Fetched(url, "text/xml", "utf-8", XML) if url == ECB else await self._pages.get(url)


@pytest.fixture(scope="module")
def database(server: Embedded) -> Iterator[str]:
    name = f"tools_{os.getpid()}"
    with psycopg.connect(server.dsn, dbname="postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        yield psycopg.conninfo.make_conninfo(server.dsn, dbname=name)
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as serving:
        serving.finds(RESULT)
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        yield serving
        serving.shutdown()
        thread.join()


@pytest.fixture(scope="module")
async def tizmoret(database: str, engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Tizmoret]:
    own = Server()
    listening = await asyncio.start_server(own.serve, "127.0.0.1", 0)
    own.port = listening.sockets[0].getsockname()[1]
    own.pages["/news"] = (200, PAGE, html("Grain news", "The co-operative buys wheat at 1,240 shekels a ton all through the spring."))
    home = tmp_path_factory.mktemp("tools")
    settings = Settings.from_env(
        {"TIZMORET_HOME": str(home), "DATABASE_URL": database, "TIZMORET_MODEL": "offline", "TIZMORET_SEARCH": engine.url}
    )
    async with Tizmoret.open(settings) as opened:
        folder = opened.workplaces.folder(opened.workspace)
        make_demo(folder, dt.datetime.now(settings.timezone).date(), settings.timezone)
        repository = folder / "repositories" / "farm-app"
        repository.mkdir(parents=True)
        repo = porcelain.init(str(repository))
        (repository / "main.py").write_text("print('tons')\n")
        porcelain.add(repo, [str(repository / "main.py")])
        porcelain.commit(repo, message=b"Show tons", author=b"Dana <d@x.il>", committer=b"Dana <d@x.il>")
        repo.close()
        web = Web(own.access())
        cast("dict[type[Any], Any]", opened.workplaces.providers(opened.workspace))[WebAccess] = web
        URL.append(own.url("/news"))
        yield opened
    listening.close()


URL: list[str] = []  # of the page, once it is served
EVENT = Step(id="event", tool="calendar.create", args={"title": "Silo check", "start": f"{TOMORROW}T07:00", "end": f"{TOMORROW}T07:30"})
TASK = Step(id="task", tool="tasks.add", args={"title": "Order seed"})
CONTACT = Step(id="contact", tool="contacts.add", args={"name": "Gil Sapir", "phone": "052-111-3333", "email": "gil@x.example"})
NOTE = Step(id="note", tool="notes.add", args={"note": "The well is dry"})
DOCUMENT = Step(id="document", tool="documents.write", args={"title": "Silo list", "content": "# Silos\n\nTwo of them."})
PERIOD = {"start": "2026-09-01", "end": "2026-10-15"}


def of(path: str) -> dict[str, str]:
    return {"$from": path}


# tool: (arguments, what must be so of its output, steps before it)
Case = tuple[Output, Callable[[Output], object]] | tuple[Output, Callable[[Output], object], tuple[Step, ...]]
CASES: dict[str, Case] = {
    "calendar.create": (
        {"title": "Walk", "start": f"{TOMORROW}T06:00", "recurrence": "FREQ=WEEKLY;COUNT=3"}, lambda out: out["event"]["title"] == "Walk",
    ),
    "calendar.update": (
        {"event_id": of("event.event.id"), "title": "Silo visit"},
        lambda out: (out["before"]["title"], out["event"]["title"]) == ("Silo check", "Silo visit"),
        (EVENT,),
    ),
    "calendar.delete": ({"event_id": of("event.event.id")}, lambda out: out["event"]["title"] == "Silo check", (EVENT,)),
    "calendar.find_free": ({"minutes": 45}, lambda out: out["start"] < out["end"] and out["alternatives"]),
    "calendar.list": ({"query": "בנק"}, lambda out: [one["title"] for one in out["events"]] == ["פגישה עם הבנק"]),
    "calendar.pick": ({"query": "Tractor"}, lambda out: out["event"]["title"] == "Tractor demonstration"),
    "code.run": ({"code": "sum(n)", "inputs": {"n": [1, 2, 3]}}, lambda out: out["value"] == 6),
    "contacts.add": (
        {"name": "רון ארד", "phone": "052-111-2222", "organization": "תנובה"}, lambda out: out["contact"]["phone"] == "052-111-2222",
    ),
    "contacts.change": (
        {"contact": of("contact.contact"), "phone": "03-555-0000"},
        lambda out: (out["before"]["phone"], out["contact"]["phone"]) == ("052-111-3333", "03-555-0000"),
        (CONTACT,),
    ),
    "contacts.pick": ({"name": "נועה שגב"}, lambda out: "@" in out["contact"]["email"]),
    "contacts.search": ({"query": "דנה"}, lambda out: out["total"] >= 1),
    "currency.convert": ({"amount": 100, "currency": "EUR", "to": "ILS"}, lambda out: out["currency"] == "ILS" and out["amount"] > 100),
    "dates.hebrew": ({"date": "2026-09-12"}, lambda out: "תשרי" in out["hebrew"]),
    "dates.holidays": ({"period": PERIOD}, lambda out: "Yom Kippur" in {one["name"] for one in out["holidays"]}),
    "documents.archive": ({"document": of("document.document.id")}, lambda out: out["document"]["id"] != out["before"], (DOCUMENT,)),
    "documents.compare": ({"first": BUDGET, "second": EXPENSES}, lambda out: out["markdown"]),
    "documents.count": ({}, lambda out: out["total"] > 20 and out["unreadable"] == []),
    "documents.index": ({"title": "What there is"}, lambda out: out["count"] > 20),
    "documents.move": (
        {"document": of("document.document.id"), "title": "Silos of the north"},
        lambda out: "Silos of the north" in out["document"]["id"],
        (DOCUMENT,),
    ),
    "documents.read": ({"documents": [BUDGET]}, lambda out: "1.15 מיליון" in out["texts"][0]["text"]),
    "documents.search": ({"query": "ממגורות"}, lambda out: out["total"] >= 1),
    "documents.write": ({"title": "דוח", "content": "# שלום\n\nעולם", "format": "docx"}, lambda out: out["document"]["id"].endswith(".docx")),
    "git.history": ({}, lambda out: [one["message"] for one in out["commits"]] == ["Show tons"]),
    "git.read": ({"path": "main.py"}, lambda out: "tons" in out["text"]),
    "notes.add": ({"note": "הבאר יבשה"}, lambda out: out["note"]["text"] == "הבאר יבשה"),
    "notes.list": ({}, lambda out: "The well is dry" in {one["text"] for one in out["notes"]}, (NOTE,)),
    "notes.search": ({"query": "wells"}, lambda out: out["total"] >= 1, (NOTE,)),
    "plan.part": ({"request": "how many meters are 12 feet?"}, lambda out: "3.6576" in out["markdown"]),
    "system.check": ({}, lambda out: out["ok"]),
    "tables.aggregate": ({"document": EXPENSES, "function": "count"}, lambda out: out["total"] >= 1),
    "tables.chart": ({"document": EXPENSES, "by": "category", "measure": "amount"}, lambda out: out["file"].endswith(".png")),
    "tables.describe": ({"document": EXPENSES}, lambda out: out["tables"][0]["rows"] == 10),
    "tables.pivot": ({"document": EXPENSES, "rows": "category", "columns": "supplier", "function": "count"}, lambda out: out["rows"]),
    "tables.query": ({"document": EXPENSES, "sql": "select count(*) as n from data"}, lambda out: out["rows"][0][0] == 10),
    "tasks.add": ({"title": "להזמין זרעים", "due": str(TOMORROW)}, lambda out: out["task"]["due"] == str(TOMORROW)),
    "tasks.complete": ({"task": of("task.task.id")}, lambda out: out["task"]["done_at"], (TASK,)),
    "tasks.list": ({"query": "seed"}, lambda out: out["total"] >= 1, (TASK,)),
    "tasks.pick": ({"title": "Fence repair"}, lambda out: out["task"]["title"] == "Fence repair", (
        Step(id="task", tool="tasks.add", args={"title": "Fence repair"}),
    )),
    "text.extract": (
        {"text": "Write to dana@farm.example by 3 June 2026, 1,240 shekels."},
        lambda out: [one["value"] for one in out["emails"]] == ["dana@farm.example"],
    ),
    "text.key_points": ({"text": "The wheat was sold. It brought 900 a ton. The barley was not."}, lambda out: out["points"]),
    "text.summarise": ({"text": "The wheat was sold. It brought 900 a ton. The barley was not.", "sentences": 1}, lambda out: out["markdown"]),
    "time.now": ({"timezone": "Asia/Tokyo"}, lambda out: out["timezone"] == "Asia/Tokyo"),
    "time.wait": ({"seconds": 0.05}, lambda out: out["seconds"] >= 0.05),
    "units.convert": ({"value": 12, "unit": "feet", "to": "meters"}, lambda out: abs(out["value"] - 3.6576) < 1e-9),
    "web.fetch": ({"url": "PAGE"}, lambda out: "1,240 shekels" in out["text"]),
    "web.search": ({"query": "wheat"}, lambda out: [one["url"] for one in out["results"]] == ["https://grain.example/a"]),
    "web.watch": ({"url": "PAGE"}, lambda out: out["since"] is None and out["title"] == "Grain news"),
}  # fmt: skip


def test_every_built_in_tool_has_its_case() -> None:
    assert set(CASES) == {tool.name for tool in builtin_tools("websearch")}
    assert len(CASES) >= 33


async def carried(tizmoret: Tizmoret, *steps: Step) -> Execution:
    """To its end, with a yes to whatever asks."""
    execution = await tizmoret.submit("", plan=Plan(request=steps[-1].uses, language="en", steps=steps))
    while (now := await tizmoret.wait(execution.id)).status == "waiting":
        for gate in await tizmoret.executions.approvals(execution.id, status="pending"):
            await tizmoret.approve(execution.id, gate.id, by="dana")
    return now


@pytest.mark.parametrize("name", sorted(CASES))
async def test_it_does_its_work_through_the_engine_and_takes_it_back(tizmoret: Tizmoret, name: str) -> None:
    args, holds, *before = CASES[name]
    given = {key: URL[0] if value == "PAGE" else value for key, value in args.items()}
    first = before[0] if before else ()
    done = await carried(tizmoret, *first, Step(id="do", tool=name, args=given, after=tuple(step.id for step in first)))
    views = {view.id: view for view in await tizmoret.executions.steps(done.id)}
    assert done.status == "completed", (done.error, views["do"].error)
    assert done.answer or name == "time.wait", "nothing is shown to the person"
    jsonschema_rs.validate(tizmoret.catalog.tool(name).capability.output, views["do"].output)
    assert holds(views["do"].output), views["do"].output
    if any(view.effect != "none" for view in views.values()):
        await tizmoret.undo(done.id, by="dana")
        undone = await tizmoret.wait(done.id)
        statuses = {view.status for view in await tizmoret.executions.steps(done.id) if view.effect != "none"}
        assert (undone.status, statuses) == ("undone", {"undone"}), undone.answer

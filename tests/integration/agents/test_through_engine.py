"""Every built-in agent alone, as a plan of one step through the engine over the demo workspace, with no model: what it says is in the data."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, cast

import jsonschema_rs
import pytest
from dulwich import porcelain

from tests.databases import MIGRATED
from tests.databases import database as a_database
from tests.demo_files import lay_out
from tests.requests.planning import builtin_catalog
from tests.unit.tools.test_web import PAGE, Server, html
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import Language, Plan, Step
from tizmoret.settings import Settings
from tizmoret.store.embedded import Embedded
from tizmoret.tools.providers.web_access import WebAccess
from tizmoret.views import Context

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("agents through the engine")]  # they share a home

Output = dict[str, Any]
GRAIN = "תבואות Grain"
TASKS = {"להחליף את החיישן בממגורה 2": -1, "Send the signed contract": 2, "להזמין זרעים": None}
COMMITS = ("Add the field map", "Fix the wrong area of plot 4", "Remove the old login", "Show tons with one digit", "תיקון חישוב הלחות")


@pytest.fixture(scope="module")
def database(server: Embedded) -> Iterator[str]:
    with a_database(server, like=MIGRATED) as url:
        yield url


@pytest.fixture(scope="module")
async def web() -> AsyncIterator[tuple[Server, str]]:
    import asyncio

    own = Server()
    listening = await asyncio.start_server(own.serve, "127.0.0.1", 0)
    own.port = listening.sockets[0].getsockname()[1]
    said = "The co-operative opens on 3 June 2026 and buys wheat at 1,240 shekels a ton. Write to office@coop.example for the form."
    own.pages["/news"] = (200, PAGE, html("Grain news", said, "Barley stays where it was all through the winter months."))
    yield own, own.url("/news")
    listening.close()


@pytest.fixture(scope="module")
async def tizmoret(database: str, web: tuple[Server, str], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Tizmoret]:
    home = tmp_path_factory.mktemp("agents")
    settings = Settings.from_env({"TIZMORET_HOME": str(home), "DATABASE_URL": database, "TIZMORET_MODEL": "offline"})
    async with Tizmoret.open(settings) as opened:
        today = dt.datetime.now(settings.timezone).date()
        folder = opened.workplaces.folder(opened.workspace)
        lay_out(folder, settings.timezone)
        copy = next((folder / "documents" / GRAIN).glob("דוח מצב*.docx"))
        (folder / "documents" / "copy of silos.docx").write_bytes(copy.read_bytes())
        (folder / "documents" / "sensors.csv").write_text(
            "silo,moisture\n" + "1,11\n1,12\n2,11\n2,12\n3,11\n3,12\n1,13\n2,\n3,95\n1,11\n", "utf-8"
        )
        (folder / "documents" / "damaged.docx").write_bytes(b"PK\x03\x04 broken")  # one that cannot be read keeps no agent from its work
        repository = folder / "repositories" / "farm-app"
        repository.mkdir(parents=True)
        repo = porcelain.init(str(repository))
        for number, message in enumerate(COMMITS):
            (repository / "main.py").write_text(f"print({number})\n")
            porcelain.add(repo, [str(repository / "main.py")])
            porcelain.commit(repo, message=message.encode(), author=b"Dana <d@x.il>", committer=b"Dana <d@x.il>")
        repo.close()
        cast("dict[type[Any], Any]", opened.workplaces.providers(opened.workspace))[WebAccess] = web[0].access()
        for title, days in TASKS.items():
            due = None if days is None else (today + dt.timedelta(days=days)).isoformat()
            await carried(opened, Step(id="add", tool="tasks.add", args={"title": title, "due": due}))
        yield opened


async def carried(tizmoret: Tizmoret, step: Step, language: Language = "en") -> Output:
    """The output of one step, after the engine has carried it to its end."""
    execution = await tizmoret.submit("", plan=Plan(request=step.uses, goal=step.uses, language=language, steps=(step,)))
    done = await tizmoret.wait(execution.id)
    (view,) = await tizmoret.executions.steps(execution.id)
    assert done.status == "completed", (done.error, view.error)
    output: Output = view.output
    return output


async def together(tizmoret: Tizmoret, *steps: Step) -> tuple[dict[str, Output], Context]:
    """The outputs of a plan of several, and what they shared."""
    execution = await tizmoret.submit("", plan=Plan(request="together", goal="together", language="en", steps=steps))
    done = await tizmoret.wait(execution.id)
    assert done.status == "completed", done.error
    return {view.id: view.output for view in await tizmoret.executions.steps(done.id)}, await tizmoret.executions.context(done.id)


def texts(items: list[Output], *keys: str) -> str:
    return "\n".join(str(item[key]) for item in items for key in keys)


def today() -> dt.date:
    return dt.datetime.now(Settings.from_env({}).timezone).date()


# agent: (arguments, what must be so of its output). Everything named here stands in the demo workspace, or in what the fixture added.
CASES: dict[str, tuple[Output, Callable[[Output], object]]] = {
    "drive-search": ({"query": "ממגורות"}, lambda out: any("ממגורות" in one["title"] for one in out["documents"])),
    "analysis": ({"documents": [{"id": "כספים/תקציב רבעוני.docx"}]}, lambda out: "1.15 מיליון" in out["markdown"]),
    "researcher": ({"question": "customer survey"}, lambda out: "survey" in out["markdown"].lower()),
    "editor": ({"title": "T", "parts": [{"heading": "H", "text": "x"}]}, lambda out: out["markdown"] == "# T\n\n## H\n\nx"),
    "contact-search": ({"name": "נועה שגב"}, lambda out: out["contact"]["name"] == "נועה שגב"),
    "calendar": ({"query": "בנק"}, lambda out: [one["title"] for one in out["events"]] == ["פגישה עם הבנק"]),
    "data-analyst": ({"document": "כספים/expenses.csv"}, lambda out: out["tables"][0]["rows"] == 10),
    "system-doctor": ({}, lambda out: all(check["ok"] for check in out["checks"])),
    "summariser": ({"query": "avocado אבוקדו"}, lambda out: "86 טון" in out["markdown"] and out["sources"]),
    "report-writer": (
        {"query": "ממגורות", "title": "הממגורות"},
        lambda out: out["markdown"].startswith("# הממגורות") and "## Amounts" in out["markdown"] and "3,400 שקל" in out["markdown"],
    ),
    "reading-list": (
        {"query": "marketing שיווק", "limit": 3},
        lambda out: 1 <= len(out["items"]) <= 3 and out["minutes"] >= len(out["items"]) and "שיווק" in out["markdown"],
    ),
    "glossary": (
        {"query": "תבואות", "limit": 10},
        lambda out: any("תבואות" in one["term"] for one in out["terms"]) and len(out["terms"]) == 10,
    ),
    "bilingual-terms": ({"query": "grain תבואות"}, lambda out: any(one["en"] == "wheat" and one["he"] == "חיטה" for one in out["pairs"])),
    "comparer": (
        {
            "documents": [
                {"id": f"{GRAIN}/מחירי תבואות שבועי 1.xlsx", "modified": "2025-12-07"},
                {"id": f"{GRAIN}/מחירי תבואות שבועי 3.xlsx", "modified": "2025-12-21"},
            ]
        },
        lambda out: any("1180" in one for one in out["removed"]) and any("1215" in one for one in out["added"]),
    ),
    "duplicates": (
        {},
        lambda out: (
            {"copy of silos.docx"} & {out["pairs"][0]["first"]["id"], out["pairs"][0]["second"]["id"]} and out["pairs"][0]["alike"] == 1
        ),
    ),
    "fact-checker": (
        {"claim": "טחנת הצפון קנתה חיטה במחיר 1,210 שקל לטון"},
        lambda out: "1,210" in texts(out["supports"], "text") and out["verdict"] != "unknown",
    ),
    "action-items": (
        {"query": "תבואות"},
        lambda out: any(one["who"] == "דנה לוי" and (one["due"] or "").endswith("-12-24") for one in out["items"]),
    ),
    "minutes-to-tasks": (
        {"query": "הנהלה"},
        lambda out: any("רונית אלון תציג חלופות" in one["title"] and not one["known"] for one in out["tasks"]),
    ),
    "decision-log": ({"query": "תבואות"}, lambda out: "התקבלה הצעת טחנת הצפון" in texts(out["items"], "text")),
    "risk-watch": ({}, lambda out: "חיישן הטמפרטורה" in texts(out["items"], "text") and "No damage" not in texts(out["items"], "text")),
    "timeline": ({"query": "תבואות"}, lambda out: any(one["date"].endswith("-12-22") and "תשובה" in one["text"] for one in out["events"])),
    "fact-extractor": (
        {"query": "grain תבואות"},
        lambda out: any(one["kind"] == "amounts" and one["value"].startswith("1,210") for one in out["facts"]),
    ),
    "unit-checker": (
        {},
        lambda out: any(one["written"] == "42 טון" and one["value"] == 42_000 for one in out["quantities"]) and "mass" in out["mixed"],
    ),
    "folder-auditor": (
        {},
        lambda out: (
            out["total"] == 43
            and out["unreadable"] == ["damaged.docx"]
            and len(out["old"]) >= 3
            and any("copy of silos.docx" in ids for ids in [*out["sameName"], ["copy of silos.docx"]])
        ),
    ),
    "contact-keeper": ({}, lambda out: out["total"] == 30 and out["lacking"] == [] and out["twice"] == []),
    "person-brief": (
        {"name": "נועה שגב"},
        lambda out: out["person"] == "נועה שגב" and "טחנת הצפון" in texts(out["statements"], "text") and out["meetings"],
    ),
    "meeting-preparer": ({"query": "בנק"}, lambda out: out["meeting"]["title"] == "פגישה עם הבנק" and "אורי שלום" in out["contacts"]),
    "agenda-drafter": (
        {"query": "ממגורות"},
        lambda out: "חיישן" in texts(out["topics"], "text") and out["minutes"] == sum(one["minutes"] for one in out["topics"]),
    ),
    "availability": ({"days": 14, "minutes": 120}, lambda out: out["slots"] and all(one["minutes"] >= 120 for one in out["slots"])),
    "meeting-load": (
        {"weeks": 4},
        lambda out: out["meetings"] >= 18 and out["people"]["דנה לוי"] > 0 and abs(sum(out["weeks"].values()) - out["hours"]) < 0.1,
    ),
    "follow-up-finder": (
        {"days": 30},
        lambda out: "פגישה עם עורכת הדין" in texts(out["meetings"], "title") and out["looked"] >= len(out["meetings"]),
    ),
    "deadline-watcher": (
        {"days": 5},
        lambda out: any(one["text"] == "להחליף את החיישן בממגורה 2" and one["past"] for one in out["deadlines"]),
    ),
    "week-planner": (
        {"days": 14},
        lambda out: (
            {*(one["task"] for one in out["placed"]), *out["left"]} == set(TASKS) and "להזמין זרעים" in texts(out["placed"], "task")
        ),
    ),
    "task-triage": ({}, lambda out: out["counts"] == {"late": 1, "week": 1, "later": 0, "none": 1}),
    "daily-briefer": (
        {"day": (today() + dt.timedelta(days=1)).isoformat()},
        lambda out: "סקירת תקציב" in out["meetings"] and "להחליף את החיישן בממגורה 2" in out["tasks"],
    ),
    "status-reporter": ({"query": "ממגורה"}, lambda out: out["open"] == ["להחליף את החיישן בממגורה 2"] and out["decided"] and out["wrong"]),
    "table-profiler": (
        {"document": "sensors.csv"},
        lambda out: {(one["kind"], one["count"]) for one in out["findings"]} == {("empty", 1), ("repeated rows", 1), ("far out", 1)},
    ),
    "trend-reader": (
        {"query": "תזרים מזומנים"},
        lambda out: next(one for one in out["trends"] if one["column"] == "יתרה")["first"] == 34000,
    ),
    "budget-reader": ({"query": "expenses"}, lambda out: out["groups"]["Fertiliser"] == 20_900 and out["total"] == 55_120),
    "web-reader": (
        {"url": "news"},
        lambda out: (
            out["title"] == "Grain news" and "office@coop.example" in texts(out["facts"], "value") and "3 Jun 2026" in out["markdown"]
        ),
    ),
    "release-notes": (
        {},
        lambda out: (
            out["added"] == ["Add the field map"]
            and len(out["fixed"]) == 2
            and out["removed"] == ["Remove the old login"]
            and out["changed"]
        ),
    ),
    "code-historian": (
        {"path": "main.py"},
        lambda out: out["commits"] == len(COMMITS) and out["authors"] == {"Dana": len(COMMITS)} and "Today: 1 lines" in out["markdown"],
    ),
    "field-extractor": (
        {
            "documents": [{"id": f"{GRAIN}/הצעת מחיר לאחסון בממגורה.pdf", "modified": "2025-12-05"}],
            "fields": [
                {"name": "valid until", "kind": "date"},
                {"name": "contact", "kind": "text"},
                {"name": "price", "kind": "number"},
                {"name": "colour"},
            ],
        },
        lambda out: out["values"] == {"valid until": "2025-12-20", "contact": "Rami Haddad", "price": 14} and out["missing"] == ["colour"],
    ),
    "holiday-planner": ({"days": 400}, lambda out: {"Rosh Hashana", "Pesach"} <= {one["name"] for one in out["holidays"]}),
}


def test_every_built_in_agent_has_its_case() -> None:
    alone = {name for name, agent in builtin_catalog().agents.items() if agent.without_model is not None}
    assert set(CASES) == alone
    assert set(builtin_catalog().agents) - alone == {"translator", "clerk"}
    assert len(CASES) >= 33


async def test_one_that_needs_a_model_says_so(tizmoret: Tizmoret) -> None:
    step = Step(id="do", agent="translator", args={"text": "שלום", "to": "English"})
    execution = await tizmoret.submit("", plan=Plan(goal="translate", steps=(step,)))
    assert (await tizmoret.wait(execution.id)).status == "failed"
    (view,) = await tizmoret.executions.steps(execution.id)
    assert view.error is not None
    assert "needs a model" in view.error.detail
    assert "TIZMORET_MODEL" in view.error.cure


@pytest.mark.parametrize("name", CASES)
async def test_an_agent_says_what_is_in_the_data(tizmoret: Tizmoret, web: tuple[Server, str], name: str) -> None:
    args, holds = CASES[name]
    output = await carried(tizmoret, Step(id="do", agent=name, args=args if name != "web-reader" else {"url": web[1]}))

    jsonschema_rs.validate(builtin_catalog().agent(name).capability.output, output)
    assert holds(output), output


# Not those whose text is made of the data alone.
@pytest.mark.parametrize(
    "name",
    [
        name
        for name in CASES
        if "markdown" in builtin_catalog().agent(name).capability.output["properties"]
        and name not in ("editor", "data-analyst", "glossary", "bilingual-terms", "duplicates")
    ],
)
async def test_it_speaks_the_language_of_the_plan(tizmoret: Tizmoret, web: tuple[Server, str], name: str) -> None:
    args = CASES[name][0] if name != "web-reader" else {"url": web[1]}
    english = await carried(tizmoret, Step(id="do", agent=name, args=args), "en")
    hebrew = await carried(tizmoret, Step(id="do", agent=name, args=args), "he")

    assert english["markdown"] != hebrew["markdown"]


async def test_terms_that_one_agent_names_are_used_by_another(tizmoret: Tizmoret) -> None:
    query = {"query": "ממגורות"}
    outputs, context = await together(
        tizmoret, Step(id="terms", agent="bilingual-terms", args=query), Step(id="words", agent="glossary", args=query, after=("terms",))
    )
    (shared,) = context.values
    assert (shared.key, shared.step) == ("terms", "terms")
    assert shared.value == {pair["he"]: pair["en"] for pair in outputs["terms"]["pairs"]}
    named = [term["term"] for term in outputs["words"]["terms"] if term["term"] in shared.value]
    assert named
    assert all(f"**{word} / {shared.value[word]}**" in outputs["words"]["markdown"] for word in named)


async def test_troubles_that_one_agent_finds_are_in_the_report_of_another(tizmoret: Tizmoret) -> None:
    outputs, context = await together(
        tizmoret,
        Step(id="risks", agent="risk-watch", args={"query": "ממגורות"}),
        Step(id="status", agent="status-reporter", args={"query": "avocado אבוקדו"}, after=("risks",)),
    )
    told = [message.body["trouble"] for message in context.messages]
    assert told == [item["text"] for item in outputs["risks"]["items"][:5]]
    assert "## Other agents reported" in outputs["status"]["markdown"]
    assert all(message.step == "risks" for message in context.messages)


async def test_a_doubt_about_a_claim_is_in_the_report(tizmoret: Tizmoret) -> None:
    claim = "התיקון בממגורות עלה 9,999 שקל"
    outputs, context = await together(
        tizmoret,
        Step(id="check", agent="fact-checker", args={"claim": claim}),
        Step(id="report", agent="report-writer", args={"query": "ממגורות"}, after=("check",)),
    )
    assert outputs["check"]["verdict"] == "contradicted"
    assert [message.body["doubt"] for message in context.messages] == [claim]
    assert "## Doubts" in outputs["report"]["markdown"]
    assert "9,999" in outputs["report"]["markdown"]

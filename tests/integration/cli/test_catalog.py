"""The catalog at the real program: what there is, what a person adds, and one tool tried."""

import pytest

from tests.integration.cli.program import Program
from tests.requests.planning import builtin_catalog
from tests.unit.agents.test_own import GOOD

pytestmark = pytest.mark.xdist_group("cli catalog")  # they share a home

TOOL = """
from pydantic import BaseModel
from tizmoret.catalog.tool import Call, Text, tool

class Field(BaseModel):
    dunams: float

class Yield(BaseModel):
    tons: float

@tool("farm.yield", title=Text(he="יבול", en="Yield"), description=Text(he="מחשב יבול", en="Reckon a yield"),
      show=lambda found, language: f"{found.tons} tons")
async def reckon(args: Field, call: Call) -> Yield:
    return Yield(tons=args.dunams * 0.6)

TOOLS = [reckon]
"""


def test_all_tools_are_listed_and_one_is_shown_in_both_languages(program: Program) -> None:
    told = program("tools", "--json")
    assert told.code == 0, told
    assert {tool["name"] for tool in told.lines[0]} == set(builtin_catalog().tools)
    english, hebrew = program("tools", "tasks.add"), program("tools", "tasks.add", env={"TIZMORET_LANG": "he"})
    assert "can be undone" in english.out
    assert "tizmoret try tasks.add --title" in english.out
    assert "הוספת משימה" in hebrew.out
    assert "אפשר לבטל" in hebrew.out
    assert program("tools").out.startswith(f"{len(builtin_catalog().tools)} tools:")


def test_a_name_that_is_not_there_is_bad_use(program: Program) -> None:
    for command in ("tools", "agents"):
        ended = program(command, "nothing-of-the-kind")
        assert (ended.code, ended.out) == (2, "")
        assert "nothing-of-the-kind" in ended.err


def test_an_agent_that_is_dropped_in_works_and_a_faulty_one_is_told(program: Program) -> None:
    folder = next(program.home.glob("workspaces/*/documents")).parent / "agents"
    folder.mkdir()
    (folder / "grain.md").write_text(GOOD, "utf-8")
    assert program("agents").code == 0
    tried = program("try", "grain-watch", "--query", "תבואות")
    assert tried.code == 0, tried
    assert "תבואות" in tried.out

    (folder / "bad.md").write_text(GOOD.replace("documents.search]", "documents.raed]"), "utf-8")
    ended = program("agents")
    assert ended.code == 1
    assert "bad.md: tools: there is no tool documents.raed" in ended.out
    told = program("agents", "--json").lines[0]
    assert [(fault["file"], fault["key"]) for fault in told["faults"]] == [("bad.md", "tools")]
    assert "grain-watch" in {agent["name"] for agent in told["agents"]}
    assert program("run", "check the system").code == 0


def test_a_tool_is_tried_through_the_engine(program: Program) -> None:
    ended = program("try", "contacts.search", "--query", "יואב")
    assert ended.code == 0, ended
    assert "יואב כהן" in ended.out
    assert "יואב לוי" in ended.out
    assert program("show", "last", "--json").lines[0]["execution"]["request"] == "Try contacts.search"


def test_an_effect_asks_first_and_its_gate_is_the_engines(program: Program) -> None:
    waiting = program("try", "tasks.add", "--title", "Call Dana")
    assert waiting.code == 3, waiting
    assert program("approve", "last").code == 0
    assert program("try", "tasks.add", "--title", "Call Yoav", "--yes").code == 0
    listed = program("try", "tasks.list").out
    assert "Call Dana" in listed
    assert "Call Yoav" in listed


def test_arguments_that_do_not_fit_are_bad_use_in_one_sentence(program: Program) -> None:
    ended = program("try", "tasks.add", "--titel", "x", env={"TIZMORET_LANG": "he"})
    assert (ended.code, ended.out) == (2, "")
    assert "--title" in ended.err
    assert len(ended.err.splitlines()) == 1


def test_tools_of_the_users_own_join_the_catalog(program: Program) -> None:
    (program.home / "my_farm.py").write_text(TOOL, "utf-8")
    own = {"PYTHONPATH": str(program.home), "TIZMORET_TOOLS": "my_farm"}
    assert "36.0 tons" in program("try", "farm.yield", "--dunams", "60", env=own).out
    missing = program("tools", env={"TIZMORET_TOOLS": "no_such_farm"})
    assert missing.code == 2
    assert "no_such_farm" in missing.err

"""Commands in another workspace than the first: named, of the environment, remembered."""

from __future__ import annotations

import pytest

from tests.integration.cli.program import Program

pytestmark = pytest.mark.xdist_group("cli workspaces")  # they share a home


@pytest.fixture(scope="module")
def farm(program: Program) -> Program:
    assert program("workspace", "create", "החווה", "--owner", "נועה").code == 0
    return program


def requests(program: Program, *words: str, env: dict[str, str] | None = None) -> list[str]:
    ended = program("list", "--json", *words, env=env)
    assert ended.code == 0, ended
    return [one["request"] for one in ended.lines[0]["items"]]


def test_what_is_asked_in_one_is_done_decided_and_seen_there(farm: Program) -> None:
    begun = farm("try", "tasks.add", "--title", "To prune", "--json", "-w", "החווה")
    assert begun.code == 3, begun
    assert farm("approve", "last").code == 1  # the last one of the first workspace has ended
    assert farm("approve", "last", "--workspace", "החווה").code == 0
    assert "To prune" in farm("try", "tasks.list", "-w", "החווה").out
    assert "To prune" not in farm("try", "tasks.list").out
    assert requests(farm, "-w", "החווה") == ["Try tasks.list", "Try tasks.add"]
    assert "Try tasks.add" not in requests(farm)


def test_the_option_goes_before_the_environment_and_that_before_what_is_remembered(farm: Program) -> None:
    first = requests(farm, "-w", "Home")
    assert "check the system" in first
    assert requests(farm) == first
    there = requests(farm, env={"TIZMORET_WORKSPACE": "החווה"})
    assert there != first
    assert farm("workspace", "use", "החווה").out == "Commands work in החווה from now on.\n"
    try:
        assert requests(farm) == there
        assert next(line for line in farm("workspace", "list").out.splitlines() if "in use" in line).startswith("החווה")
        assert [one["name"] for one in farm("member", "list", "--json").lines[0]] == ["נועה"]
        assert requests(farm, env={"TIZMORET_WORKSPACE": "Home"}) == first
        assert requests(farm, "--workspace", "החווה", env={"TIZMORET_WORKSPACE": "Home"}) == there
    finally:
        assert farm("workspace", "use", "Home").code == 0
    assert requests(farm) == first


def test_one_that_is_not_there_is_one_sentence_that_says_where_its_name_came_from(farm: Program) -> None:
    named = farm("run", "-w", "nowhere", "check the system")
    assert (named.code, named.out) == (2, "")
    assert named.err.startswith("There is no workspace nowhere.")
    assert "--workspace" in named.err
    hebrew = farm("list", env={"TIZMORET_WORKSPACE": "nowhere", "TIZMORET_LANG": "he"})
    assert hebrew.code == 2
    assert hebrew.err.startswith("אין סביבת עבודה nowhere.")
    assert "TIZMORET_WORKSPACE" in hebrew.err
    assert farm("workspace", "list", env={"TIZMORET_WORKSPACE": "nowhere"}).code == 0
    assert farm("workspace", "use", "nowhere").code == 2

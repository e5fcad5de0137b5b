"""A workspace's own agents: files that a person drops in, one of which may be wrong in any way."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.requests.planning import builtin_catalog
from tizmoret.agents.own import AgentFault, own_agents
from tizmoret.catalog.agent import Agent

GOOD = """---
name: grain-watch
title: {he: תבואה, en: Grain watch}
description: {he: עוקב אחרי התבואה, en: Watches the grain}
tools: [documents.search]
input: documents.search
output: documents.search
without_model: tizmoret.agents.without_model.documents:drive_search
---
You watch the grain.
"""


def read(folder: Path, **modules: str) -> tuple[list[Agent], list[AgentFault]]:
    catalog = builtin_catalog()
    return own_agents(folder, catalog.tools.values(), list(catalog.agents), modules.values())


def test_a_file_that_is_dropped_in_is_an_agent(tmp_path: Path) -> None:
    (tmp_path / "grain.md").write_text(GOOD, "utf-8")

    (agent,), faults = read(tmp_path)

    assert (agent.name, faults) == ("grain-watch", [])


def test_without_the_folder_there_are_none(tmp_path: Path) -> None:
    assert read(tmp_path / "nowhere") == ([], [])


@pytest.mark.parametrize(
    ("text", "key", "told"),
    [
        (GOOD.replace("documents.search]", "documents.raed]"), "tools", "no tool documents.raed"),
        (GOOD.replace("documents.search]", "tasks.add]"), "tools", "has an effect"),
        (GOOD.replace("name: grain-watch", "name: analysis"), "name", "another analysis"),
        (GOOD.replace("name: grain-watch", "name: tasks.add"), "name", "another tasks.add"),
        (GOOD.replace("description:", "descripton:"), "description", "required"),
        (GOOD.replace("tizmoret.agents.without_model.documents:drive_search", "os:system"), "without_model", "os is not allowed"),
        (
            GOOD.replace("tizmoret.agents.without_model.documents:drive_search", "tizmoret.agents.without_model2:x"),
            "without_model",
            "not allowed",
        ),
        (GOOD.replace("input: documents.search", "input: {type: thing}"), "input", "not a JSON Schema"),
        (GOOD.replace("name: grain-watch", "name: [" + "[" * 5000), "", "not YAML"),
        (GOOD.replace("name: grain-watch", "name: 2026-13-45"), "", "not YAML"),
        ("just words", "", "no front matter"),
        ("---\n- a list\n---\n", "", "dictionary"),
    ],
)
def test_a_fault_is_told_with_its_file_and_key_and_the_others_are_there(tmp_path: Path, text: str, key: str, told: str) -> None:
    (tmp_path / "bad.md").write_text(text, "utf-8")
    (tmp_path / "good.md").write_text(GOOD.replace("grain-watch", "other-watch"), "utf-8")

    found, (fault,) = read(tmp_path)

    assert [agent.name for agent in found] == ["other-watch"]
    assert (fault.file, fault.key) == ("bad.md", key)
    assert told in fault.detail
    assert fault.cure


def test_of_two_with_one_name_the_first_file_stands(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(GOOD, "utf-8")
    (tmp_path / "b.md").write_text(GOOD, "utf-8")

    found, (fault,) = read(tmp_path)

    assert [agent.name for agent in found] == ["grain-watch"]
    assert (fault.file, fault.key) == ("b.md", "name")


def test_what_cannot_be_read_is_told_too(tmp_path: Path) -> None:
    (tmp_path / "folder.md").mkdir()

    found, (fault,) = read(tmp_path)

    assert (found, fault.file) == ([], "folder.md")


def test_a_function_of_a_module_of_the_settings_may_be_named(tmp_path: Path) -> None:
    (tmp_path / "grain.md").write_text(GOOD.replace("tizmoret.agents.without_model.documents:drive_search", "my_farm:watch"), "utf-8")

    assert read(tmp_path)[1]
    assert [agent.without_model for agent in read(tmp_path, own="my_farm")[0]] == ["my_farm:watch"]

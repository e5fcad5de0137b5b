"""An agent is a Markdown file; whatever is wrong with one is told with the file and the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from tizmoret.agents.builtin import builtin_agents
from tizmoret.catalog.agent import Agent, load_agent, load_agents
from tizmoret.catalog.catalog import Catalog
from tizmoret.errors import BadInput, NotFound
from tizmoret.tools import builtin_tools

TOOLS = {tool.name: tool for tool in builtin_tools()}

GOOD = """---
name: reader
title: {he: קורא, en: Reader}
description: {he: קורא מסמכים, en: Reads documents}
tools: [documents.search, documents.read]
input: documents.search
output: {type: object, properties: {markdown: {type: string}}}
timeout: 30
---

You read.
"""


def written(folder: Path, text: str | bytes = GOOD, name: str = "reader.md") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def loaded(folder: Path, text: str | bytes = GOOD) -> Agent:
    return load_agent(written(folder, text), TOOLS)


def test_the_front_matter_declares_and_the_body_is_the_prompt(tmp_path: Path) -> None:
    agent = loaded(tmp_path)

    assert (agent.name, agent.prompt, agent.tools) == ("reader", "You read.", ("documents.search", "documents.read"))
    assert agent.capability.arguments == TOOLS["documents.search"].capability.arguments
    assert (agent.capability.kind, agent.capability.effect, agent.capability.timeout) == ("agent", "none", 30)


def test_what_an_agent_says_is_as_untrusted_as_what_its_tools_read(tmp_path: Path) -> None:
    assert loaded(tmp_path).capability.label.integrity == "untrusted"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("name: reader", "name: Reader!", "name"),
        ("name: reader\n", "", "name"),
        ("en: Reader", "fr: Lecteur", "title"),
        ("description:", "descripton:", "description"),
        ("documents.read]", "documents.raed]", "there is no tool documents.raed"),
        ("documents.read]", "documents.write]", "documents.write has an effect"),
        ("documents.read]", "calendar.create]", "calendar.create has an effect"),
        ("input: documents.search", "input: nothing.here", "input: there is no tool nothing.here"),
        ("output: {type", "output: [type", "not YAML"),
        ("timeout: 30", "timeout: -1", "timeout"),
        ("timeout: 30", "timeout: 30\nwithout_model: os.system", "without_model"),
        ("timeout: 30", "timeout: 30\nsurprise: 1", "surprise"),
        ("---\nname", "name", "no front matter"),
    ],
)
def test_a_fault_is_told_with_its_file_and_key(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert GOOD.count(old) == 1

    with pytest.raises(BadInput) as caught:
        loaded(tmp_path, GOOD.replace(old, new))

    assert caught.value.detail.startswith("reader.md")
    assert told in caught.value.detail
    assert caught.value.cure


@pytest.mark.parametrize("text", [b"", b"---\n", b"\xff\xfe\x00", b"---\nname: a\n---\n" + b"x" * 100_001])
def test_what_is_no_agent_file_is_refused(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(BadInput, match=r"reader\.md"):
        loaded(tmp_path, text)


def test_a_folder_of_agents_is_read_by_name(tmp_path: Path) -> None:
    written(tmp_path, GOOD.replace("name: reader", "name: zeta"), "b.md")
    written(tmp_path, GOOD.replace("name: reader", "name: alpha"), "a.md")
    written(tmp_path, "not an agent", "notes.txt")

    assert [agent.name for agent in load_agents(tmp_path, TOOLS.values())] == ["alpha", "zeta"]


def test_two_of_one_name_make_no_catalog(tmp_path: Path) -> None:
    agent = loaded(tmp_path)
    with pytest.raises(BadInput, match="two tools or agents named reader"):
        Catalog(TOOLS.values(), [agent, agent])
    with pytest.raises(BadInput, match=r"named time\.now"):
        Catalog([TOOLS["time.now"], TOOLS["time.now"]], [])


def test_a_name_nearly_right_is_answered_with_the_right_one() -> None:
    catalog = Catalog(TOOLS.values(), builtin_agents(TOOLS.values()))

    with pytest.raises(NotFound) as caught:
        catalog.tool("calendar.creat")
    assert "calendar.create" in caught.value.cure
    with pytest.raises(NotFound) as caught:
        catalog.agent("analysys")
    assert "analysis" in caught.value.cure


def test_every_builtin_speaks_both_languages_and_works_without_a_model() -> None:
    for found in (*TOOLS.values(), *builtin_agents(TOOLS.values())):
        for text in (found.title, found.description):
            assert any("א" <= letter <= "ת" for letter in text.he), found.name
            assert any("a" <= letter <= "z" for letter in text.en.lower()), found.name
    # Nothing but a model translates, or runs errands; what these say without one is tested through the engine.
    assert [agent.name for agent in builtin_agents(TOOLS.values()) if not agent.without_model] == ["clerk", "translator"]


def test_outputs_are_shown_in_words() -> None:
    catalog = Catalog(TOOLS.values(), builtin_agents(TOOLS.values()))

    assert catalog.show("editor", {"markdown": "# Done"}, "en") == "# Done"
    assert catalog.show("documents.search", {"documents": [], "total": 0}, "he")
    assert catalog.show("documents.search", {"an older": "shape"}, "en") == ""
    assert catalog.show("nobody", {"value": 1}, "en") == ""

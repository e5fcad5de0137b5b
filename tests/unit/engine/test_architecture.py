"""The map stays true."""

from __future__ import annotations

from pathlib import Path

from tizmoret.engine.state import diagram

ROOT = Path(__file__).parents[3]


def test_the_diagram_in_the_map_is_the_table_in_the_code() -> None:
    assert diagram() in (ROOT / "ARCHITECTURE.md").read_text("utf-8")


def test_every_file_that_the_map_names_is_there() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    inside = text.split("## Inside the engine")[1].split("The rules of a step")[0]
    named = {word.strip("`,") for word in inside.replace("|", " ").split() if word.strip("`,").endswith(".py")}
    assert len(named) > 10
    for name in named:
        assert (ROOT / "src" / "tizmoret" / "engine" / name).exists(), name

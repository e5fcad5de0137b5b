"""Workflows that were written elsewhere, carried out by the real program."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.cli.program import Program

pytestmark = pytest.mark.xdist_group("cli requests")  # they share a home

DATA = Path(__file__).parents[2] / "data" / "wfcommons"


def test_a_scientific_workflow_runs_in_the_order_of_its_tasks(program: Program) -> None:
    ended = program("import", "wfcommons", str(DATA / "montage-60.json"), "--scale", "0.00001", "--json")
    assert ended.code == 0, ended
    assert ended.lines[-1]["status"] == "completed"
    kinds = [line.get("kind") for line in ended.lines]
    assert kinds.count("step.completed") == 58


def test_one_that_is_no_workflow_is_refused_with_the_field_and_a_cure_in_one_sentence_each(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "bad.json"
    file.write_text('{"schemaVersion": "1.5", "workflow": {"specification": {"tasks": []}}}')
    ended = program("import", "wfcommons", str(file))
    assert ended.code == 2
    assert "specification" in ended.err
    assert "WfFormat" in ended.err
    assert "Traceback" not in ended.err

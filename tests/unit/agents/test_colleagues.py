"""Agents that work on one request speak to one another: what each does with what it is told and asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.agents.table import Table
from tests.unit.agents.test_without_model import made_call, run, workspace

pytestmark = pytest.mark.anyio
__all__ = ["workspace"]
TRUE, FALSE = "התיקון בממגורות עלה 3,400 שקל", "התיקון בממגורות עלה 9,999 שקל"


async def test_the_fact_checker_answers_the_questions_of_others_from_what_it_has_read(workspace: Path) -> None:
    table = Table()
    table.says("ask", {"claim": TRUE})
    table.says("ask", {"claim": FALSE})
    table.says("ask", "something else")
    await run("fact-checker", replace(made_call(workspace), shared=table), claim=TRUE)
    assert [number for number, _ in table.answers] == [1, 2]
    assert [body["verdict"] in ("supported", "mixed") for _, body in table.answers] == [True, False]


async def test_the_report_writer_asks_a_fact_checker_that_is_at_work_and_writes_down_its_doubts(workspace: Path) -> None:
    table = Table("fact-checker")
    table.knows = {"verdict": "contradicted"}
    report = await run("report-writer", replace(made_call(workspace), shared=table), query="ממגורות")
    asked = [body["claim"] for to, body in table.told if to == "fact-checker"]
    assert asked
    doubts = report.output["markdown"].partition("## Doubts")[2].partition("## Document by document")[0]
    assert all(claim in report.output["markdown"] for claim in asked)
    assert doubts.count("\n- ") == len(asked)


async def test_nobody_is_asked_when_no_fact_checker_is_there(workspace: Path) -> None:
    table = Table()
    report = await run("report-writer", replace(made_call(workspace), shared=table), query="ממגורות")
    assert table.told == []
    assert "## Doubts" not in report.output["markdown"]


async def test_a_term_that_has_a_name_keeps_it(workspace: Path) -> None:
    table = Table()
    alone = await run("bilingual-terms", made_call(workspace), query="ממגורות")
    word = alone.output["pairs"][0]["he"]
    table.values["terms"] = {word: "as it was called first"}
    await run("bilingual-terms", replace(made_call(workspace), shared=table), query="ממגורות")
    assert word not in table.values["terms"] or table.values["terms"][word] == "as it was called first"

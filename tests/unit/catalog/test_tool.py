"""A tool is what its function and its declaration say, and a declaration that contradicts itself is refused."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ConfigDict, Field

from tests.requests.planning import builtin_catalog
from tizmoret.catalog.tool import Call, Kind, Text, Tool, tool
from tizmoret.errors import ArgumentMismatch

NAME, WHAT = Text(he="כפל", en="Double"), Text(he="מכפיל מספר", en="Doubles a number")


class Number(BaseModel):
    model_config = ConfigDict(extra="forbid")
    value: int = Field(ge=0)
    email: Annotated[str, Kind("email")] = ""


class Doubled(BaseModel):
    value: int


def _show(output: Doubled, language: str) -> str:
    return str(output.value)


async def _double(args: Number, call: Call) -> Doubled:
    return Doubled(value=2 * args.value)


def make(**declared: Any) -> Tool:
    return tool("numbers.double", title=NAME, description=WHAT, show=_show, **declared)(_double)


def test_the_schemas_are_those_of_the_annotations() -> None:
    made = make().capability

    assert made.arguments["required"] == ["value"]
    assert made.arguments["properties"]["email"]["x-kind"] == "email"
    assert made.output["properties"]["value"]["type"] == "integer"
    assert (made.kind, made.effect, made.recovery, made.approval) == ("tool", "none", "pure", "never")


def test_a_tool_is_its_own_source_unless_it_says_more() -> None:
    assert make().capability.label.sources == {"numbers.double"}


@pytest.mark.parametrize(
    "declared",
    [
        {"recovery": "keyed"}, {"recovery": "once"}, {"effect": "write"}, {"effect": "send", "recovery": "pure"},
        {"shares": ["thing:{nothing}"]},
    ],
)  # fmt: skip
def test_a_declaration_that_contradicts_itself_is_refused(declared: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"numbers\.double"):
        make(**declared)


def test_a_function_must_say_what_it_takes_and_gives() -> None:
    async def takes_anything(args: Any, call: Call) -> Doubled:
        return Doubled(value=0)

    async def gives_a_dict(args: Number, call: Call) -> dict[str, Any]:
        return {}

    for function in (takes_anything, gives_a_dict):
        with pytest.raises(TypeError, match="Pydantic model"):
            tool("numbers.double", title=NAME, description=WHAT, show=_show)(function)


@pytest.mark.parametrize(
    ("args", "where"), [({}, "value"), ({"value": -1}, "value"), ({"value": "x"}, "value"), ({"value": 1, "more": 1}, "more")]
)
def test_arguments_that_do_not_fit_name_the_argument(args: dict[str, Any], where: str) -> None:
    with pytest.raises(ArgumentMismatch, match=f"numbers.double cannot use {where}"):
        make().parse("step", args)


def test_words_come_in_both_languages() -> None:
    assert (NAME["he"], NAME["en"]) == ("כפל", "Double")


@pytest.mark.parametrize("name", ["documents.read", "tables.chart"])
def test_a_wrong_argument_is_named(name: str) -> None:
    with pytest.raises(ArgumentMismatch) as refused:
        builtin_catalog().tool(name).parse("s", {})
    assert refused.value.argument


def test_an_empty_list_that_must_hold_something_is_told_in_plain_words() -> None:
    with pytest.raises(ArgumentMismatch, match=r"There is nothing for documents\.read to work on: `documents` is empty") as refused:
        builtin_catalog().tool("documents.read").parse("s", {"documents": []})
    assert "found nothing" in refused.value.cure

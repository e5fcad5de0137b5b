"""The forms of MCP servers as questions to a person: field by field, with choices where there are any, and nothing that does not fit."""

from __future__ import annotations

from typing import Any

import pytest
from mcp_types import ElicitRequestFormParams, ElicitRequestURLParams

from tizmoret.catalog.tool import Answered, Ask
from tizmoret.connections.mcp_asking import MOST, Forms, ask, filled
from tizmoret.errors import StepFailed


def form(**properties: Any) -> ElicitRequestFormParams:
    return ElicitRequestFormParams(message="Say.", requested_schema={"type": "object", "properties": properties})


def conversation(params: Any, *answers: Any, language: Any = "en") -> tuple[list[Ask], Any]:
    """What is asked, one after the other, and what the server gets at the end."""
    forms = Forms({})
    assert forms.answer(params) is None
    asked = [ask("shop", forms.open or {}, {}, language)]
    known: dict[str, Any] = {}
    for answer in answers:
        assert asked[-1].state is not None
        try:
            known = filled("shop", Answered(asked[-1].state, answer), language)
        except Ask as more:
            asked.append(more)
    return asked, Forms(known).answer(params)


def test_every_field_is_asked_and_comes_as_its_type() -> None:
    asked, result = conversation(
        form(
            name={"type": "string", "title": "Your name"}, sacks={"type": "integer"}, dry={"type": "boolean"},
            port={"type": "string", "oneOf": [{"const": "h", "title": "Haifa"}, {"const": "j", "title": "Jaffa"}]},
            kinds={"type": "array", "items": {"type": "string", "enum": ["wheat", "barley"]}},
        ),
        "Dana", "-3", False, "j", "wheat, barley",
    )  # fmt: skip
    assert [[option.label for option in one.options] for one in asked] == [[], [], ["yes", "no"], ["Haifa", "Jaffa"], []]
    assert "Your name" in asked[0].question
    assert (result.action, result.content) == (
        "accept", {"name": "Dana", "sacks": -3, "dry": False, "port": "j", "kinds": ["wheat", "barley"]},
    )  # fmt: skip


@pytest.mark.parametrize(("schema", "wrong"), [({"type": "integer"}, "many"), ({"type": "string", "maxLength": 3}, "long")])
def test_what_does_not_fit_is_asked_again(schema: dict[str, Any], wrong: str) -> None:
    asked, result = conversation(form(one=schema), wrong)
    assert (len(asked), "does not fit" in asked[1].question, result) == (2, True, None)


def test_only_what_is_needed_is_asked_and_the_rest_is_as_the_form_says() -> None:
    fields = {"a": {"type": "string"}, "b": {"type": "string"}, "c": {"type": "integer", "default": 30}}
    params = ElicitRequestFormParams(message="Say.", requested_schema={"type": "object", "properties": fields, "required": ["b"]})
    asked, result = conversation(params, "yes")
    assert (len(asked), result.content) == (1, {"b": "yes", "c": 30})


@pytest.mark.parametrize(("answer", "action"), [(True, "accept"), (False, "decline")])
def test_a_form_elsewhere_is_opened_by_the_person_and_only_said_to_be_done(answer: bool, action: str) -> None:
    params = ElicitRequestURLParams(message="Sign in.", url="https://shop.example/in", elicitation_id="7")
    asked, result = conversation(params, answer, language="he")
    assert ("https://shop.example/in" in asked[0].question, [one.label for one in asked[0].options]) == (True, ["כן", "לא"])
    assert (result.action, result.content) == (action, None)


def test_the_same_form_twice_gets_the_answers_in_their_order() -> None:
    params = form(item={"type": "string"})
    _, first = conversation(params, "wheat")
    known = filled("shop", Answered(conversation(params)[0][0].state or {}, "wheat"), "en")
    (key,) = known
    forms = Forms({key: [*known[key], {"item": "barley"}]})
    assert [forms.answer(params).content["item"] for _ in range(2)] == ["wheat", "barley"]  # type: ignore[union-attr,index]
    assert (forms.answer(params), first.content) == (None, {"item": "wheat"})


def test_a_server_that_asks_without_end_is_stopped() -> None:
    with pytest.raises(StepFailed, match="more than"):
        ask("shop", {"message": "x", "schema": {"properties": {"a": {}}}}, {"key": [{}] * MOST}, "en")

"""What an MCP server asks in the middle of a call (elicitation), asked of a person by gates: one field of its form after the other.

A person may take days, a session does not. So the call ends at the question, and is made again with the answers at hand: the same form gets
the same answers, in the order in which they were given."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from tizmoret.catalog.tool import Answered, Ask, Option
from tizmoret.connections.json_tool import said
from tizmoret.errors import StepFailed
from tizmoret.plan.model import Language

if TYPE_CHECKING:
    from mcp_types import ElicitRequestFormParams, ElicitRequestURLParams, ElicitResult

MOST = 20  # forms of one call
_URL = "https-address"  # the one field of a form that is filled elsewhere
_YES_NO: Mapping[Language, tuple[str, str]] = {"he": ("כן", "לא"), "en": ("yes", "no")}
_WORDS: Mapping[Language, dict[str, str]] = {
    "he": {"asks": "{name} שואל: {message}", "open": "פתח את {url} והשלם שם", "wrong": "התשובה אינה מתאימה ({why})"},
    "en": {"asks": "{name} asks: {message}", "open": "Open {url} and finish there", "wrong": "That answer does not fit ({why})"},
}


class Unanswered(Exception):
    """A form that nobody has filled yet; the call goes no further."""


class Forms:
    """Of one call. open: the form that came and has no answer, where one did."""

    def __init__(self, filled: Mapping[str, list[dict[str, Any]]]) -> None:
        self._left = {key: list(contents) for key, contents in filled.items()}
        self.open: dict[str, Any] | None = None

    def answer(self, params: ElicitRequestFormParams | ElicitRequestURLParams) -> ElicitResult | None:
        """None where it is left open."""
        from mcp_types import ElicitResult

        form = _form(params)
        contents = self._left.get(_key(form))
        if not contents:
            self.open = form
            return None
        content = contents.pop(0)
        if "url" in form:
            return ElicitResult(action="accept" if content[_URL] else "decline")
        return ElicitResult(action="accept", content=content)


def filled(name: str, answered: Answered | None, language: Language) -> dict[str, list[dict[str, Any]]]:
    """The forms with their answers so far. Raises Ask where the form of the last question is not full yet, or the answer does not fit."""
    if answered is None:
        return {}
    state = answered.state
    form, content = state["form"], {**state["content"]}
    field = state["field"]
    try:
        content[field] = _value(form["schema"]["properties"][field], answered.answer, language)
    except ValueError as error:
        raise _ask(name, state, form, state["content"], field, language, str(error)) from None
    return _done(name, state["filled"], form, content, language)


def ask(name: str, form: dict[str, Any], known: Mapping[str, Any], language: Language) -> Ask:
    """The first question of a form."""
    if sum(len(one) for one in known.values()) >= MOST:
        raise StepFailed(f"{name} asks more than {MOST} times.", cure="Call it with more of its arguments.")
    return _ask(name, {"filled": known}, form, {}, _fields(form["schema"])[0], language)


def _done(name: str, known: Mapping[str, Any], form: dict[str, Any], content: dict[str, Any], language: Language) -> dict[str, Any]:
    missing = next((one for one in _fields(form["schema"]) if one not in content), None)
    if missing is not None:
        raise _ask(name, {"filled": known}, form, content, missing, language)
    told = {name: schema["default"] for name, schema in form["schema"]["properties"].items() if "default" in schema}
    key = _key(form)
    return {**known, key: [*known.get(key, []), {**told, **content}]}


def _ask(
    name: str, state: Mapping[str, Any], form: dict[str, Any], content: Mapping[str, Any], field: str, language: Language, wrong: str = ""
) -> Ask:
    words, schema = _WORDS[language], form["schema"]["properties"][field]
    lines = [words["asks"].format(name=name, message=said(form["message"], 1_000))]
    if "url" in form:
        lines.append(words["open"].format(url=said(form["url"], 1_000)))
    else:
        lines.append(
            ": ".join(part for part in (said(schema.get("title") or field, 100), said(schema.get("description", ""), 300)) if part)
        )
    if wrong:
        lines.append(words["wrong"].format(why=said(wrong, 200)))
    told = {"filled": state["filled"], "form": form, "content": dict(content), "field": field}
    return Ask("\n".join(lines), [Option(label, value) for label, value in _options(schema, language)], told)


def _form(params: ElicitRequestFormParams | ElicitRequestURLParams) -> dict[str, Any]:
    if params.mode == "url":
        schema = {"type": "object", "properties": {_URL: {"type": "boolean"}}, "required": [_URL]}
        return {"message": params.message, "url": params.url, "schema": schema}
    told = params.requested_schema
    schema = told if isinstance(told, dict) else told.model_dump(mode="json", by_alias=True, exclude_none=True)
    if not schema.get("properties"):
        schema = {"type": "object", "properties": {"ok": {"type": "boolean", "title": "OK"}}, "required": ["ok"]}
    return {"message": params.message, "schema": schema}


def _key(form: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(form, sort_keys=True).encode()).hexdigest()[:32]


def _fields(schema: Mapping[str, Any]) -> list[str]:
    """Those that must be filled; all, where none must."""
    names = list(schema["properties"])
    return [name for name in names if name in schema.get("required", [])] or names


def _options(schema: Mapping[str, Any], language: Language) -> list[tuple[str, Any]]:
    if schema.get("type") == "boolean":
        return list(zip(_YES_NO[language], (True, False), strict=True))
    if isinstance(schema.get("enum"), list):
        names = schema.get("enumNames") or schema["enum"]
        return [(said(name, 200), value) for name, value in zip(names, schema["enum"], strict=False)]
    told = schema.get("oneOf")
    return [(said(one.get("title", one["const"]), 200), one["const"]) for one in told if "const" in one] if isinstance(told, list) else []


def _value(schema: Mapping[str, Any], answer: Any, language: Language) -> Any:
    """Raises ValueError."""
    value = answer
    if isinstance(answer, str) and schema.get("type") in ("integer", "number"):
        value = json.loads(answer) if answer.strip().lstrip("-").replace(".", "", 1).isdigit() else answer
    elif isinstance(answer, str) and schema.get("type") == "array":
        value = [part.strip() for part in answer.split(",") if part.strip()]
    try:
        jsonschema_rs.validate(dict(schema), value)
    except jsonschema_rs.ValidationError as error:
        raise ValueError(error.message) from error
    return value

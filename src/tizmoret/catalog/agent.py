"""An agent: a Markdown file. The front matter declares what it takes and gives and which tools it may use; the body is its prompt.

---
name: analysis
title: {he: ניתוח, en: Analysis}
description: {he: ..., en: ...}
examples: {he: [...], en: [...]}
tools: [documents.read, text.key_points, notes.add]
effect: write                  # the gravest that its tools may have; each such call is a step of its own, which asks. Without it: only reads
fallbacks: [summariser]        # agents that take over when this one fails
input: documents.search        # the schema of that tool's arguments, or a JSON Schema written out
output: {type: object, ...}
without_model: tizmoret.agents.without_model.documents:analysis
---
You read documents and ...
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tizmoret.catalog.tool import Text, Tool
from tizmoret.errors import BadInput
from tizmoret.plan.capability import GRAVITY, Capability, Effect
from tizmoret.plan.labels import Label, join
from tizmoret.plan.model import Language, Name
from tizmoret.yaml_text import read_yaml

MAX_FILE = 100_000  # bytes


@dataclass(frozen=True, slots=True)
class Agent:
    """without_model: "module:function", what it does when no model is set; None: it needs one.
    remote: what carries it out where it is an agent of another server, which needs neither model nor function of ours."""

    capability: Capability
    title: Text
    description: Text
    examples: Mapping[Language, Sequence[str]]
    tools: tuple[str, ...]
    prompt: str
    model: str | None = None
    without_model: str | None = None
    fallbacks: tuple[str, ...] = ()
    remote: Tool | None = None

    @property
    def name(self) -> str:
        return self.capability.name


class _Words(BaseModel):
    model_config = ConfigDict(extra="forbid")
    he: str = Field(min_length=1, max_length=1000)
    en: str = Field(min_length=1, max_length=1000)


class _FrontMatter(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Name
    title: _Words
    description: _Words
    examples: dict[Language, list[str]] = Field(default_factory=dict)
    tools: list[Name] = Field(default_factory=list)
    effect: Effect = "none"
    fallbacks: list[Name] = Field(default_factory=list, max_length=5)
    model: str | None = None
    input: str | dict[str, Any]
    output: str | dict[str, Any]
    without_model: str | None = Field(None, pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")
    timeout: float = Field(120.0, gt=0, le=3600)
    seconds: float = Field(3.0, ge=0)


def load_agents(folder: Path, tools: Iterable[Tool]) -> list[Agent]:
    """Every `*.md` of the folder, by name. Raises BadInput naming the file and the key at fault."""
    known = {tool.name: tool for tool in tools}
    return [load_agent(path, known) for path in sorted(folder.glob("*.md"))]


def load_agent(path: Path, tools: Mapping[str, Tool]) -> Agent:
    """Raises BadInput naming the file and the key at fault."""
    front, body = _parts(path)
    try:
        told = _FrontMatter.model_validate(front)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{path.name}: `{key}` cannot be used: {first['msg']}.", cure="Mend the front matter.", field=key) from error
    for name in told.tools:
        if name not in tools:
            raise BadInput(f"{path.name}: there is no tool {name}.", cure="Name tools of the catalog.", field="tools")
        effect = tools[name].capability.effect
        if GRAVITY[effect] > GRAVITY[told.effect]:
            cure = f"Write `effect: {effect}` to let the agent ask for it, or leave the tool out."
            raise BadInput(f"{path.name}: {name} has an effect ({effect}).", cure=cure, field="tools")
        if tools[name].capability.grows:
            raise BadInput(f"{path.name}: {name} plans steps of its own.", cure="Leave it out.", field="tools")
    acts = tuple(name for name in told.tools if tools[name].capability.effect != "none")
    if told.effect != "none" and not acts:
        raise BadInput(f"{path.name}: none of its tools has an effect.", cure="Leave `effect` out.", field="effect")
    capability = Capability(
        name=told.name,
        kind="agent",
        arguments=_schema(path, "input", told.input, {name: tool.capability.arguments for name, tool in tools.items()}),
        output=_schema(path, "output", told.output, {name: tool.capability.output for name, tool in tools.items()}),
        label=join([Label(sources=frozenset({told.name})), *(tools[name].capability.label for name in told.tools if name not in acts)]),
        timeout=told.timeout,
        seconds=told.seconds,
        asks_for=acts,
        ceiling=told.effect,
    )
    return Agent(
        capability,
        Text(told.title.he, told.title.en),
        Text(told.description.he, told.description.en),
        told.examples,
        tuple(told.tools),
        body.strip(),
        told.model,
        told.without_model,
        tuple(told.fallbacks),
    )


def _parts(path: Path) -> tuple[Any, str]:
    if path.stat().st_size > MAX_FILE:
        raise BadInput(f"{path.name} is over {MAX_FILE:,} bytes.", cure="An agent is a page or two.")
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path.name} is not UTF-8.", cure="Save it as UTF-8.") from error
    pieces = text.split("\n---", 2)
    if not text.startswith("---\n") or len(pieces) < 2:
        raise BadInput(f"{path.name} has no front matter.", cure="Begin with --- , the keys, and --- .")
    try:
        return read_yaml(pieces[0][4:]), pieces[1]
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadInput(f"{path.name}: the front matter is not YAML: {str(error).splitlines()[0]}.", cure="Mend it.") from error


def _schema(path: Path, key: str, told: str | dict[str, Any], of_tools: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    if isinstance(told, dict):
        try:
            jsonschema_rs.meta.validate(told)
        except (jsonschema_rs.ValidationError, ValueError) as error:
            why = str(error).splitlines()[0].rstrip(".")
            raise BadInput(f"{path.name}: {key} is not a JSON Schema: {why}.", cure="Mend the schema.", field=key) from error
        return told
    if told not in of_tools:
        raise BadInput(f"{path.name}: {key}: there is no tool {told}.", cure="Name a tool, or write a JSON Schema.", field=key)
    return of_tools[told]

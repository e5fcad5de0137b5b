"""`tizmoret tools` and `tizmoret agents`: what a plan can name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic_core import to_jsonable_python
from rich.table import Table
from rich.text import Text

from tizmoret.catalog.agent import Agent
from tizmoret.catalog.entry import entry
from tizmoret.catalog.tool import Tool
from tizmoret.cli.failure import DONE, FAILED
from tizmoret.cli.messages import LANGUAGE, say, translate
from tizmoret.cli.show import print_json
from tizmoret.cli.terminal import Screen, fit

if TYPE_CHECKING:
    from tizmoret.orchestrator import Tizmoret

_AFTER_A_CRASH = {"pure": "catalog.pure", "keyed": "catalog.keyed", "once": "catalog.once"}


def show_tools(tizmoret: Tizmoret, screen: Screen, name: str | None, *, json: bool) -> int:
    """Raises NotFound with the nearest names."""
    if name is not None:
        tool = tizmoret.catalog.tool(name)
        print_json(entry(tool), screen) if json else _show(tool, screen)
        return DONE
    tools = sorted(tizmoret.catalog.tools.values(), key=lambda tool: tool.name)
    if json:
        print_json([entry(tool) for tool in tools], screen)
        return DONE
    screen.say("catalog.tools", "bold", count=len(tools))
    _list(tools, screen)
    screen.hint("catalog.more", command="tizmoret tools NAME")
    return DONE


def show_agents(tizmoret: Tizmoret, screen: Screen, name: str | None, *, json: bool) -> int:
    """The exit code tells whether every file of the workspace's agents is one. Raises NotFound with the nearest names."""
    if name is not None:
        agent = tizmoret.catalog.agent(name)
        print_json(entry(agent), screen) if json else _show(agent, screen)
        return DONE
    agents = sorted(tizmoret.catalog.agents.values(), key=lambda agent: agent.name)
    folder = tizmoret.workplaces.folder(tizmoret.workspace) / "agents"
    faults = tizmoret.agent_faults
    if json:
        told = to_jsonable_python(faults)
        print_json({"agents": [entry(agent) for agent in agents], "folder": str(folder), "faults": told}, screen)
        return FAILED if faults else DONE
    screen.say("catalog.agents", "bold", count=len(agents))
    _list(agents, screen)
    screen.hint("catalog.more", command="tizmoret agents NAME")
    screen.hint("catalog.own", folder=folder)
    if not faults:
        return DONE
    screen.say("catalog.faults", "red", count=len(faults), folder=folder)
    for fault in faults:
        key = fault.key or say("catalog.front_matter")
        screen.print(f"  {screen.value(fault.file)}: {screen.value(key)}: {screen.value(translate(fault.detail))}", "red")
        if fault.cure:
            screen.print(f"    → {screen.value(translate(fault.cure))}")
    return FAILED


def show_folder(tizmoret: Tizmoret) -> int:
    """The path alone, for a shell; the folder is made, so that something can be put there."""
    folder = tizmoret.workplaces.folder(tizmoret.workspace) / "agents"
    folder.mkdir(exist_ok=True)
    print(folder)
    return DONE


def _list(entries: Sequence[Tool | Agent], screen: Screen) -> None:
    width = max((len(entry.name) for entry in entries), default=0)
    table = Table(box=None, pad_edge=False, show_header=False, expand=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    for found in entries:
        effect, ceiling = found.capability.effect, found.capability.ceiling
        mark = "" if effect == "none" else say(f"effect.{effect}")
        if ceiling != "none":
            mark = say("catalog.perhaps", effect=say(f"effect.{ceiling}"))
        text = fit(found.description[LANGUAGE], max(screen.width - width - 24, 30))
        table.add_row(found.name, Text(screen.value(text)), Text(screen.value(mark), style="yellow"))
    screen.out.print(table)


def _show(found: Tool | Agent, screen: Screen) -> None:
    capability = found.capability
    screen.print(f"{found.name} · {screen.value(found.title[LANGUAGE])}", "bold")
    screen.prose(found.description[LANGUAGE])
    if isinstance(found, Agent):
        _line(screen, "catalog.uses", ", ".join(found.tools) or say("catalog.nothing"))
        alone = "catalog.elsewhere" if found.remote else "catalog.works" if found.without_model else "catalog.needs_model"
        _line(screen, "catalog.alone", say(alone))
        if capability.grows:
            _line(screen, "catalog.effect", say("catalog.perhaps", effect=say(f"effect.{capability.ceiling}")))
    else:
        _line(screen, "catalog.effect", say("catalog.reads" if capability.effect == "none" else f"effect.{capability.effect}"))
        _line(screen, "catalog.recovery", say(_AFTER_A_CRASH[capability.recovery]))
        if capability.effect != "none":
            _line(screen, "catalog.undo", say("catalog.can_undo" if entry(found).reversible else "catalog.cannot_undo"))
    _fields(screen, "catalog.takes", capability.arguments)
    _fields(screen, "catalog.gives", capability.output)
    examples = found.examples.get(LANGUAGE, ())
    if examples:
        _line(screen, "catalog.examples", "")
        for example in examples:
            screen.prose(example, "  ")
    screen.say("catalog.try", "dim", command=f"tizmoret try {found.name}{_usage(capability.arguments)}")


def _line(screen: Screen, key: str, value: str) -> None:
    screen.print(f"{screen.words(key)}: {screen.value(value)}".rstrip())


def _fields(screen: Screen, key: str, schema: Mapping[str, Any]) -> None:
    properties: Mapping[str, Any] = schema.get("properties", {})
    _line(screen, key, "" if properties else say("catalog.nothing"))
    for name, told in properties.items():
        needed = " *" if name in schema.get("required", ()) else ""
        about = told.get("description") or told.get("x-kind") or ""
        screen.print(f"  {name}{needed}  {_type(told)}{f'  {screen.value(about)}' if about else ''}")


def _type(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_type(one) for one in schema["anyOf"]))
    if schema.get("type") == "array":
        return f"[{_type(schema.get('items', {}))}]"
    return str(schema.get("format") or schema.get("type", "any"))


def _usage(schema: Mapping[str, Any]) -> str:
    return "".join(f" --{name.replace('_', '-')} …" for name in schema.get("required", ()))

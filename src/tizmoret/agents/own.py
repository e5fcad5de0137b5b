"""A workspace's own agents: Markdown files that a person drops into its folder `agents`.

A file with a fault is left out and told; it never keeps the others, or the process, from starting."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from tizmoret.catalog.agent import Agent, load_agent
from tizmoret.catalog.tool import Tool
from tizmoret.errors import BadInput

OURS = "tizmoret.agents.without_model"  # where a `without_model` may always come from


@dataclass(frozen=True, slots=True)
class AgentFault:
    """key: of the front matter; empty where the file as a whole is at fault."""

    file: str
    key: str
    detail: str
    cure: str


def own_agents(
    folder: Path, tools: Iterable[Tool], taken: Collection[str], modules: Collection[str]
) -> tuple[list[Agent], list[AgentFault]]:
    """taken: names that other agents have. modules: of the settings, whose functions a `without_model` may name: a file of text that
    somebody put there must not run whatever function is installed."""
    known = {tool.name: tool for tool in tools}
    found: dict[str, Agent] = {}
    faults: list[AgentFault] = []
    for path in sorted(folder.glob("*.md")) if folder.is_dir() else []:
        try:
            agent = load_agent(path, known)
            _check(path, agent, {*taken, *known, *found}, modules)
        except BadInput as error:
            faults.append(_fault(path, error))
        except OSError as error:
            faults.append(AgentFault(path.name, "", f"It cannot be read: {error.strerror}.", "Check its permissions."))
        else:
            found[agent.name] = agent
    return list(found.values()), faults


def _fault(path: Path, error: BadInput) -> AgentFault:
    key = error.field or ""
    return AgentFault(path.name, key, error.detail.removeprefix(f"{path.name}: ").removeprefix(f"{key}: "), error.cure)


def _check(path: Path, agent: Agent, taken: Collection[str], modules: Collection[str]) -> None:
    if agent.name in taken:
        raise BadInput(f"{path.name}: name: there is another {agent.name}.", cure="Give it a name of its own.", field="name")
    module = (agent.without_model or "").partition(":")[0]
    if module and module.rpartition(".")[0] != OURS and module != OURS and module not in modules:
        cure = f"Add {module} to TIZMORET_TOOLS if you trust it."
        raise BadInput(f"{path.name}: without_model: {module} is not allowed.", cure=cure, field="without_model")

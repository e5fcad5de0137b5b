"""How near a plan comes to the one that is wanted: nodes, edges, arguments, and effects that nobody asked for.

A set is a file with `names` (short names for tools and agents of which either will do; a list stands for several ways of planning one
thing, used as {name}), `with` (what all are planned with beside what is built in, see catalogs.py) and `requests`: id, say, `plan` (one, or a
list of plans of which any is right), args, mail and slack (whether there is a mailbox, a Slack workspace).

    find > analysis > documents.write; who > calendar.create; ?calendar.find_free > calendar.create
    tasks.add#1; tasks.add#2          two of one tool
    ?documents.write                  may be there or not, and so may its edges; `a ?> b`: so may this edge
    ask                               a question is right

args: "who name =Dana": equal, "find query ~grain": holds the part, "calendar.create attendees $who": a reference to that step.
Whoever finds people may always tell their names to what looks for a time that suits them all (`PASSED_ON`).
An edge that is there beside those wanted counts as wrong, unless the wanted ones already order the two steps."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from tests.requests.expectations import holds
from tizmoret.catalog.catalog import Catalog
from tizmoret.plan.graph import Graph
from tizmoret.plan.model import Plan
from tizmoret.planner.language import detect_language
from tizmoret.planner.planner import Planned, Question

HERE = Path(__file__).parent
PASSED_ON = frozenset((finder, "calendar.find_free") for finder in ("contacts.pick", "contact-search", "contacts.search"))
Edge = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """nodes: key to the names that will do. optional: keys and edges that may be missing. question: it is right to ask."""

    nodes: dict[str, frozenset[str]] = field(default_factory=dict)
    edges: frozenset[Edge] = frozenset()
    optional: frozenset[str] = frozenset()
    loose: frozenset[Edge] = frozenset()
    question: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    id: str
    say: str
    wanted: tuple[Wanted, ...]
    args: tuple[tuple[frozenset[str], str, str, Any], ...]
    brought: tuple[str, ...]  # see catalogs.py

    @property
    def language(self) -> str:
        return detect_language(self.say)

    @property
    def only_asks(self) -> bool:
        return all(one.question for one in self.wanted)


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of nodes and edges: right, too many, missing. exact: the plan that is wanted, with its arguments, or a question where one is."""

    request: Request
    asked: bool
    nodes: tuple[int, int, int] = (0, 0, 0)
    edges: tuple[int, int, int] = (0, 0, 0)
    args: tuple[int, int] = (0, 0)  # right, of
    uninvited: tuple[str, ...] = ()
    exact: bool = False
    said: str = ""


def load_set(name: str) -> list[Request]:
    content = yaml.safe_load((HERE / name).read_text("utf-8"))
    names = content["names"]
    return [_request(entry, names, content.get("with", [])) for entry in content["requests"]]


def _request(entry: dict[str, Any], names: dict[str, Any], brought: list[str]) -> Request:
    plans = entry["plan"] if isinstance(entry["plan"], list) else [entry["plan"]]
    wanted = tuple(_wanted(text, names) for plan in plans for text in _spread(plan, names))
    args = tuple(_arg(text, names) for text in entry.get("args", ()))
    return Request(entry["id"], entry["say"], wanted, args, (*brought, *(name for name in ("mail", "slack") if entry.get(name))))


def _spread(plan: str, names: dict[str, Any]) -> list[str]:
    """The plans that a text with {names} of several ways stands for."""
    used = sorted(set(re.findall(r"\{(\w+)\}", plan)))
    found = []
    for ways in product(*(names[name] for name in used)):
        text = plan
        for name, way in zip(used, ways, strict=True):
            text = text.replace(f"{{{name}}}", way)
        found.append(text)
    return found


def _either(text: str, names: dict[str, Any]) -> frozenset[str]:
    return frozenset(one for part in text.partition("#")[0].split("|") for one in str(names.get(part, part)).split("|"))


def _wanted(text: str, names: dict[str, Any]) -> Wanted:
    if text == "ask":
        return Wanted(question=True)
    nodes: dict[str, frozenset[str]] = {}
    edges: set[Edge] = set()
    loose: set[Edge] = set()
    optional: set[str] = set()
    for chain in text.split(";"):
        parts = re.split(r"\s*(\?>|>)\s*", chain.strip())
        keys = [part.strip().removeprefix("?") for part in parts[::2]]
        optional |= {part.strip()[1:] for part in parts[::2] if part.strip().startswith("?")}
        nodes |= {key: _either(key, names) for key in keys}
        for place, sign in enumerate(parts[1::2]):
            (loose if sign == "?>" else edges).add((keys[place], keys[place + 1]))
    return Wanted(nodes, frozenset(edges), frozenset(optional), frozenset(loose))


def _arg(text: str, names: dict[str, Any]) -> tuple[frozenset[str], str, str, Any]:
    uses, path, value = text.split(maxsplit=2)
    sign, value = value[0], value[1:]
    if sign == "=":
        return _either(uses, names), path, sign, value if re.match(r"\d{4}-", value) else yaml.safe_load(value)
    return _either(uses, names), path, sign, "|".join(sorted(_either(value, names))) if sign == "$" else value


# -- one outcome


def score(request: Request, outcome: Planned | Question, catalog: Catalog) -> Score:
    """By the wanted plan that it comes nearest to."""
    if isinstance(outcome, Question):
        right = any(one.question for one in request.wanted)
        least = min((one for one in request.wanted if not one.question), key=lambda one: len(one.nodes), default=Wanted())
        missing = [len(found) for found in (set(least.nodes) - least.optional, _needed(least))]
        nodes, edges = ((0, 0, 0), (0, 0, 0)) if right else ((0, 0, missing[0]), (0, 0, missing[1]))
        return Score(request, True, nodes, edges, exact=right, said=outcome.text)
    plan = outcome.plan
    effects = [step.uses for step in plan.steps if catalog.capabilities[step.uses].effect != "none"]
    best = max((_against(one, plan) for one in request.wanted), key=lambda found: _f1(*found[0]) + _f1(*found[1]))
    args = _args(request, plan)
    right = best[0][1:] == best[1][1:] == (0, 0) and args[0] == args[1] and not all(one.question for one in request.wanted)
    uninvited = min((_uninvited(one, effects) for one in request.wanted), key=len)
    said = "; ".join(f"{step.id}:{step.uses}{step.args}" for step in plan.steps)
    return Score(request, False, best[0], best[1], args, uninvited, right and not uninvited, said)


def _needed(wanted: Wanted) -> set[Edge]:
    return {edge for edge in wanted.edges if wanted.optional.isdisjoint(edge)}


Counts = tuple[int, int, int]


def _against(wanted: Wanted, plan: Plan) -> tuple[Counts, Counts]:
    taken: dict[str, str] = {}  # wanted key to step id
    for key in sorted(wanted.nodes, key=lambda key: (key in wanted.optional, len(wanted.nodes[key]))):
        step = next((step for step in plan.steps if step.uses in wanted.nodes[key] and step.id not in taken.values()), None)
        if step is not None:
            taken[key] = step.id
    required = wanted.nodes.keys() - wanted.optional
    right, extra = len(required & taken.keys()), len(plan.steps) - len(taken)
    nodes = (right, extra, len(required) - right)
    keys = {id: key for key, id in taken.items()}
    have = {(keys.get(before, before), keys.get(id, id)) for id, needed in Graph(plan).predecessors.items() for before in needed}
    needed = _needed(wanted)
    follows = _closure(wanted.edges | wanted.loose)
    uses = {keys.get(step.id, step.id): step.uses for step in plan.steps}
    extra_edges = {edge for edge in have - needed if (uses[edge[0]], uses[edge[1]]) not in PASSED_ON}
    wrong = {edge for edge in extra_edges if edge not in follows and wanted.optional.isdisjoint(edge)}
    return nodes, (len(have & needed), len(wrong), len(needed - have))


def _closure(edges: frozenset[Edge]) -> set[Edge]:
    found = set(edges)
    while more := {(a, d) for a, b in found for c, d in found if b == c} - found:
        found |= more
    return found


def _args(request: Request, plan: Plan) -> tuple[int, int]:
    """Only of tools and agents that the plan uses: what is missing is counted with the nodes."""
    right = of = 0
    for uses, path, sign, value in request.args:
        steps = [step for step in plan.steps if step.uses in uses]
        if steps:
            of += 1
            right += any(holds(step, path, value if sign == "=" else f"{sign}{value}", plan) for step in steps)
    return right, of


def _uninvited(wanted: Wanted, effects: list[str]) -> tuple[str, ...]:
    """Effects beyond those of the wanted plan."""
    left = Counter(effects)
    for names in wanted.nodes.values():
        found = next((name for name in sorted(names) if left[name] > 0), None)
        if found is not None:
            left[found] -= 1
    return tuple(sorted(left.elements()))


def _f1(right: int, extra: int, missing: int) -> float:
    return 1.0 if not (right + extra + missing) else 2 * right / (2 * right + extra + missing)


def f1(counts: list[Counts]) -> float:
    """Over many requests, each node counted once (micro)."""
    return _f1(*(sum(one[place] for one in counts) for place in range(3)))

"""The graph against brute force, over random plans."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tizmoret.plan.graph import Graph
from tizmoret.plan.model import Plan


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Up to 8 steps in a shuffled order, with edges by data, order and condition from lower to higher numbers."""
    count = draw(st.integers(1, 8))
    steps: list[dict[str, Any]] = []
    for number in range(count):
        step: dict[str, Any] = {"id": f"s{number}", "tool": "a.b", "args": {}}
        for before in draw(st.sets(st.integers(0, number - 1))) if number else ():
            how = draw(st.sampled_from(["args", "after", "when", "for_each"]))
            if how == "args":
                step["args"][f"a{before}"] = [{"$from": f"s{before}.x"}]
            elif how == "after":
                step.setdefault("after", []).append(f"s{before}")
            elif how == "for_each":
                step["for_each"] = {"$from": f"s{before}.x"}
            else:
                step["when"] = f"s{before}.x == 1"
        steps.append(step)
    return Plan.model_validate({"steps": draw(st.permutations(steps))})


def _paths(graph: Graph, start: str) -> list[list[str]]:
    found = [[start, *rest] for after in graph.successors[start] for rest in _paths(graph, after)]
    return found or [[start]]


@given(plans())
def test_every_step_stands_after_all_it_needs(plan: Plan) -> None:
    graph = Graph(plan)
    order = {id: place for place, id in enumerate(graph.topological())}

    assert order.keys() == {step.id for step in plan.steps}
    assert all(order[before] < order[id] for id, befores in graph.predecessors.items() for before in befores)
    assert graph.cycle() == []


@given(plans())
def test_levels_are_the_longest_chains_before_a_step(plan: Plan) -> None:
    graph = Graph(plan)
    depth = {id: number for number, level in enumerate(graph.levels()) for id in level}
    sources = [id for id in graph.predecessors if not graph.predecessors[id]]
    longest = dict.fromkeys(depth, 0)
    for source in sources:
        for path in _paths(graph, source):
            for place, id in enumerate(path):
                longest[id] = max(longest[id], place)

    assert depth == longest


@given(plans(), st.lists(st.integers(0, 9), min_size=8, max_size=8))
def test_the_critical_path_is_the_longest_there_is(plan: Plan, durations: list[int]) -> None:
    graph = Graph(plan)
    seconds = {f"s{number}": float(duration) for number, duration in enumerate(durations)}
    path = graph.critical_path(seconds)
    every = [path for id in graph.predecessors if not graph.predecessors[id] for path in _paths(graph, id)]

    assert path.seconds == max(sum(seconds[id] for id in steps) for steps in every)
    assert path.seconds == sum(seconds[id] for id in path.steps)
    assert all(after in graph.successors[before] for before, after in pairwise(path.steps))


@given(plans())
def test_ancestors_are_all_that_can_reach_a_step(plan: Plan) -> None:
    graph = Graph(plan)
    place = {id: 1 << number for number, id in enumerate(graph.predecessors)}
    reached: dict[str, set[str]] = {id: set() for id in place}
    for id in place:
        for path in _paths(graph, id):
            for number, after in enumerate(path):
                reached[after] |= set(path[:number])

    assert {id: {other for other in place if bits & place[other]} for id, bits in graph.ancestors().items()} == reached


@given(plans(), st.data())
def test_a_reversed_edge_makes_a_cycle_of_real_edges(plan: Plan, data: st.DataObject) -> None:
    graph = Graph(plan)
    edges = [(before, id) for id, befores in graph.predecessors.items() for before in befores]
    if not edges:
        return
    before, after = data.draw(st.sampled_from(sorted(edges)))
    steps = [step.model_copy(update={"after": (*step.after, after)}) if step.id == before else step for step in plan.steps]
    turned = Graph(Plan.model_validate({"steps": [step.model_dump() for step in steps]}))

    cycle = turned.cycle()

    assert cycle
    assert all(one in turned.successors[other] or other in turned.successors[one] for one, other in pairwise([*cycle, cycle[0]]))


def test_a_chain_of_ten_thousand_needs_no_recursion() -> None:
    steps = [{"id": f"s{n}", "tool": "a.b", "after": [f"s{n - 1}"] if n else []} for n in range(10_000)]
    graph = Graph(Plan.model_validate({"steps": steps}))

    assert len(graph.levels()) == 10_000
    assert graph.critical_path({step["id"]: 1.0 for step in steps}).seconds == 10_000  # type: ignore[misc]

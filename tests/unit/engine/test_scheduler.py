"""The pure core: a random world plays against the scheduler, crashes at any moment, and the rules hold in every state."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tizmoret.engine import events as e
from tizmoret.engine.fold import apply, fold
from tizmoret.engine.scheduler import AskUnknown, Begin, Call, Finish, Node, OpenGate, Scheduler, Skip, Start
from tizmoret.engine.state import FINAL, STEP, IllegalTransition, State, diagram, restore, snapshot, to_undo

LABEL = {"integrity": "trusted", "confidentiality": "public", "sources": []}


def scheduler(*nodes: Node, slots: int = 5) -> Scheduler:
    found = Scheduler(nodes, slots)
    found.apply(1, e.PlanAccepted(1, "hash", "given", "", len(nodes), []))
    return found


def node(id: str, *needs: str, **rest: Any) -> Node:
    return Node(id, frozenset(needs), **rest)


class Log:
    """Numbers events for a scheduler, as the driver does."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.scheduler = scheduler
        self.events: list[tuple[int, e.Event]] = [(1, e.PlanAccepted(1, "hash", "given", "", 0, []))]

    def add(self, event: e.Event) -> None:
        self.events.append((len(self.events) + 1, event))
        self.scheduler.apply(*self.events[-1])

    def complete(self, step: str, item: int | None = None) -> None:
        self.add(e.StepCompleted(step, {"of": step}, LABEL, item))

    def run(self, step: str) -> None:
        self.add(e.StepStarted(step))
        self.complete(step)


def starts(commands: list[Any]) -> list[str]:
    return [command.step for command in commands if isinstance(command, Start)]


def test_a_step_starts_when_its_own_inputs_are_there_and_not_later() -> None:
    s = scheduler(node("a"), node("b"), node("c", "a"))
    log = Log(s)
    assert starts(s.decide()) == ["a", "b"]
    log.add(e.StepStarted("a"))
    log.add(e.StepStarted("b"))
    log.complete("a")
    assert starts(s.decide()) == ["c"]  # b still runs


def test_a_gate_blocks_only_its_descendants() -> None:
    s = scheduler(node("ask", asks=True), node("after", "ask"), node("sibling"), node("beside", "sibling"))
    log = Log(s)
    commands = s.decide()
    assert OpenGate("ask") in commands
    assert starts(commands) == ["sibling"]
    log.add(e.GateOpened("g", "approval", "ask", ""))
    log.run("sibling")
    assert starts(s.decide()) == ["beside"]


def test_an_approved_gate_lets_its_step_start_once() -> None:
    s = scheduler(node("ask", asks=True))
    log = Log(s)
    s.decide()
    log.add(e.GateOpened("g", "approval", "ask", "", fingerprint="f"))
    log.add(e.GateClosed("g", "approved", "ask", "me"))
    assert starts(s.decide()) == ["ask"]
    assert s.decide() == []
    assert s.state.unit("ask").fingerprint == "f"


@pytest.mark.parametrize("decision", ["rejected", "expired"])
def test_a_rejected_gate_skips_its_step_and_all_that_follow(decision: Any) -> None:
    s = scheduler(node("ask", asks=True), node("after", "ask"), node("last", "after"))
    log = Log(s)
    s.decide()
    log.add(e.GateOpened("g", "approval", "ask", ""))
    log.add(e.GateClosed("g", decision, "ask", "me"))
    assert s.decide() == [Skip("after")]
    log.add(e.StepSkipped("after", "upstream"))
    assert s.decide() == [Skip("last")]
    log.add(e.StepSkipped("last", "upstream"))
    assert s.decide() == [Finish(failed=False)]


def test_an_order_only_edge_survives_a_step_that_its_condition_skipped_and_a_data_edge_does_not() -> None:
    s = scheduler(node("maybe", conditional=True), Node("after", after=frozenset({"maybe"})), node("uses", "maybe"))
    log = Log(s)
    assert s.decide() == [Begin("maybe")]
    log.add(e.StepSkipped("maybe", "condition"))
    commands = s.decide()
    assert starts(commands) == ["after"]
    assert Skip("uses") in commands


def test_slots_go_to_the_longest_remaining_path() -> None:
    s = scheduler(node("short", priority=1), node("long", priority=9), node("middle", priority=5), slots=2)
    assert starts(s.decide()) == ["long", "middle"]


def test_the_items_of_a_for_each_step_run_side_by_side_and_their_outputs_keep_their_order() -> None:
    s = scheduler(node("each", conditional=True), node("after", "each"), slots=2)
    log = Log(s)
    s.decide()
    log.add(e.StepExpanded("each", 3))
    first = s.decide()
    assert [(c.step, c.item) for c in first if isinstance(c, Start)] == [("each", 0), ("each", 1)]
    for item in (0, 1):
        log.add(e.StepStarted("each", item))
    log.add(e.StepCompleted("each", "one", LABEL, 1))
    assert s.decide() == [Start("each", 2, 1)]
    log.add(e.StepStarted("each", 2))
    log.add(e.StepCompleted("each", "two", LABEL, 2))
    log.add(e.StepCompleted("each", "zero", LABEL, 0))
    assert s.state.outputs["each"] == ["zero", "one", "two"]
    assert starts(s.decide()) == ["after"]


def test_a_failed_attempt_waits_until_it_is_released() -> None:
    s = scheduler(node("a"))
    log = Log(s)
    s.decide()
    log.add(e.StepStarted("a"))
    log.add(e.StepFailed("a", {"detail": "no"}, retry_in=1.0))
    assert s.decide() == []
    s.release("a", None)
    assert s.decide() == [Start("a", None, 2)]


def test_a_step_that_waits_for_a_lock_leaves_its_slot_and_has_made_no_attempt() -> None:
    s = scheduler(node("a", priority=9), node("b"), slots=1)
    log = Log(s)
    assert s.decide() == [Start("a", None, 1)]
    log.add(e.StepStarted("a"))
    log.add(e.StepBlocked("a", ["calendar:main"], []))
    assert s.decide() == [Start("b", None, 1)]
    log.run("b")
    s.release("a", None)
    assert s.decide() == [Start("a", None, 1)]
    again = Scheduler([node("a"), node("b")], 1, fold(State(), log.events))
    assert again.decide() == [Start("a", None, 1)]  # after a crash it asks for its locks anew


def test_an_effect_whose_outcome_is_unknown_is_asked_about() -> None:
    s = scheduler(node("a"), node("b", "a"))
    log = Log(s)
    s.decide()
    log.add(e.StepStarted("a"))
    log.add(e.StepLost("a", "unknown"))
    assert s.decide() == [AskUnknown("a", None)]
    log.add(e.GateOpened("g", "unknown", "a", ""))
    log.add(e.GateClosed("g", "answered", "a", "me", value={}, label=LABEL))
    assert starts(s.decide()) == ["b"]


def test_what_was_running_at_a_crash_runs_again_after_the_restart() -> None:
    s = scheduler(node("a"), node("b", "a"))
    log = Log(s)
    s.decide()
    log.add(e.StepStarted("a"))
    again = Scheduler([node("a"), node("b", "a")], 5, fold(State(), log.events))
    assert again.decide() == []  # it may still run somewhere: not before it is reported lost
    again.apply(9, e.StepLost("a", "repeat"))
    assert again.decide() == [Start("a", None, 2)]


def test_no_event_may_follow_a_final_state() -> None:
    state = State()
    apply(state, 1, e.StepSkipped("a", "condition"))
    with pytest.raises(IllegalTransition):
        apply(state, 2, e.StepStarted("a"))


def test_a_checkpoint_gives_back_the_same_state() -> None:
    s = scheduler(node("each", conditional=True))
    log = Log(s)
    log.add(e.StepExpanded("each", 2))
    log.add(e.StepStarted("each", 0))
    log.add(e.StepCompleted("each", "x", LABEL, 0))
    assert restore(snapshot(s.state)) == s.state


def test_the_diagram_names_every_transition() -> None:
    text = diagram()
    for status, after in STEP.items():
        for happening, following in after.items():
            line = next(line for line in text.splitlines() if f"{status} --> {following}:" in line)
            assert happening in line


def test_effects_are_taken_back_in_the_reverse_of_the_order_in_which_they_happened() -> None:
    events: list[e.Event] = []
    for step in "abc":
        events += [e.StepStarted(step), e.EffectIntended(step, "k", "f"), e.StepCompleted(step, 1, LABEL)]
    events += [e.StepStarted("read"), e.StepCompleted("read", 1, LABEL), e.ExecutionCompleted(""), e.UndoBegan("me")]
    state = fold(State(), list(enumerate(events, start=1)))
    assert to_undo(state) == [("c", None), ("b", None), ("a", None)]
    apply(state, 90, e.UndoIntended("c"))
    assert to_undo(restore(snapshot(state)))[0] == ("c", None)  # in the middle of it: again
    apply(state, 91, e.EffectUndone("c"))
    apply(state, 92, e.EffectLeft("b", "irreversible"))
    assert to_undo(state) == [("a", None)]
    with pytest.raises(IllegalTransition):
        apply(state, 93, e.UndoIntended("c"))


def test_nothing_new_begins_while_effects_are_taken_back() -> None:
    s = scheduler(node("a"))
    Log(s).add(e.UndoBegan("me"))
    assert s.decide() == []


# -- the random world


def test_steps_that_become_known_later_join_those_that_run_and_it_ends_only_with_the_whole_plan() -> None:
    s = Scheduler([node("a")], 5)
    log = Log(s)
    log.events.clear()
    assert starts(s.decide()) == ["a"]
    log.run("a")
    assert s.decide() == []  # the planner still writes
    s.extend([node("a"), node("b", "a")])
    assert starts(s.decide()) == ["b"]
    log.run("b")
    log.add(e.PlanAccepted(1, "hash", "model", "", 3, []))
    s.extend([node("a"), node("b", "a"), node("c", "b")])
    assert starts(s.decide()) == ["c"]
    log.run("c")
    assert s.decide() == [Finish(failed=False)]


def test_what_a_plan_supersedes_is_as_if_it_had_never_run() -> None:
    events: list[e.Event] = [
        e.StepPlanned("a", {}), e.StepStarted("a"), e.StepCompleted("a", 1, LABEL), e.StepPlanned("b", {}), e.StepStarted("b"),
        e.StepCompleted("b", 2, LABEL), e.PlanAccepted(1, "hash", "model", "", 2, [], superseded=["a"]),
    ]  # fmt: skip
    state = fold(State(), list(enumerate(events, start=1)))
    assert (state.status("a"), state.status("b")) == ("pending", "completed")
    assert state.outputs == {"b": 2}
    assert state.begun == []


def test_a_call_is_made_again_when_all_that_it_asked_for_is_over_and_not_before() -> None:
    s = scheduler(node("boss"), node("after", "boss"))
    log = Log(s)
    assert starts(s.decide()) == ["boss"]
    log.add(e.StepStarted("boss"))
    log.add(e.PlanGrew("boss", 2, "hash", 4, [], ["a", "b"], LABEL))
    children = [node("a", asked_by=("boss", None)), node("b", asked_by=("boss", None))]
    s.extend([node("boss"), node("after", "boss"), *children])
    assert (s.running, starts(s.decide())) == (0, ["a", "b"])
    log.run("a")
    assert s.decide() == []
    again = Scheduler([node("boss"), node("after", "boss"), *children], 5, fold(State(), log.events))
    assert starts(again.decide()) == ["b"], "after a crash it still waits"
    log.add(e.StepStarted("b"))
    log.add(e.StepFailed("b", {"detail": "no"}))
    assert starts(s.decide()) == ["boss"]
    log.run("boss")
    log.run("after")
    assert s.decide() == [Finish(failed=False)], "what failed was the call's to judge"


@st.composite
def graphs(draw: st.DrawFn) -> list[Node]:
    nodes: list[Node] = []
    for number in range(draw(st.integers(1, 7))):
        before = [node.id for node in nodes]
        edges = draw(st.lists(st.sampled_from(before), unique=True, max_size=3)) if before else []
        cut = draw(st.integers(0, len(edges)))
        nodes.append(
            Node(
                f"s{number}",
                frozenset(edges[:cut]),
                frozenset(edges[cut:]),
                draw(st.floats(0, 9)),
                draw(st.booleans()),
                draw(st.booleans()),
            )
        )
    return nodes


class World(RuleBasedStateMachine):
    """Plays driver, tools and people at random. Durable is what is in the log; a crash forgets everything else."""

    @initialize(nodes=graphs(), slots=st.integers(1, 3), first=st.integers(1, 7))
    def begin(self, nodes: list[Node], slots: int, first: int) -> None:
        """first: how many steps are known when the planner has not written the rest yet."""
        self.nodes = {node.id: node for node in nodes}
        self.slots = slots
        self.known = 0
        self.scheduler = Scheduler([], slots)
        self.log = Log(self.scheduler)
        self.log.events.clear()
        self.write(first)
        self.running: set[Call] = set()
        self.begun: set[str] = set()
        self.held: set[Call] = set()
        self.to_open: list[OpenGate | AskUnknown] = []
        self.gates: dict[str, tuple[str, int | None, str]] = {}
        self.completed: set[Call] = set()
        self.finals: dict[str, str] = {}
        self.finished = False
        self.paused = False
        self.number = 0

    @precondition(lambda self: self.known < len(self.nodes))
    @rule(more=st.integers(1, 3))
    def write(self, more: int) -> None:
        """The planner writes on; the last steps come with the accepted plan."""
        self.known = min(self.known + more, len(self.nodes))
        if self.known == len(self.nodes):
            self.log.add(e.PlanAccepted(1, "hash", "model", "", self.known, []))
        self.scheduler.extend(self.plan())

    def plan(self) -> list[Node]:
        return list(self.nodes.values())[: self.known]

    @rule()
    def obey(self) -> None:
        while commands := self.scheduler.decide():
            for command in commands:
                match command:
                    case Start(step, item, attempt):
                        assert (step, item) not in self.completed, "a completed call was started again"
                        assert (step, item) not in self.running, "a running call was started twice"
                        assert len(self.running) < self.slots
                        assert not self.asked_for((step, item)), "started before what it asked for was over"
                        for before in self.nodes[step].needs:
                            assert self.scheduler.state.status(before) == "completed", "started before its input"
                        if self.nodes[step].asks:
                            assert self.scheduler.state.unit(step).approved, "started without the approval it needs"
                        self.log.add(e.StepStarted(step, item, attempt))
                        self.running.add((step, item))
                    case Begin(step):
                        self.begun.add(step)
                    case OpenGate() | AskUnknown():
                        self.to_open.append(command)
                    case Skip(step):
                        self.log.add(e.StepSkipped(step, "upstream"))
                    case Finish():
                        assert not self.finished
                        assert self.known == len(self.nodes), "ended while the planner still wrote"
                        self.finished = True

    @precondition(lambda self: self.begun)
    @rule(data=st.data(), outcome=st.sampled_from(["admit", "skip", "expand", "empty"]))
    def look_at_condition(self, data: st.DataObject, outcome: str) -> None:
        step = data.draw(st.sampled_from(sorted(self.begun)))
        self.begun.discard(step)
        if outcome == "admit":
            self.scheduler.admit(step)
        elif outcome == "skip":
            self.log.add(e.StepSkipped(step, "condition"))
        elif outcome == "expand":
            self.log.add(e.StepExpanded(step, data.draw(st.integers(1, 3))))
        else:
            self.log.add(e.StepCompleted(step, [], LABEL))
            self.completed.add((step, None))

    @precondition(lambda self: self.to_open)
    @rule()
    def open_gate(self) -> None:
        command = self.to_open.pop()
        self.number += 1
        item = command.item if isinstance(command, AskUnknown) else None
        purpose = "unknown" if isinstance(command, AskUnknown) else "approval"
        self.gates[f"g{self.number}"] = (command.step, item, purpose)
        self.log.add(e.GateOpened(f"g{self.number}", purpose, command.step, "", item))  # type: ignore[arg-type]

    @precondition(lambda self: self.gates)
    @rule(data=st.data(), decision=st.sampled_from(["approved", "rejected", "expired"]))
    def decide(self, data: st.DataObject, decision: Any) -> None:
        gate = data.draw(st.sampled_from(sorted(self.gates)))
        step, item, purpose = self.gates.pop(gate)
        if purpose == "question":
            decision = "answered"
            self.completed.add((step, item))
        self.log.add(e.GateClosed(gate, decision, step, "me", item, label=LABEL))

    @precondition(lambda self: self.running)
    @rule(data=st.data(), outcome=st.sampled_from(["ok", "fail", "retry", "unknown", "ask", "block"]))
    def end_call(self, data: st.DataObject, outcome: str) -> None:
        step, item = call = data.draw(st.sampled_from(sorted(self.running, key=str)))
        self.running.discard(call)
        match outcome:
            case "ok":
                self.log.complete(step, item)
                self.completed.add(call)
            case "fail":
                self.log.add(e.StepFailed(step, {"detail": "no"}, item))
            case "retry":
                self.log.add(e.StepFailed(step, {"detail": "no"}, item, retry_in=1.0))
                self.held.add(call)
            case "block":
                self.log.add(e.StepBlocked(step, [], [], item))
                self.held.add(call)
            case "unknown":
                self.log.add(e.StepLost(step, "unknown", item))
            case "ask":
                self.number += 1
                self.gates[f"g{self.number}"] = (step, item, "question")
                self.log.add(e.GateOpened(f"g{self.number}", "question", step, "", item))

    @precondition(lambda self: self.running and self.known == len(self.nodes) < 20)
    @rule(data=st.data(), asks=st.lists(st.booleans(), min_size=1, max_size=2))
    def ask_for_steps(self, data: st.DataObject, asks: list[bool]) -> None:
        call = data.draw(st.sampled_from(sorted(self.running, key=str)))
        self.running.discard(call)
        fresh = [Node(f"c{len(self.nodes) + number}", asks=one, asked_by=call) for number, one in enumerate(asks)]
        self.nodes |= {node.id: node for node in fresh}
        self.known = len(self.nodes)
        self.log.add(e.PlanGrew(call[0], 2, "hash", self.known, [], [node.id for node in fresh], LABEL, call[1]))
        self.scheduler.extend(self.plan())

    def asked_for(self, call: Call) -> list[str]:
        """What this call asked for and is not over."""
        return [id for id, node in self.nodes.items() if node.asked_by == call and self.scheduler.state.status(id) not in FINAL]

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def wait_over(self, data: st.DataObject) -> None:
        call = data.draw(st.sampled_from(sorted(self.held, key=str)))
        self.held.discard(call)
        self.scheduler.release(*call)

    @rule()
    def pause_or_resume(self) -> None:
        self.paused = not self.paused
        self.log.add(e.ExecutionPaused("me") if self.paused else e.ExecutionResumed("me"))

    @rule(by_checkpoint=st.booleans())
    def crash(self, by_checkpoint: bool) -> None:
        """Only the log is left. Whatever ran is reported lost; whatever was queued, held or about to ask must come back by itself."""
        state = restore(snapshot(self.scheduler.state)) if by_checkpoint else fold(State(), self.log.events)
        assert state == self.scheduler.state, "the state is not the fold of the log"
        self.scheduler = self.log.scheduler = Scheduler(self.plan(), self.slots, state)
        self.begun, self.held, self.to_open = set(), set(), []
        self.finished = False
        for step, item in sorted(self.running, key=str):
            self.log.add(e.StepLost(step, "repeat", item))
        self.running = set()

    @invariant()
    def finals_stay_final(self) -> None:
        for id in getattr(self, "nodes", {}):
            status = self.scheduler.state.status(id)
            if id in self.finals:
                assert status == self.finals[id]
            elif status in FINAL:
                self.finals[id] = status

    @invariant()
    def the_running_count_is_right(self) -> None:
        if hasattr(self, "nodes"):
            assert self.scheduler.running == len(self.running)

    def teardown(self) -> None:
        """Left alone with friendly tools and people, every execution ends, and no step is forgotten."""
        if not hasattr(self, "nodes"):
            return
        if self.paused:
            self.pause_or_resume()
        if self.known < len(self.nodes):
            self.write(len(self.nodes))
        for _ in range(200):
            self.obey()
            if self.finished:
                break
            for step in sorted(self.begun):
                self.scheduler.admit(step)
            self.begun = set()
            for call in sorted(self.held, key=str):
                self.scheduler.release(*call)
            self.held = set()
            while self.to_open:
                self.open_gate()
            for gate, (step, item, purpose) in sorted(self.gates.items()):
                self.log.add(e.GateClosed(gate, "answered" if purpose == "question" else "approved", step, "me", item, label=LABEL))
            self.gates = {}
            for step, item in sorted(self.running, key=str):
                self.log.complete(step, item)
            self.running = set()
        assert self.finished, "the execution stands still"
        assert all(self.scheduler.state.status(id) in FINAL for id in self.nodes)


TestWorld = World.TestCase
TestWorld.settings = settings(max_examples=300, stateful_step_count=40)

"""A gate at the terminal: shows exactly what will run, asks, and hands the decision on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from tizmoret.cli.messages import say
from tizmoret.cli.terminal import Screen, visible
from tizmoret.views import Approval

_YES = frozenset({"y", "yes", "כ", "כן"})
_NO = frozenset({"n", "no", "ל", "לא"})
_LATER = frozenset({"l", "later", "א", "אחר כך", ""})


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided. option counts from 0, as the API does; people are shown numbers from 1."""

    verdict: Literal["approve", "reject", "later"]
    option: int | None = None
    text: str | None = None
    note: str = ""


LATER = Decision("later")


def understand(answer: str, approval: Approval) -> Decision | None:
    """What was typed as a decision on `approval`; None: that cannot be one."""
    answer = answer.strip()
    if approval.purpose == "approval":
        word, _, note = answer.partition(" ")
        if answer.lower() in _LATER:
            return LATER
        if answer.lower() in _YES:
            return Decision("approve")
        # A reason may follow a no. Whatever follows a yes is a condition that nobody would keep, so it is no yes.
        return Decision("reject", note=note.strip()) if word.lower() in _NO else None
    if not answer:
        return LATER
    if not approval.options:
        return Decision("approve", text=answer)
    number = _option(answer, approval)
    return None if number is None else Decision("approve", option=number)


def _option(answer: str, approval: Approval) -> int | None:
    if answer.isdecimal() and 1 <= int(answer[:9]) <= len(approval.options):
        return int(answer) - 1
    same = [place for place, option in enumerate(approval.options) if option.label.casefold() == answer.casefold()]
    return same[0] if len(same) == 1 else None


def prompt(approval: Approval) -> str:
    if approval.purpose == "approval":
        return say("gate.ask_approval")
    return say("gate.ask_option" if approval.options else "gate.ask_text")


def show_gate(approval: Approval, screen: Screen) -> None:
    """Everything that a decision needs: nothing shortened, nothing hidden."""
    screen.print()
    screen.print(f"◆ {screen.words('gate.' + approval.purpose)}", "bold yellow")
    screen.prose(approval.title, "  ", exact=True)
    if approval.purpose != "question" and approval.tool:
        reversible = say("effect.reversible" if approval.reversible else "effect.final")
        _field(screen, say("gate.tool"), approval.tool)
        _field(screen, say("gate.effect"), f"{say('effect.' + approval.effect)}, {reversible}")
    if approval.args is not None:
        for name, text in _leaves("", approval.args):
            _field(screen, name, text)
    for sentence in approval.known:
        screen.prose(sentence, "  ", exact=True)
    if approval.sources:
        _field(screen, say("gate.sources"), ", ".join(approval.sources))
    if approval.integrity == "untrusted":
        screen.print("  ! " + screen.words("gate.untrusted"), "yellow")
    for number, option in enumerate(approval.options, start=1):
        screen.prose(f"{number}. {option.label}", "  ", exact=True)


def _field(screen: Screen, name: str, text: str) -> None:
    shown = visible(text)
    safe_name = visible(name).replace("\n", " ")
    label = screen.value(safe_name)
    if "\n" in shown or len(shown) > screen.width // 2:
        screen.print(f"  {label}:")
        screen.prose(text, "  │ ", exact=True)  # the bar tells a value's own lines from the lines of this form
    else:
        screen.print(f"  {label}: {screen.value(shown)}")


def _leaves(path: str, value: Any) -> list[tuple[str, str]]:
    """(path, text) of every value, in its order: `attendees[0].email`. An empty list or object is a value too."""
    if isinstance(value, dict) and value:
        return [leaf for key, inner in value.items() for leaf in _leaves(f"{path}.{key}" if path else str(key), inner)]
    if isinstance(value, list) and value:
        return [leaf for place, inner in enumerate(value) for leaf in _leaves(f"{path}[{place}]", inner)]
    if isinstance(value, str):
        return [(path, value if value else '""')]
    if value is None or isinstance(value, bool):
        return [(path, {None: "null", True: "true", False: "false"}[value])]
    return [(path, str(value) if not isinstance(value, dict | list) else ("{}" if isinstance(value, dict) else "[]"))]

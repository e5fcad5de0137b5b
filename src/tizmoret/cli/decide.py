"""The commands that decide: approve, reject, cancel."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tizmoret.cli.failure import DONE
from tizmoret.cli.follow import short, show_end
from tizmoret.cli.gate import show_gate
from tizmoret.cli.messages import say
from tizmoret.cli.session import find_approval, find_execution, run
from tizmoret.cli.show import print_json
from tizmoret.cli.terminal import Screen
from tizmoret.errors import BadInput
from tizmoret.owner import OWNER
from tizmoret.views import FINAL, Approval, Execution

if TYPE_CHECKING:
    from tizmoret.orchestrator import Tizmoret

SOON = 5.0  # seconds that a running call gets to stop before `cancel` returns all the same


def read_args(text: str | None) -> dict[str, Any] | None:
    """Raises BadInput for what is not a JSON object."""
    if text is None:
        return None
    cure = say("error.json_cure", example='{"title": "…"}')
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(say("error.json", why=error), cure=cure, field="args") from error
    if not isinstance(value, dict):
        raise BadInput(say("error.json", why=type(value).__name__), cure=cure, field="args")
    return value


async def approve(
    tizmoret: Tizmoret, screen: Screen, id: str, approval_id: str | None, *,
    option: int | None, text: str | None, args: dict[str, Any] | None, note: str, quiet: bool,
) -> Execution:  # fmt: skip
    """Shows what is approved, unless quiet. Raises as `Tizmoret.approve`, and BadInput where a question gets no answer."""
    execution = await find_execution(tizmoret, id)
    approval = await find_approval(tizmoret, execution, approval_id)
    if approval.status == "pending":
        _check_answer(approval, option, text)
    if not quiet and args is None:
        show_gate(approval, screen)
    place = None if option is None else option - 1  # people count from 1
    await tizmoret.approve(execution.id, approval.id, by=OWNER, args=args, option=place, text=text, note=note)
    return execution


def _check_answer(approval: Approval, option: int | None, text: str | None) -> None:
    """The engine would say the same, in the API's words and counting from 0."""
    count = len(approval.options)
    if option is not None and count and not 1 <= option <= count:
        raise BadInput(say("error.option", option=option, count=count), field="option")
    if approval.purpose == "approval" or option is not None or text is not None:
        return
    names = "; ".join(f"{number} {one.label}" for number, one in enumerate(approval.options, start=1))
    cure = say("error.needs_option_cure", options=names) if count else say("error.needs_text_cure")
    raise BadInput(say("error.needs_option", title=approval.title), cure=cure, field="option" if count else "text")


async def reject(tizmoret: Tizmoret, id: str, approval_id: str | None, *, note: str) -> Execution:
    execution = await find_execution(tizmoret, id)
    approval = await find_approval(tizmoret, execution, approval_id)
    await tizmoret.reject(execution.id, approval.id, by=OWNER, note=note)
    return execution


def cancel(id: str, as_json: bool) -> int:
    """Written down first by a process that drives nothing: taking the execution over to cancel it could start its next step."""
    recorded: list[Execution] = []

    async def record(tizmoret: Tizmoret, screen: Screen) -> int:
        execution = await find_execution(tizmoret, id)
        recorded.append(await tizmoret.cancel(execution.id, by=OWNER))
        return DONE

    async def settle(tizmoret: Tizmoret, screen: Screen) -> int:
        try:
            execution = await tizmoret.wait(recorded[0].id, SOON)
        except TimeoutError:
            execution = await tizmoret.executions.get(recorded[0].id)
        if as_json:
            print_json(execution, screen)
        elif execution.status in FINAL:
            show_end(execution, screen)
        else:
            screen.say("watch.submitted", id=short(execution.id), command=f"tizmoret show {short(execution.id)} --follow")
        return DONE

    run(record, engine=False)
    return run(settle)

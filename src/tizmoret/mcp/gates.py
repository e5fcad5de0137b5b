"""A gate as a question to the person at an MCP client (elicitation), and what they answered.

There is no tool to approve with: a model that calls tools must not be the one that says yes to them. Where the client cannot ask a person, the gate
waits for the page or the command line."""

from __future__ import annotations

import json
from typing import Any

import mcp_types as types

from tizmoret.errors import Conflict
from tizmoret.mcp.caller import Caller
from tizmoret.views import Approval

LONGEST = 8_000  # characters of a question: what is approved is shown whole, or not here
YES, NO = "approve", "reject"


def form(approval: Approval) -> types.ElicitRequestFormParams | None:
    """None for what cannot be shown whole in a client's form."""
    message = _message(approval)
    if len(message) > LONGEST:
        return None
    if approval.options:
        answer: dict[str, Any] = {"type": "string", "title": "Answer", "enum": [option.label for option in approval.options]}
    elif approval.purpose == "question":
        answer = {"type": "string", "title": "Answer", "minLength": 1, "maxLength": 2_000}
    else:
        answer = {"type": "string", "title": "Decision", "enum": [YES, NO]}
    schema = {"type": "object", "properties": {"answer": answer}, "required": ["answer"]}
    return types.ElicitRequestFormParams(message=message, requested_schema=schema)


async def decide(caller: Caller, approval: Approval, result: types.ElicitResult) -> bool:
    """Whether the person decided. A form that is closed decides nothing; one that is declined is a no.

    Raises BadInput for an answer that is none of the choices."""
    if result.action == "cancel":
        return False
    answer = str((result.content or {}).get("answer", ""))
    tizmoret, gate = caller.tizmoret, (approval.execution_id, approval.id)
    whose: Any = {"by": caller.by, "workspace": caller.workspace}
    try:
        if result.action == "decline" or (approval.purpose == "approval" and answer != YES):
            await tizmoret.reject(*gate, **whose)
        elif approval.options:
            labels = [option.label for option in approval.options]
            option = labels.index(answer) if answer in labels else len(labels)  # beyond them: refused by the orchestrator
            await tizmoret.approve(*gate, option=option, **whose)
        elif approval.purpose == "question":
            await tizmoret.approve(*gate, text=answer, **whose)
        else:
            await tizmoret.approve(*gate, **whose)
    except Conflict:
        return True  # somebody was quicker, at the page or the command line
    return True


def can_ask(capabilities: types.ClientCapabilities | None) -> bool:
    told = capabilities.elicitation if capabilities is not None else None
    return told is not None and (told.form is not None or told.url is None)


def _message(approval: Approval) -> str:
    """From the call that will run, never from what a model says of it."""
    lines = [approval.title]
    if approval.purpose == "approval":
        lines += [f"{approval.tool}", _shown(approval.args)]
        if approval.integrity == "untrusted":
            lines.append(f"Some of this was written by others: {', '.join(approval.sources)}")
        if not approval.reversible:
            lines.append("This cannot be undone.")
    return "\n".join([*lines, *approval.known])


def _shown(args: Any) -> str:
    """Every letter that cannot be seen is written out: it could make a line look like another one."""
    text = json.dumps(args, ensure_ascii=False, indent=1)
    return "".join(letter if letter.isprintable() or letter == "\n" else f"\\u{ord(letter):04x}" for letter in text)

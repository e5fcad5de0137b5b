"""`tizmoret context`: what the calls of an execution share, with its history."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from tizmoret.cli.messages import say
from tizmoret.cli.terminal import Screen, fit, plain
from tizmoret.views import Context, SentMessage, SharedVersion

_LOST = "context.lost"
_STOOD = {"last": "context.last", "merge": "context.merge"}


def show_context(context: Context, screen: Screen) -> None:
    if not context.values and not context.messages:
        screen.say("context.none")
        return
    room = max(screen.width - 50, 20)
    table = Table(box=None, pad_edge=False, header_style="dim", expand=False)
    for key in ("context.when", "context.who", "context.what"):
        table.add_column(screen.words(key), no_wrap=True)
    shared: list[SharedVersion | SentMessage] = [*context.values, *context.messages]
    for one in sorted(shared, key=lambda one: one.seq):
        who = one.step if one.item is None else f"{one.step}[{one.item}]"
        text = _value(one) if isinstance(one, SharedVersion) else _message(one)
        table.add_row(one.at.astimezone().strftime("%H:%M:%S"), who, Text(screen.value(fit(plain(text), room))))
    screen.out.print(table)


def _value(one: SharedVersion) -> str:
    settled = f" ({say(_STOOD[one.policy] if one.stands else _LOST)})" if one.policy else ""
    return f"{one.key} v{one.version} = {one.value}{settled}"


def _message(one: SentMessage) -> str:
    mark = {"tell": "→", "ask": "?→", "answer": f"↩{one.answers} →"}[one.message]
    return f"{mark} {one.to}: {one.body}"

"""What an execution tells the person at its end: what was done, and just as plainly what was not."""

from __future__ import annotations

from tizmoret.engine.state import State, to_undo, units
from tizmoret.locales.translation import translated
from tizmoret.plan.model import Language, Plan, Step

_NOT_DONE: dict[Language, dict[str, str]] = {
    "he": {
        "failed": "לא הצליח: {title}. {why}",
        "rejected": "לא בוצע: {title} — נדחה, ולא נכתב דבר.",
        "expired": "לא בוצע: {title} — לא ניתן אישור בזמן, ולא נכתב דבר.",
        "cancelled": "בוטל: {title}.",
        "upstream": "לא בוצע: {title} — תלוי בשלב שלא הושלם.",
        "unknown": "לא ידוע אם בוצע: {title}.",
        "kept": "נעשה קודם לכן, ונשאר: {title}. ביטול לאחור מבטל את מה שאפשר.",
        "undone": "בוטל: {title}.",
        "undo-irreversible": "לא בוטל: {title} — אי אפשר לבטל פעולה כזו.",
        "undo-unknown": "לא בוטל: {title} — לא ידוע אם הפעולה בכלל קרתה.",
        "undo-nothing": "לא היה מה לבטל: {title} — הפעולה לא קרתה.",
        "undo-person": "לא בוטל: {title} — הוחלט להשאיר.",
        "undo-not": "לא בוטל: {title}.",
    },
    "en": {
        "failed": "Did not succeed: {title}. {why}",
        "rejected": "Not done: {title} — rejected, and nothing was written.",
        "expired": "Not done: {title} — no approval came in time, and nothing was written.",
        "cancelled": "Cancelled: {title}.",
        "upstream": "Not done: {title} — it depends on a step that was not completed.",
        "unknown": "Not known whether it was done: {title}.",
        "kept": "Done before that, and kept: {title}. Undo takes back what can be.",
        "undone": "Undone: {title}.",
        "undo-irreversible": "Not undone: {title} — it cannot be taken back.",
        "undo-unknown": "Not undone: {title} — it is not known whether it happened at all.",
        "undo-nothing": "Nothing to undo: {title} — it did not happen.",
        "undo-person": "Not undone: {title} — it was decided to leave it.",
        "undo-not": "Not undone: {title}.",
    },
}


def answering_steps(plan: Plan, last: frozenset[str], state: State) -> list[Step]:
    """The steps whose outputs answer the request: those the plan names, else those that nothing follows (`last`)."""
    wanted = frozenset(plan.answer) or last
    return [step for step in plan.steps if step.id in wanted and state.status(step.id) == "completed"]


def not_done(plan: Plan, state: State) -> list[str]:
    """One line for each step that was to be done and was not; a step that its own condition skipped is no loss."""
    phrases = _NOT_DONE[plan.language]
    lines = []
    for step in plan.steps:
        status = state.status(step.id)
        reason = state.steps[step.id].unit.reason if step.id in state.steps else None
        key = reason if status == "skipped" else "cancelled" if status in ("pending", "ready", "gate", "running") else status
        if key in phrases:
            lines.append(phrases[key].format(title=step.title or step.id, why=translated(reason or "", plan.language)).strip())
    return lines


def kept(plan: Plan, state: State) -> list[str]:
    """One line on the effects of an execution that came to nothing else: they are still there."""
    acted = {id for id, item in state.acted if state.look(id, item).undo != "undone"}
    titles = [step.title or step.id for step in plan.steps if step.id in acted]
    return [_NOT_DONE[plan.language]["kept"].format(title=", ".join(titles))] if titles else []


def undone(plan: Plan, state: State) -> list[str]:
    """One line for each effect: that it was taken back, or why not. Of a `for_each` step one for each way in which its calls ended."""
    phrases = _NOT_DONE[plan.language]
    effects = [*state.acted, *to_undo(state), *((id, item) for id, item, unit in units(state) if unit.undo)]
    lines = []
    for step in plan.steps:
        keys: dict[str, int] = {}
        for item in dict.fromkeys(item for id, item in effects if id == step.id):
            unit = state.look(step.id, item)
            key = "undone" if unit.undo == "undone" else f"undo-{unit.undo_left or 'not'}"
            keys[key] = keys.get(key, 0) + 1
        for key, count in sorted(keys.items()):
            title = step.title or step.id
            lines.append(phrases[key].format(title=title if count == 1 else f"{title} (× {count})"))
    return lines

"""Tools over the list of tasks: add, look, tick off. Kept as RFC 5545 VTODO, which every calendar program reads."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from tizmoret.catalog.tool import Ask, Call, Kind, Option, Text, Tool, tool
from tizmoret.errors import Conflict, StepFailed
from tizmoret.plan.labels import Label
from tizmoret.plan.model import Language
from tizmoret.tools.calendar.times import zoned
from tizmoret.tools.models import Period, Task
from tizmoret.tools.providers.ports import TaskList
from tizmoret.tools.when import day
from tizmoret.words import forms, tokens

OWN = Label("trusted", "internal", frozenset({"tasks"}))
MOST_OPTIONS = 20
_NAMESPACE = uuid.UUID("0b7b6a0e-2f37-4a5c-9a55-7d8e6f4c1a20")

Status = Literal["open", "done", "all"]


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AddTask(_Arguments):
    title: Annotated[str, Kind("task.title")] = Field(min_length=1, max_length=300)
    due: dt.date | None = Field(None, description="the day by which it must be done")
    remind: Annotated[dt.datetime | None, Kind("date-time")] = Field(
        None, description="when to be reminded: then the page tells whoever asked, and the workspace's connections that tell people"
    )
    note: str = Field("", max_length=10_000)


class ListTasks(_Arguments):
    status: Status = "open"
    query: Annotated[str, Kind("words")] = Field("", max_length=300, description="words of the title or note; empty finds all")
    period: Annotated[Period | None, Kind("period")] = Field(None, description="only tasks due within it")
    limit: int = Field(100, ge=1, le=500)


class PickTask(_Arguments):
    title: Annotated[str, Kind("task.title")] = Field(min_length=1, max_length=300, description="words of its title")


class CompleteTask(_Arguments):
    task: Annotated[str, Kind("task.id")] = Field(min_length=1, max_length=300, description="the id of a task")


class OneTask(BaseModel):
    task: Annotated[Task, Kind("task")]


class Tasks(BaseModel):
    tasks: list[Annotated[Task, Kind("task")]]
    total: int


def describe_task(task: Task, language: Language) -> str:
    due = ""
    if task.due is not None:
        due = f" · עד {day(task.due, language)}" if language == "he" else f" · due {day(task.due, language)}"
    if task.remind is not None and not task.done:
        when = f"{day(task.remind.date(), language)} {task.remind:%H:%M}"
        due += f" · תזכורת {when}" if language == "he" else f" · reminder {when}"
    return f"{'✓' if task.done else '☐'} {task.title}{due}"


def _show_list(found: Tasks, language: Language) -> str:
    if not found.tasks:
        return "אין משימות כאלה." if language == "he" else "There are no such tasks."
    head = f"{found.total} משימות:" if language == "he" else f"{found.total} tasks:"
    return "\n".join([head, *(f"- {describe_task(task, language)}" for task in found.tasks)])


def _holds(task: Task, words: list[str]) -> bool:
    known = frozenset[str]().union(*(forms(word) for word in tokens(f"{task.title} {task.note}")))
    return all(not known.isdisjoint(forms(word)) for word in words)


async def _remove(_args: object, output: object, call: Call) -> None:
    added = OneTask.model_validate(output).task
    if not await call.provider(TaskList).remove(added):
        raise Conflict(f"“{added.title}” was changed since, so it was left as it is.", cure="Look at the list of tasks.")


@tool(
    "tasks.add",
    title=Text(he="הוספת משימה", en="Add a task"),
    description=Text(
        he="מוסיף משימה לרשימת המשימות, עם תאריך יעד ותזכורת בשעה שנבחרה",
        en="Add a task to the list of tasks, with a due date and a reminder at a given time",
    ),
    examples={
        "he": [
            "הוסף משימה להתקשר לספק", "תזכיר לי לשלוח את הדוח עד יום חמישי", "רשום משימה חדשה",
            "הזכר לי ביום חמישי להתקשר", "משימה חדשה: לבדוק את הגדר", "תזכיר לי מחר בשעה תשע להתקשר לספק",
        ],
        "en": [
            "add a task to call the supplier", "remind me to send the report by Thursday", "note a new to-do",
            "remind me on Thursday to call", "new task: check the fence", "remind me tomorrow at nine to call the supplier",
        ],
    },
    show=lambda added, language: f"{'נוספה משימה' if language == 'he' else 'Added a task'}: {describe_task(added.task, language)}",
    effect="write", recovery="keyed", label=OWN, undo=_remove, seconds=0.1,
)  # fmt: skip
async def add(args: AddTask, call: Call) -> OneTask:
    remind = None if args.remind is None else zoned(args.remind, call.timezone)
    task = Task(
        id=str(uuid.uuid5(_NAMESPACE, call.key)), title=" ".join(args.title.split()), due=args.due, note=args.note,
        remind=remind, whose="" if remind is None else call.user,
    )  # fmt: skip
    return OneTask(task=await call.provider(TaskList).add(task, call.now))


@tool(
    "tasks.list",
    title=Text(he="רשימת משימות", en="List tasks"),
    description=Text(he="מציג את המשימות, פתוחות או שבוצעו, לפי מילים ותאריך יעד", en="List tasks, open or done, by words and due date"),
    examples={
        "he": ["אילו משימות פתוחות יש לי", "מה המשימות שלי לשבוע הזה", "הצג את רשימת המשימות", "מה עוד נשאר לי לעשות"],
        "en": ["which tasks are open", "what are my to-dos for this week", "show the list of tasks", "what do I still have to do"],
    },
    show=_show_list, label=OWN, seconds=0.1,
)  # fmt: skip
async def list_tasks(args: ListTasks, call: Call) -> Tasks:
    words = tokens(args.query)
    found = [
        task
        for task in await call.provider(TaskList).tasks()
        if (args.status == "all" or task.done == (args.status == "done"))
        and (args.period is None or (task.due is not None and args.period.holds(task.due)))
        and _holds(task, words)
    ]
    found.sort(key=lambda task: (task.done, task.due or dt.date.max, task.title))
    return Tasks(tasks=found[: args.limit], total=len(found))


@tool(
    "tasks.pick",
    title=Text(he="בחירת משימה", en="Pick a task"),
    description=Text(
        he="מוצא את המשימה הפתוחה שאליה התכוונו, ושואל כשכמה משימות מתאימות", en="Find the open task that was meant, and ask where several fit"
    ),
    examples={"he": ["המשימה להתקשר לספק", "המשימה של הדוח"], "en": ["the task to call the supplier", "the report task"]},
    show=lambda picked, language: describe_task(picked.task, language), label=OWN, seconds=0.1,
)  # fmt: skip
async def pick(args: PickTask, call: Call) -> OneTask:
    found = [task for task in await call.provider(TaskList).tasks() if not task.done and _holds(task, tokens(args.title))]
    if len(found) == 1:
        return OneTask(task=found[0])
    if not found:
        if call.language == "he":
            raise StepFailed(f"אין משימה פתוחה „{args.title}”.", cure="הציגו את רשימת המשימות כדי לראות מה יש.", field="title")
        raise StepFailed(f"There is no open task “{args.title}”.", cure="List the tasks to see which there are.", field="title")
    question = f"איזו משימה הכוונה ב„{args.title}”?" if call.language == "he" else f"Which task do you mean by “{args.title}”?"
    options = [Option(describe_task(task, call.language), {"task": task.model_dump(mode="json")}) for task in found[:MOST_OPTIONS]]
    raise Ask(question, options)


async def _reopen(_args: object, output: object, call: Call) -> None:
    await call.provider(TaskList).reopen(OneTask.model_validate(output).task.id, key=call.key)


@tool(
    "tasks.complete",
    title=Text(he="סימון משימה כבוצעה", en="Complete a task"),
    description=Text(he="מסמן משימה כבוצעה", en="Tick a task off as done"),
    examples={
        "he": ["סמן את המשימה להתקשר לספק כבוצעה", "סיימתי את המשימה של הדוח", "תסגור את המשימה", "סיימתי עם המשימה"],
        "en": [
            "mark the task to call the supplier as done", "tick off the report task", "complete the task",
            "I'm done with the task", "mark the task as finished",
        ],
    },
    show=lambda done, language: f"{'בוצע' if language == 'he' else 'Done'}: {done.task.title}",
    effect="write", recovery="keyed", locks=("tasks",), label=OWN, undo=_reopen, seconds=0.1,
)  # fmt: skip
async def complete(args: CompleteTask, call: Call) -> OneTask:
    """A task that is done already stays as it is, so a repeat changes nothing."""
    return OneTask(task=await call.provider(TaskList).complete(args.task, call.now, key=call.key))


TOOLS: tuple[Tool, ...] = (add, list_tasks, pick, complete)

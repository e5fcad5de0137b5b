"""Which workspace a command works in: the one it names, that of the environment, the remembered one, the first."""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from uuid import UUID

import typer

from tizmoret.cli.messages import say
from tizmoret.errors import NotFound
from tizmoret.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from tizmoret.access.access import Access
    from tizmoret.store.database import Database

VARIABLE = "TIZMORET_WORKSPACE"
OPTION = Annotated[str | None, typer.Option("--workspace", "-w", help=say("opt.workspace", variable=VARIABLE))]

_named: ContextVar[str | None] = ContextVar("named", default=None)


Command = TypeVar("Command", bound=Callable[..., int])


class InWorkspace(typer.Typer):
    """Commands each of which works in one workspace, and so takes `--workspace`."""

    def command(self, *args: Any, **options: Any) -> Callable[[Command], Command]:
        register = super().command(*args, **options)

        def add(work: Command) -> Command:
            register(_with_option(work))
            return work

        return add

    def callback(self, *args: Any, **options: Any) -> Callable[[Command], Command]:
        """What the group does before any of its commands, or alone where none is named."""
        register = super().callback(*args, **options)

        def add(work: Command) -> Command:
            register(_with_option(work))
            return work

        return add


def _with_option(work: Callable[..., int]) -> Callable[..., int]:
    @functools.wraps(work)
    def command(*args: Any, workspace: str | None = None, **given: Any) -> int:
        _named.set(workspace or _named.get())  # the group's own work goes first, and may have been given it
        return work(*args, **given)

    taken = inspect.signature(work, eval_str=True)
    option = inspect.Parameter("workspace", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=OPTION)
    command.__signature__ = taken.replace(parameters=[*taken.parameters.values(), option])  # type: ignore[attr-defined]
    command.__annotations__ = {**work.__annotations__, "workspace": OPTION}
    return command


async def chosen(database: Database) -> UUID:
    """Raises NotFound, which names where the name came from."""
    from tizmoret.access.access import Access

    named, of_environment = _named.get(), os.environ.get(VARIABLE)
    wanted = named or of_environment or _remembered(_file())
    if not wanted:
        return database.default_workspace
    return await find(Access(database), wanted, "--workspace" if named else VARIABLE if of_environment else "workspace use")


async def find(access: Access, wanted: str, source: str = "workspace use") -> UUID:
    """By name or id. source: where the name comes from. Raises NotFound."""
    try:
        return (await access.owner_of(wanted)).workspace
    except NotFound as error:
        cure = say("error.no_workspace_cure", source=source)
        raise NotFound(say("error.no_workspace", name=wanted[:100]), cure=cure, field=source) from error


async def in_use(access: Access) -> UUID | None:
    """The one that commands mean which name none; None where there is no such one any more."""
    with suppress(NotFound):
        return await chosen(access.database)
    return None


def remember(workspace: UUID) -> None:
    """For the commands of this home that name none. By its id: it may get another name."""
    _file().write_text(f"{workspace}\n")


def _file() -> Path:
    return Settings.from_env().home / "workspace-in-use"


def _remembered(file: Path) -> str:
    with suppress(OSError, UnicodeDecodeError):
        return file.read_text().strip()
    return ""

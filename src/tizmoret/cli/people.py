"""Members, keys and workspaces at the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from rich.table import Table
from rich.text import Text

from tizmoret.cli.messages import say
from tizmoret.cli.show import print_json
from tizmoret.cli.terminal import Screen, plain
from tizmoret.errors import BadInput, NotFound
from tizmoret.views import KeyView, Member, NewKey, Role, WorkspaceView

ROLES: Mapping[Role, str] = {"owner": "role.owner", "admin": "role.admin", "member": "role.member", "viewer": "role.viewer"}


def show_members(members: Sequence[Member], screen: Screen, json: bool) -> None:
    if json:
        print_json(members, screen)
        return
    table = _table(screen, "member.name", "member.role", "member.keys", "key.used")
    for one in members:
        table.add_row(_text(one.name, screen), _role(one.role), str(one.keys), _when(one.last_used_at))
    screen.out.print(table)


def show_keys(keys: Sequence[KeyView], screen: Screen, json: bool) -> None:
    if json:
        print_json(keys, screen)
        return
    if not keys:
        screen.say("key.none")
        return
    table = _table(screen, "key.prefix", "member.name", "member.role", "key.expires", "key.used", "key.name")
    for one in keys:
        over = one.expires_at < datetime.now(UTC)
        expires = Text(say("key.over") if over else _when(one.expires_at), style="red" if over else "")
        role = "" if one.role is None else _role(one.role)
        table.add_row(one.prefix, _text(one.member, screen), role, expires, _when(one.last_used_at), _text(one.name, screen))
    screen.out.print(table)


def show_new_key(key: NewKey, screen: Screen, json: bool) -> None:
    """The one time that it is shown; on a line of its own, to be copied or piped."""
    if json:
        print_json(key, screen)
        return
    screen.say("key.made", member=key.member, until=_when(key.expires_at))
    screen.out.print(Text(key.key), soft_wrap=True)
    screen.say("key.once", "dim")


def show_workspaces(workspaces: Sequence[WorkspaceView], screen: Screen, json: bool, in_use: UUID | None = None) -> None:
    if json:
        print_json(workspaces, screen)
        return
    table = _table(screen, "member.name", "show.id")
    table.add_column()
    for one in workspaces:
        table.add_row(_text(one.name, screen), str(one.id), say("workspace.in_use") if one.id == in_use else "")
    screen.out.print(table)


def find_key(keys: Sequence[KeyView], text: str) -> KeyView:
    """By how it begins, as the list shows it, or by its id. Raises NotFound, BadInput."""
    wanted = text.strip()
    found = [one for one in keys if len(wanted) >= 8 and (one.prefix.startswith(wanted) or wanted.startswith(one.prefix))]
    found = found or [one for one in keys if str(one.id) == wanted.lower()]
    if not found:
        raise NotFound(say("error.no_key", id=wanted[:12]), cure=say("error.no_key_cure"), field="key")
    if len(found) > 1:
        raise BadInput(
            say("error.many_ids", id=wanted[:12], found=", ".join(str(one.id) for one in found[:5])), cure=say("error.many_ids_cure")
        )
    return found[0]


def _table(screen: Screen, *columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", expand=False)
    for key in columns:
        table.add_column(screen.words(key), no_wrap=True)
    return table


def _role(role: Role) -> str:
    return say(ROLES[role])


def _text(value: str, screen: Screen) -> Text:
    return Text(screen.value(plain(value)))


def _when(moment: datetime | None) -> str:
    return "—" if moment is None else moment.astimezone().strftime("%Y-%m-%d %H:%M")

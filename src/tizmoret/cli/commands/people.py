"""`tizmoret member`, `key` and `workspace`: who may work here. Whoever can read the home is the installation's owner."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from tizmoret.cli import failure
from tizmoret.cli.commands.options import HELP, Json
from tizmoret.cli.messages import say
from tizmoret.cli.workspace import InWorkspace

if TYPE_CHECKING:
    from tizmoret.access.access import Access
    from tizmoret.access.rights import Actor
    from tizmoret.cli.terminal import Screen
    from tizmoret.orchestrator import Tizmoret

members = InWorkspace(help=say("help.member"), no_args_is_help=True, context_settings=HELP)
keys = InWorkspace(help=say("help.key"), no_args_is_help=True, context_settings=HELP)
workspaces = typer.Typer(help=say("help.workspace"), no_args_is_help=True, context_settings=HELP)
renaming = InWorkspace()  # of the commands about workspaces the one that means one of them
workspaces.add_typer(renaming)

Name = Annotated[str, typer.Argument(help=say("arg.member"), metavar="NAME")]
Role = Annotated[str, typer.Option(help=say("opt.role"))]
Work = Callable[["Access", "Actor", "Screen"], Awaitable[int]]


def _as_owner(work: Work, *, anywhere: bool = False) -> int:
    """Of the workspace that is meant. anywhere: see `session.run`."""
    from tizmoret.cli.session import run as session

    async def working(tizmoret: Tizmoret, screen: Screen) -> int:
        from tizmoret.access.access import Access

        access = Access(tizmoret.database)
        return await work(access, replace(access.owner, workspace=tizmoret.workspace), screen)

    return session(working, engine=False, anywhere=anywhere)


@members.command("add", help=say("help.member_add"))
def add(name: Name, role: Role = "member", json: Json = False) -> int:
    async def work(access: Access, owner: Actor, screen: Screen) -> int:
        from tizmoret.access.members import checked_role
        from tizmoret.cli.people import show_members

        show_members([await access.members.add(name, checked_role(role), by=owner)], screen, json)
        if not json:
            screen.say("member.next", "dim", command=f"tizmoret key create {name!r}")
        return failure.DONE

    return _as_owner(work)


@members.command("list", help=say("help.member_list"))
def list_members(json: Json = False) -> int:
    async def work(access: Access, owner: Actor, screen: Screen) -> int:
        from tizmoret.cli.people import show_members

        show_members(await access.members.list(owner.workspace), screen, json)
        return failure.DONE

    return _as_owner(work)


@members.command("role", help=say("help.member_role"))
def role(
    name: Name,
    role: Annotated[str, typer.Argument(help=say("opt.role"), metavar="ROLE")],
    json: Json = False,
) -> int:
    async def work(access: Access, owner: Actor, screen: Screen) -> int:
        from tizmoret.access.members import checked_role
        from tizmoret.cli.people import show_members

        show_members([await access.members.change(name, checked_role(role), by=owner)], screen, json)
        return failure.DONE

    return _as_owner(work)


@members.command("remove", help=say("help.member_remove"))
def remove(name: Name) -> int:
    async def work(access: Access, owner: Actor, screen: Screen) -> int:
        await access.members.remove(name, by=owner)
        screen.say("member.removed", name=name)
        return failure.DONE

    return _as_owner(work)


@keys.command("create", help=say("help.key_create"))
def create_key(
    member: Name,
    name: Annotated[str, typer.Option(help=say("opt.key_name"))] = "",
    role: Annotated[str | None, typer.Option(help=say("opt.key_role"))] = None,
    days: Annotated[int, typer.Option(help=say("opt.key_days"))] = 90,
    json: Json = False,
) -> int:
    async def work(access: Access, owner: Actor, screen: Screen) -> int:
        from tizmoret.access.members import checked_role
        from tizmoret.cli.people import show_new_key

        only = None if role is None else checked_role(role)
        show_new_key(await access.keys.create(member, name, role=only, days=days, by=owner), screen, json)
        return failure.DONE

    return _as_owner(work)


@keys.command("list", help=say("help.key_list"))
def list_keys(json: Json = False) -> int:
    async def work(access: Access, owner: Actor, screen: Screen) -> int:
        from tizmoret.cli.people import show_keys

        show_keys(await access.keys.list(by=owner), screen, json)
        return failure.DONE

    return _as_owner(work)


@keys.command("revoke", help=say("help.key_revoke"))
def revoke(id: Annotated[str, typer.Argument(help=say("arg.key"), metavar="KEY")]) -> int:
    async def work(access: Access, owner: Actor, screen: Screen) -> int:
        from tizmoret.cli.people import find_key

        found = find_key(await access.keys.list(by=owner), id)
        await access.keys.revoke(found.id, by=owner)
        screen.say("key.revoked", prefix=found.prefix, member=found.member)
        return failure.DONE

    return _as_owner(work)


@workspaces.command("create", help=say("help.workspace_create"))
def create_workspace(
    name: Annotated[str, typer.Argument(help=say("arg.workspace"), metavar="NAME")],
    owner: Annotated[str, typer.Option(help=say("opt.owner"))],
    json: Json = False,
) -> int:
    async def work(access: Access, installation: Actor, screen: Screen) -> int:
        from tizmoret.cli.people import show_new_key, show_workspaces

        made, key = await access.found(name, owner, by=installation)
        if not json:
            show_workspaces([made], screen, json)
        show_new_key(key, screen, json)
        return failure.DONE

    return _as_owner(work, anywhere=True)


@workspaces.command("list", help=say("help.workspace_list"))
def list_workspaces(json: Json = False) -> int:
    async def work(access: Access, installation: Actor, screen: Screen) -> int:
        from tizmoret.cli.people import show_workspaces
        from tizmoret.cli.workspace import in_use

        show_workspaces(await access.workspaces.list(by=installation), screen, json, await in_use(access))
        return failure.DONE

    return _as_owner(work, anywhere=True)


@workspaces.command("use", help=say("help.workspace_use"))
def use(name: Annotated[str, typer.Argument(help=say("arg.known_workspace"), metavar="NAME")]) -> int:
    async def work(access: Access, installation: Actor, screen: Screen) -> int:
        from tizmoret.cli.workspace import find, remember

        known = await access.workspaces.get(await find(access, name))
        remember(known.id)
        screen.say("workspace.used", name=known.name)
        return failure.DONE

    return _as_owner(work, anywhere=True)


@renaming.command("rename", help=say("help.workspace_rename"))
def rename(name: Annotated[str, typer.Argument(help=say("arg.workspace"), metavar="NAME")], json: Json = False) -> int:
    async def work(access: Access, owner: Actor, screen: Screen) -> int:
        from tizmoret.cli.people import show_workspaces

        show_workspaces([await access.workspaces.rename(name, by=owner)], screen, json)
        return failure.DONE

    return _as_owner(work)

"""All of it over one database, as a server or a command holds it."""

from __future__ import annotations

from tizmoret.access.credentials import Credentials
from tizmoret.access.keys import Keys
from tizmoret.access.members import Members
from tizmoret.access.names import alike
from tizmoret.access.rights import Actor
from tizmoret.access.workspaces import Workspaces
from tizmoret.errors import NotFound
from tizmoret.owner import OWNER
from tizmoret.store.database import Database
from tizmoret.views import NewKey, WorkspaceView


class Access:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.credentials = Credentials(database)
        self.members = Members(database, self.credentials.changed)
        self.keys = Keys(database, self.credentials.changed)
        self.workspaces = Workspaces(database)
        self.owner = Actor(OWNER, "owner", database.default_workspace)  # whoever has the installation's token

    async def owner_of(self, workspace: str | None) -> Actor:
        """The installation's owner at work in one of its workspaces, by name or id; None: the first. Raises NotFound."""
        if workspace is None:
            return self.owner
        for one in await self.workspaces.list(by=self.owner):
            if alike(one.name, workspace) or str(one.id) == workspace.lower():
                return Actor(OWNER, "owner", one.id)
        raise NotFound(f"There is no workspace {workspace[:60]}.", cure="See which there are: tizmoret workspace list", field="workspace")

    async def found(self, name: str, owner: str, *, by: Actor) -> tuple[WorkspaceView, NewKey]:
        """A workspace with its first owner, and the key that this one signs in with. Raises BadInput, Forbidden, Conflict, TooLarge."""
        made = await self.workspaces.create(name, owner, by=by)
        (member,) = await self.members.list(made.id)
        return made, await self.keys.create(member.name, by=Actor(member.name, "owner", made.id))

"""All of it over one database, as a server or a command holds it."""

from __future__ import annotations

from tizmoret.access.credentials import Credentials
from tizmoret.access.keys import Keys
from tizmoret.access.members import Members
from tizmoret.access.rights import Actor
from tizmoret.access.workspaces import Workspaces
from tizmoret.owner import OWNER
from tizmoret.store.database import Database
from tizmoret.views import NewKey, WorkspaceView


class Access:
    def __init__(self, database: Database) -> None:
        self.credentials = Credentials(database)
        self.members = Members(database, self.credentials.forget)
        self.keys = Keys(database, self.credentials.forget)
        self.workspaces = Workspaces(database)
        self.owner = Actor(OWNER, "owner", database.default_workspace)  # whoever has the installation's token

    async def found(self, name: str, owner: str, *, by: Actor) -> tuple[WorkspaceView, NewKey]:
        """A workspace with its first owner, and the key that this one signs in with. Raises BadInput, Forbidden, Conflict, TooLarge."""
        made = await self.workspaces.create(name, owner, by=by)
        (member,) = await self.members.list(made.id)
        return made, await self.keys.create(member.name, by=Actor(member.name, "owner", made.id))

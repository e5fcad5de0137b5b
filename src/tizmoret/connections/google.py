"""A Google account: its contacts. Connected by a person who lets us in at Google; what is kept of that is sealed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tizmoret.connections.connection import Connection, Wanted
from tizmoret.errors import BadInput
from tizmoret.tools.providers.google_client import Client, Endpoints, GoogleSession
from tizmoret.tools.providers.google_contacts import SCOPE, GoogleContacts
from tizmoret.tools.providers.guarded import Way

SCOPES = (SCOPE,)
ADDRESS = "https://people.googleapis.com"


def secret_of(client: Client, refresh: str) -> str:
    """What is sealed of a connection."""
    return json.dumps({"client_secret": client.secret, "refresh_token": refresh})


def endpoints(wanted: Wanted) -> Endpoints:
    return Endpoints("" if wanted.address == ADDRESS else wanted.address.rstrip("/"))


def session(wanted: Wanted, way: Way) -> GoogleSession:
    """Raises BadInput where what is needed to sign in is not there."""
    try:
        told = json.loads(wanted.secret or "")
        client = Client(str(wanted.options["client_id"]), str(told["client_secret"]))
        return GoogleSession(endpoints(wanted), way, client, str(told["refresh_token"]), wanted.name)
    except (ValueError, KeyError, TypeError) as error:
        cure = f"Connect it at the command line: tizmoret connect add google {wanted.name}"
        raise BadInput("A Google account is connected by signing in at Google.", cure=cure, field="kind") from error


async def look(wanted: Wanted, way: Way) -> dict[str, Any]:
    """Raises BadInput, StepFailed, TryAgain."""
    await GoogleContacts(session(wanted, way)).contacts()
    return {"calendars": [], "addressBooks": ["Google"]}


async def changed(known: Connection, way: Way) -> str:
    """Nothing changes but whether we are let in, which is raised."""
    await look(known, way)
    return ""


def offers(offer: Mapping[str, Any]) -> Sequence[str]:
    return [f"contacts {name}" for name in offer["addressBooks"]]

"""The contacts of Microsoft Graph (v1.0, https://learn.microsoft.com/graph/api/resources/contact): written only where they are still what was
read, and found by what a program has put beside them."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.wire.graph_errors import Refused
from tests.wire.serving import Asked

Told = dict[str, Any]
BESIDE = "singleValueExtendedProperties"  # told of only where it is asked for
_MARKED = re.compile(rf"{BESIDE}/Any\(ep: ep/id eq '([^']+)' and ep/value eq '([^']+)'\)")
_BLANK: Told = {
    "displayName": "", "givenName": None, "surname": None, "nickName": None, "emailAddresses": [], "mobilePhone": None,
    "businessPhones": [], "homePhones": [], "companyName": None, "jobTitle": None, BESIDE: [],
}  # fmt: skip


def answer(people: list[Told], asked: Asked, parts: list[str]) -> tuple[int, Any]:
    """parts: of the address, behind "contacts"."""
    match (asked.method, parts):
        case ("GET", []):
            return 200, [_told(one, asked) for one in _wanted(people, asked.query.get("$filter", ""))]
        case ("POST", []):
            made = touch({**_BLANK, "id": f"AAMkAGcon{len(people):06d}="}, **json.loads(asked.content))
            people.append(made)
            return 201, _told(made, asked)
        case ("GET", [id]):
            return 200, _told(_one(people, id), asked)
        case ("PATCH", [id]):
            return 200, _told(touch(_checked(_one(people, id), asked), **json.loads(asked.content)), asked)
        case ("DELETE", [id]):
            people.remove(_checked(_one(people, id), asked))
            return 204, None
    raise Refused(400, "BadRequest", "Resource not found for the segment.")


def touch(person: Told, **fields: Any) -> Told:
    """Somebody changes it. A name that is shown is worked out where none is given."""
    if unknown := fields.keys() - _BLANK.keys():
        raise Refused(400, "RequestBodyRead", f"The property '{min(unknown)}' does not exist on type 'microsoft.graph.contact'.")
    if not fields.get("displayName") and {"givenName", "surname"} & fields.keys():
        fields["displayName"] = " ".join(part for part in (fields.get("givenName"), fields.get("surname")) if part)
    version = int(re.sub(r"\D", "", person.get("@odata.etag", "")) or 0)
    person.update(fields, **{"@odata.etag": f'W/"{version + 1}"'})
    return person


def _one(people: list[Told], id: str) -> Told:
    found = next((one for one in people if one["id"] == id), None)
    if found is None:
        raise Refused(404, "ErrorItemNotFound", "The specified object was not found in the store.")
    return found


def _checked(person: Told, asked: Asked) -> Told:
    etag = asked.header("if-match")
    if etag and etag != person.get("@odata.etag", 'W/"1"'):
        raise Refused(
            412, "ErrorIrresolvableConflict", "The send or update operation could not be performed because the change key is old."
        )
    return person


def _wanted(people: list[Told], wanted: str) -> list[Told]:
    if not wanted:
        return people
    found = _MARKED.fullmatch(wanted)
    if found is None:
        raise Refused(400, "ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.")
    return [one for one in people if {"id": found[1], "value": found[2]} in one.get(BESIDE, [])]


def _told(person: Told, asked: Asked) -> Told:
    names = set(asked.query.get("$select", "").split(",")) - {""}
    told = {name: value for name, value in person.items() if name != BESIDE and (not names or name in names)}
    return {**told, "id": person["id"], "@odata.etag": person.get("@odata.etag", 'W/"1"')}

"""Google's People API as it keeps to its reference (https://developers.google.com/people/api/rest/v1/people): what is read is asked for field by
field, and what is written only where it is still what was read."""

from __future__ import annotations

import json
from typing import Any

from tests.wire.google_errors import Refused
from tests.wire.serving import Asked

Person = dict[str, Any]
PAGE = 2
_SINGLE = ("names", "biographies", "birthdays", "genders")
_OTHERS = "Request person.etag is different than the current person.etag. Clear local cache and get the latest person."


def answer(people: list[Person], asked: Asked, name: str, verb: str) -> dict[str, Any]:
    """name: of a person, or of all. verb: behind the colon of the address."""
    match (asked.method, name, verb):
        case ("GET", "me/connections", ""):
            return _page(people, asked.query)
        case ("GET", _, ""):
            return _told(_one(people, name), asked.query)
        case ("POST", "", "createContact"):
            body = json.loads(asked.content)
            made: Person = {"resourceName": f"people/c{len(people) + 1000}", "etag": "%1"}
            people.append(_kept(made, {field: value for field, value in body.items() if isinstance(value, list)}))
            return _told(made, asked.query)
        case ("PATCH", _, "updateContact"):
            return _told(_updated(_one(people, name), asked), asked.query)
        case ("DELETE", _, "deleteContact"):
            people.remove(_one(people, name))
            return {}
    raise Refused(404, "notFound", "Not Found")


def touch(person: Person, **fields: Any) -> None:
    """Somebody changes it."""
    _kept(person, fields)


def _updated(person: Person, asked: Asked) -> Person:
    body, wanted = json.loads(asked.content), asked.query.get("updatePersonFields", "").split(",")
    if wanted == [""] or set(wanted) & {"metadata", "photos"}:
        raise Refused(400, "badRequest", "Invalid updatePersonFields mask path.", "INVALID_ARGUMENT")
    if not body.get("metadata", {}).get("sources"):
        raise Refused(400, "badRequest", "Request person.metadata.sources must be set.", "INVALID_ARGUMENT")
    if body.get("etag") != _version(person):
        raise Refused(400, "failedPrecondition", _OTHERS, "FAILED_PRECONDITION")
    return _kept(person, {field: body.get(field, []) for field in wanted})


def _kept(person: Person, fields: Person) -> Person:
    for field, values in fields.items():
        if field in _SINGLE and len(values) > 1:
            raise Refused(400, "badRequest", f"Only one value of {field} is allowed.", "INVALID_ARGUMENT")
        person[field] = [_value(field, one, first=place == 0) for place, one in enumerate(values)]
        if not values:
            del person[field]
    person["etag"] = f"%{int(_version(person)[1:]) + 1}"
    return person


def _value(field: str, value: Person, *, first: bool) -> Person:
    made = {**value, "metadata": {"source": {"type": "CONTACT", "id": "7"}, **({"primary": True} if first else {})}}
    if field == "names":
        shown = " ".join(part for part in (value.get("givenName"), value.get("familyName")) if part)
        shown = shown or value["unstructuredName"]
        made |= {"displayName": shown, "displayNameLastFirst": shown, "unstructuredName": shown}
    if field == "phoneNumbers":
        made["canonicalForm"] = "+972" + "".join(letter for letter in value["value"] if letter.isdecimal())
    return made


def _version(person: Person) -> str:
    return str(person.setdefault("etag", "%1"))


def _one(people: list[Person], name: str) -> Person:
    found = next((one for one in people if one["resourceName"] == f"people/{name}"), None)
    if found is None:
        raise Refused(404, "notFound", "Requested entity was not found.", "NOT_FOUND")
    return found


def _told(person: Person, asked: dict[str, str]) -> Person:
    fields = asked.get("personFields", "").split(",")
    if fields == [""]:
        raise Refused(400, "badRequest", "personFields mask is required.", "INVALID_ARGUMENT")
    told = {"resourceName": person["resourceName"], "etag": _version(person), **{name: person[name] for name in fields if name in person}}
    return {**told, "metadata": {"sources": [{"type": "CONTACT", "etag": "#x"}]}} if "metadata" in fields else told


def _page(people: list[Person], asked: dict[str, str]) -> dict[str, Any]:
    start = int(asked.get("pageToken", "0"))
    body: dict[str, Any] = {"connections": [_told(one, asked) for one in people[start : start + PAGE]], "totalPeople": len(people)}
    if start + PAGE < len(people):
        body["nextPageToken"] = str(start + PAGE)
    return body

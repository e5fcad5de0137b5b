"""A server that speaks as Google does where we speak with it: OAuth 2 with PKCE, the People, the Calendar, the Gmail and the Drive API, with their
pages, quotas and errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from tests.wire import google_people
from tests.wire.drive import Drive
from tests.wire.gmail import Gmail
from tests.wire.google_calendar import GoogleCalendars
from tests.wire.google_errors import Refused
from tests.wire.oauth_server import CLIENT, SECRET, OAuthServer, as_json
from tests.wire.serving import Answer, Asked, serving

__all__ = ["CLIENT", "SECRET"]


def person(number: int, name: str, **more: Any) -> dict[str, Any]:
    told = {
        "resourceName": f"people/c{number}",
        "names": [{"displayName": "old name"}, {"metadata": {"primary": True}, "displayName": name}],
        "emailAddresses": [{"value": f"p{number}@x.example"}],
    }
    return {**told, **more}


@dataclass
class Google(OAuthServer):
    asks: ClassVar[dict[str, str]] = {"access_type": "offline"}
    redirects: ClassVar[str] = r"http://127\.0\.0\.1:\d+/(orchestrate/connected/google-elsewhere)?"
    lends: ClassVar[bool] = False

    address: str = ""
    people: list[dict[str, Any]] = field(default_factory=list)
    calendars: GoogleCalendars = field(default_factory=GoogleCalendars)
    drive: Drive = field(default_factory=Drive)
    mail: Gmail = field(default_factory=Gmail)
    refuses: list[tuple[int, Any, dict[str, str]] | None] = field(
        default_factory=list
    )  # the next answers (None: as always) of its interfaces
    cuts: str = ""  # of the next write: "request" before it is done, "answer" after
    asked: list[str] = field(default_factory=list)

    def answer(self, asked: Asked) -> Answer | None:
        self.asked.append(asked.path)
        if asked.path == "/o/oauth2/v2/auth":
            return as_json(*self.sign_in(asked.query))
        if asked.path == "/token":
            return as_json(*self.token(dict(parse_qsl(asked.content.decode()))))
        refused = self.refuses.pop(0) if self.refuses else None
        if refused is not None:
            return as_json(*refused)
        scopes = self.access.get(asked.header("authorization").removeprefix("Bearer "))
        if scopes is None:
            return _refused(Refused(401, "authError", "Invalid Credentials", "UNAUTHENTICATED"))
        cut = self.cuts if asked.method in ("POST", "PATCH", "DELETE") and asked.parts[-1] != "freeBusy" else ""
        self.cuts = "" if cut else self.cuts
        if cut == "request":
            return None
        try:
            said = self._interface(asked, scopes)
        except Refused as error:
            return _refused(error)
        return None if cut == "answer" else said

    def _interface(self, asked: Asked, scopes: str) -> Answer:
        match asked.parts:
            case ["v1", *rest] if rest and rest[0].partition(":")[0] == "people":
                _needs(scopes, "contacts" if asked.method == "GET" else "auth/contacts ")
                name, _, verb = "/".join(rest).removeprefix("people").removeprefix("/").partition(":")
                return as_json(200, google_people.answer(self.people, asked, name, verb))
            case ["calendar", "v3", *rest]:
                _needs(scopes, "calendar")
                status, body = self.calendars.answer(asked, rest)
                return as_json(status, body)
            case ["drive", "v3", *rest]:
                _needs(scopes, "drive")
                if asked.method != "GET" or rest == ["files", "generateIds"]:
                    _needs(scopes, "drive.file")
                status, body = self.drive.answer(asked, rest)
                return as_json(status, body)
            case ["upload", "drive", "v3", "files"]:
                _needs(scopes, "drive.file")
                status, body = self.drive.upload(asked)
                return as_json(status, body)
            case ["gmail", "v1", "users", "me", *rest]:
                _needs(scopes, "gmail")
                status, body = self.mail.answer(asked, rest)
                return as_json(status, body)
        raise Refused(404, "notFound", "Not Found")


def _needs(scopes: str, part: str) -> None:
    """part: of the name of a scope; with a blank at its end, the end of one."""
    if scopes and part not in f"{scopes} ":
        raise Refused(403, "insufficientPermissions", "Request had insufficient authentication scopes.", "PERMISSION_DENIED")


def _refused(error: Refused) -> Answer:
    return as_json(error.status, error.body)


@contextmanager
def google() -> Iterator[Google]:
    state = Google()
    with serving(state.answer) as state.address:
        yield state

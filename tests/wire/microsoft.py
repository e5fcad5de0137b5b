"""A server that speaks as Microsoft does where we speak with it: OAuth 2 without a client's secret, and Microsoft Graph's contacts,
calendars, mail and files, with their pages, limits and errors. Its search by words lags where it is told to, and takes nothing else beside it."""

from __future__ import annotations

import base64
import datetime as dt
import email
import email.policy
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr, parsedate_to_datetime
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

from tests.wire import graph_contacts
from tests.wire.drive import Drive, DriveFile
from tests.wire.gmail import Message
from tests.wire.graph_calendar import ADDRESS, GraphCalendars
from tests.wire.graph_errors import Refused
from tests.wire.oauth_server import OAuthServer, as_json
from tests.wire.serving import Answer, Asked, serving
from tizmoret.words import tokens

PAGE = 2
AT_ONCE = 4  # requests of one mailbox
FOLDERS = {"inbox": "INBOX", "drafts": "DRAFT", "sentitems": "SENT", "AQMk-suppliers": "AQMk-suppliers"}


@dataclass
class Microsoft(OAuthServer):
    asks: ClassVar[dict[str, str]] = {"response_mode": "query"}
    redirects: ClassVar[str] = r"http://localhost:\d+(/orchestrate/connected/microsoft-elsewhere)?"
    lends: ClassVar[bool] = True

    secret: str = ""
    address: str = ""
    people: list[dict[str, Any]] = field(default_factory=list)
    calendars: GraphCalendars = field(default_factory=GraphCalendars)
    drive: Drive = field(default_factory=Drive)
    keys: dict[str, str] = field(default_factory=dict)  # to the contents of files: each is good for one
    messages: list[Message] = field(default_factory=list)  # the newest last
    lags: bool = False  # of what comes from now on, the search knows nothing
    refuses_address: str = ""
    refuses: list[tuple[int, Any, dict[str, str]] | None] = field(default_factory=list)  # the next answers (None: as always) of Graph
    cuts: str = ""  # of the next write: "request" before it is done, "answer" after
    asked: list[str] = field(default_factory=list)
    under_way: int = 0
    counting: threading.Lock = field(default_factory=threading.Lock)

    def deliver(self, content: bytes) -> None:
        self._keep(content, {"INBOX", "UNREAD"})

    def labelled(self, label: str) -> list[Message]:
        return [one for one in self.messages if label in one.labels]

    def answer(self, asked: Asked) -> Answer | None:
        """The limit is of a mailbox alone (https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits)."""
        if asked.parts[:2] != ["v1.0", "me"] or asked.parts[2:3] == ["drive"]:
            return self._answer(asked)
        with self.counting:
            self.under_way += 1
            crowded = self.under_way > AT_ONCE
        try:
            throttled = {"error": {"code": "ApplicationThrottled", "message": "Application is over its MailboxConcurrency limit."}}
            return as_json(429, throttled) if crowded else self._answer(asked)
        finally:
            with self.counting:
                self.under_way -= 1

    def _answer(self, asked: Asked) -> Answer | None:
        self.asked.append(asked.path)
        if asked.path == "/common/oauth2/v2.0/authorize":
            return as_json(*self.sign_in(asked.query))
        if asked.path == "/common/oauth2/v2.0/token":
            return as_json(*self.token(dict(parse_qsl(asked.content.decode()))))
        if asked.parts[0] == "download":  # another server: whose address one has needs no other key
            assert not asked.header("authorization")
            return Answer(200, {}, self._file(self.keys.pop(asked.parts[1])).content)
        refused = self.refuses.pop(0) if self.refuses else None
        if refused is not None:
            return as_json(*refused)
        try:
            scopes = self.access.get(asked.header("authorization").removeprefix("Bearer "))
            if scopes is None:
                raise Refused(401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.")
            cut = self.cuts if asked.method != "GET" and asked.parts[-1] != "getSchedule" else ""
            self.cuts = "" if cut else self.cuts
            said = None if cut == "request" else self._graph(asked, asked.parts[1:], scopes)
        except Refused as error:
            return as_json(error.status, error.body)
        return None if cut else said

    def _graph(self, asked: Asked, parts: list[str], scopes: str) -> Answer:
        match (asked.method, parts):
            case ("GET", ["me"]):
                return as_json(200, {"mail": ADDRESS, "userPrincipalName": "dana_x@outlook.example"})
            case (method, ["me", "contacts", *rest]):
                _needs(scopes, "Contacts" if method == "GET" else "Contacts.ReadWrite")
                status, body = graph_contacts.answer(self.people, asked, rest)
                return as_json(status, self._page(asked, body) if isinstance(body, list) else body)
        if parts[1] in ("calendar", "calendars", "events"):
            _needs(scopes, "Calendars")
            status, body = self.calendars.answer(asked, parts[1:])
            return as_json(status, self._page(asked, body) if isinstance(body, list) else body)
        if parts[1] == "drive":
            _needs(scopes, "Files" if asked.method == "GET" else "Files.ReadWrite", "accessDenied")
            return self._drive(asked, parts[2:])
        _needs(scopes, "Mail")
        match (asked.method, parts):
            case ("GET", ["me", "mailFolders"]):
                return as_json(
                    200, self._page(asked, [{"id": "AQMk-inbox", "displayName": "Inbox"}, {"id": "AQMk-suppliers", "displayName": "ספקים"}])
                )
            case ("GET", ["me", "mailFolders", "inbox"]):
                return as_json(200, {"id": "AQMk-inbox"})
            case ("GET", ["me", "mailFolders", folder, "messages"]):
                if folder not in FOLDERS:
                    raise Refused(404, "ErrorItemNotFound", "The specified object was not found in the store.")
                return as_json(200, self._page(asked, [_told(one) for one in self._found(FOLDERS[folder], asked.query)]))
            case ("GET", ["me", "messages", id]):
                return as_json(200, _told(self._one(id)))
            case ("GET", ["me", "messages", id, "$value"]):
                return Answer(200, {"Content-Type": "text/plain"}, self._one(id).raw)
            case ("POST", ["me", "messages"]):
                return as_json(201, _told(self._keep(_mime(asked), {"DRAFT"})))
            case ("POST", ["me", "sendMail"]):
                self._send(_mime(asked))
                return as_json(202, None)
            case ("DELETE", ["me", "messages", id]):
                self.messages.remove(self._one(id))
                return as_json(204, None)
        raise Refused(400, "BadRequest", "Resource not found for the segment.")

    def _drive(self, asked: Asked, parts: list[str]) -> Answer:
        match parts:
            case []:
                return as_json(200, {"id": "b!drive"})
            case ["root", "delta"]:
                folder = {"id": "01F", "name": "grain", "folder": {"childCount": 7}, "lastModifiedDateTime": "2026-01-01T00:00:00Z"}
                gone = {
                    "id": "01G",
                    "name": "gone.txt",
                    "file": {},
                    "deleted": {"state": "deleted"},
                    "lastModifiedDateTime": "2026-01-01T00:00:00Z",
                }
                return as_json(200, self._page(asked, [folder, *map(_item, self.drive.here()), gone]))
            case ["root", search] if search.startswith("search(q='") and search.endswith("')"):
                word = search.removeprefix("search(q='").removesuffix("')").replace("''", "'")
                return as_json(200, self._page(asked, [_item(one) for one in self.drive.here() if set(tokens(word)) <= one.words]))
            case ["root:", *path] if asked.method == "PUT" and path[-1] == "content" and path[-2].endswith(":"):
                with self.drive.writing:
                    return self._put(asked, "/".join(path[:-1]).removesuffix(":"))
            case ["root:", *path]:
                return as_json(200, _item(self._at("/".join(path))))
            case ["items", id] if asked.method == "DELETE":
                one = self._file(id)
                if asked.header("if-match") not in ("", f'"{one.id},{one.version}"'):
                    raise Refused(412, "resourceModified", "ETag does not match current item's value")
                one.trashed = True
                return as_json(204, None)
            case ["items", id]:
                return as_json(200, _item(self._file(id)))
            case ["items", id, "content"]:
                one = self._file(id)
                if one.refuses:
                    raise Refused(403, one.refuses, "This file cannot be given.")
                key = f"k{len(self.asked)}"
                self.keys[key] = id
                return as_json(302, None, {"Location": f"{self.address}/download/{key}"})
        raise Refused(400, "invalidRequest", "Invalid request")

    def _put(self, asked: Asked, path: str) -> Answer:
        """Folders on the way are made; of names, capitals are the same as small letters."""
        known = next((one for one in self.drive.here() if f"{one.parent}/{one.name}".lower() == path.lower()), None)
        if known is not None and asked.query.get("@microsoft.graph.conflictBehavior") == "fail":
            raise Refused(409, "nameAlreadyExists", "The specified item name already exists.")
        if self.drive.full:
            raise Refused(507, "quotaLimitReached", "Insufficient space available.")
        if known is not None:
            known.content = asked.content
            return as_json(200, _item(known))
        parent, _, name = path.rpartition("/")
        made = self.drive.add(name, asked.content, dt.datetime.now(dt.UTC))
        made.parent = parent
        return as_json(201, _item(made))

    def _at(self, path: str) -> DriveFile:
        known = next((one for one in self.drive.here() if f"{one.parent}/{one.name}".lower() == path.lower()), None)
        if known is None:
            raise Refused(404, "itemNotFound", "The resource could not be found.")
        return known

    def _file(self, id: str) -> DriveFile:
        known = next((one for one in self.drive.here() if one.id == id), None)
        if known is None:
            raise Refused(404, "itemNotFound", "Item not found")
        return known

    def _page(self, asked: Asked, found: list[dict[str, Any]]) -> dict[str, Any]:
        told = asked.query
        first = int(told.get("$skip", "0"))
        page: dict[str, Any] = {"@odata.context": "$metadata", "value": found[first : first + PAGE]}
        if first + PAGE >= len(found):
            return page
        return {**page, "@odata.nextLink": f"{self.address}{asked.path}?{urlencode({**told, '$skip': str(first + PAGE)})}"}

    def _found(self, label: str, told: dict[str, str]) -> list[Message]:
        here = [one for one in reversed(self.messages) if label in one.labels]
        search, wanted, order = told.get("$search", ""), told.get("$filter", ""), told.get("$orderby", "")
        if search and (wanted or order):
            raise Refused(400, "SearchWithFilter", "The query parameter '$filter' is not supported with '$search'.")
        if order and wanted and not wanted.startswith(order.split()[0]):
            raise Refused(400, "InefficientFilter", "The restriction or sort order is too complex for this operation.")
        if search:
            if not re.fullmatch(r'"(\\"[^"\\]+\\"( AND )?)+"', search):
                raise Refused(400, "BadRequest", f"Syntax error: character is not valid in '{search}'.")
            words = re.findall(r'\\"([^"\\]+)\\"', search)
            return [one for one in here if one.indexed and all(one.fits(f'"{word}"') for word in words)]
        return [one for one in here if all(_fits(one, part) for part in wanted.split(" and ") if part)]

    def _one(self, id: str) -> Message:
        if not id.startswith("AAMk"):
            raise Refused(400, "ErrorInvalidIdMalformed", "Id is malformed.")
        known = next((one for one in self.messages if one.id == id), None)
        if known is None:
            raise Refused(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        return known

    def _keep(self, content: bytes, labels: set[str]) -> Message:
        made = Message(f"AAMkAG{len(self.messages):08d}=", content, labels, indexed=not self.lags)
        self.messages.append(made)
        return made

    def _send(self, content: bytes) -> None:
        letter = email.message_from_bytes(content, policy=email.policy.SMTP)
        assert isinstance(letter, EmailMessage)
        to = [address for _, address in getaddresses([str(letter["To"] or ""), str(letter["Cc"] or "")]) if address]
        if not to or self.refuses_address in to:
            raise Refused(400, "ErrorInvalidRecipients", f"At least one recipient is not valid: {self.refuses_address}")
        self._keep(content, {"SENT"})


def _item(one: DriveFile) -> dict[str, Any]:
    when = f"{one.modified:%Y-%m-%dT%H:%M:%SZ}"
    told = {"id": one.id, "name": one.name, "file": {"mimeType": one.mime}, "size": len(one.content), "lastModifiedDateTime": when}
    return {**told, "eTag": f'"{one.id},{one.version}"'}


def _needs(scopes: str, part: str, code: str = "ErrorAccessDenied") -> None:
    if scopes and part not in scopes:
        raise Refused(403, code, "Access is denied. Check credentials and try again.")


def _told(one: Message) -> dict[str, Any]:
    return {
        "@odata.etag": 'W/"1"', "id": one.id, "subject": str(one.parsed["Subject"] or ""), "isRead": "UNREAD" not in one.labels,
        "from": {"emailAddress": {"address": parseaddr(str(one.parsed["From"]))[1]}}, "receivedDateTime": _when(one),
        "internetMessageId": str(one.parsed["Message-ID"] or "").strip(),
    }  # fmt: skip


def _when(one: Message) -> str:
    return f"{parsedate_to_datetime(str(one.parsed['Date'])).astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"


def _fits(one: Message, part: str) -> bool:
    name, operator, value = part.split(" ", 2)
    match (name, operator):
        case ("receivedDateTime", "ge"):
            return _when(one) >= value
        case ("receivedDateTime", "lt"):
            return _when(one) < value
        case ("isRead", "eq"):
            return ("UNREAD" not in one.labels) == (value == "true")
        case ("internetMessageId", "eq"):
            return one.indexed and str(one.parsed["Message-ID"]).strip() == value.strip("'")
    raise Refused(400, "ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.")


def _mime(asked: Asked) -> bytes:
    if asked.header("content-type") != "text/plain":
        raise Refused(400, "BadRequest", "Unable to read JSON request payload.")
    return base64.b64decode(asked.content, validate=True)


@contextmanager
def microsoft() -> Iterator[Microsoft]:
    state = Microsoft()
    with serving(state.answer) as state.address:
        yield state

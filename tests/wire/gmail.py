"""A mailbox as the Gmail API (v1) gives and takes it.

It does what makes it hardest for a client: a letter that is sent gets another Message-ID, and the search may lag behind."""

from __future__ import annotations

import base64
import email
import email.policy
import json
import re
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

from tests.wire.google_errors import Refused
from tests.wire.serving import Asked
from tizmoret.words import tokens

PAGE = 2
ADDRESS = "dana@farm.example"


@dataclass
class Message:
    id: str
    raw: bytes
    labels: set[str]
    draft: str = ""  # its id as a draft
    indexed: bool = True

    @property
    def parsed(self) -> EmailMessage:
        found = email.message_from_bytes(self.raw, policy=email.policy.default)
        assert isinstance(found, EmailMessage)
        return found

    def words(self) -> set[str]:
        body = self.parsed.get_body(("plain", "html"))
        text = re.sub("<[^>]*>", " ", body.get_content()) if body is not None else ""
        return set(tokens(f"{self.parsed['Subject']} {self.parsed['From']} {text}"))

    def fits(self, query: str) -> bool:
        return all(self._fits(*part) for part in re.findall(r'(\w+):(\S+)|("[^"]*")', query)) and (self.indexed or not query)

    def _fits(self, name: str, value: str, phrase: str) -> bool:
        match name:
            case "":
                return set(tokens(phrase)) <= self.words()
            case "is":
                return value == "unread" and "UNREAD" in self.labels
            case "rfc822msgid":
                return str(self.parsed["Message-ID"]).strip("<>") == value
        sent = parsedate_to_datetime(self.parsed["Date"]).timestamp()
        return sent > int(value) if name == "after" else sent < int(value)


@dataclass
class Gmail:
    messages: list[Message] = field(default_factory=list)  # the newest last
    lags: bool = False  # of what comes from now on, the search knows nothing
    refuses: str = ""  # an address that it does not take
    renames: bool = True

    def deliver(self, content: bytes) -> None:
        self._keep(content, {"INBOX", "UNREAD"})

    def labelled(self, label: str) -> list[Message]:
        return [one for one in self.messages if label in one.labels]

    def answer(self, asked: Asked, parts: list[str]) -> tuple[int, Any]:
        match (asked.method, parts):
            case ("GET", ["profile"]):
                return 200, {"emailAddress": ADDRESS, "messagesTotal": len(self.messages), "historyId": "1"}
            case ("GET", ["labels"]):
                return 200, {
                    "labels": [{"id": "INBOX", "name": "INBOX", "type": "system"}, {"id": "Label_7", "name": "ספקים", "type": "user"}]
                }
            case ("GET", ["messages"]):
                return 200, self._page("messages", [{"id": one.id, "threadId": one.id} for one in self._found(asked.query)], asked.query)
            case ("GET", ["drafts"]):
                drafts = [one for one in self._found(asked.query) if one.draft]
                return 200, self._page(
                    "drafts", [{"id": one.draft, "message": {"id": one.id, "threadId": one.id}} for one in drafts], asked.query
                )
            case ("GET", ["messages", id]):
                return 200, self._shown(self._one(id), asked.query.get("format", "full"))
            case ("POST", ["messages", "send"]):
                return 200, self._send(_content(json.loads(asked.content)))
            case ("POST", ["drafts"]):
                made = self._keep(_content(json.loads(asked.content)["message"]), {"DRAFT"})
                made.draft = f"r-{made.id}"
                return 200, {"id": made.draft, "message": {"id": made.id, "labelIds": ["DRAFT"]}}
            case ("DELETE", ["drafts", id]):
                known = next((one for one in self.messages if one.draft == id), None)
                if known is None:
                    raise Refused(404, "notFound", "Requested entity was not found.", "NOT_FOUND")
                self.messages.remove(known)
                return 204, None
        raise Refused(404, "notFound", "Not Found", "NOT_FOUND")

    def _keep(self, content: bytes, labels: set[str]) -> Message:
        made = Message(f"18c{len(self.messages):013x}", content, labels, indexed=not self.lags)
        self.messages.append(made)
        return made

    def _one(self, id: str) -> Message:
        if not re.fullmatch(r"[0-9a-f]+", id):
            raise Refused(400, "invalidArgument", "Invalid id value", "INVALID_ARGUMENT")
        known = next((one for one in self.messages if one.id == id), None)
        if known is None:
            raise Refused(404, "notFound", "Requested entity was not found.", "NOT_FOUND")
        return known

    def _found(self, told: dict[str, str]) -> list[Message]:
        label = told.get("labelIds", "")
        return [one for one in reversed(self.messages) if (not label or label in one.labels) and one.fits(told.get("q", ""))]

    def _page(self, name: str, found: list[Any], told: dict[str, str]) -> dict[str, Any]:
        first, most = int(told.get("pageToken", "0")), int(told.get("maxResults", "100"))
        if most > 500:
            raise Refused(400, "invalidArgument", "Invalid maxResults", "INVALID_ARGUMENT")
        size = min(PAGE, most)
        body: dict[str, Any] = {name: found[first : first + size], "resultSizeEstimate": 201} if found else {"resultSizeEstimate": 0}
        return {**body, "nextPageToken": str(first + size)} if first + size < len(found) else body

    def _shown(self, one: Message, format: str) -> dict[str, Any]:
        told = {"id": one.id, "threadId": one.id, "labelIds": sorted(one.labels), "sizeEstimate": len(one.raw)}
        if format == "raw":
            return {**told, "raw": base64.urlsafe_b64encode(one.raw).decode()}
        head = email.message_from_bytes(one.raw, policy=email.policy.compat32)
        return {**told, "payload": {"headers": [{"name": name, "value": str(value)} for name, value in head.items()]}}

    def _send(self, content: bytes) -> dict[str, Any]:
        letter = email.message_from_bytes(content, policy=email.policy.SMTP)
        assert isinstance(letter, EmailMessage)
        to = [address for _, address in getaddresses([str(letter["To"] or ""), str(letter["Cc"] or "")]) if address]
        if self.refuses in to or not to:
            raise Refused(400, "invalidArgument", f"Invalid To header: {self.refuses}", "INVALID_ARGUMENT")
        if self.renames:
            letter["X-Google-Original-Message-ID"] = letter["Message-ID"]
            letter.replace_header("Message-ID", f"<CA{len(self.messages)}@mail.gmail.com>")
        made = self._keep(letter.as_bytes(), {"SENT"})
        return {"id": made.id, "threadId": made.id, "labelIds": ["SENT"]}


def _content(told: dict[str, str]) -> bytes:
    return base64.urlsafe_b64decode(told["raw"])

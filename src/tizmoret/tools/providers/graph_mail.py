"""The mailbox of a Microsoft account, by Microsoft Graph (v1.0, https://learn.microsoft.com/graph/api/resources/message).

A search by words cannot be narrowed or sorted there, knows no forms of words, and lags behind; so it is asked for words alone, what it names
is narrowed here, and of the newest letters it is not believed alone."""

from __future__ import annotations

import base64
import datetime as dt
import email.policy
import re
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from tizmoret.errors import NotFound, StepFailed, TooLarge
from tizmoret.tools.models import Letter, Period
from tizmoret.tools.providers.mail_message import about, read_letter
from tizmoret.tools.providers.microsoft_client import AT_ONCE
from tizmoret.tools.providers.rest_client import Refused, RestSession, together

MOST_COUNTED = 1_000  # letters that a search counts; Microsoft finds no more by words
LOOKED_INTO = 60  # newest letters that are read for words that Microsoft did not find
NEWEST = 20  # drafts or sent letters that are looked through where the search does not know one yet
MAX_BYTES = 16 * 1024 * 1024  # of one letter
_FIELDS = "id,subject,from,isRead,receivedDateTime,internetMessageId"
_ID = re.compile(r"[A-Za-z0-9_=-]{8,500}")
_WORDS = 6  # of a query that Microsoft is asked about
_KNOWN = {
    "inbox": "inbox", "sent": "sentitems", "sent items": "sentitems", "drafts": "drafts", "archive": "archive", "trash": "deleteditems",
    "deleted items": "deleteditems", "junk": "junkemail", "spam": "junkemail",
}  # fmt: skip


class GraphMailbox:
    """A `Mailbox`."""

    def __init__(self, session: RestSession, server: str, address: str, timezone: ZoneInfo) -> None:
        """server: of Microsoft Graph. timezone: where the days of a period begin and end."""
        self._session, self._address, self._timezone = session, address, timezone
        self._at = f"{server}/me"

    async def sender(self) -> str:
        return self._address

    # -- reading

    async def search(self, query: str, *, period: Period | None, folder: str, unread: bool, limit: int) -> tuple[Sequence[Letter], int]:
        where = f"{self._at}/mailFolders/{await self._folder(folder)}/messages"
        first, last = self._days(period)
        narrow = [f"receivedDateTime ge {first}", f"receivedDateTime lt {last}", *(["isRead eq false"] if unread else [])]
        asked = {"$filter": " and ".join(narrow), "$orderby": "receivedDateTime desc"}
        words = [re.sub(r'["\\]', " ", word) for word in query.split()[:_WORDS]]
        if not words:
            found = await self._listed(where, asked, MOST_COUNTED)
            return await self._letters(found[:limit]), len(found)
        terms = " AND ".join(f'\\"{word}\\"' for word in words)
        named = await self._listed(where, {"$search": f'"{terms}"'}, MOST_COUNTED)
        fitting = [one for one in named if first <= one["receivedDateTime"] < last and not (unread and one.get("isRead") is True)]
        newest = await self._listed(where, asked, LOOKED_INTO)
        known = {one["id"] for one in fitting}
        read = {letter.id: letter for letter in await self._letters([one for one in newest if one["id"] not in known])}
        fitting += [one for one in newest if one["id"] in read and about(query, read[one["id"]])]
        fitting.sort(key=lambda one: str(one["receivedDateTime"]), reverse=True)
        shown = fitting[:limit]
        read |= {letter.id: letter for letter in await self._letters([one for one in shown if one["id"] not in read])}
        return [read[one["id"]] for one in shown if one["id"] in read], len(fitting)

    async def read(self, id: str) -> Letter:
        if not _ID.fullmatch(id):
            raise _no_letter(id)
        try:
            told = await self._session.get(f"{self._at}/messages/{quote(id, safe='')}", {"$select": _FIELDS})
            return await self._letter(told)
        except NotFound as error:
            raise _no_letter(id) from error
        except Refused as error:
            if "ErrorInvalidIdMalformed" in error.reasons:
                raise _no_letter(id) from error
            raise

    async def _letters(self, told: Sequence[Mapping[str, Any]]) -> list[Letter]:
        async def one(each: Mapping[str, Any]) -> list[Letter]:
            try:
                return [await self._letter(each)]
            except NotFound:  # gone since it was found
                return []

        return [letter for found in await together(told, one, at_once=AT_ONCE) for letter in found]

    async def _letter(self, told: Mapping[str, Any]) -> Letter:
        """Without marking it as read; of one that is too large, its head."""
        if not isinstance(told.get("id"), str):
            raise StepFailed("Microsoft gave a letter that cannot be read.", cure="Leave it out.")
        try:
            content = await self._session.content(f"{self._at}/messages/{quote(told['id'], safe='')}/$value", {}, MAX_BYTES)
        except TooLarge:
            sender = (told.get("from") or {}).get("emailAddress", {}).get("address", "")
            head = EmailMessage(policy=email.policy.SMTP)
            head["Subject"], head["From"] = " ".join(str(told.get("subject", "")).split()), " ".join(str(sender).split())
            content = head.as_bytes()
        return read_letter(told["id"], content, seen=told.get("isRead") is True)

    async def _listed(self, where: str, asked: Mapping[str, str], most: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        async for page in self._session.pages(where, {"$select": _FIELDS, "$top": str(min(most, 250)), **asked}):
            told = page.get("value")
            found += [one for one in told if _makes_sense(one)] if isinstance(told, list) else []
            if len(found) >= most:
                break
        return found[:most]

    async def _folder(self, name: str) -> str:
        """Raises NotFound."""
        known = _KNOWN.get(name.casefold())
        if known:
            return known
        async for page in self._session.pages(f"{self._at}/mailFolders", {"$top": "100", "$select": "id,displayName"}):
            told = page.get("value")
            for one in told if isinstance(told, list) else []:
                if isinstance(one, dict) and str(one.get("displayName", "")).casefold() == name.casefold() and one.get("id"):
                    return quote(str(one["id"]), safe="")
        raise NotFound(f"There is no mail folder “{name[:100]}”.", cure="INBOX is always there.", field="folder")

    def _days(self, period: Period | None) -> tuple[str, str]:
        if period is None:
            return "1900-01-01T00:00:00Z", "2200-01-01T00:00:00Z"
        days = (period.start, period.end + dt.timedelta(days=1))
        first, last = (f"{dt.datetime.combine(day, dt.time(), self._timezone).astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}" for day in days)
        return first, last

    # -- writing

    async def draft(self, letter: EmailMessage) -> bool:
        if await self._held("drafts", str(letter["Message-ID"])):
            return False
        await self._session.send("POST", f"{self._at}/messages", body=_mime(letter), kind="text/plain")
        return True

    async def discard(self, message_id: str) -> bool:
        found = await self._held("drafts", message_id)
        if not found:
            return False
        try:
            await self._session.send("DELETE", f"{self._at}/messages/{quote(found, safe='')}")
        except NotFound:
            return False
        return True

    async def send(self, letter: EmailMessage) -> None:
        await self._session.send("POST", f"{self._at}/sendMail", body=_mime(letter), kind="text/plain")

    async def was_sent(self, message_id: str) -> bool:
        return bool(await self._held("sentitems", message_id))

    async def _held(self, folder: str, message_id: str) -> str:
        """Its id in this folder; empty where it is not there."""
        where, quoted = f"{self._at}/mailFolders/{folder}/messages", message_id.replace("'", "''")
        found = await self._listed(where, {"$filter": f"internetMessageId eq '{quoted}'"}, 1)
        if not found:
            newest = await self._listed(where, {}, NEWEST)
            found = [one for one in newest if one.get("internetMessageId") == message_id]
        return str(found[0]["id"]) if found else ""


def _makes_sense(told: Any) -> bool:
    return isinstance(told, dict) and isinstance(told.get("id"), str) and isinstance(told.get("receivedDateTime"), str)


def _mime(letter: EmailMessage) -> bytes:
    return base64.b64encode(letter.as_bytes(policy=email.policy.SMTP))


def _no_letter(id: str) -> NotFound:
    return NotFound(f"There is no letter {id[:100]}.", cure="Search for it first.", field="letter")

"""The mailbox of a Google account, by the Gmail API (v1, https://developers.google.com/workspace/gmail/api/reference/rest).

Its search knows no forms of words and lags behind by seconds, so of the newest letters it is not believed alone. A letter that is sent may get
another Message-ID; the one it had is then kept in a header of Google's."""

from __future__ import annotations

import base64
import datetime as dt
import email.policy
import re
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

from tizmoret.errors import NotFound, StepFailed, TooLarge
from tizmoret.tools.models import Letter, Period
from tizmoret.tools.providers.mail_message import about, read_letter
from tizmoret.tools.providers.rest_client import RestSession, together

MOST_COUNTED = 1_000  # letters that a search counts
LOOKED_INTO = 60  # newest letters that are read for words that Gmail did not find
NEWEST = 20  # drafts or sent letters that are looked through where the search does not know one yet
MAX_BYTES = 16 * 1024 * 1024  # of one letter, as it is transferred
_ID = re.compile(r"[0-9a-f]{1,32}")
_WORDS = 6  # of a query that Gmail is asked about
_IDS = ("message-id", "x-google-original-message-id")
_SYSTEM = frozenset({"INBOX", "SENT", "DRAFT", "TRASH", "SPAM", "STARRED", "IMPORTANT"})
_USUAL = {"DRAFTS": "DRAFT", "SENT ITEMS": "SENT", "SENT MAIL": "SENT", "JUNK": "SPAM"}


class GmailBox:
    """A `Mailbox`."""

    def __init__(self, session: RestSession, server: str, address: str, timezone: ZoneInfo) -> None:
        """server: of the Gmail API. timezone: where the days of a period begin and end."""
        self._session, self._address, self._timezone = session, address, timezone
        self._at = f"{server}/users/me"

    async def sender(self) -> str:
        return self._address

    # -- reading

    async def search(self, query: str, *, period: Period | None, folder: str, unread: bool, limit: int) -> tuple[Sequence[Letter], int]:
        asked = ["is:unread"] if unread else []
        if period is not None:
            asked += [f"after:{self._seconds(period.start) - 1}", f"before:{self._seconds(period.end + dt.timedelta(days=1))}"]
        label = await self._label(folder)
        words = [f'"{word}"' for word in query.replace('"', " ").split()[:_WORDS]]
        found = await self._listed("messages", "messages", label, " ".join([*asked, *words]), MOST_COUNTED)
        letters = {letter.id: letter for letter in await self._letters(found[:limit])}
        if words:
            newest = await self._listed("messages", "messages", label, " ".join(asked), LOOKED_INTO)
            more = [letter for letter in await self._letters([id for id in newest if id not in found]) if about(query, letter)]
            letters |= {letter.id: letter for letter in more}
            found += [letter.id for letter in more]
        return sorted(letters.values(), key=_when, reverse=True)[:limit], len(found)

    async def read(self, id: str) -> Letter:
        if not _ID.fullmatch(id):
            raise _no_letter(id)
        try:
            return await self._letter(id)
        except NotFound as error:
            raise _no_letter(id) from error

    async def _letters(self, ids: Sequence[str]) -> list[Letter]:
        async def one(id: str) -> list[Letter]:
            try:
                return [await self._letter(id)]
            except NotFound:  # gone since it was found
                return []

        return [letter for found in await together(ids, one) for letter in found]

    async def _letter(self, id: str) -> Letter:
        """Without marking it as read; of one that is too large, its head."""
        url = f"{self._at}/messages/{id}"
        try:
            told = await self._session.get(url, {"format": "raw"})
            content = _content(told)
        except TooLarge:
            told = await self._session.get(url, {"format": "metadata"})
            content = "".join(f"{name}: {value}\r\n" for name, value in _headers(told)).encode()
        except (KeyError, ValueError) as error:
            raise StepFailed("Google gave a letter that cannot be read.", cure="Leave it out.") from error
        return read_letter(id, content, seen="UNREAD" not in _strings(told.get("labelIds")))

    async def _listed(self, what: str, part: str, label: str, query: str, most: int) -> list[str]:
        """Ids, the newest first."""
        asked = {"maxResults": str(min(most, 500)), **({"q": query} if query else {}), **({"labelIds": label} if label else {})}
        found: list[str] = []
        async for page in self._session.pages(f"{self._at}/{what}", asked):
            told = page.get(part)
            found += [str(one["id"]) for one in told if isinstance(one, dict) and "id" in one] if isinstance(told, list) else []
            if len(found) >= most:
                break
        return found[:most]

    async def _label(self, folder: str) -> str:
        """Raises NotFound."""
        name = _USUAL.get(folder.upper(), folder.upper())
        if name in _SYSTEM:
            return name
        told = (await self._session.get(f"{self._at}/labels")).get("labels")
        for one in told if isinstance(told, list) else []:
            if isinstance(one, dict) and str(one.get("name", "")).casefold() == folder.casefold():
                return str(one["id"])
        raise NotFound(f"There is no mail folder “{folder[:100]}”.", cure="INBOX is always there.", field="folder")

    def _seconds(self, day: dt.date) -> int:
        """Of a day, Gmail takes where it begins in California."""
        return int(dt.datetime.combine(day, dt.time(), self._timezone).timestamp())

    # -- writing

    async def draft(self, letter: EmailMessage) -> bool:
        if await self._draft_of(str(letter["Message-ID"])):
            return False
        await self._session.send("POST", f"{self._at}/drafts", body={"message": {"raw": _raw(letter)}})
        return True

    async def discard(self, message_id: str) -> bool:
        found = await self._draft_of(message_id)
        if not found:
            return False
        try:
            await self._session.send("DELETE", f"{self._at}/drafts/{found}")
        except NotFound:
            return False
        return True

    async def send(self, letter: EmailMessage) -> None:
        await self._session.send("POST", f"{self._at}/messages/send", body={"raw": _raw(letter)})

    async def was_sent(self, message_id: str) -> bool:
        if await self._listed("messages", "messages", "SENT", _by_id(message_id), 1):
            return True
        newest = await self._listed("messages", "messages", "SENT", "", NEWEST)
        return bool(await self._with_id(message_id, {id: id for id in newest}))

    async def _draft_of(self, message_id: str) -> str:
        """The draft's own id, which is not the letter's; empty where there is none."""
        found = await self._listed("drafts", "drafts", "", _by_id(message_id), 1)
        if found:
            return found[0]
        drafts: dict[str, str] = {}
        told = (await self._session.get(f"{self._at}/drafts", {"maxResults": str(NEWEST)})).get("drafts")
        for one in told if isinstance(told, list) else []:
            if isinstance(one, dict) and isinstance(one.get("message"), dict):
                drafts[str(one["message"].get("id"))] = str(one.get("id"))
        return await self._with_id(message_id, drafts)

    async def _with_id(self, message_id: str, letters: Mapping[str, str]) -> str:
        """What stands for the letter among these that has this Message-ID, or had it."""

        async def one(id: str) -> str:
            try:
                told = await self._session.get(f"{self._at}/messages/{id}", {"format": "metadata"})
            except NotFound:
                return ""
            return letters[id] if any(name.lower() in _IDS and value == message_id for name, value in _headers(told)) else ""

        return next((found for found in await together(list(letters), one) if found), "")


def _when(letter: Letter) -> dt.datetime:
    return letter.date or dt.datetime.min.replace(tzinfo=dt.UTC)


def _raw(letter: EmailMessage) -> str:
    return base64.urlsafe_b64encode(letter.as_bytes(policy=email.policy.SMTP)).decode()


def _content(told: Mapping[str, Any]) -> bytes:
    """Raises KeyError, ValueError."""
    text = str(told["raw"])
    content = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if not content:
        raise ValueError("it is empty")
    return content


def _by_id(message_id: str) -> str:
    return f"rfc822msgid:{message_id.strip('<>')}"


def _headers(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    payload = told.get("payload")
    found = payload.get("headers") if isinstance(payload, dict) else None
    pairs = (
        [(str(one.get("name", "")), str(one.get("value", ""))) for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    )
    return [(name, " ".join(value.split())) for name, value in pairs]


def _strings(told: Any) -> list[str]:
    return [one for one in told if isinstance(one, str)] if isinstance(told, list) else []


def _no_letter(id: str) -> NotFound:
    return NotFound(f"There is no letter {id[:100]}.", cure="Search for it first.", field="letter")

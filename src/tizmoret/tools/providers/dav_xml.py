"""What WebDAV (RFC 4918), CalDAV (RFC 4791) and CardDAV (RFC 6352) say in XML: our questions, and a server's answers. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

from lxml import etree

DAV, CAL, CARD, SERVER = "DAV:", "urn:ietf:params:xml:ns:caldav", "urn:ietf:params:xml:ns:carddav", "http://calendarserver.org/ns/"
_NAMES = f'xmlns:d="{DAV}" xmlns:c="{CAL}" xmlns:a="{CARD}" xmlns:s="{SERVER}"'
_HEAD = '<?xml version="1.0" encoding="utf-8"?>'

COLLECTIONS = (
    f"{_HEAD}<d:propfind {_NAMES}><d:prop><d:resourcetype/><d:displayname/><d:current-user-principal/><c:calendar-home-set/>"
    "<a:addressbook-home-set/><c:supported-calendar-component-set/></d:prop></d:propfind>"
)
VERSION = f"{_HEAD}<d:propfind {_NAMES}><d:prop><s:getctag/><d:sync-token/></d:prop></d:propfind>"
CARDS = f"{_HEAD}<a:addressbook-query {_NAMES}><d:prop><d:getetag/><a:address-data/></d:prop><a:filter/></a:addressbook-query>"


def between(start: dt.datetime, end: dt.datetime) -> str:
    """Events that overlap [start, end)."""
    return _query(f'<c:time-range start="{_utc(start)}" end="{_utc(end)}"/>')


def with_uid(uid: str) -> str:
    return _query(f'<c:prop-filter name="UID"><c:text-match collation="i;octet">{escape(uid)}</c:text-match></c:prop-filter>')


def _query(condition: str) -> str:
    return (
        f'{_HEAD}<c:calendar-query {_NAMES}><d:prop><d:getetag/><c:calendar-data/></d:prop><c:filter><c:comp-filter name="VCALENDAR">'
        f'<c:comp-filter name="VEVENT">{condition}</c:comp-filter></c:comp-filter></c:filter></c:calendar-query>'
    )


def _utc(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server says of one resource: only the properties that it has."""

    href: str
    found: Mapping[str, etree._Element]

    def text(self, namespace: str, name: str) -> str:
        element = self.found.get(f"{{{namespace}}}{name}")
        return "" if element is None else (element.text or "").strip()

    def whole(self, namespace: str, name: str) -> str:
        """As `text`, with its blanks: they mean something in what is folded."""
        element = self.found.get(f"{{{namespace}}}{name}")
        return "" if element is None else element.text or ""

    def link(self, namespace: str, name: str) -> str:
        element = self.found.get(f"{{{namespace}}}{name}")
        inner = None if element is None else element.find(f"{{{DAV}}}href")
        return "" if inner is None else (inner.text or "").strip()

    def is_a(self, namespace: str, kind: str) -> bool:
        element = self.found.get(f"{{{DAV}}}resourcetype")
        return element is not None and element.find(f"{{{namespace}}}{kind}") is not None

    def takes(self, component: str) -> bool:
        """Whether a calendar holds such components; one that does not say holds all."""
        element = self.found.get(f"{{{CAL}}}supported-calendar-component-set")
        return element is None or any(one.get("name", "").upper() == component for one in element.findall(f"{{{CAL}}}comp"))


def answers(content: bytes) -> Iterator[Answer]:
    """Of a multistatus. Entities are not read: one can stand for gigabytes, or for a file of this machine. Raises ValueError."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ValueError("it is not XML") from error
    if root is None or root.tag != f"{{{DAV}}}multistatus":
        raise ValueError("it is no multistatus")
    for response in root.findall(f"{{{DAV}}}response"):
        found: dict[str, etree._Element] = {}
        for propstat in response.findall(f"{{{DAV}}}propstat"):
            if " 200" in (propstat.findtext(f"{{{DAV}}}status") or " 200"):
                found |= {str(element.tag): element for properties in propstat.findall(f"{{{DAV}}}prop") for element in properties}
        yield Answer((response.findtext(f"{{{DAV}}}href") or "").strip(), found)

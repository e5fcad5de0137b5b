"""Write contact cards: a new one as vCard 3.0, which every program reads, and what is to change in one that is there, which otherwise stays word
for word as it is. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tizmoret.tools.models import Contact
from tizmoret.tools.names import given_and_family
from tizmoret.tools.providers.vcard import Line, cards, contact, content_lines, line_of

_WIDTH = 75  # octets of one physical line (RFC 6350, 3.2)
_PROPERTIES: Mapping[str, tuple[str, ...]] = {
    "name": ("FN",), "email": ("EMAIL",), "phone": ("TEL",), "organization": ("ORG",), "role": ("TITLE", "ROLE"),
}  # fmt: skip
_NEW = {"email": "EMAIL;TYPE=INTERNET", "phone": "TEL;TYPE=VOICE"}
_HEAD = re.compile(r"(?:[^\":]|\"[^\"]*\")*:")
_ENCODED = re.compile(r";(?:ENCODING=[^;:]*|CHARSET=[^;:]*|QUOTED-PRINTABLE|BASE64)(?=[;:])", re.IGNORECASE)
_GROUP = re.compile(r"[A-Za-z0-9-]+\.")
_SCHEME = re.compile(r"(?:tel|mailto):", re.IGNORECASE)
_PASSING = frozenset({"REV", "PRODID"})  # servers write them anew


def written(made: Contact) -> str:
    """A card that is not there yet, under the contact's own id."""
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"UID:{_escaped(made.id)}", f"N:{_structured(made.name)}"]
    lines += [f"{_new(field)}:{_escaped(value)}" for field in _PROPERTIES if (value := getattr(made, field))]
    return "".join(_folded(line, "\r\n") for line in [*lines, "END:VCARD"])


def edited(card: str, said: Mapping[str, str]) -> str:
    """The card with other values; an empty one takes the property out. One that is there keeps its parameters; of several, the one that is read
    first is meant."""
    parts = list(content_lines(card))
    end = "\r\n" if "\r\n" in card else "\n"
    for field, value in said.items():
        places = _places(parts, _PROPERTIES[field])
        if not value:
            _take_out(parts, places[0])
        elif places:
            parts[places[0]] = _said(parts[places[0]][1], _escaped(value), end)
        else:
            _insert(parts, f"{_new(field)}:{_escaped(value)}", end)
        if field == "name":
            _rename(parts, value, end)
    lines = next(cards(card), [])
    if not any(line.name == "UID" and line.value.strip() for line in lines) and (known := contact(lines)) is not None:
        _insert(parts, f"UID:{known.id}", end)  # its words were its id until now
    return "".join(raw for raw, _ in parts)


def _take_out(parts: list[tuple[str, str]], place: int) -> None:
    """The line, and a label that was of nothing else ("item1.X-ABLabel")."""
    _, said = parts.pop(place)
    group = _GROUP.match(said)
    of_group = [at for at, (_, other) in enumerate(parts) if group and other.upper().startswith(group[0].upper())]
    if all(parts[at][1][len(group[0]) :].upper().startswith("X-AB") for at in of_group if group):
        for at in reversed(of_group):
            del parts[at]


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Where each whole card stands in a file."""
    place, begin = 0, -1
    for raw, said in content_lines(text):
        mark = said.strip().upper()
        begin = place if mark == "BEGIN:VCARD" else begin
        place += len(raw)
        if mark == "END:VCARD" and begin >= 0:
            yield begin, place
            begin = -1


def says_the_same(one: str, other: str) -> bool:
    """Whether two cards say the same, however they are ordered and folded."""
    return one == other or _all(one) == _all(other)


def _all(card: str) -> list[tuple[str, list[tuple[str, str]], list[str]]]:
    lines = [line for _, said in content_lines(card) if (line := line_of(said)) is not None]
    return sorted((line.name, sorted(line.params), line.parts) for line in lines if line.name not in _PASSING)


def _places(parts: list[tuple[str, str]], names: tuple[str, ...]) -> list[int]:
    """Where properties of these names stand that say something, the one that is read first."""
    found: list[tuple[int, int, int]] = []
    for place, (_, said) in enumerate(parts):
        line = line_of(said)
        if line is not None and line.name in names and line.value.strip(" ;"):
            found.append((names.index(line.name), line.preference, place))
    return [place for *_, place in sorted(found)]


def _rename(parts: list[tuple[str, str]], name: str, end: str) -> None:
    """The structured name says the same as the one that is shown; prefixes and the like stay."""
    places = _places(parts, ("N",))
    if not places:
        _insert(parts, f"N:{_structured(name)}", end)
        return
    said = parts[places[0]][1]
    line = line_of(said)
    rest = [_escaped(one) for one in line.parts[2:]] if isinstance(line, Line) else []
    given, family = given_and_family(name)
    parts[places[0]] = _said(said, ";".join([_escaped(family), _escaped(given), *rest]), end)


def _said(said: str, value: str, end: str) -> tuple[str, str]:
    """The same property with another value, which is not encoded any more."""
    head = _HEAD.match(said)
    assert head is not None
    scheme = _SCHEME.match(said, head.end())
    line = f"{_ENCODED.sub('', head[0])}{scheme[0] if scheme else ''}{value}"
    return _folded(line, end), line


def _insert(parts: list[tuple[str, str]], line: str, end: str) -> None:
    place = next((at for at, (_, said) in enumerate(parts) if said.strip().upper() == "END:VCARD"), len(parts))
    parts.insert(place, (_folded(line, end), line))


def _new(field: str) -> str:
    return _NEW.get(field, _PROPERTIES[field][0])


def _structured(name: str) -> str:
    given, family = given_and_family(name)
    return f"{_escaped(family)};{_escaped(given)};;;"


def _escaped(value: str) -> str:
    return re.sub(r"([\\,;])", r"\\\1", value)


def _folded(line: str, end: str) -> str:
    """With its line ends, none longer than `_WIDTH` octets and no letter parted."""
    rows, row = [], ""
    for letter in line:
        if len((row + letter).encode("utf-8", "surrogateescape")) > _WIDTH:
            rows.append(row)
            row = " "
        row += letter
    return "".join(f"{one}{end}" for one in [*rows, row])

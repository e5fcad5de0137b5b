"""Read contact cards: vCard 2.1 (as old phones export it), 3.0 and 4.0 (RFC 6350). Pure. They are written in `vcard_edit`.

Written here because the parsers at hand refuse what phones write: a whole card for one broken photo, or the soft line breaks of a
quoted-printable Hebrew name."""

from __future__ import annotations

import hashlib
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tizmoret.tools.models import Contact

MAX_VALUE = 2_000  # characters kept of one field
_LINE = re.compile(r"(?:[A-Za-z0-9-]+\.)?(?P<name>[A-Za-z0-9-]+)(?P<params>(?:;(?:[^\":;]|\"[^\"]*\")*)*):(?P<value>.*)", re.DOTALL)
_PHYSICAL = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
_PARAM = re.compile(r";((?:[^\";]|\"[^\"]*\")*)")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SCHEMES = ("mailto:", "tel:", "urn:uuid:")


@dataclass(frozen=True, slots=True)
class Line:
    """One property of a card. `params`: names and values in upper case; a bare one (version 2.1) is its own value."""

    name: str
    params: tuple[tuple[str, str], ...]
    value: str

    def has(self, name: str, value: str) -> bool:
        return any(key == name and value in text.split(",") for key, text in self.params)

    @property
    def preference(self) -> int:
        """The lower, the better."""
        said = next((text for key, text in self.params if key == "PREF" and text.isdecimal()), None)
        if said is not None:
            return int(said)
        return 1 if self.has("TYPE", "PREF") or self.has("PREF", "PREF") else 101

    @property
    def parts(self) -> list[str]:
        """The components of a structured value, such as a name or an organization."""
        return [plain(part) for part in re.split(r"(?<!\\);", self.value)]


def cards(text: str) -> Iterator[list[Line]]:
    """The cards of a file, in order. A line that cannot be read is left out; a card without its end is none."""
    lines: list[Line] | None = None
    for _, said in content_lines(text):
        mark = said.strip().upper()
        if mark == "BEGIN:VCARD":
            lines = []
        elif mark == "END:VCARD":
            if lines is not None:
                yield lines
            lines = None
        elif lines is not None and (line := line_of(said)) is not None:
            lines.append(line)


def contact(lines: list[Line]) -> Contact | None:
    """None for a card that names nobody."""
    names = [line.value for line in named(lines, "FN")]
    shown = clean(plain(names[0])) if names else ""
    family, given = _structured(lines)
    organization = _first(lines, "ORG")
    name = shown or " ".join(part for part in (given, family) if part) or _first(lines, "NICKNAME") or organization
    if not name:
        return None
    others = [plain(other) for other in names[1:]]
    for line in named(lines, "NICKNAME"):
        others += [plain(part) for part in re.split(r"(?<!\\),", line.value)]
    for line in lines:  # a name in the other script, as phones write it to sort by or to pronounce
        if line.name in ("X-PHONETIC-FIRST-NAME", "X-PHONETIC-LAST-NAME", "X-MAIDENNAME"):
            others.append(plain(line.value))
    if given and family:
        others.append(f"{given} {family}")
    return Contact(
        id=_first(lines, "UID") or _fingerprint(lines),
        name=name,
        email=_first(lines, "EMAIL"),
        phone=_first(lines, "TEL"),
        organization=organization,
        role=_first(lines, "TITLE") or _first(lines, "ROLE"),
        nicknames=tuple(dict.fromkeys(other for one in others if (other := clean(one)) and other != name)),
    )


def content_lines(text: str) -> Iterator[tuple[str, str]]:
    """Each content line as it stands, with its line ends, and unfolded: one that begins with a blank goes on with the line before, as does
    one after a soft break of quoted-printable."""
    raw = said = ""
    for part in _PHYSICAL.findall(text):
        line = part.rstrip("\r\n")
        soft = said.endswith("=") and "QUOTED-PRINTABLE" in said.partition(":")[0].upper()
        if soft or (said and line[:1] in (" ", "\t")):
            raw, said = raw + part, said[:-1] + line.lstrip(" \t") if soft else said + line[1:]
            continue
        if raw:
            yield raw, said
        raw, said = part, line
    if raw:
        yield raw, said


def line_of(said: str) -> Line | None:
    """Of an unfolded content line. None for one that cannot be read."""
    found = _LINE.fullmatch(said)
    if found is None:
        return None
    params = []
    for text in _PARAM.findall(found["params"]):
        key, equals, value = text.upper().partition("=")
        params.append((key, value.replace('"', "")) if equals else (key, key))
    value = found["value"]
    line = Line(found["name"].upper(), tuple(params), value)
    if line.has("ENCODING", "QUOTED-PRINTABLE") or line.has("QUOTED-PRINTABLE", "QUOTED-PRINTABLE"):
        charset = next((text for key, text in params if key == "CHARSET"), "UTF-8")
        try:
            value = quopri.decodestring(value.encode()).decode(charset, "replace")
        except LookupError:
            value = quopri.decodestring(value.encode()).decode("utf-8", "replace")
    return Line(line.name, line.params, value)


def named(lines: list[Line], name: str) -> list[Line]:
    """The lines of this name that say something, the preferred one first."""
    return sorted((line for line in lines if line.name == name and line.value.strip(" ;")), key=lambda line: line.preference)


def _first(lines: list[Line], name: str) -> str:
    found = named(lines, name)
    if not found:
        return ""
    value = ", ".join(part for part in found[0].parts if part) if name == "ORG" else plain(found[0].value)
    for scheme in _SCHEMES:
        if value.lower().startswith(scheme):
            value = value[len(scheme) :]
    return clean(value)


def _structured(lines: list[Line]) -> tuple[str, str]:
    """(family, given), either may be empty."""
    found = named(lines, "N")
    parts = [*(found[0].parts if found else []), "", ""]
    return clean(parts[0]), clean(parts[1])


def plain(value: str) -> str:
    return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)


def clean(value: str) -> str:
    """On one line, without what cannot be seen."""
    return " ".join("".join(letter for letter in value if letter.isprintable() or letter.isspace()).split())[:MAX_VALUE]


def _fingerprint(lines: list[Line]) -> str:
    return hashlib.sha256("\n".join(f"{line.name}:{line.value}" for line in lines).encode("utf-8", "replace")).hexdigest()[:16]

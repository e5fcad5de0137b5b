"""What stands in a request as itself: code in back-quotes, links, e-mail addresses, file names, titles in quotes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Sort = Literal["code", "url", "email", "file", "quote", "channel"]

# The kinds of files that people name. An ending of another kind is as likely the end of a sentence ("e.g.") as a file.
ENDINGS = "docx|doc|xlsx|xls|xlsm|pptx|ppt|pdf|md|txt|csv|tsv|json|html|ics|vcf"
_TRAILING = ".,;:!?)]}'\""
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "״": '"', "«": '"', "»": '"', "’": "'", "‘": "'", "׳": "'"})
_SPACES = re.compile(r"[^\S\n]+")

_PATTERNS: tuple[tuple[Sort, re.Pattern[str]], ...] = (
    ("code", re.compile(r"`([^`\n]{1,2000})`")),
    ("url", re.compile(r"(?<![\w@])(?:https?://|www\.)[^\s<>\"]{3,2000}", re.IGNORECASE)),
    ("email", re.compile(r"(?:(?<![\w.+-])|(?<=[א-ת]-))[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}")),
    ("quote", re.compile(r"(?:(?<!\w)|(?<=\W[בלמכ]))\"([^\"\n]{1,300})\"(?!\w)|(?<!\w)'([^'\n]{2,300})'(?!\w)")),
    # What something is to be called, up to the next clause.
    (
        "quote",
        re.compile(
            r"(?<!\w)(?:document|file|doc|report|note|meeting|page|[ולבכהמ]{0,2}(?:מסמך|קובץ|דוח|פגישה))\s+(?:called|named|titled|entitled|בשם|שנקרא|שנקראת)\s+"
            r"([^\s\"'][^\n\"',;.!?]{0,80}?)(?=[,;.!?\n]|\s+(?:and|then|with|ו?אז)\s|\s+ו[א-ת]{3,}\s|$)",
            re.IGNORECASE,
        ),
    ),
    ("channel", re.compile(r"(?<![\w#&/])#[^\W\d_][\w-]{0,79}")),
    # A name of several words is one behind a word that says what it is.
    (
        "file",
        re.compile(
            r"(?<!\w)(?:(?:the\s+)?(?:file|document|spreadsheet|presentation)|[ובהלמ]{0,3}(?:קובץ|מסמך|גיליון|מצגת))"
            r"\s+(?!of |on |about |with |called |named )"
            rf"([^\s,;:\"/]+(?: [^\s,;:\"/]+){{1,6}}\.(?:{ENDINGS}))(?!\w)",
            re.IGNORECASE,
        ),
    ),
    ("file", re.compile(rf"(?<![\w/.@])(?:[\w\-]{{1,80}}/){{0,8}}[\w][\w\-+.]{{0,120}}\.(?:{ENDINGS})(?!\w)", re.IGNORECASE)),
)
_HEBREW_PREFIX = re.compile(r"^[ובלמהשכ]{1,3}-(?=[^\W_])|^[ובלמהשכ]{1,3}(?=[A-Za-z0-9])")


@dataclass(frozen=True, slots=True)
class Thing:
    """Where it stands in the text, and what it says without quotes and joined letters."""

    start: int
    end: int
    sort: Sort
    value: str


def clean(text: str) -> str:
    """The request as the readers of this package take it: no vowel signs or invisible characters, plain quotes, single spaces."""
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).translate(_QUOTES)
    kept = "".join(
        letter for letter in plain if letter == "\n" or unicodedata.category(letter) not in ("Cf", "Cc", "Cs", "Co") or letter == "\t"
    )
    bare = re.sub(r"[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]", "", kept)
    return _SPACES.sub(" ", bare).strip()


def find_things(text: str) -> list[Thing]:
    """In order, none over another. A quoted file name is a file."""
    found: list[Thing] = []
    taken = bytearray(len(text))
    for sort, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            named = match.lastindex == 1 and match[0][0] not in "\"'`"  # behind a word that says what it is
            start, end = match.span(1) if named else match.span()
            if any(taken[start:end]):
                continue
            taken[start:end] = b"\1" * (end - start)
            value = next((group for group in match.groups() if group), match[0]) if match.re.groups else match[0]
            if sort == "url":
                value = value.rstrip(_TRAILING)
                end = start + len(value)
                value = value if "://" in value else f"https://{value}"
            elif sort == "quote" and re.fullmatch(rf"[^/\\]{{1,200}}\.(?:{ENDINGS})", value, re.IGNORECASE):
                sort_here: Sort = "file"
                found.append(Thing(start, end, sort_here, value))
                continue
            elif sort == "file" and (prefix := _HEBREW_PREFIX.match(value)):
                value = value[prefix.end() :]
            found.append(Thing(start, end, sort, value.strip()))
    return sorted(found, key=lambda thing: thing.start)


def inside(place: int, spans: Iterable[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)

"""Arguments that stand in the clause itself, read by what a slot is called and what kind of value it takes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tizmoret.planner.language.times import Toward
from tizmoret.planner.language.wordset import wordset
from tizmoret.planner.offline import cards, table_words
from tizmoret.planner.offline.messages import is_found, message, message_slot, said
from tizmoret.planner.offline.named_slots import by_name, channel
from tizmoret.planner.offline.numbers import number_for
from tizmoret.planner.offline.pairs import conversion, crossing
from tizmoret.planner.offline.parts import part_words
from tizmoret.planner.offline.reading import Reading
from tizmoret.planner.offline.skills import Skill, Slot
from tizmoret.words import normalise

_NEAR_FUTURE = timedelta(days=90)  # how far "the meeting with Yoav" is looked for where no day is named

_STARTS = frozenset(
    {"start", "after", "from", "since", "begin", "start_time", "earliest", "at", "when", "time", "date", "remind", "reminder"}
)
_ENDS = frozenset({"end", "before", "until", "to", "latest", "end_time", "due"})
_AHEAD = frozenset({"start", "starts", "begins", "start_time", "departure", "arrival"})  # of what is planned, and not of what was written
_MINUTES = frozenset({"minutes", "duration", "duration_minutes", "length"})
_COUNTS = frozenset({"limit", "count", "points", "sentences", "top", "number", "max", "max_results", "n"})
_COUNT = re.compile(r"(?<![\w.:/-])(?:(?:top|first|last|הראשונים|best)\s+)?(\d{1,3})\s+([^\W\d_]+)", re.IGNORECASE)
_COUNTED = {
    "sentences": wordset("sentence sentences lines משפטים משפט שורות"),
    "points": wordset("point points bullets items facts נקודות נקודה סעיפים עיקריים"),
}
_TOP = re.compile(
    r"(?<!\w)(?:top|first|latest|newest|last)\s+(\d{1,3})(?!\w)|(?<!\w)(\d{1,3})\s+ה?(?:ראשונים|ראשונות|אחרונים|אחרונות)(?!\w)",
    re.IGNORECASE,
)
_FILE_KINDS = {
    "pptx": "presentation presentations slides deck powerpoint pptx מצגת מצגות שקופיות",
    "xlsx": "spreadsheet spreadsheets excel xlsx גיליון גיליונות אקסל",
    "pdf": "pdf pdfs",
    "docx": "word docx וורד",
    "csv": "csv",
    "md": "markdown md",
    "txt": "txt",
}
_FILE_WORDS = {normalise(word): kind for kind, words in _FILE_KINDS.items() for word in words.split()}


def fill(skill: Skill, reading: Reading) -> dict[str, Any]:
    """What the clause says for the arguments of `skill`. Arguments that need another step are left out."""
    found: dict[str, Any] = {}
    if table_words.reckons(skill):
        found.update(table_words.read_table(skill, reading))
    for slot in skill.slots:
        if slot.name not in found:
            value = _value(slot, skill, reading)
            if value is not None and value != "" and value != []:
                found[slot.name] = value
    if skill.looks:
        _round_off(skill, reading, found)
    return found


def file_arguments(skill: Skill, name: str) -> dict[str, Any]:
    """How `skill` is asked for the one file of that name."""
    stem, _, ending = name.rpartition("/")[2].rpartition(".")
    said = {"query": stem, "kinds": [ending.lower()], "limit": 1}
    return {slot.name: said[slot.name] for slot in skill.slots if slot.name in said}


def toward(skill: Skill) -> Toward:
    """Calendars and what is still to be done are read ahead, documents back."""
    return (
        "future"
        if not skill.looks or any(outlet.kind in ("event", "event.id") for outlet in skill.outlets) or "=free" in skill.things
        else "past"
    )


def _value(slot: Slot, skill: Skill, reading: Reading) -> Any:
    if cards.of_card(slot):
        return cards.value(slot, skill, reading)
    reader = _BY_KIND.get(slot.kind) or (channel if slot.kind.endswith(".channel") else None)
    if reader is not None:
        return reader(slot, skill, reading)
    if slot.kind.endswith(".id"):
        return None  # found by a step, never made of words
    if slot.enum:
        return _choice(slot, reading)
    if slot.format == "date-time":
        return _time(slot, skill, reading)
    if slot.format == "date":
        return _date(slot, skill, reading)
    if slot.type in ("integer", "number"):
        return _amount(slot, skill, reading)
    if slot.type == "array" and slot.name == "kinds":
        endings = [name.rpartition(".")[2].lower() for name in reading.named("file")]
        return list(dict.fromkeys([*endings, *(_FILE_WORDS[word.plain] for word in reading.words if word.plain in _FILE_WORDS)]))
    return by_name(slot, skill, reading) if slot.type == "string" else None


def _time(slot: Slot, skill: Skill, reading: Reading) -> str | None:
    """What changes the calendar takes only a moment that somebody set; what looks takes the days that are meant."""
    when = (
        reading.target if reading.act == "change" and not skill.looks else reading.when("past" if reading.speaks_of_past else toward(skill))
    )
    if changes_existing(skill) and reading.act in ("book", "create"):
        return None  # "add Dana to tomorrow's meeting": its time says which one
    if not skill.looks:
        if reading.act == "change" and when.days is None and when.moment is None:
            when = replace(when, days=reading.when("future").days)  # "move tomorrow's meeting to 15:00"
            if when.days is None:
                return None
        moment = when.start if slot.name in _STARTS else when.end if slot.name in _ENDS else None
        return moment.isoformat() if moment else None
    moment = when.moment or (when.start if when.end is None and when.hours and not when.hours.vague and when.days is None else None)
    span = when.span
    if span is None:
        return None
    start, end = span
    if slot.name in _STARTS:
        start = max(start, moment) if moment else start
        return (max(start, reading.now.replace(microsecond=0)) if "=free" in skill.things else start).isoformat()
    return end.isoformat() if slot.name in _ENDS else None


def changes_existing(skill: Skill) -> bool:
    return not skill.looks and any(slot.required and slot.kind == "event.id" for slot in skill.slots)


def _round_off(skill: Skill, reading: Reading, found: dict[str, Any]) -> None:
    """The ends of a span where the clause names only one or none: from now on for what lies ahead."""
    times = {slot.name: slot for slot in skill.slots if slot.kind == "date-time" or slot.format == "date-time"}
    start, end = next((n for n in times if n in _STARTS), None), next((n for n in times if n in _ENDS), None)
    if start is None or end is None or not (times[start].required or times[end].required):
        return
    now = reading.now
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if start in found or end in found:
        return
    if reading.speaks_of_past:
        found[start], found[end] = (today - _NEAR_FUTURE).isoformat(), now.isoformat()
    else:
        found[start], found[end] = today.isoformat(), (today + _NEAR_FUTURE).isoformat()


def _period(slot: Slot, skill: Skill, reading: Reading) -> dict[str, str] | None:
    ahead = any(outlet.path.rpartition(".")[2] in _AHEAD for outlet in skill.outlets)
    days = reading.when("future" if ahead and not reading.speaks_of_past else "past").days
    return {"start": days.first.isoformat(), "end": days.last.isoformat()} if days else None


def _date(slot: Slot, skill: Skill, reading: Reading) -> str | None:
    days = reading.when(toward(skill)).days
    if days is None:
        return None
    return (days.last if slot.name in _ENDS else days.first).isoformat()


def _amount(slot: Slot, skill: Skill, reading: Reading) -> int | float | None:
    if slot.name in _MINUTES:
        return reading.when("future").minutes or (reading.target.minutes if reading.act == "change" else None)
    if slot.name in _COUNTED:
        counted = _COUNTED[slot.name]
        return next((_bounded(slot, int(m[1])) for m in _COUNT.finditer(reading.text) if normalise(m[2]) in counted), None)
    if slot.name in _COUNTS:
        if slot.name == "limit" and len(reading.named("file")) == 1 and skill.gives("document"):
            return 1
        match = _TOP.search(reading.text)
        return _bounded(slot, int(match[1] or match[2])) if match else None
    return number_for(slot, skill, reading)


def _bounded(slot: Slot, value: int) -> int:
    return max(int(slot.schema.get("minimum", value)), min(int(slot.schema.get("maximum", value)), value))


def _words(slot: Slot, skill: Skill, reading: Reading) -> str:
    """What to look for. Of a calendar, also the people; the words that name the tool's own subject say nothing."""
    if slot.name == "question" and skill.slot("url") and reading.named("url"):
        return ""
    leave = set(skill.things) | set(skill.title_words)
    files = reading.named("file")
    if skill.gives("document"):
        if files:
            return files[0].rpartition("/")[2].rpartition(".")[0]
        leave = {"=document", "=slides", "=table", "=summary", "=memo", "=point"} if slot.name == "query" else {"=document", "=summary"}
        if "=table" in leave and not reading.when("past").days and not skill.slot("period"):
            leave.discard("=table")
    if skill.material:
        leave |= {"=document", "=summary", "=memo", "=web", "=point"}
    if any(outlet.kind in ("event", "event.id") for outlet in skill.outlets):
        leave |= {"=meeting", "=calendar"}
        leave |= part_words(reading) if reading.act == "change" else frozenset()  # "the date of the meeting with Dana"
    if any(outlet.kind == "contact" for outlet in skill.outlets):
        leave |= {"=contact", "=employer"}
    if slot.name == "query" and not slot.required and skill.gives("markdown") and not skill.gives("document") and not skill.material:
        leave |= skill.nouns  # "which deadlines are coming up": what it always tells, and no subject to narrow it to
    topic = reading.topic(leave, people=True)
    if not topic and files:
        return files[0].rpartition("/")[2].rpartition(".")[0]
    return topic


def _person(slot: Slot, skill: Skill, reading: Reading) -> str | None:
    if slot.many:
        return None
    if reading.people:
        return reading.people[0].name
    topic = reading.topic(set(skill.things) | set(skill.title_words) | {"=contact", "=meeting"})
    return _OCCASION.split(topic)[0] or None


_OCCASION = re.compile(r"(?:^|\s+)(?:before|after|לפני|אחרי)(?:\s|$)", re.IGNORECASE)  # "brief me on Noa before the talk"


def _code(slot: Slot, skill: Skill, reading: Reading) -> str | None:
    return next(iter(reading.named("code")), None)


def _url(slot: Slot, skill: Skill, reading: Reading) -> str | None:
    return next(iter(reading.named("url")), None)


def _email(slot: Slot, skill: Skill, reading: Reading) -> Any:
    found = reading.named("email")
    if not found:
        return None
    return found if slot.many else found[0]


def _document_id(slot: Slot, skill: Skill, reading: Reading) -> Any:
    """A path is an id; a bare file name is looked for, since it may lie in any folder."""
    paths = [name for name in reading.named("file") if "/" in name]
    return (paths if slot.many else paths[0]) if paths else None


def _text(slot: Slot, skill: Skill, reading: Reading) -> str | None:
    if slot.name in ("title", "subject", "name"):
        return None if not skill.looks else next(iter(reading.named("quote")), None)
    if slot is message_slot(skill):
        return message(reading)
    quoted = reading.named("quote")
    if quoted and not skill.material:
        return quoted[0]
    if not skill.looks and is_found(slot) and (words := said(reading)):
        return words
    return (reading.phrase() or None) if slot.required and not is_found(slot) else None


def _message(slot: Slot, skill: Skill, reading: Reading) -> str | None:
    """What is sent to a place may stand in quotes; where it is sent to people, the quotes may hold its subject."""
    if skill.looks:
        return None
    if "send" not in skill.acts or skill.slot("contact") is not None:
        return said(reading)
    return message(reading)


def _choice(slot: Slot, reading: Reading) -> str | None:
    said = {word.plain for word in reading.words}
    for value in slot.enum:
        if normalise(value) in said or _FILE_WORDS.get(value) in said:
            return value
    for word in said:
        if _FILE_WORDS.get(word) in slot.enum:
            return _FILE_WORDS[word]
    return None


def _measured(slot: Slot, skill: Skill, reading: Reading) -> str | None:
    """A unit or a currency: the one that the amount is given in, or the one that it is wanted in."""
    pair = conversion(reading.text)
    return pair[slot.name == "to"] if pair else None


def _crossed(slot: Slot, skill: Skill, reading: Reading) -> str | None:
    pair = crossing(reading.text)
    return pair[slot.name == "columns"] if pair else None


def _noted(slot: Slot, skill: Skill, reading: Reading) -> str | None:
    """What is to be written down, in the words that were said."""
    quoted = reading.named("quote")
    return quoted[0] if quoted else _NOTED.sub("", reading.text[reading.clause.body :]).strip(" .") or None


def _claimed(slot: Slot, skill: Skill, reading: Reading) -> str | None:
    """A claim in the words in which it was made."""
    quoted = reading.named("quote")
    found = _CLAIM.search(reading.text)
    said = next((group for group in found.groups() if group), "") if found else ""
    return quoted[0] if quoted else said.strip(" .?!") or None


_CLAIM = re.compile(
    r"(?<!\w)(?:that|whether|if)\s+(?:it\s+is\s+(?:true|correct)\s+that\s+)?(.{3,})$"
    r"|(?<!\w)(?:הטענה\s+ש|האם\s+|האם\s+(?:זה\s+)?נכון\s+ש|(?:ודאי?|ת?וודאי?|לוודא|ת?בדוק|ת?בדקי)\s+(?:אם\s+)?(?:נכון\s+)?ש(?=[א-ת]))(.{3,})$",
    re.IGNORECASE | re.DOTALL,
)
_NOTED = re.compile(
    r"^\W*(?:jot\s+down|(?:add|write|make|keep)(?:\s+me)?)?\W*(?:(?:a|the|my|new|sticky)\s+)*?(?:notes?(?!\w)\W*)?(?:(?:saying|that)(?!\w)\W*)?"
    r"(?:(?:לי|לנו|פתק|חדש|בפתק|שכתוב\s+בו|לפיו)(?!\w)\W*)*",
    re.IGNORECASE,
)


_BY_KIND: dict[str, Callable[[Slot, Skill, Reading], Any]] = {
    "date-time": _time, "period": _period, "words": _words, "person.name": _person, "url": _url, "code": _code, "email": _email,
    "document.id": _document_id, "text": _text, "markdown": _message,
    "document": lambda slot, skill, reading: None, "contact": lambda slot, skill, reading: None,
    "event": lambda slot, skill, reading: None, "unit": _measured, "currency": _measured, "column": _crossed, "note.text": _noted,
    "claim": _claimed,
}  # fmt: skip

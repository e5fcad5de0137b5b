"""What a question about a table reckons, over which column and by which group: "average price per ton", "כמה מכרנו בכל חודש"."""

from __future__ import annotations

import re
from typing import Any

from tizmoret.catalog.search import concepts
from tizmoret.planner.language.acts import verbs
from tizmoret.planner.language.wordset import wordset
from tizmoret.planner.offline.reading import Reading, Word, bare
from tizmoret.planner.offline.skills import Skill
from tizmoret.words import forms, tokens

_FUNCTIONS = (
    ("avg", "=average"),
    ("max", "=most"),
    ("min", "=least"),
    ("sum", "=total"),
)
_BY = re.compile(
    r"(?<!\w)(?:by|per|for\s+each|for\s+every|in\s+each|in\s+every|each|every|grouped\s+by|broken\s+down\s+by|split\s+by)\s+(?:the\s+)?(?P<en>[^\W\d_][\w-]*)"
    r"|(?<!\w)(?:ו?לפי|ב?ו?כל|ו?לכל|ו?מדי|בחלוקה\s+ל-?|ו?פר)\s+ה?(?P<he>[^\W\d_][\w\"'-]*)",
    re.IGNORECASE,
)
_WHO_MOST = re.compile(
    r"(?<!\w)(?:which|what|who\s+is\s+the)\s+(?P<en>[a-z][\w-]*)\b.*?\b(?:most|highest|largest|biggest|best|least|lowest|smallest)\b"
    r"|(?<!\w)(?:איזה|איזו|מי|מיהו|מיהי|מהו|מהי)\s+ה?(?P<he>[א-ת][\w\"'-]*).*?(?:הכי|הגבוה|הגדול|הרב|ביותר|הנמוך|הקטן)",
    re.IGNORECASE,
)
_ROWS = re.compile(r"(?<!\w)(?:how\s+many\s+(?:rows|lines|records|entries)|number\s+of|כמה\s+(?:שורות|רשומות)|מספר\s+ה)", re.IGNORECASE)
_OPERATORS = re.compile(
    r"(?<!\w)(?:(?:where|whose|when|with|שבהן|שבהם|שבה|שבו|כאשר|עבור)\s+(?:the\s+)?|(?:היכן|איפה)\s+ש-?)(?P<column>[\w ]{1,40}?)\s*"
    r"(?P<sign>>=|<=|<>|!=|=|>|<|(?:is\s+)?(?:over|above|more\s+than|greater\s+than|under|below|less\s+than)"
    r"|גדול\s+מ-?|קטן\s+מ-?|מעל|מתחת\s+ל-?|is|הוא|היא)\s*(?P<value>[\w.\"-]+)",
    re.IGNORECASE,
)
_SIGNS = {
    "over": ">", "above": ">", "more than": ">", "greater than": ">", "under": "<", "below": "<", "less than": "<",
    "גדול מ": ">", "מעל": ">", "קטן מ": "<", "מתחת ל": "<", "is": "=", "הוא": "=", "היא": "=",
}  # fmt: skip
_NOT_MEASURES = wordset("rows row lines times money month year day חודש שנה יום שורות פעמים כסף ביותר הכי")


def reckons(skill: Skill) -> bool:
    """Whether the skill sums up columns."""
    names = {slot.name for slot in skill.slots}
    return {"function", "by"} <= names or {"measure", "by"} <= names


def read_table(skill: Skill, reading: Reading) -> dict[str, Any]:
    """The arguments `function`, `measure`, `by` and `where`, as far as the clause says them."""
    text = reading.text
    found: dict[str, Any] = {}
    function = _function(reading)
    most = _WHO_MOST.search(text)
    by = _BY.search(text)
    if most and not by:
        found["by"] = bare(most["en"] or most["he"])
        function = "sum"
    elif by:
        group = by["en"] or by["he"]
        found["by"] = group if by["en"] else bare(group)
    where = _where(text)
    if where:
        found["where"] = where
    measure = _measure(reading, found.get("by", ""), function)
    if measure:
        found["measure"] = measure
    if function != "sum":
        found["function"] = function
    names = {slot.name for slot in skill.slots}
    return {name: value for name, value in {"function": function, **found}.items() if name in names}


def _function(reading: Reading) -> str:
    if _ROWS.search(reading.text):
        return "count"
    said = [concepts(word.plain) for word in reading.words]
    return next((function for function, concept in _FUNCTIONS if any(concept in one for one in said)), "sum")


def _measure(reading: Reading, by: str, function: str) -> str:
    """The noun that is reckoned, where it is no other part of the question and not what the file itself is named for."""
    if function == "count":
        return ""
    files = frozenset[str]().union(*(forms(word) for name in reading.named("file") for word in tokens(name.replace("_", " "))))
    group = forms(by) if by else frozenset()
    where = _OPERATORS.search(reading.text)
    end = where.start() if where else len(reading.text)
    nouns = [word for word in reading.content if word.start < end and _may_be_column(word, files | group)]
    if function == "sum" and not re.search(r"(?<!\w)(?:total|sum|סכום|סך)(?!\w)", reading.text, re.IGNORECASE):
        return ""
    return bare(nouns[0].text) if nouns else ""


def _may_be_column(word: Word, other: frozenset[str]) -> bool:
    if word.plain in _NOT_MEASURES or word.plain in verbs() or not forms(word.plain).isdisjoint(other):
        return False
    if not concepts(word.plain).isdisjoint({"=table", "=document", "=total", "=average", "=most", "=least"}):
        return False
    return _translation_apart(word, other)


def _translation_apart(word: Word, other: frozenset[str]) -> bool:
    """Not the file's name in the other language ("ההוצאות" in expenses.csv)."""
    from tizmoret.lexicon import translations

    return not any(not forms(one).isdisjoint(other) for one in translations(word.plain))


def _where(text: str) -> str:
    match = _OPERATORS.search(text)
    if match is None:
        return ""
    said = re.sub(r"\s+", " ", match["sign"].lower()).removeprefix("is ").rstrip("-") if match["sign"].lower() != "is" else "is"
    return f"{match['column'].strip()} {_SIGNS.get(said, said)} {match['value']}"

"""Which column somebody means: "הסכומים", "amount " and "Ammount" all find a column of that name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from tizmoret.errors import StepFailed
from tizmoret.lexicon import translations
from tizmoret.tools.reading.sheets import Column, Sheet
from tizmoret.tools.sql import literal, quoted
from tizmoret.words import content_tokens, meet, normalise, tokens

_ALIKE = 82  # of 100: lets one wrong letter in five through, and not another word
_OPERATORS = {"contains": "contains", "מכיל": "contains", "is": "=", "הוא": "=", "==": "=", "!=": "<>"}
_CONDITION = re.compile(r"^\s*(.+?)\s*(<=|>=|<>|!=|==|=|<|>|\bcontains\b|\bמכיל\b|\bis\b|\bהוא\b)\s*(.+?)\s*$", re.IGNORECASE)
_AND = re.compile(r"\s+(?:and|וגם)\s+|\s*&&\s*|\s*;\s*", re.IGNORECASE)


def find_column(wanted: str, columns: Sequence[Column]) -> Column | None:
    """The column that `wanted` names: as written, by its words, or nearly. None where none or several fit as well."""
    for fold in (str, normalise):
        for column in columns:
            if fold(column.name) == fold(wanted.strip().strip("\"'[]")):
                return column
    asked = content_tokens(wanted) or tokens(wanted)
    if not asked:
        return None
    by_words = [column for column in columns if all(any(meet(word, own) for own in tokens(column.name)) for word in asked)]
    if not by_words:  # "customer" finds לקוח
        by_words = [column for column in columns if all(any(_translates(word, own) for own in tokens(column.name)) for word in asked)]
    if len(by_words) == 1:
        return by_words[0]
    if by_words:  # "price" in "price" and "price per ton": the one that says least besides
        shortest = sorted(by_words, key=lambda column: len(tokens(column.name)))
        return shortest[0] if len(tokens(shortest[0].name)) < len(tokens(shortest[1].name)) else None
    scored = sorted(((fuzz.ratio(normalise(wanted), normalise(column.name)), column) for column in columns), key=lambda pair: -pair[0])
    if scored and scored[0][0] >= _ALIKE and (len(scored) == 1 or scored[1][0] < scored[0][0]):
        return scored[0][1]
    return None


def _translates(word: str, own: str) -> bool:
    return any(meet(other, own) for other in translations(word))


def column_of(wanted: str, sheet: Sheet, field: str) -> Column:
    """As `find_column`, or StepFailed that tells the columns there are."""
    column = find_column(wanted, sheet.columns)
    if column is None:
        raise StepFailed(f"There is no one column “{wanted}” in the table.", cure=f"The columns are: {names(sheet.columns)}.", field=field)
    return column


def numeric(sheet: Sheet) -> list[Column]:
    return [column for column in sheet.columns if column.type in ("integer", "number")]


def names(columns: Sequence[Column]) -> str:
    return ", ".join(column.name for column in columns[:40]) + (" …" if len(columns) > 40 else "")


def conditions(where: str, sheet: Sheet) -> str:
    """SQL for conditions such as `month = ינואר and amount > 1000`; empty for none. Raises StepFailed on what is not one."""
    return " and ".join(_condition(part, sheet) for part in _AND.split(where) if part.strip())


def _condition(text: str, sheet: Sheet) -> str:
    match = _CONDITION.match(text)
    if match is None:
        raise StepFailed(
            f"“{text}” is not a condition.", cure="Write a column, one of = <> < > <= >= contains, and a value.", field="where"
        )  # fmt: skip
    wanted, sign, value = match.groups()
    column, operator = column_of(wanted, sheet, "where"), _OPERATORS.get(sign.lower(), sign)
    value = value.strip("\"'“”")
    if operator == "contains":
        return f"contains(lower({quoted(column.name)}::varchar), lower({literal(value)}))"
    if column.type == "text":
        return f"lower({quoted(column.name)}) {operator} lower({literal(value)})"
    plain = value.replace(",", "") if column.type in ("integer", "number") else value
    cast = "double" if column.type == "integer" else column.sql
    return f"{quoted(column.name)} {operator} cast({literal(plain)} as {cast})"

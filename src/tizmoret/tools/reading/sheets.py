"""Tables in .csv and .xlsx: sheets with named, typed columns."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tizmoret.errors import StepFailed, TooLarge
from tizmoret.tools.reading.archive import Broken, Encrypted, TooBig, check_archive
from tizmoret.tools.reading.plain import decode

ColumnType = Literal["integer", "number", "date", "time", "boolean", "text"]
Value = bool | int | float | str | dt.date | dt.datetime | None

MAX_ROWS, MAX_COLUMNS, MAX_CELLS = 200_000, 300, 3_000_000

_SQL: dict[ColumnType, str] = {
    "integer": "bigint", "number": "double", "date": "date", "time": "timestamp", "boolean": "boolean", "text": "varchar",
}  # fmt: skip
_NUMBER = re.compile(r"^[-+(]?\s*[₪$€£]?\s*[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?\s*[₪$€£%]?\)?$")
_ISO_DATE = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})$")
_DAY_FIRST = re.compile(r"^(\d{1,2})[./](\d{1,2})[./](\d{4})$")  # as it is written in Israel and Europe


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: ColumnType

    @property
    def sql(self) -> str:
        return _SQL[self.type]


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]


def read_sheets(content: bytes, kind: str) -> list[Sheet]:
    """The tables of a .csv or .xlsx file. Raises StepFailed where it is neither or damaged, TooLarge over the limits."""
    try:
        if kind == "csv":
            return [_sheet("data", _csv_rows(content))]
        if kind == "xlsx":
            return [sheet for name, rows in workbook_rows(content) if (sheet := _sheet(name, rows)).columns]
    except Encrypted:
        raise StepFailed("The workbook is protected by a password.", cure="Save a copy without one.", field="document") from None
    except TooBig:
        raise TooLarge("The workbook is too large.", cure="Save the sheet that matters as a file of its own.", field="document") from None
    except Broken:
        raise StepFailed("The file is damaged.", cure="Open and save it again.", field="document") from None
    raise StepFailed(f"A .{kind} file holds no table.", cure="Give a .csv or .xlsx document.", field="document")


def as_text(value: Value) -> str | None:
    """What the database casts to the column's type."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, dt.date) else repr(value)


def workbook_rows(content: bytes) -> Iterator[tuple[str, Iterator[tuple[object, ...]]]]:
    """Each sheet's name and rows, read as a stream. Raises Encrypted, TooBig, Broken."""
    import openpyxl

    check_archive(content)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except Exception as error:  # openpyxl lets KeyError, ValueError, ParseError and more out of a damaged file
        raise Broken from error
    for sheet in book.worksheets:
        yield sheet.title, _guarded(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS))
    book.close()


def _guarded(rows: Iterator[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
    try:
        yield from rows
    except Exception as error:
        raise Broken from error


def _csv_rows(content: bytes) -> Iterator[tuple[object, ...]]:
    text = decode(content)
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(text[:8192], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    try:
        for row in csv.reader(io.StringIO(text), dialect):
            yield tuple(row)
    except csv.Error as error:
        raise Broken from error


def _sheet(name: str, rows: Iterator[tuple[object, ...]]) -> Sheet:
    """The first row with two texts or more and no number is the head; what stands above it (a title) is left out."""
    kept: list[tuple[Value, ...]] = []
    cells = 0
    for row in rows:
        values = tuple(_value(cell) for cell in row[:MAX_COLUMNS])
        if any(value is not None for value in values):
            kept.append(values)
            cells += len(values)
        if len(kept) > MAX_ROWS or cells > MAX_CELLS:
            raise TooLarge(f"The table “{name}” has more than {MAX_ROWS:,} rows.", cure="Split it into smaller files.", field="document")
    head = next((place for place, row in enumerate(kept[:20]) if _is_head(row)), 0)
    if not kept:
        return Sheet(name, (), ())
    width = max(place + 1 for row in kept[head:] for place, value in enumerate(row) if value is not None)
    names = _names(kept[head], width)
    body = [row[:width] + (None,) * (width - len(row)) for row in kept[head + 1 :]]
    types = [_type([row[place] for row in body]) for place in range(width)]
    return Sheet(
        name,
        tuple(Column(column, kind) for column, kind in zip(names, types, strict=True)),
        tuple(tuple(_typed(value, kind) for value, kind in zip(row, types, strict=True)) for row in body),
    )


def _value(cell: object) -> Value:
    if isinstance(cell, str):
        text = cell.strip()
        return text or None
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date()
    if cell is None or isinstance(cell, bool | int | float | dt.date):
        return cell
    return str(cell)


def _is_head(row: Sequence[Value]) -> bool:
    given = [value for value in row if value is not None]
    return len(given) >= 2 and all(isinstance(value, str) and not _NUMBER.match(value) for value in given)


def _names(head: Sequence[Value], width: int) -> list[str]:
    names: list[str] = []
    for place in range(width):
        value = head[place] if place < len(head) else None
        name = base = " ".join(str(value).split())[:100] if value is not None else f"column {place + 1}"
        copy = 2
        while name.casefold() in {taken.casefold() for taken in names}:
            name, copy = f"{base} {copy}", copy + 1
        names.append(name)
    return names


def _type(values: Sequence[Value]) -> ColumnType:
    given = [value for value in values if value is not None]
    if not given:
        return "text"
    if all(isinstance(value, bool) for value in given):
        return "boolean"
    numbers = [_number(value) for value in given]
    if all(number is not None for number in numbers) and not any(_is_code(value) for value in given):
        whole = all(isinstance(number, int) and abs(number) < 2**63 for number in numbers)
        return "integer" if whole else "number"
    dates = [_date(value) for value in given]
    if all(date is not None for date in dates):
        return "time" if any(isinstance(date, dt.datetime) for date in dates) else "date"
    return "text"


def _typed(value: Value, kind: ColumnType) -> Value:
    if value is None:
        return None
    if kind in ("integer", "number"):
        return _number(value)
    if kind in ("date", "time"):
        return _date(value)
    return value if kind == "boolean" else as_text(value)


def _is_code(value: Value) -> bool:
    """0501234567 is a telephone number, not 501234567."""
    return isinstance(value, str) and len(value) > 1 and value[0] == "0" and value.isdigit()


def _number(value: Value) -> int | float | None:
    if isinstance(value, bool | dt.date):
        return None
    if isinstance(value, int | float):
        return value
    if not isinstance(value, str) or not _NUMBER.match(value) or not re.search(r"\d", value):
        return None
    digits = re.sub(r"[^\d.\-]", "", value)
    negative = value.startswith("(") and value.endswith(")")
    try:
        number: int | float = float(digits) if "." in digits else int(digits)
    except ValueError:
        return None
    return -number if negative else number


def _date(value: Value) -> dt.date | None:
    if isinstance(value, dt.date):
        return value
    if not isinstance(value, str):
        return None
    try:
        if match := _ISO_DATE.match(value):
            return dt.date(int(match[1]), int(match[2]), int(match[3]))
        if match := _DAY_FIRST.match(value):
            return dt.date(int(match[3]), int(match[2]), int(match[1]))
        return dt.datetime.fromisoformat(value) if len(value) >= 16 and value[4] == "-" else None
    except ValueError:
        return None

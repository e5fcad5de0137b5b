"""Questions to tables in .csv and .xlsx documents."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from tizmoret.catalog.tool import Call, Kind, Text, Tool, tool
from tizmoret.errors import StepFailed
from tizmoret.plan.labels import Label
from tizmoret.plan.model import Language
from tizmoret.tools import markdown
from tizmoret.tools.columns import column_of, conditions, find_column, names, numeric
from tizmoret.tools.providers.ports import DocumentStore
from tizmoret.tools.reading.sheets import Column, ColumnType, Sheet, Value, read_sheets
from tizmoret.tools.sql import MAX_ROWS, Cell, quoted, select

UNTRUSTED = Label("untrusted", "internal", frozenset({"documents"}))
MAX_BYTES = 50 * 1024 * 1024
SHOWN = 50  # rows in Markdown

Function = Literal["sum", "avg", "count", "min", "max"]
_FUNCTIONS: dict[Function, Text] = {
    "sum": Text(he="סך הכול", en="total"),
    "avg": Text(he="ממוצע", en="average"),
    "count": Text(he="מספר", en="count"),
    "min": Text(he="המינימום", en="minimum"),
    "max": Text(he="המקסימום", en="maximum"),
}
# A group that is no column but a part of the only date column.
_PARTS = {
    "month": "%Y-%m",
    "months": "%Y-%m",
    "חודש": "%Y-%m",
    "חודשים": "%Y-%m",
    "year": "%Y",
    "שנה": "%Y",
    "day": "%Y-%m-%d",
    "יום": "%Y-%m-%d",
}


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")
    document: Annotated[str, Kind("document.id")] = Field(description="a .csv or .xlsx document")


class DescribeTables(_Arguments):
    pass


class ColumnSummary(BaseModel):
    name: str
    type: ColumnType
    filled: int = Field(description="cells that hold something")
    distinct: int
    low: Cell = None
    high: Cell = None
    total: float | None = Field(None, description="the sum, of numbers")


class TableSummary(BaseModel):
    name: str
    rows: int
    columns: list[ColumnSummary]


class TableSummaries(BaseModel):
    tables: list[TableSummary]
    markdown: Annotated[str, Kind("markdown")]


class Aggregate(_Arguments):
    measure: str = Field("", max_length=200, description="the column to reckon; may stay empty where only one holds numbers, or to count")
    function: Function = "sum"
    by: str = Field("", max_length=200, description="the column to group by; also month or year of the one date column")
    where: str = Field("", max_length=1000, description="conditions such as: month = ינואר and amount > 1000")
    table: str = Field("", max_length=200, description="a sheet's name; empty is the first with such columns")


class Query(_Arguments):
    sql: str = Field(min_length=1, max_length=20_000, description="one SELECT; tables carry their sheet's name, a .csv is `data`")


class Table(BaseModel):
    columns: list[str]
    rows: list[list[Cell]]
    total: int = Field(description="rows there are here")
    truncated: bool = Field(False, description="whether there would be more")
    markdown: Annotated[str, Kind("markdown")]


async def _sheets(document: str, call: Call) -> list[Sheet]:
    content = await call.provider(DocumentStore).content(document, limit=MAX_BYTES)
    kind = PurePosixPath(document).suffix.lower().lstrip(".")
    sheets = await asyncio.to_thread(read_sheets, content, kind)
    if not any(sheet.columns for sheet in sheets):
        raise StepFailed("The document holds no table.", cure="Choose another document.", field="document")
    return sheets


def _markdown(columns: Sequence[str], rows: Sequence[Sequence[object]], language: Language) -> str:
    shown = markdown.table(columns, rows[:SHOWN])
    more = len(rows) - SHOWN
    if more <= 0:
        return shown
    return shown + (f"\n\n… ועוד {more} שורות" if language == "he" else f"\n\n… and {more} more rows")


def _summary(column: Column, values: Sequence[Value]) -> ColumnSummary:
    given = [value for value in values if value is not None]
    summary = ColumnSummary(name=column.name, type=column.type, filled=len(given), distinct=len(set(given)))
    if column.type in ("integer", "number"):
        numbers = [value for value in given if isinstance(value, int | float)]
        if numbers:
            summary.low, summary.high, summary.total = min(numbers), max(numbers), float(sum(numbers))
    elif column.type in ("date", "time") and given:
        texts = sorted(str(value) for value in given)
        summary.low, summary.high = texts[0], texts[-1]
    return summary


def _summaries(sheets: Sequence[Sheet]) -> list[TableSummary]:
    return [
        TableSummary(
            name=sheet.name,
            rows=len(sheet.rows),
            columns=[_summary(column, [row[place] for row in sheet.rows]) for place, column in enumerate(sheet.columns)],
        )
        for sheet in sheets
    ]


def _describe_markdown(tables: Sequence[TableSummary], language: Language) -> str:
    head = (
        ["עמודה", "סוג", "מלאים", "שונים", "מ-", "עד", "סכום"]
        if language == "he"
        else ["column", "type", "filled", "distinct", "from", "to", "sum"]
    )
    rows = "שורות" if language == "he" else "rows"
    parts = []
    for summary in tables:
        lines = [[c.name, c.type, c.filled, c.distinct, c.low, c.high, c.total] for c in summary.columns]
        parts.append(f"**{markdown.escape(summary.name)}** ({summary.rows:,} {rows})\n\n{markdown.table(head, lines)}")
    return "\n\n".join(parts)


def _show_summaries(tables: TableSummaries, language: Language) -> str:
    return tables.markdown


def _show_table(table: Table, language: Language) -> str:
    if len(table.rows) == 1 and len(table.columns) == 1:
        return f"{table.columns[0]}: {markdown.cell(table.rows[0][0])}"
    return table.markdown


@tool(
    "tables.describe",
    title=Text(he="תיאור טבלה", en="Describe a table"),
    description=Text(
        he="מתאר את הטבלאות שבגיליון: אילו עמודות יש, כמה שורות, טווחים וסכומים",
        en="Describe the tables of a spreadsheet: which columns, how many rows, ranges and sums",
    ),
    examples={
        "he": ["אילו עמודות יש בטבלה", "מה יש בגיליון המכירות", "מה יש בתוך הקובץ expenses.csv", "תאר את קובץ האקסל", "כמה שורות יש בטבלת ההוצאות"],
        "en": ["which columns does the table have", "what is in the sales spreadsheet", "describe the Excel file", "how many rows"],
    },
    show=_show_summaries, label=UNTRUSTED, timeout=60, seconds=0.5,
)  # fmt: skip
async def describe(args: DescribeTables, call: Call) -> TableSummaries:
    tables = await asyncio.to_thread(_summaries, await _sheets(args.document, call))
    return TableSummaries(tables=tables, markdown=_describe_markdown(tables, call.language))


def _sheet_for(args: Aggregate, sheets: Sequence[Sheet]) -> Sheet:
    if args.table:
        named = [sheet for sheet in sheets if find_column(args.table, [Column(sheet.name, "text")])]
        if not named:
            have = ", ".join(sheet.name for sheet in sheets)
            raise StepFailed(f"There is no table “{args.table}”.", cure=f"The tables are: {have}.", field="table")
        return named[0]
    wanted = [name for name in (args.measure, args.by) if name and _part_of_date(name) is None]
    fitting = [sheet for sheet in sheets if all(find_column(name, sheet.columns) for name in wanted)]
    return fitting[0] if fitting else sheets[0]


def _part_of_date(by: str) -> str | None:
    return _PARTS.get(by.strip().lower().removeprefix("ה"))


def _measure(args: Aggregate, sheet: Sheet) -> Column | None:
    """The column to reckon; None counts rows."""
    if args.measure:
        column = column_of(args.measure, sheet, "measure")
        if args.function in ("sum", "avg") and column not in numeric(sheet):
            have = names(numeric(sheet)) or "-"
            raise StepFailed(f"The column “{column.name}” holds no numbers.", cure=f"Columns with numbers: {have}.", field="measure")
        return column
    if args.function == "count":
        return None
    if len(numeric(sheet)) != 1:
        have = names(numeric(sheet) or sheet.columns)
        raise StepFailed("It is not clear which column to reckon.", cure=f"Name one of: {have}.", field="measure")
    return numeric(sheet)[0]


def _group(args: Aggregate, sheet: Sheet) -> tuple[str, str, bool] | None:
    """SQL and name of what to group by, and whether its own order is the natural one (time, numbers)."""
    if not args.by:
        return None
    column = find_column(args.by, sheet.columns)
    part = _part_of_date(args.by)
    if column is None and part is not None:
        dates = [own for own in sheet.columns if own.type in ("date", "time")]
        if len(dates) == 1:
            return f"strftime({quoted(dates[0].name)}, '{part}')", args.by, True
    column = column or column_of(args.by, sheet, "by")
    return quoted(column.name), column.name, column.type != "text"


def aggregate_sql(args: Aggregate, sheet: Sheet, language: Language) -> str:
    """The SELECT that answers. Raises StepFailed where a column is not there."""
    measure, group = _measure(args, sheet), _group(args, sheet)
    what = f"{args.function}({quoted(measure.name) if measure else '*'})"
    if args.function in ("sum", "avg"):
        what = f"round({what}, 6)"
    title = _FUNCTIONS[args.function][language] + (f" {measure.name}" if measure else "")
    where = conditions(args.where, sheet)
    sql = f"from {quoted(sheet.name)}" + (f" where {where}" if where else "")
    if group is None:
        return f"select {what} as {quoted(title)} {sql}"
    by, name, ordered = group
    return f"select {by} as {quoted(name)}, {what} as {quoted(title)} {sql} group by 1 order by {'1' if ordered else '2 desc, 1'}"


@tool(
    "tables.aggregate",
    title=Text(he="חישוב על טבלה", en="Reckon over a table"),
    description=Text(
        he="מחשב סכום, ממוצע, מספר, מינימום או מקסימום של עמודה בטבלה, גם לפי קבוצות ובתנאים",
        en="Reckon the sum, average, count, minimum or maximum of a column in a table, also by groups and under conditions",
    ),
    examples={
        "he": [
            "מה סך ההוצאות לפי קטגוריה", "כמה מכרנו בכל חודש", "מה ממוצע המחיר לטון", "סכם את ההוצאות בטבלה",
            "מי הלקוח עם המכירות הגבוהות ביותר", "סכום הכמויות לכל לקוח"],
        "en": [
            "what are the total expenses by category", "how much did we sell each month", "what is the average price per ton",
            "sum up the expenses in the table", "which customer has the highest sales", "sum of quantity per customer"],
    },
    show=_show_table, label=UNTRUSTED, timeout=60, seconds=1.0,
)  # fmt: skip
async def aggregate(args: Aggregate, call: Call) -> Table:
    sheet = _sheet_for(args, await _sheets(args.document, call))
    return await _answer([sheet], aggregate_sql(args, sheet, call.language), call.language)


async def grouped(document: str, by: str, measure: str, function: Function, table: str, call: Call) -> Table:
    """As `tables.aggregate` reckons it: (group, value) rows."""
    args = Aggregate(document=document, by=by, measure=measure, function=function, table=table)
    sheet = _sheet_for(args, await _sheets(document, call))
    return await _answer([sheet], aggregate_sql(args, sheet, call.language), call.language)


async def crossed(document: str, rows: str, columns: str, measure: str, function: Function, table: str, call: Call) -> Table:
    """(row, column, value) of every pair that there is, in their order."""
    args = Aggregate(document=document, by=rows, measure=measure, function=function, table=table)
    sheet = _sheet_for(args, await _sheets(document, call))
    down, across = _group(args, sheet), _group(args.model_copy(update={"by": columns}), sheet)
    assert down is not None
    assert across is not None
    column = _measure(args, sheet)
    what = f"{function}({quoted(column.name) if column else '*'})"
    what = f"round({what}, 6)" if function in ("sum", "avg") else what
    sql = f"select {down[0]}, {across[0]}, {what} from {quoted(sheet.name)} group by 1, 2 order by 1, 2"  # noqa: S608 - names are quoted
    found = await _answer([sheet], sql, call.language)
    return found.model_copy(update={"columns": [down[1], across[1], *found.columns[2:]]})


@tool(
    "tables.query",
    title=Text(he="שאילתה על טבלה", en="Query a table"),
    description=Text(
        he="מריץ שאילתת SQL אחת לקריאה בלבד על טבלאות של קובץ CSV או Excel",
        en="Run one read-only SQL query over the tables of a CSV or Excel file",
    ),
    examples={
        "he": ["הרץ SQL על טבלת המכירות", "שלוף את השורות שבהן הסכום גדול מ-1000", "בצע שאילתה על הגיליון"],
        "en": ["run SQL over the sales table", "select the rows where the amount is over 1000", "query the spreadsheet"],
    },
    show=_show_table, label=UNTRUSTED, timeout=60, seconds=1.0,
)  # fmt: skip
async def query(args: Query, call: Call) -> Table:
    sheets = await _sheets(args.document, call)
    if len(sheets) == 1 and sheets[0].name.casefold() != "data":
        sheets = [sheets[0], Sheet("data", sheets[0].columns, sheets[0].rows)]
    return await _answer(sheets, args.sql, call.language)


async def _answer(sheets: Sequence[Sheet], sql: str, language: Language) -> Table:
    rows, truncated = await select(sheets, sql, limit=MAX_ROWS)
    return Table(
        columns=rows.columns, rows=rows.rows, total=len(rows.rows), truncated=truncated,
        markdown=_markdown(rows.columns, rows.rows, language),
    )  # fmt: skip


TOOLS: tuple[Tool, ...] = (describe, aggregate, query)

"""Questions to real .csv and .xlsx files, answered in a locked process."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.unit.tools.conftest import MakeCall
from tests.unit.tools.office_files import docx_file, xlsx_file
from tizmoret.errors import NotFound, StepFailed, TooLarge
from tizmoret.tools import sql
from tizmoret.tools.columns import conditions, find_column
from tizmoret.tools.reading import sheets
from tizmoret.tools.reading.sheets import Column, read_sheets
from tizmoret.tools.tables import Aggregate, DescribeTables, Query, Table, TableSummaries, aggregate, describe, query

pytestmark = pytest.mark.anyio

EXPENSES = """תאריך,קטגוריה,ספק,סכום
05/11/2025,דלק,דלק אנרגיה,"₪4,200.50"
09/11/2025,זרעים,זרעי גליל,9100
01/12/2025,דלק,דלק אנרגיה,3900
14/12/2025,תיקונים,מוסך מוש,1850
"""


@pytest.fixture
def expenses(documents: Path) -> str:
    (documents / "הוצאות.csv").write_text(EXPENSES, "utf-8")
    return "הוצאות.csv"


@pytest.fixture
def sales(documents: Path) -> str:
    rows: list[list[object]] = [
        ["דוח מכירות שנתי", None, None, None],
        ["חודש", "לקוח", "סכום", "מחיר לטון"],
        ["ינואר", "טחנת הצפון", 96800, 1210.0],
        ["ינואר", "אסם", 41200, 990.5],
        ["פברואר", "טחנת הצפון", 50000, 1200.0],
    ]
    xlsx_file(documents / "sales.xlsx", {"מכירות": rows, "Regions": [["region", "tons"], ["north", 12], ["south", 30]]})
    return "sales.xlsx"


async def aggregated(call: Any, **args: Any) -> Table:
    return Table.model_validate(await aggregate(Aggregate(**args), call))


async def queried(call: Any, document: str, text: str) -> Table:
    return Table.model_validate(await query(Query(document=document, sql=text), call))


def test_a_csv_of_an_israeli_office_is_read_with_its_types() -> None:
    (sheet,) = read_sheets(EXPENSES.encode("cp1255", "ignore"), "csv")
    assert [(column.name, column.type) for column in sheet.columns] == [
        ("תאריך", "date"), ("קטגוריה", "text"), ("ספק", "text"), ("סכום", "number"),
    ]  # fmt: skip
    assert sheet.rows[0][0] == dt.date(2025, 11, 5)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "2", ""], "integer"),
        (["1", "2.5"], "number"),
        (["1,200", "₪30", "-4", "(5)", "7%"], "integer"),
        (["050-5551234", "052-1"], "text"),
        (["0501234567", "0521234567"], "text"),
        (["2025-12-01", "3/12/2025"], "date"),
        (["2025-12-01 10:30", "2025-12-02T11:00"], "time"),
        (["31/02/2025", "1/3/2025"], "text"),
        (["1", "one"], "text"),
        (["", ""], "text"),
        (["99999999999999999999999"], "number"),
    ],
)
def test_a_columns_type_is_what_all_its_cells_are(cells: list[str], kind: str) -> None:
    text = "name,value\n" + "".join(f'x,"{cell}"\n' for cell in cells)
    assert read_sheets(text.encode(), "csv")[0].columns[1].type == kind


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_usual_delimiter_is_known(delimiter: str) -> None:
    text = "\n".join(delimiter.join(row) for row in (("name", "tons"), ("wheat", "3"), ("barley", "4")))
    assert [column.name for column in read_sheets(text.encode("utf-8-sig"), "csv")[0].columns] == ["name", "tons"]


def test_columns_without_or_with_the_same_name_get_names_of_their_own() -> None:
    (sheet,) = read_sheets(b"a,A,,a\n1,2,3,4\n", "csv")
    assert [column.name for column in sheet.columns] == ["a", "A 2", "column 3", "a 3"]


async def test_a_table_is_described_by_sheet_column_range_and_sum(sales: str, call: MakeCall) -> None:
    told = TableSummaries.model_validate(await describe(DescribeTables(document=sales), call(language="he")))
    assert [(table.name, table.rows) for table in told.tables] == [("מכירות", 3), ("Regions", 2)]
    amount = told.tables[0].columns[2]
    assert (amount.name, amount.type, amount.low, amount.high, amount.total) == ("סכום", "integer", 41200, 96800, 188000.0)
    assert "**מכירות** (3 שורות)" in told.markdown


async def test_a_sum_by_category_comes_largest_first(expenses: str, call: MakeCall) -> None:
    table = await aggregated(call(language="he"), document=expenses, measure="סכום", function="sum", by="קטגוריה")
    assert table.columns == ["קטגוריה", "סך הכול סכום"]
    assert table.rows == [["זרעים", 9100.0], ["דלק", 8100.5], ["תיקונים", 1850.0]]
    assert "| דלק | 8,100.5 |" in table.markdown


@pytest.mark.parametrize(("function", "value"), [("sum", 188000), ("avg", 62666.666667), ("count", 3), ("min", 41200), ("max", 96800)])
async def test_each_function_reckons(sales: str, call: MakeCall, function: str, value: float) -> None:
    assert (await aggregated(call(), document=sales, measure="סכום", function=function)).rows == [[value]]


@pytest.mark.parametrize("by", ["חודש", "month", "חודשים"])
async def test_dates_are_grouped_by_month_in_order(expenses: str, call: MakeCall, by: str) -> None:
    table = await aggregated(call(), document=expenses, by=by)
    assert table.rows == [["2025-11", 13300.5], ["2025-12", 5750.0]]


async def test_the_only_column_of_numbers_need_not_be_named(expenses: str, call: MakeCall) -> None:
    assert (await aggregated(call(), document=expenses)).rows == [[19050.5]]


async def test_several_columns_of_numbers_are_named_for_choice(sales: str, call: MakeCall) -> None:
    with pytest.raises(StepFailed, match="סכום, מחיר לטון"):
        await aggregated(call(), document=sales)


async def test_the_sheet_is_the_one_that_has_the_columns(sales: str, call: MakeCall) -> None:
    assert (await aggregated(call(), document=sales, measure="tons", by="region")).rows == [["south", 30], ["north", 12]]
    assert (await aggregated(call(), document=sales, function="count", table="regions")).rows == [[2]]
    with pytest.raises(StepFailed, match="מכירות, Regions"):
        await aggregated(call(), document=sales, function="count", table="nowhere")


@pytest.mark.parametrize(
    ("where", "total"),
    [
        ("קטגוריה = דלק", 8100.5),
        ("קטגוריה = דלק and סכום > 4,000", 4200.5),
        ("סכום >= 3900 וגם סכום <= 5000", 8100.5),
        ("ספק מכיל גליל", 9100.0),
        ("ספק contains 'מוסך'", 1850.0),
        ("תאריך >= 2025-12-01", 5750.0),
        ("קטגוריה != דלק; ספק הוא זרעי גליל", 9100.0),
        ("קטגוריה = x' or '1'='1", None),
    ],
)
async def test_conditions_narrow_and_cannot_break_out(expenses: str, call: MakeCall, where: str, total: float | None) -> None:
    assert (await aggregated(call(), document=expenses, measure="סכום", where=where)).rows == [[total]]


@pytest.mark.parametrize("where", ["nonsense", "כוכב = 3", "סכום = many", "1=1) union select"])
async def test_what_is_no_condition_is_refused_with_a_cure(expenses: str, call: MakeCall, where: str) -> None:
    with pytest.raises(StepFailed) as failure:
        await aggregated(call(), document=expenses, where=where)
    assert failure.value.cure


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("סכום", "סכום"), ("הסכומים", "סכום"), ("סכוום", "סכום"), ("AMOUNT ", "סכום"), ("customer", "לקוח"), ("price", "price"),
        ("price per ton", "price per ton"), ("prices", "price"), ("[לקוח]", "לקוח"), ("nothing", None), ("", None), ("!!!", None),
    ],
)  # fmt: skip
def test_a_column_is_found_as_people_name_it(wanted: str, found: str | None) -> None:
    columns = [Column(name, "number") for name in ("סכום", "לקוח", "price", "price per ton")]
    column = find_column(wanted, columns)
    assert (column.name if column else None) == found


def test_names_with_quotes_stay_names() -> None:
    (sheet,) = read_sheets(b'"a""b",c\nx,1\ny,2\n', "csv")
    assert conditions("a\"b = x' -- ", sheet).count("''") == 1


async def test_words_as_a_measure_are_refused_and_as_a_count_are_not(expenses: str, call: MakeCall) -> None:
    with pytest.raises(StepFailed, match="holds no numbers"):
        await aggregated(call(), document=expenses, measure="ספק")
    assert (await aggregated(call(), document=expenses, measure="ספק", function="count")).rows == [[4]]


async def test_sql_reads_hebrew_sheets_and_columns(sales: str, call: MakeCall) -> None:
    table = await queried(call(), sales, 'select "לקוח", sum("סכום") as total from "מכירות" group by 1 order by 2 desc')
    assert (table.columns, table.rows) == (["לקוח", "total"], [["טחנת הצפון", 146800], ["אסם", 41200]])


async def test_a_csv_and_an_only_sheet_are_called_data(expenses: str, documents: Path, call: MakeCall) -> None:
    assert (await queried(call(), expenses, "select count(*) from data")).rows == [[4]]
    xlsx_file(documents / "one.xlsx", {"גיליון1": [["a", "b"], ["x", 1]]})
    assert (await queried(call(), "one.xlsx", 'select d.b + g.b from data d, "גיליון1" g')).rows == [[2]]


HOSTILE = [
    "select * from read_text('/etc/passwd')",
    "select * from '/etc/passwd'",
    "select * from read_csv('/etc/passwd')",
    "select * from glob('/*')",
    "copy (select 1) to '/tmp/tizmoret-stolen'",
    "copy data to '/tmp/tizmoret-stolen'",
    "attach '/tmp/tizmoret.db'",
    "install httpfs",
    "load httpfs",
    "select * from read_text('https://example.com')",
    "set enable_external_access = true",
    "reset lock_configuration",
    "pragma database_list",
    "select 1; select 2",
    "insert into data values (1)",
    "create table t(a int)",
    "drop table data",
    "update data set a = 1",
    "call pragma_version()",
    "select * from job",
    "select * from sys.environ",
    "export database '/tmp/x'",
    "select getenv('HOME')",
    "explain analyze select 1",
    "",
    ";",
    "this is no sql",
    "select * from sniff_csv('/etc/passwd')",
    "select * from parquet_scan('/etc/passwd')",
]


async def test_no_sql_reaches_beyond_the_tables(documents: Path, call: MakeCall) -> None:
    (documents / "t.csv").write_text("a,b\n1,2\n")
    (sheet,) = read_sheets((documents / "t.csv").read_bytes(), "csv")
    for text in HOSTILE:
        with pytest.raises(StepFailed):
            await sql.select([sheet], text)
    assert not Path("/tmp/tizmoret-stolen").exists()


@pytest.mark.parametrize(
    "text",
    [
        "select length(repeat('a', 4000000000))",
        "select list(range) from range(500000000)",
        "select repeat(a, 1000000000) from data",
        "select repeat(a, 100000000) from data",
    ],
)
async def test_a_query_that_eats_memory_ends_in_its_own_process(documents: Path, call: MakeCall, text: str) -> None:
    (documents / "t.csv").write_text("a,b\nx,2\n")
    before = psutil.Process().memory_info().rss
    with pytest.raises(StepFailed, match="memory"):
        await queried(call(), "t.csv", text)
    assert psutil.Process().memory_info().rss - before < 200 * 2**20


def children() -> set[int]:
    """The processes of this one: the suite's own database among them."""
    return {process.pid for process in psutil.Process().children()}


async def test_a_query_without_end_is_ended(documents: Path, call: MakeCall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql, "TIMEOUT", 1.5)
    (documents / "t.csv").write_text("a,b\n1,2\n")
    before = children()
    with pytest.raises(StepFailed, match="took more than"):
        await queried(call(), "t.csv", "select count(*) from range(3000000000000)")
    assert children() <= before


async def test_a_cancelled_query_leaves_no_process(documents: Path, call: MakeCall) -> None:
    (documents / "t.csv").write_text("a,b\n1,2\n")
    before = children()
    task = asyncio.create_task(queried(call(), "t.csv", "select count(*) from range(3000000000000)"))
    while children() <= before:  # noqa: ASYNC110 - nothing tells of a child's birth
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert children() <= before


async def test_rows_stop_at_the_limit_and_it_is_said(documents: Path, call: MakeCall) -> None:
    (documents / "t.csv").write_text("a,b\n1,2\n")
    table = await queried(call(), "t.csv", "select range as n from range(10001)")
    assert (table.total, table.truncated) == (10_000, True)
    assert table.markdown.endswith("… and 9950 more rows")
    assert not (await queried(call(), "t.csv", "select range as n from range(10000)")).truncated


async def test_every_kind_of_value_comes_back_as_json(documents: Path, call: MakeCall) -> None:
    (documents / "t.csv").write_text("a,b\n1,2\n")
    text = "select 1::decimal(5,2) / 4, 'nan'::double, date '2025-12-01', null, true, [1, 2], 2::hugeint * 9000000000000000000"
    (row,) = (await queried(call(), "t.csv", text)).rows
    assert row == [0.25, None, "2025-12-01", None, True, "[1, 2]", 18_000_000_000_000_000_000]


async def test_documents_that_hold_no_table_say_so(documents: Path, call: MakeCall) -> None:
    docx_file(documents / "a.docx", "Report")
    (documents / "empty.csv").write_text("")
    (documents / "broken.xlsx").write_bytes(b"PK no")
    (documents / "locked.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    for name, says in (
        ("a.docx", "holds no table"),
        ("empty.csv", "holds no table"),
        ("broken.xlsx", "damaged"),
        ("locked.xlsx", "password"),
    ):
        with pytest.raises(StepFailed, match=says):
            await describe(DescribeTables(document=name), call())
    with pytest.raises(NotFound):
        await describe(DescribeTables(document="../x.csv"), call())


def test_more_rows_than_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_ROWS", 10)
    with pytest.raises(TooLarge):
        read_sheets(b"a,b\n" + b"1,2\n" * 11, "csv")


async def test_one_number_is_shown_as_a_sentence(expenses: str, call: MakeCall) -> None:
    table = await aggregated(call(language="he"), document=expenses)
    assert aggregate.show(table, "he") == "סך הכול סכום: 19,050.5"

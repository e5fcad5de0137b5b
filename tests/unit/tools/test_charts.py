"""tables.pivot and tables.chart: the numbers in the cells and in the picture are those of the table."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.unit.tools.conftest import MakeCall
from tizmoret.errors import Conflict, StepFailed
from tizmoret.tools.charts import Chart, Picture, Pivot, chart, pivot
from tizmoret.tools.tables import Table
from tizmoret.tools.writing.chart import draw

pytestmark = pytest.mark.anyio

SALES = "חודש,לקוח,סכום\nינואר,אסם,100\nינואר,טחנה,50\nפברואר,אסם,70\nפברואר,אסם,30\n"


@pytest.fixture(autouse=True)
def sales(documents: Path) -> Path:
    path = documents / "sales.csv"
    path.write_text(SALES, "utf-8")
    return path


async def drawn(call: Any, **args: Any) -> Picture:
    return Picture.model_validate(await chart(Chart(document="sales.csv", by="לקוח", **args), call))


async def test_two_columns_are_crossed_and_what_is_not_there_stays_empty(call: MakeCall) -> None:
    found = Table.model_validate(await pivot(Pivot(document="sales.csv", rows="חודש", columns="לקוח"), call()))
    assert found.columns == ["חודש", "אסם", "טחנה"]
    assert {row[0]: row[1:] for row in found.rows} == {"ינואר": [100, 50], "פברואר": [100, None]}


async def test_rows_are_counted_where_that_is_asked(call: MakeCall) -> None:
    found = Table.model_validate(await pivot(Pivot(document="sales.csv", rows="לקוח", columns="חודש", function="count"), call()))
    assert {row[0]: row[1:] for row in found.rows} == {"אסם": [1, 2], "טחנה": [1, None]}


async def test_a_column_with_too_many_values_is_told(call: MakeCall, sales: Path) -> None:
    sales.write_text("a,b,n\n" + "".join(f"{number},x,1\n" for number in range(100)))
    with pytest.raises(StepFailed, match="too many") as caught:
        await pivot(Pivot(document="sales.csv", rows="b", columns="a", measure="n"), call())
    assert caught.value.field == "columns"


@pytest.mark.parametrize("shape", ["bars", "line"])
async def test_the_picture_is_a_png_of_the_tables_numbers(call: MakeCall, tmp_path: Path, shape: str) -> None:
    picture = await drawn(call(), shape=shape)
    assert dict(zip(picture.labels, picture.values, strict=True)) == {"אסם": 200, "טחנה": 50}
    with Image.open(tmp_path / "workspace" / "charts" / picture.file) as image:
        assert image.format == "PNG"
        assert image.width > 600


def bars(values: list[float]) -> list[int]:
    """The height in pixels of each bar, read from the picture itself."""
    with Image.open(io.BytesIO(draw("t", ["a"] * len(values), values, "bars"))) as image:
        return [
            sum(image.convert("RGB").getpixel((x, y)) == (0x2F, 0x6F, 0xDE) for y in range(image.height))
            for x in (int((1 + 2 + 16 / len(values) * (place + 0.5)) / 20 * image.width) for place in range(len(values)))
        ]


def test_a_bar_is_as_high_as_its_number() -> None:
    low, high = bars([50, 200])
    assert high == pytest.approx(4 * low, rel=0.03)
    up, down = bars([100, -50])
    assert up == pytest.approx(2 * down, rel=0.05)


def test_text_of_others_is_no_markup() -> None:
    assert draw('#panic("x") "quoted" \\', ["]#{", "$x$"], [1, 2], "line").startswith(b"\x89PNG")
    assert draw("flat", ["a", "b"], [0, 0], "bars").startswith(b"\x89PNG")


async def test_a_repeat_makes_one_picture_and_undo_takes_it_back(call: MakeCall, tmp_path: Path) -> None:
    folder = tmp_path / "workspace" / "charts"
    first, again = await drawn(call("k")), await drawn(call("k"))
    assert first == again
    assert [path.name for path in folder.iterdir()] == [first.file]
    other = await drawn(call("other"))
    assert chart.undo is not None
    await chart.undo(None, first.model_dump(mode="json"), call("k"))
    await chart.undo(None, first.model_dump(mode="json"), call("k"))
    assert [path.name for path in folder.iterdir()] == [other.file]
    (folder / other.file).write_bytes(b"changed")
    with pytest.raises(Conflict):
        await chart.undo(None, other.model_dump(mode="json"), call("other"))


async def test_a_table_without_numbers_cannot_be_drawn(call: MakeCall, sales: Path) -> None:
    sales.write_text("a,לקוח\nx,y\n")
    with pytest.raises(StepFailed) as caught:
        await drawn(call())
    assert caught.value.cure

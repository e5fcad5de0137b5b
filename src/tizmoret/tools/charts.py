"""Tables seen from the side: two groupings crossed, and pictures of numbers."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from tizmoret.catalog.tool import Call, Kind, Text, Tool, tool
from tizmoret.errors import Conflict, NotFound, StepFailed
from tizmoret.plan.model import Language
from tizmoret.tools import markdown
from tizmoret.tools.folder import Folder
from tizmoret.tools.tables import UNTRUSTED, Function, Table, crossed, grouped
from tizmoret.tools.writing.chart import Shape, draw
from tizmoret.tools.writing.names import file_name

CHARTS = "charts"  # the workspace's folder of pictures
MOST_BARS, MOST_COLUMNS = 40, 60
MAX_PICTURE = 20 * 1024 * 1024


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")
    document: Annotated[str, Kind("document.id")] = Field(description="a .csv or .xlsx document")
    measure: str = Field("", max_length=200, description="the column to reckon; may stay empty where only one holds numbers, or to count")
    function: Function = "sum"
    table: str = Field("", max_length=200, description="a sheet's name; empty is the first with such columns")


class Pivot(_Arguments):
    rows: Annotated[str, Kind("column")] = Field(min_length=1, max_length=200, description="the column whose values become the rows")
    columns: Annotated[str, Kind("column")] = Field(min_length=1, max_length=200, description="the column whose values become the columns")


class Chart(_Arguments):
    by: str = Field(min_length=1, max_length=200, description="the column to group by; also month or year of the one date column")
    shape: Shape = "bars"
    title: str = Field("", max_length=200)


class Picture(BaseModel):
    file: str = Field(description="a PNG in the workspace's folder charts")
    fingerprint: str = Field(description="SHA-256 of the file as it was written")
    labels: list[str]
    values: list[float]
    markdown: Annotated[str, Kind("markdown")]


@tool(
    "tables.pivot",
    title=Text(he="טבלת ציר", en="Pivot a table"),
    description=Text(
        he="מצליב שתי עמודות של טבלה: שורות מול עמודות, עם סכום, ממוצע או מספר בכל תא",
        en="Cross two columns of a table, one down and one across, with a sum, average or count in each cell",
    ),
    examples={
        "he": ["הצלב לקוח מול חודש", "טבלת ציר של לקוחות מול מוצרים", "הצלב לקוחות עם חודשים"],
        "en": ["cross customer with month", "pivot customers against products", "pivot customers down, months across"],
    },
    show=lambda table, language: table.markdown, label=UNTRUSTED, timeout=60, seconds=1.0,
)  # fmt: skip
async def pivot(args: Pivot, call: Call) -> Table:
    found = await crossed(args.document, args.rows, args.columns, args.measure, args.function, args.table, call)
    across = list(dict.fromkeys(str(row[1]) for row in found.rows))
    if len(across) > MOST_COLUMNS:
        cure = "Put it in the rows, and the other in the columns."
        raise StepFailed(f"“{args.columns}” has {len(across)} values, too many for columns.", cure=cure, field="columns")
    cells = {(str(down), str(side)): value for down, side, value in found.rows}
    down = list(dict.fromkeys(str(row[0]) for row in found.rows))
    columns = [found.columns[0], *across]
    rows = [[name, *(cells.get((name, side)) for side in across)] for name in down]
    return Table(columns=columns, rows=rows, total=len(rows), truncated=found.truncated, markdown=markdown.table(columns, rows))


async def _remove(_args: object, output: object, call: Call) -> None:
    picture, folder = Picture.model_validate(output), Folder(call.folder / CHARTS)
    try:
        content = await asyncio.to_thread(folder.read, picture.file, MAX_PICTURE)
    except NotFound:
        return  # it is gone already
    if hashlib.sha256(content).hexdigest() != picture.fingerprint:
        raise Conflict(f"“{picture.file}” was changed since, so it was left as it is.", cure="Remove it by hand if you wish.")
    await asyncio.to_thread(folder.remove, picture.file)


def _show_picture(picture: Picture, language: Language) -> str:
    return f"{'צויר' if language == 'he' else 'Drew'} {CHARTS}/{picture.file}\n\n{picture.markdown}"


@tool(
    "tables.chart",
    title=Text(he="תרשים", en="Draw a chart"),
    description=Text(
        he="מצייר תרשים עמודות או קו מטבלה ושומר אותו כתמונת PNG", en="Draw a bar or line chart of a table and keep it as a PNG picture"
    ),
    examples={
        "he": ["צייר תרשים עמודות של הסכום לפי קטגוריה", "צייר גרף קו לפי חודש", "שרטט את היבול לפי שנה"],
        "en": ["draw a bar chart of the amount by category", "draw a line graph by month", "plot the yield by year"],
    },
    show=_show_picture, effect="write", recovery="keyed", label=UNTRUSTED, timeout=60, seconds=1.0, undo=_remove,
)  # fmt: skip
async def chart(args: Chart, call: Call) -> Picture:
    """The name of the file comes of the key, so a repeat finds the picture that is there."""
    found = await grouped(args.document, args.by, args.measure, args.function, args.table, call)
    pairs = [(str(row[0]), float(row[1])) for row in found.rows if isinstance(row[1], int | float)][:MOST_BARS]
    if not pairs:
        raise StepFailed("There are no numbers to draw.", cure="Choose another column.", field="measure")
    title = " ".join(args.title.split()) or f"{found.columns[1]} · {found.columns[0]}"
    labels, values = [label for label, _ in pairs], [value for _, value in pairs]
    picture = await asyncio.to_thread(draw, title, labels, values, args.shape)
    name = f"{file_name(title, 'chart')}-{hashlib.sha256(call.key.encode()).hexdigest()[:8]}.png"
    content = await asyncio.to_thread(_kept, call, name, picture)
    shown = markdown.table(found.columns[:2], pairs)
    return Picture(file=name, fingerprint=hashlib.sha256(content).hexdigest(), labels=labels, values=values, markdown=shown)


def _kept(call: Call, name: str, picture: bytes) -> bytes:
    folder = Folder(call.folder / CHARTS)
    folder.root.mkdir(parents=True, exist_ok=True)
    return picture if folder.add(name, picture) else folder.read(name, MAX_PICTURE)


TOOLS: tuple[Tool, ...] = (pivot, chart)

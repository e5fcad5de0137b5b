"""Tables and numbers: what they hold, what is odd in them, where they go, and the units they are in."""

from __future__ import annotations

import re
from collections import defaultdict

from tizmoret.agents.with_model import Use
from tizmoret.agents.without_model import Args, Output
from tizmoret.agents.without_model.material import Writing, cited, nothing_read, read_material, say, sources_of, statements
from tizmoret.catalog.tool import Call
from tizmoret.errors import StepFailed
from tizmoret.tools import markdown
from tizmoret.tools.sql import quoted

SHEETS = ("xlsx", "csv")
NUMBERS = frozenset({"integer", "number"})
ODD = 3.0  # times the middle half of the values, beyond it: Tukey's fences, far out
_NUMBER = re.compile(r"\d")
_CURRENCY = re.compile(r"₪|\$|€|£|שקל|ש\"ח|ש״ח|דולר|יורו|shekel|dollar|euro|NIS|ILS|USD|EUR")
_QUANTITY = re.compile(
    r"(?<![\w.,])(?P<value>\d[\d,]*(?:\.\d+)?)\s*"
    r"(?P<unit>טון|ק\"ג|ק״ג|קילוגרם|דונם|קילומטר|ליטר|litres?|liters?|tons?|kg|kilometres?|km|hectares?|dunams?|miles?|acres?|gallons?|pounds?|lbs)(?!\w)",
    re.IGNORECASE,
)
# (as it is written, what it is measured as, for units.convert, to)
_MEASURES = {
    **dict.fromkeys(("טון", "ton"), ("metric_ton", "mass", "kilogram")),
    **dict.fromkeys(('ק"ג', "ק״ג", "קילוגרם", "kg"), ("kilogram", "mass", "kilogram")),
    **dict.fromkeys(("pound", "lb"), ("pound", "mass", "kilogram")),
    **dict.fromkeys(("דונם", "dunam"), ("dunam", "area", "hectare")),
    "hectare": ("hectare", "area", "hectare"),
    "acre": ("acre", "area", "hectare"),
    **dict.fromkeys(("קילומטר", "kilometre", "km"), ("kilometer", "length", "kilometer")),
    "mile": ("mile", "length", "kilometer"),
    **dict.fromkeys(("ליטר", "litre", "liter"), ("liter", "volume", "liter")),
    "gallon": ("gallon", "volume", "liter"),
}


async def data_analyst(args: Args, use: Use, call: Call) -> Output:
    """Describe the tables of a spreadsheet."""
    return await use("tables.describe", {"document": args["document"]})


async def _document(args: Args, use: Use, call: Call) -> str:
    """The table that is meant: named, or the likeliest of those that the words find. Raises StepFailed."""
    if args.get("document"):
        return str(args["document"])
    found = (await use("documents.search", {"query": args.get("query") or "", "kinds": list(SHEETS), "limit": 1}))["documents"]
    if not found:
        raise StepFailed(
            say(call, "לא נמצאה טבלה כזאת.", "There is no such table."),
            cure=say(call, "יש לומר איזה קובץ.", "Say which file."),
            field="query",
        )
    return str(found[0]["id"])


async def _column(document: str, table: str, column: str, use: Use) -> list[float]:
    sql = f"select {quoted(column)} from {quoted(table)} where {quoted(column)} is not null"  # noqa: S608 - quoted, and a sandbox that only reads
    asked = {"document": document, "sql": sql}
    return [float(row[0]) for row in (await use("tables.query", asked))["rows"] if isinstance(row[0], int | float)]


async def table_profiler(args: Args, use: Use, call: Call) -> Output:
    """Whether a table can be relied on: empty cells, rows that are there twice, numbers far from the others."""
    document = await _document(args, use, call)
    described = await use("tables.describe", {"document": document})
    findings: list[Output] = []
    for table in described["tables"]:
        for column in table["columns"]:
            if column["filled"] < table["rows"]:
                findings.append(
                    {"table": table["name"], "column": column["name"], "kind": "empty", "count": table["rows"] - column["filled"]}
                )
            if column["type"] in NUMBERS:
                odd = _far_out(await _column(document, table["name"], column["name"], use))
                if odd:
                    findings.append(
                        {"table": table["name"], "column": column["name"], "kind": "far out", "count": len(odd), "values": odd[:10]}
                    )
        names = ", ".join(quoted(column["name"]) for column in table["columns"])
        of = quoted(table["name"])
        sql = f"select count(*) - (select count(*) from (select distinct {names} from {of})) from {of}"  # noqa: S608 - as above
        twice = (await use("tables.query", {"document": document, "sql": sql}))["rows"][0][0]
        if twice:
            findings.append({"table": table["name"], "column": "", "kind": "repeated rows", "count": twice})
    kinds = {
        "empty": say(call, "תאים ריקים", "empty cells"),
        "far out": say(call, "ערכים חריגים", "values far out"),
        "repeated rows": say(call, "שורות כפולות", "repeated rows"),
    }
    rows = [(one["table"], one["column"], kinds[one["kind"]], one["count"]) for one in findings]
    heads = say(call, "טבלה|עמודה|מה|כמה", "table|column|what|how many").split("|")
    told = (
        markdown.table(heads, rows)
        if rows
        else say(
            call,
            "לא נמצא דבר חריג: אין תאים ריקים, שורות כפולות או ערכים חריגים.",
            "Nothing odd: no empty cells, repeated rows or values far out.",
        )
    )
    return {"markdown": f"## {markdown.escape(document)}\n\n{told}\n\n{described['markdown']}", "document": document, "findings": findings}


def _far_out(values: list[float]) -> list[float]:
    ordered = sorted(values)
    if len(ordered) < 8:
        return []
    low, high = ordered[len(ordered) // 4], ordered[(3 * len(ordered)) // 4]
    return [value for value in values if high > low and not low - ODD * (high - low) <= value <= high + ODD * (high - low)]


async def trend_reader(args: Args, use: Use, call: Call) -> Output:
    """How each number of a table goes from its first row to its last: the change, the highest, the lowest, the direction."""
    document = await _document(args, use, call)
    trends, lines = [], []
    for table in (await use("tables.describe", {"document": document}))["tables"]:
        for column in table["columns"]:
            if column["type"] not in NUMBERS or column["filled"] < 2:
                continue
            values = await _column(document, table["name"], column["name"], use)
            change = (values[-1] - values[0]) / abs(values[0]) if values[0] else 0.0
            slope = _slope(values)
            way = "up" if slope > 0 else "down" if slope < 0 else "flat"
            trends.append({
                "table": table["name"], "column": column["name"], "first": values[0], "last": values[-1], "change": round(change, 4),
                "direction": way, "lowest": min(values), "highest": max(values),
            })  # fmt: skip
            word = {"up": say(call, "עולה", "rising"), "down": say(call, "יורד", "falling"), "flat": say(call, "יציב", "steady")}[way]
            cells = [markdown.cell(value) for value in (values[0], values[-1], min(values), max(values))]
            lines.append(f"- **{markdown.escape(column['name'])}**: {word}, {cells[0]} → {cells[1]} ({change:+.0%}), {cells[2]}–{cells[3]}")
    none = say(call, "אין בטבלה עמודת מספרים.", "The table has no column of numbers.")
    return {"markdown": f"## {markdown.escape(document)}\n\n" + ("\n".join(lines) or none), "document": document, "trends": trends}


def _slope(values: list[float]) -> float:
    """Of the straight line nearest to the values (least squares)."""
    middle, mean = (len(values) - 1) / 2, sum(values) / len(values)
    return sum((place - middle) * (value - mean) for place, value in enumerate(values))


async def budget_reader(args: Args, use: Use, call: Call) -> Output:
    """Money: a table of expenses by group with its total, and the amounts that documents on the subject name, each with its sentence."""
    writings = await read_material(
        {**args, "query": args.get("query") or say(call, "תקציב הוצאות עלות", "budget expenses cost")}, use, call, most=30
    )
    amounts = [one for one in statements([one for one in writings if not one.id.endswith((".csv", ".xlsx"))]) if _money(one.text)]
    sheet = next((one for one in writings if one.id.endswith((".csv", ".xlsx"))), None)
    parts: list[str] = []
    groups: dict[str, float] = {}
    total = 0.0
    if sheet is not None:
        groups, total = await _grouped(sheet, use)
        if groups:
            heads = say(call, "קבוצה|סכום", "group|amount").split("|")
            all_ = say(call, "סך הכול", "total")
            parts.append(
                f"### {markdown.escape(sheet.title)}\n\n{markdown.table(heads, [*sorted(groups.items(), key=lambda one: -one[1]), (all_, total)])}"
            )
    if amounts:
        parts.append(
            f"### {say(call, 'סכומים במסמכים', 'Amounts in the documents')}\n\n"
            + cited([(markdown.escape(one.text), one.of) for one in amounts[:20]], call)
        )
    return {
        "markdown": "\n\n".join(parts) or nothing_read(call), "groups": groups, "total": total,
        "amounts": [{"text": one.text, "source": one.of.source} for one in amounts], "sources": sources_of(writings),
    }  # fmt: skip


def _money(sentence: str) -> bool:
    return _NUMBER.search(sentence) is not None and _CURRENCY.search(sentence) is not None


async def _grouped(sheet: Writing, use: Use) -> tuple[dict[str, float], float]:
    """The largest column of numbers, by the column of words with the fewest values that repeat."""
    for table in (await use("tables.describe", {"document": sheet.id}))["tables"]:
        numbers = [column for column in table["columns"] if column["type"] in NUMBERS and column["total"]]
        words = [column for column in table["columns"] if column["type"] == "text" and 1 < column["distinct"] < column["filled"]]
        if numbers and words:
            measure = max(numbers, key=lambda column: abs(column["total"]))["name"]
            by = min(words, key=lambda column: column["distinct"])["name"]
            asked = {"document": sheet.id, "measure": measure, "function": "sum", "by": by, "table": table["name"]}
            rows = (await use("tables.aggregate", asked))["rows"]
            groups = {str(row[0]): float(row[-1]) for row in rows if isinstance(row[-1], int | float)}
            return groups, round(sum(groups.values()), 2)
    return {}, 0.0


async def unit_checker(args: Args, use: Use, call: Call) -> Output:
    """Quantities of the documents brought to one unit each, and which kinds are given in several units."""
    found: list[tuple[str, Writing, Output]] = []
    units: dict[str, set[str]] = defaultdict(set)
    for one in statements(await read_material(args, use, call)):
        for match in _QUANTITY.finditer(one.text):
            written = match["unit"].lower()
            unit, measure, to = _MEASURES.get(written) or _MEASURES[written.removesuffix("s")]
            value = float(match["value"].replace(",", ""))
            same = (await use("units.convert", {"value": value, "unit": unit, "to": to}))["value"]
            units[measure].add(unit)
            item = {"written": match[0], "measure": measure, "value": same, "unit": to, "source": one.of.source}
            found.append((f"{markdown.escape(match[0])} = {markdown.cell(float(same))} {to}", one.of, item))
    mixed = sorted(measure for measure, used in units.items() if len(used) > 1)
    names = {
        "mass": say(call, "משקל", "weight"),
        "area": say(call, "שטח", "area"),
        "length": say(call, "מרחק", "length"),
        "volume": say(call, "נפח", "volume"),
    }
    head = say(call, "כמה יחידות שונות ל", "Several units for ") + ", ".join(names[measure] for measure in mixed) if mixed else ""
    lines = list(dict.fromkeys((line, of) for line, of, _ in found))
    body = cited(lines[:60], call) or say(call, "אין במסמכים כמויות עם יחידות.", "The documents hold no quantities with units.")
    return {"markdown": "\n\n".join(part for part in (head, body) if part), "quantities": [item for _, _, item in found][:500], "mixed": mixed,
            "sources": sources_of(of for _, of, _ in found)}  # fmt: skip

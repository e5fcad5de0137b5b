"""Money in another currency, by the reference rates of the European Central Bank, kept in the workspace with their day and source."""

from __future__ import annotations

import asyncio
import csv
import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from lxml import etree
from pydantic import BaseModel, ConfigDict, Field

from tizmoret.catalog.tool import Call, Kind, Text, Tool, tool
from tizmoret.errors import NotFound, StepFailed, TizmoretError
from tizmoret.plan.labels import Label
from tizmoret.plan.model import Language
from tizmoret.tools.folder import Folder
from tizmoret.tools.providers.durable_file import put
from tizmoret.tools.providers.web_access import WebAccess
from tizmoret.tools.when import day

ECB = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml"
FILE = "rates.csv"  # in the workspace's folder currency: date, currency, per_euro, source
FRESH = dt.timedelta(days=4)  # a weekend with a holiday
MAX_BYTES = 1024 * 1024
LABEL = Label("untrusted", "public", frozenset({"currency"}))

_NAMES = {
    "₪": "ILS", "שקל": "ILS", "שקלים": "ILS", 'ש"ח': "ILS", "ש״ח": "ILS", "shekel": "ILS", "shekels": "ILS", "nis": "ILS", "$": "USD",
    "דולר": "USD", "דולרים": "USD", "dollar": "USD", "dollars": "USD", "€": "EUR", "אירו": "EUR", "יורו": "EUR", "euro": "EUR",
    "euros": "EUR", "£": "GBP", "פאונד": "GBP", "לירה": "GBP", "pound": "GBP", "pounds": "GBP", "ין": "JPY", "yen": "JPY", "פרנק": "CHF",
    "franc": "CHF", "francs": "CHF",
}  # fmt: skip


class ConvertMoney(BaseModel):
    model_config = ConfigDict(extra="forbid")
    amount: float = Field(allow_inf_nan=False)
    currency: Annotated[str, Kind("currency")] = Field(min_length=1, max_length=30, description="such as USD, $, shekel, שקל")
    to: Annotated[str, Kind("currency")] = Field("ILS", min_length=1, max_length=30)


class Money(BaseModel):
    amount: float
    currency: str
    rate: float = Field(description="one unit of the given currency in the other")
    date: dt.date = Field(description="the day of the rates")
    source: str
    text: Annotated[str, Kind("text")]


@dataclass(frozen=True, slots=True)
class Rates:
    """What one euro is worth."""

    date: dt.date
    per_euro: Mapping[str, float]
    source: str


def _code(name: str) -> str:
    return _NAMES.get(name.strip().lower()) or _NAMES.get(name.strip()) or name.strip().upper()


def read_rates(content: str) -> Rates | None:
    """Of a table of rates, those of the latest day. None where it holds none."""
    rows = [row for row in csv.DictReader(io.StringIO(content)) if row.get("date") and row.get("currency") and row.get("per_euro")]
    try:
        parsed = [
            (dt.date.fromisoformat(row["date"].strip()), row["currency"].strip().upper(), float(row["per_euro"]), row) for row in rows
        ]
    except ValueError:
        return None
    if not parsed:
        return None
    latest = max(date for date, *_ in parsed)
    found = {code: rate for date, code, rate, _ in parsed if date == latest and rate > 0}
    return Rates(latest, {**found, "EUR": 1.0}, next(row.get("source") or FILE for date, _, _, row in parsed if date == latest))


def read_ecb(content: bytes) -> Rates:
    """Raises StepFailed where it is not what the bank publishes."""
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
        date = dt.date.fromisoformat(str(root.xpath("string(//@time)")))
        found = {str(cube.get("currency")): float(str(cube.get("rate"))) for cube in root.xpath("//*[@currency and @rate]")}
    except (etree.XMLSyntaxError, ValueError) as error:
        raise StepFailed("The bank's rates could not be read.", cure=f"Put rates into currency/{FILE}.") from error
    return Rates(date, {**found, "EUR": 1.0}, ECB)


def _written(rates: Rates) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["date", "currency", "per_euro", "source"])
    writer.writerows([rates.date.isoformat(), code, rate, rates.source] for code, rate in sorted(rates.per_euro.items()))
    return out.getvalue().encode()


async def _rates(call: Call) -> Rates:
    """Those of the workspace where they are fresh; else the bank's, which are then kept; else those of the workspace, however old."""
    folder = Folder(call.folder / "currency")
    try:
        kept = read_rates((await asyncio.to_thread(folder.read, FILE, MAX_BYTES)).decode("utf-8-sig", "replace"))
    except NotFound:
        kept = None
    if kept is not None and call.now.date() - kept.date <= FRESH:
        return kept
    try:
        fetched = read_ecb((await call.provider(WebAccess).get(ECB)).content)
    except TizmoretError as error:
        if kept is not None:
            return kept
        cure = f"Put them into currency/{FILE} of the workspace: date,currency,per_euro,source."
        raise StepFailed(f"There are no exchange rates, and the bank cannot be reached: {error.detail}", cure=cure) from error
    await asyncio.to_thread(_keep, folder, fetched)
    return fetched


def _keep(folder: Folder, rates: Rates) -> None:
    folder.root.mkdir(parents=True, exist_ok=True)
    put(folder.locate(FILE), _written(rates))


def _show(money: Money, language: Language) -> str:
    said = (
        f"לפי שער {day(money.date, language, year=True)}" if language == "he" else f"by the rate of {day(money.date, language, year=True)}"
    )
    return f"{money.text} ({said}, {money.source})"


@tool(
    "currency.convert",
    title=Text(he="המרת מטבע", en="Convert currency"),
    description=Text(
        he="ממיר סכום כסף ממטבע למטבע לפי השער היציג של הבנק המרכזי האירופי, ואומר מאיזה יום השער",
        en="Convert money from one currency to another by the European Central Bank's reference rate, and say of which day it is",
    ),
    examples={
        "he": ["המר 100 דולר לשקלים", "כמה זה 250 יורו בשקל", "150 אירו לשקלים"],
        "en": ["convert 100 dollars to shekels", "how much is 250 euro in dollars", "150 euros in shekels"],
    },
    show=_show, label=LABEL, timeout=45, seconds=1.0,
)  # fmt: skip
async def convert(args: ConvertMoney, call: Call) -> Money:
    rates = await _rates(call)
    one, other = _code(args.currency), _code(args.to)
    for code, field in ((one, "currency"), (other, "to")):
        if code not in rates.per_euro:
            have = ", ".join(sorted(rates.per_euro))
            raise StepFailed(f"There is no rate for “{code}”.", cure=f"There are: {have}.", field=field)
    rate = rates.per_euro[other] / rates.per_euro[one]
    amount = round(args.amount * rate, 2)
    text = f"{args.amount:,.2f} {one} = {amount:,.2f} {other}"
    return Money(amount=amount, currency=other, rate=round(rate, 6), date=rates.date, source=rates.source, text=text)


TOOLS: tuple[Tool, ...] = (convert,)

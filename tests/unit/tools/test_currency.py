"""currency.convert: rates of the workspace, else of the bank (here a server of the test's own), always with their day and source."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.unit.tools.conftest import NOW, MakeCall
from tizmoret.errors import StepFailed
from tizmoret.tools.currency import ECB, ConvertMoney, Money, convert, read_ecb, read_rates
from tizmoret.tools.providers.web_access import Fetched, WebAccess

pytestmark = pytest.mark.anyio

XML = b"""<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><Cube>
<Cube time='2026-01-13'><Cube currency='USD' rate='1.10'/><Cube currency='ILS' rate='4.40'/></Cube></Cube></gesmes:Envelope>"""


class Bank:
    """The web, in which only the bank's address answers."""

    def __init__(self, content: bytes | None) -> None:
        self.content = content
        self.asked: list[str] = []

    async def get(self, url: str) -> Fetched:
        self.asked.append(url)
        if self.content is None:
            raise StepFailed("no way out")
        return Fetched(url, "text/xml", "utf-8", self.content)


def kept(tmp_path: Path, day: dt.date, usd: float = 1.25) -> Path:
    path = tmp_path / "workspace" / "currency" / "rates.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"date,currency,per_euro,source\n{day},USD,{usd},my bank\n{day},ILS,5,my bank\n2020-01-01,USD,9,old\n")
    return path


async def converted(call: MakeCall, bank: Bank | WebAccess, **args: Any) -> Money:
    return Money.model_validate(await convert(ConvertMoney(**args), call(providers={WebAccess: bank})))


@pytest.mark.parametrize(
    ("currency", "to", "amount"),
    [("USD", "ILS", 400), ("$", "שקל", 400), ("dollars", "shekels", 400), ("דולר", "EUR", 80), ("eur", "usd", 125), ("ILS", "ILS", 100)],
)
async def test_the_workspaces_rates_are_used_while_they_are_fresh(
    call: MakeCall, tmp_path: Path, currency: str, to: str, amount: float
) -> None:
    kept(tmp_path, NOW.date() - dt.timedelta(days=1))
    bank = Bank(XML)
    money = await converted(call, bank, amount=100, currency=currency, to=to)
    assert money.amount == amount
    assert (money.date, money.source) == (NOW.date() - dt.timedelta(days=1), "my bank")
    assert bank.asked == []


async def test_old_rates_are_fetched_anew_and_kept(call: MakeCall, tmp_path: Path) -> None:
    kept(tmp_path, NOW.date() - dt.timedelta(days=30))
    bank = Bank(XML)
    for _ in range(2):
        money = await converted(call, bank, amount=10, currency="USD")
        assert (money.amount, money.date, money.source) == (40, dt.date(2026, 1, 13), ECB)
    assert bank.asked == [ECB]


async def test_old_rates_are_better_than_none_and_say_how_old_they_are(call: MakeCall, tmp_path: Path) -> None:
    kept(tmp_path, NOW.date() - dt.timedelta(days=30))
    money = await converted(call, Bank(None), amount=10, currency="USD")
    assert (money.amount, money.date) == (40, NOW.date() - dt.timedelta(days=30))


async def test_without_any_rates_it_says_where_to_put_them(call: MakeCall) -> None:
    with pytest.raises(StepFailed) as caught:
        await converted(call, Bank(None), amount=10, currency="USD")
    assert "currency/rates.csv" in caught.value.cure


async def test_a_currency_without_a_rate_is_told(call: MakeCall) -> None:
    with pytest.raises(StepFailed, match="XYZ") as caught:
        await converted(call, Bank(XML), amount=10, currency="xyz")
    assert caught.value.field == "currency"
    assert "USD" in caught.value.cure


@pytest.mark.parametrize("content", [b"", b"<html>sorry</html>", b"<a time='2026-01-01'><b currency='USD' rate='much'/></a>"])
async def test_what_is_not_the_banks_file_is_an_error_and_is_not_kept(call: MakeCall, tmp_path: Path, content: bytes) -> None:
    with pytest.raises(StepFailed):
        read_ecb(content)
    with pytest.raises(StepFailed):
        await converted(call, Bank(content), amount=10, currency="USD")
    assert not (tmp_path / "workspace" / "currency").exists()


def test_a_table_that_holds_no_rates_is_none() -> None:
    assert read_rates("") is None
    assert read_rates("date,currency,per_euro\n2026-01-01,USD,much\n") is None

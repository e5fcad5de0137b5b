from __future__ import annotations

import pytest

from tests.unit.tools.conftest import MakeCall
from tizmoret.tools.facts import Extract, Facts, extract
from tizmoret.tools.models import DocumentText

pytestmark = pytest.mark.anyio

TEXT = """דברו עם דנה: dana.levi@osem.co.il או 054-1234567, משרד (03) 555-1234, ומחו"ל +972 54 123 4567.
המחיר 1,250.50 ₪ לטון, הנחה 5%, סה"כ 12,000 ש"ח עד 31.12.2025 (הוחלט ב-2025-11-03). ראו https://example.com/a?b=1.
Second offer: $1,400 by 1/2/26. dana.levi@osem.co.il"""


async def test_every_sort_of_fact_as_it_is_written(call: MakeCall) -> None:
    found = Facts.model_validate(await extract(Extract(text=TEXT), call()))
    assert [(fact.value, fact.times) for fact in found.emails] == [("dana.levi@osem.co.il", 2)]
    assert [fact.value for fact in found.links] == ["https://example.com/a?b=1"]
    assert [fact.value for fact in found.phones] == ["054-1234567", "(03) 555-1234", "+972 54 123 4567"]
    assert [fact.value for fact in found.dates] == ["31.12.2025", "2025-11-03", "1/2/26"]
    assert [fact.value for fact in found.amounts] == ["1,250.50 ₪", "5%", '12,000 ש"ח', "$1,400"]


async def test_each_fact_names_its_document(call: MakeCall) -> None:
    texts = [DocumentText(id="a.md", title="A", text="a@b.il"), DocumentText(id="b.md", title="B", text="a@b.il c@d.il")]
    found = Facts.model_validate(await extract(Extract(texts=texts), call()))
    assert [(fact.value, fact.source and fact.source.id) for fact in found.emails] == [("a@b.il", "a.md"), ("c@d.il", "b.md")]


async def test_nothing_is_said_to_be_nothing(call: MakeCall) -> None:
    assert (await extract(Extract(text="שום דבר"), call(language="he")))["markdown"].startswith("לא נמצאו")


async def test_hostile_text_takes_no_time(call: MakeCall) -> None:
    await extract(Extract(text="a@" + "a." * 200_000 + "1-" * 200_000 + "9" * 400_000), call())

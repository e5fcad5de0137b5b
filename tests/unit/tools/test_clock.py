from __future__ import annotations

import pytest

from tests.unit.tools.conftest import MakeCall
from tizmoret.errors import StepFailed
from tizmoret.tools.clock import AskTime, Now, now

pytestmark = pytest.mark.anyio


async def told(call: MakeCall, timezone: str = "", language: str = "en") -> Now:
    return Now.model_validate(await now(AskTime(timezone=timezone), call(language=language)))


async def test_the_time_is_of_the_workspaces_zone(call: MakeCall) -> None:
    found = await told(call)
    assert (found.timezone, found.now.isoformat()) == ("Asia/Jerusalem", "2026-01-14T10:00:00+02:00")


async def test_another_zone_has_its_own_time(call: MakeCall) -> None:
    assert (await told(call, "America/New_York")).now.isoformat() == "2026-01-14T03:00:00-05:00"


async def test_it_is_told_in_both_languages(call: MakeCall) -> None:
    assert (await told(call)).text == "Wednesday 14 Jan 2026, 10:00 (Asia/Jerusalem)"
    assert (await told(call, language="he")).text == "יום רביעי 14.1.2026, 10:00 (Asia/Jerusalem)"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "Asia\0"])
async def test_a_zone_that_is_none_is_named(call: MakeCall, zone: str) -> None:
    with pytest.raises(StepFailed, match="no time zone") as failed:
        await told(call, zone)
    assert failed.value.field == "timezone"
    assert "Europe/London" in failed.value.cure

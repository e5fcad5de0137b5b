"""Names of time zones, Microsoft's and those of the tz database."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from tests.unit.tools.conftest import JERUSALEM
from tizmoret.tools.providers.graph_zones import microsoft_name, zone_named


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Israel Standard Time", "Asia/Jerusalem"), ("W. Europe Standard Time", "Europe/Berlin"), ("Europe/London", "Europe/London"),
        ("UTC", "UTC"), ("tzone://Microsoft/Custom", "Asia/Jerusalem"), ("", "Asia/Jerusalem"), (7, "Asia/Jerusalem"), ("../x", "Asia/Jerusalem"),
    ],
)  # fmt: skip
def test_names_of_both_kinds_are_read(name: object, key: str) -> None:
    assert zone_named(name, JERUSALEM).key == key


def test_ones_own_zone_comes_back_under_its_own_name() -> None:
    amsterdam = ZoneInfo("Europe/Amsterdam")
    assert microsoft_name(amsterdam) == "W. Europe Standard Time"
    assert zone_named("W. Europe Standard Time", amsterdam) == amsterdam


def test_a_zone_that_microsoft_does_not_know_has_no_name() -> None:
    assert (microsoft_name(ZoneInfo("Antarctica/Troll")), microsoft_name(ZoneInfo("Etc/UTC"))) == ("", "UTC")

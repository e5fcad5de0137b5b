"""Every event has a name in both languages in the dashboard, which listens for those that it can name alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from tizmoret.engine import events as e

NAMES = Path(__file__).parents[2] / "web" / "src" / "i18n" / "names.ts"


def test_the_dashboard_names_every_event_that_there_is_and_no_other() -> None:
    listed = NAMES.read_text("utf-8").split("export const EVENTS")[1].split("};")[0]
    named = re.findall(r'"([a-z.]+)": \["[^"]+", "[^"]+"\]', listed)
    assert sorted(named) == sorted(event.__struct_config__.tag for event in get_args(e.AnyEvent))

"""Times as Microsoft Graph tells them, and the names of their zones: Microsoft's own, those of the tz database, and which of the one is which
of the other (Unicode's CLDR, by tzlocal)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tzlocal.windows_tz import tz_win, win_tz


def microsoft_name(zone: ZoneInfo) -> str:
    """What Microsoft calls it: it takes that for every zone that it knows, but only some names of the tz database. Empty where it has none."""
    return "UTC" if zone.key in ("UTC", "Etc/UTC") else tz_win.get(zone.key, "")


def zone_named(name: Any, own: ZoneInfo) -> ZoneInfo:
    """The zone of a name of either kind; `own` where it says nothing, as "tzone://Microsoft/Custom" does.

    One name of Microsoft's stands for many of the tz database: `own`, where it is among them."""
    if not isinstance(name, str) or not name:
        return own
    if name == microsoft_name(own):
        return own
    try:
        return ZoneInfo("UTC" if name == "UTC" else win_tz.get(name, name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return own


def moment_of(told: Mapping[str, Any], own: ZoneInfo) -> dt.datetime:
    """A dateTimeTimeZone. Raises KeyError, TypeError, ValueError."""
    found = dt.datetime.fromisoformat(told["dateTime"])
    return found if found.tzinfo else found.replace(tzinfo=zone_named(told.get("timeZone") or "UTC", own))

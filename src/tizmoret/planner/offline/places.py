"""Time zones by the names that people use for them."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from zoneinfo import available_timezones

from tizmoret.words import normalise, tokens

# What is not simply the last part of the zone's own name.
_NAMES = {
    "Asia/Jerusalem": "ירושלים|ישראל|israel|תל אביב|תל-אביב|tel aviv",
    "America/New_York": "new york|ניו יורק|ניו-יורק|nyc|boston|בוסטון|washington|וושינגטון|miami",
    "America/Los_Angeles": "los angeles|לוס אנג'לס|san francisco|סן פרנסיסקו|california|קליפורניה|seattle",
    "Europe/London": "לונדון|אנגליה|england|britain|uk",
    "Europe/Paris": "פריז|צרפת|france",
    "Europe/Berlin": "ברלין|גרמניה|germany|munich|frankfurt",
    "Europe/Rome": "רומא|איטליה|italy|milan",
    "Europe/Madrid": "מדריד|ספרד|spain|barcelona|ברצלונה",
    "Europe/Kyiv": "קייב|אוקראינה|ukraine|odessa|אודסה",
    "Europe/Moscow": "מוסקבה|רוסיה",
    "Europe/Istanbul": "איסטנבול|טורקיה|turkey",
    "Asia/Tokyo": "טוקיו|יפן|japan",
    "Asia/Shanghai": "שנחאי|סין|china|beijing|בייג'ינג",
    "Asia/Kolkata": "הודו|india|mumbai|delhi|מומבאי|bangalore",
    "Asia/Dubai": "דובאי",
    "Australia/Sydney": "סידני",
    "UTC": "utc|gmt",
}
_AMBIGUOUS = frozenset(
    {"center", "central", "east", "west", "eastern", "mountain", "pacific", "general", "south", "north", "troll", "easter", "local"}
)


@cache
def _zones() -> tuple[tuple[re.Pattern[str], str], ...]:
    names = {name: zone for zone, said in _NAMES.items() for name in said.split("|")}
    for zone in available_timezones():
        city = zone.rpartition("/")[2].replace("_", " ").casefold()
        if (
            "/" in zone
            and len(city) > 3
            and city not in _AMBIGUOUS
            and not zone.startswith(("Etc/", "SystemV/", "posix/", "right/", "US/"))
        ):
            names.setdefault(city, zone)
    longest = sorted(names, key=len, reverse=True)
    return tuple((re.compile(rf"(?<!\w)[בלמ]?-?{re.escape(normalise(name))}(?!\w)"), names[name]) for name in longest)


@lru_cache(maxsize=1024)
def zone_words(text: str) -> frozenset[str]:
    """The words that name the place of `zone_in`, normalised."""
    plain = normalise(text)
    return next((frozenset(tokens(match[0])) for pattern, _ in _zones() if (match := pattern.search(plain))), frozenset())


def zone_in(text: str) -> str | None:
    """The IANA zone of the place, or the zone itself, that `text` names."""
    exact = re.search(r"(?<!\w)[A-Z][A-Za-z]+/[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_]+)?(?!\w)", text)
    if exact and exact[0] in available_timezones():
        return exact[0]
    plain = normalise(text)
    return next((zone for pattern, zone in _zones() if pattern.search(plain)), None)

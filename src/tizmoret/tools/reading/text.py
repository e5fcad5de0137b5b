"""What is known of a document once it has been read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

MAX_CHARACTERS = 2_000_000  # of one document


@dataclass(frozen=True, slots=True)
class Content:
    """title and keywords: empty where the document carries none. modified: its own date, None for the file's."""

    text: str
    title: str = ""
    keywords: str = ""
    modified: dt.datetime | None = None
    key: str = ""  # the idempotency key of the call that wrote it


def in_utc(moment: object) -> dt.datetime | None:
    """A date or time found in a document as an aware one. Office files mean UTC where they name no zone.

    A bare date is its noon in UTC: the same day from Hawaii to Tokyo. Years that no office document can be from are no date."""
    if isinstance(moment, dt.datetime):
        aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    elif isinstance(moment, dt.date):
        aware = dt.datetime(moment.year, moment.month, moment.day, 12, tzinfo=dt.UTC)
    else:
        return None
    return aware if 1980 <= aware.year <= 9000 else None

"""A title as the name of a file, on every file system."""

from __future__ import annotations

import re
import unicodedata

MAX_BYTES = 180  # of 255 that file systems take: room for a number and the ending

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]+')
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$", re.IGNORECASE)


def file_name(title: str, fallback: str) -> str:
    """`title` without what a file system, a shell or an eye could misread; `fallback` where nothing is left of it."""
    # Direction controls make "gnp.exe" read as "exe.png"; lone surrogates cannot be written at all.
    kept = "".join(letter for letter in unicodedata.normalize("NFC", title) if unicodedata.category(letter) not in ("Cf", "Cs", "Co", "Cn"))
    name = " ".join(_FORBIDDEN.sub(" ", kept).split())
    name = name.encode()[:MAX_BYTES].decode("utf-8", "ignore").strip(" .~-")
    return fallback if not name or _RESERVED.match(name) else name

"""Names of people, keys and workspaces: what a person reads beside a decision must not be able to look like somebody else's."""

from __future__ import annotations

import unicodedata

from tizmoret.errors import BadInput

LONGEST = 100  # characters


def checked_name(name: str, field: str) -> str:
    """As it is kept. Raises BadInput for what cannot be seen, or would break an address."""
    name = unicodedata.normalize("NFC", " ".join(name.split()))
    if not name or len(name) > LONGEST or not name.isprintable() or "/" in name or name in (".", ".."):
        cure = f"Give 1 to {LONGEST} characters that can be seen, without a slash."
        raise BadInput(f"`{field}` cannot be used.", cure=cure, field=field)
    return name


def alike(one: str, other: str) -> bool:
    """Whether a person would read them as the same."""
    return _seen(one) == _seen(other)


def _seen(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()

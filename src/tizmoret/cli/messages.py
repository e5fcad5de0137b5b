"""What the command line says, in the language of whoever reads it. The sentences are in `sentences/`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Literal

from tizmoret.cli.sentences import ALL
from tizmoret.locales.translation import translated

Language = Literal["he", "en"]


def ui_language(env: Mapping[str, str]) -> Language:
    """TIZMORET_LANG decides, else the locale as POSIX orders it (LC_ALL, LC_MESSAGES, LANG)."""
    name = next((env[key] for key in ("TIZMORET_LANG", "LC_ALL", "LC_MESSAGES", "LANG") if env.get(key)), "en")
    return "he" if name.lower().startswith(("he", "iw")) else "en"


LANGUAGE: Language = ui_language(os.environ)  # read once: the help of the commands is made when they are defined


def translate(detail: str, cure: str = "") -> str:
    """An error and its cure as whoever is here reads them."""
    return " ".join(translated(sentence, LANGUAGE) for sentence in (detail, cure) if sentence)


def say(key: str, **values: object) -> str:
    he, en = ALL[key]
    return (he if LANGUAGE == "he" else en).format(**values)

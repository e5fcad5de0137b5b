"""The noun that a clause's verb is said of."""

from __future__ import annotations

import re

from tizmoret.catalog.search import concepts
from tizmoret.planner.offline.reading import Reading, Word, is_known
from tizmoret.words import tokens


def head_words(reading: Reading) -> list[str]:
    """The noun that the verb is said of: in Hebrew the first, in English the last before a preposition. Empty for "it".

    Where no verb that we know leads the clause, its first word stands for one."""
    first = reading.words[0].start if reading.act is None and reading.words else -1
    content = [word for word in reading.content if "=calendar" not in concepts(word.plain) and word.start != first]
    if not content:
        return []
    if reading.language == "he" and not content[0].text.isascii():
        to_whom = content[0].plain[0] == "ל" and len(content) > 1 and not is_known(content[0].plain)  # "קבע לרקס תור"
        return [content[1 if to_whom else 0].plain]
    content = [word for place, word in enumerate(content) if not _counted(content, place) and not _numbers(word, reading)] or content
    phrase = [content[0]]
    for word in content[1:]:
        between = reading.text[phrase[-1].end : word.start]
        if tokens(between) or any(sign in between for sign in ",.;:()"):
            break
        phrase.append(word)
    return [phrase[-1].plain]


def _numbers(word: Word, reading: Reading) -> bool:
    """Whether it only says that a number follows: "tree number 4"."""
    return word.plain in ("number", "no", "nr", "מספר", "מס") and re.match(r"\.?\s*\d", reading.text[word.end :]) is not None


def _counted(content: list[Word], place: int) -> bool:
    """Whether a word is a number, or what is counted by one: "350 shekels"."""
    return content[place].plain.isdigit() or (place > 0 and content[place - 1].plain.isdigit())

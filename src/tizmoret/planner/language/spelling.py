"""What was nearly spelt as a verb, or as one of the things that verbs are said of: "shedule a meting", "תקבע פגשה".

Only words that nothing knows are touched, and never one that may be a name or a subject: a verb only where a verb must stand, a noun only
where it is nearly the word for a meeting, a document, a task or their like."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from rapidfuzz.distance import OSA

from tizmoret.catalog.search import concepts, thesaurus_words
from tizmoret.lexicon import holds
from tizmoret.planner.language.acts import question_words, verbs
from tizmoret.planner.language.calendar_words import MONTHS, ORDINALS, UNITS, WEEKDAYS
from tizmoret.words import STOP_WORDS, forms, is_hebrew, normalise

_WORD = re.compile(r"""(?<![\w./@'"-])[^\W\d_]{4,}(?![\w@/'"-])(?!\.\w)""")
_NEAR = 10  # characters before a word that say whether it may be a name
_LONG = 5  # letters, from which one wrong one leaves no doubt
_NAMED = frozenset({"=meeting", "=calendar", "=document", "=task", "=contact", "=table", "=summary"})
_NO_REQUEST = ("תי", "נו", "ימ", "ות")  # "we moved", "changes": what was done, and what there is
# A Hebrew word behind one of these may be a name.
_BEFORE_NAME = re.compile(r"(?<!\w)(?:עם|של|אצל|מאת|בשם|על|about|on|of|with)\s*$", re.IGNORECASE)


def respell(text: str) -> str:
    """The text with its misspelt nouns as they were meant; the same text where there are none."""
    return _WORD.sub(lambda match: _noun(match) or match[0], text)


def nearest_verb(word: str) -> str:
    """The verb that the head of a clause was meant to be; nothing where it is a word of its own, or several are as near."""
    return "" if not word or _is_word(word) else _nearest(normalise(word), _verbs(is_hebrew(word)))


def _noun(match: re.Match[str]) -> str:
    word = match[0]
    if word[0].isupper() or _is_word(word) or _BEFORE_NAME.search(match.string, max(0, match.start() - _NEAR), match.start()):
        return ""
    return _nearest(normalise(word), _nouns(is_hebrew(word)))


def _is_word(word: str) -> bool:
    plain = normalise(word)
    if (
        (is_hebrew(plain) and plain.endswith(("תי", "נו")))
        or plain in verbs()
        or plain in question_words()
        or plain in STOP_WORDS
        or plain in _times()
        or concepts(plain)
    ):
        return True
    return any(holds(form) or form in verbs() or form in _times() for form in forms(plain))


@lru_cache(maxsize=4096)
def _nearest(word: str, vocabulary: tuple[str, ...]) -> str:
    found = {other for other in vocabulary if other[0] == word[0] and _near(word, other)}
    meanings = {verbs().get(one) or concepts(one) or one for one in found}
    return min(found) if len(meanings) == 1 else ""


def _near(word: str, other: str) -> bool:
    if is_hebrew(word) and _bare(other) == _bare(word):  # vowel letters are left out as often as not
        return True
    return min(len(word), len(other)) >= _LONG and OSA.distance(word, other, score_cutoff=1) <= 1


def _bare(word: str) -> str:
    return word[0] + word[1:].replace("ו", "").replace("י", "")


@cache
def _verbs(hebrew: bool) -> tuple[str, ...]:
    return _words(verbs(), hebrew)


@cache
def _nouns(hebrew: bool) -> tuple[str, ...]:
    times = () if hebrew else (*WEEKDAYS, *MONTHS, "tomorrow", "yesterday", "tonight", "today", "morning", "afternoon", "evening")
    return _words((*(word for word in thesaurus_words() if concepts(word) & _NAMED), *times), hebrew)


def _words(words: Iterable[str], hebrew: bool) -> tuple[str, ...]:
    return tuple(word for word in sorted(words) if len(word) >= 4 and word.isalpha() and is_hebrew(word) == hebrew)


@cache
def _times() -> frozenset[str]:
    return frozenset(normalise(word) for table in (MONTHS, ORDINALS, UNITS, WEEKDAYS) for word in table)

"""Names of people across scripts: "Yoav" and "יואב" are one name. Compared by their consonants, which both scripts write."""

from __future__ import annotations

from tizmoret.words import is_hebrew, normalise, tokens

# Consonants that the two scripts write for each other share a letter here; vowels and the letters that stand for them are left out.
_HEBREW = {
    "ב": "b", "ג": "g", "ד": "d", "ו": "", "ז": "z", "ח": "", "ט": "t", "י": "", "כ": "k", "ל": "l", "מ": "m", "נ": "n", "ס": "s",
    "פ": "p", "צ": "z", "ק": "k", "ר": "r", "ש": "s", "ת": "t", "א": "", "ה": "", "ע": "",
}  # fmt: skip
_LATIN_PAIRS = (("tz", "z"), ("ts", "z"), ("sh", "s"), ("ch", ""), ("kh", ""), ("ph", "p"), ("th", "t"), ("ck", "k"), ("dj", "g"))
_LATIN = {
    "b": "b", "v": "b", "w": "", "g": "g", "j": "g", "d": "d", "z": "z", "h": "", "t": "t", "k": "k", "c": "k", "q": "k", "x": "ks",
    "l": "l", "m": "m", "n": "n", "s": "s", "p": "p", "f": "p", "r": "r",
}  # fmt: skip


def skeleton(name: str) -> str:
    """The consonants of one word of a name: "יואב" and "Yoav" are both "b". Too short to compare alone; see `same_word`."""
    word = normalise(name)
    if is_hebrew(word):
        letters = [_HEBREW.get(letter, "") for letter in word]
    else:
        for pair, letter in _LATIN_PAIRS:
            word = word.replace(pair, letter.upper())
        letters = [letter.lower() if letter.isupper() else _LATIN.get(letter, "") for letter in word]
    kept: list[str] = []
    for letter in "".join(letters):
        if not kept or kept[-1] != letter:
            kept.append(letter)
    return "".join(kept)


def _sound(word: str) -> str:
    """How a name begins, for the ear: a consonant, y, or any vowel (also behind a silent h, א, ע or ה)."""
    first = normalise(word)[:1]
    if first in ("י", "y", "j"):
        return "y"
    return (_HEBREW if is_hebrew(word) else _LATIN).get(first, "") or "vowel"


def same_word(one: str, other: str) -> bool:
    """Whether two single words are the same name, in one script or across the two."""
    if normalise(one) == normalise(other):
        return True
    if is_hebrew(one) == is_hebrew(other):
        return False
    return bool(skeleton(one)) and skeleton(one) == skeleton(other) and _sound(one) == _sound(other)


def fits(query: str, name: str) -> bool:
    """Whether every word of `query` is a word of `name`."""
    words = tokens(name)
    return all(any(same_word(asked, word) for word in words) for asked in tokens(query))

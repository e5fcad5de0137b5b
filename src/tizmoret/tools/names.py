"""Names of people across scripts and spellings: "Yoav" is יואב, and נעה is נועה.

Hebrew leaves most vowels out and Latin letters have no fixed way to write Hebrew ones, so a word in one script is never turned into the
other. Instead each Hebrew letter says which Latin letters may stand for it, and a Latin word fits when it can be read off them in order."""

from __future__ import annotations

from functools import lru_cache

from tizmoret.words import is_hebrew, normalise, tokens

MOST_LETTERS = 40  # a longer word is no name; it is compared as it is

# Letters that sound the same wherever they stand; final forms are ordinary ones here (`normalise`).
_CONSONANTS = {
    "ב": "b v", "ג": "g gh j dg dj ge", "ד": "d", "ז": "z s", "ח": "h ch kh", "ט": "t th", "כ": "k c ch kh q ck", "ל": "l", "מ": "m",
    "נ": "n", "ס": "s c", "פ": "p f ph", "צ": "tz ts z c tch ch", "ק": "k c q ck", "ר": "r", "ש": "sh s sch", "ת": "t th",
    "W": "v w vo wo vu wu", "X": "av v io iyo iv yo",
}  # fmt: skip
# The others, by place: first, within, last. What stands behind the bar only a loose comparison takes.
_BY_PLACE = {
    "א": ("a e | i o u", "- a e o |", "a ah e | o oh -"),
    "ע": ("a e | i o u", "- a e o |", "a ah | -"),
    "ה": ("h |", "h - |", "a ah e eh | o oh"),
    "ו": ("v w | o u", "o u oo ou v w |", "o u v w oo ou | oh"),
    "י": ("y i j |", "i y ee ei ai ay ey ie j | e", "i y ee ie ei ai ay ey |"),
    "J": ("y i |", "y ai ay ei ey i yi aya | e", "ai ay ei ey i y |"),
}
_SHORT_VOWELS = "aeo"  # those that Hebrew writes with no letter more often than not
_VOWELS = "aeiou"


def same_word(one: str, other: str, *, loose: bool = True) -> bool:
    """Whether two single words are the same name, in one script or across the two.

    loose: also where the vowels leave room for another name (Ori for ארי as for אורי)."""
    ours, theirs = normalise(one), normalise(other)
    if ours == theirs:
        return True
    if max(len(ours), len(theirs)) > MOST_LETTERS:
        return False
    if is_hebrew(ours) != is_hebrew(theirs):
        return _spells(ours, theirs, loose) if is_hebrew(ours) else _spells(theirs, ours, loose)
    return loose and is_hebrew(ours) and _bare(ours) == _bare(theirs)


def fits(query: str, name: str, *, loose: bool = True) -> bool:
    """Whether every word of `query` is a word of `name`."""
    words = tokens(name)
    return all(any(same_word(asked, word, loose=loose) for word in words) for asked in tokens(query))


def consonants(name: str) -> str:
    """A rough sound of a name in Latin letters, to order names by nearness; two names with the same are not the same name."""
    letters = "".join(_CONSONANTS[letter].split()[0] if letter in _CONSONANTS else letter for letter in "".join(tokens(name)))
    return "".join(letter for letter in letters if "a" <= letter <= "z" and letter not in "aeiouyh")


def _bare(hebrew: str) -> str:
    """Without the letters that are written for vowels or left out, as the writer likes; the first letter stays."""
    return hebrew[:1] + hebrew[1:].translate({ord("ו"): None, ord("י"): None})


@lru_cache(maxsize=65_536)
def _spells(hebrew: str, latin: str, loose: bool) -> bool:
    """Whether `latin` can be read off the letters of `hebrew`. Linear: it follows all readings at once, as places in `latin`."""
    letters, word = _letters(hebrew), _latin(latin)
    at = {0}
    for place, letter in enumerate(letters):
        sounds = _sounds(letters, place, letter, loose)
        at = {start + len(sound) for start in at for sound in sounds if word.startswith(sound, start)}
        if place < len(letters) - 1:
            at = _over_vowels(word, at, loose)
    return len(word) in at


def _letters(hebrew: str) -> str:
    plain = hebrew.replace("'", "").replace('"', "")
    if len(plain) > 2 and plain.endswith("יו"):  # סתיו, אביו
        plain = plain[:-2] + "X"
    return plain.replace("וו", "W").replace("יי", "J")


def _latin(word: str) -> str:
    """Without apostrophes, and with consonants once: Iddo is Ido, Assaf is Asaf."""
    plain = word.replace("'", "").replace('"', "").replace("x", "ks")
    return "".join(letter for place, letter in enumerate(plain) if place == 0 or letter in _VOWELS or plain[place - 1] != letter)


def _sounds(letters: str, place: int, letter: str, loose: bool) -> list[str]:
    """Latin spellings of the letter where it stands; "" where it may be silent."""
    if letter in _CONSONANTS:
        return _CONSONANTS[letter].split()
    if letter not in _BY_PLACE:
        return [letter]
    first, within, last = _BY_PLACE[letter]
    sure, _, perhaps = (first if place == 0 else last if place == len(letters) - 1 else within).partition("|")
    found = [sound.replace("-", "") for sound in (sure + perhaps if loose else sure).split()]
    if place == 0 and letter in "אע" and letters[1:2] in tuple("ויJW"):  # אורי, עידו: the next letter is the vowel
        found.append("")
    return found


def _over_vowels(word: str, at: set[int], loose: bool) -> set[int]:
    """Those places, and what lies behind the vowels that follow them and that Hebrew does not write."""
    unwritten = _VOWELS if loose else _SHORT_VOWELS
    reached = set(at)
    for start in at:
        end = start
        while end < len(word) and end - start < 2 and word[end] in unwritten:
            end += 1
            reached.add(end)
    return reached


def given_and_family(name: str) -> tuple[str, str]:
    """Of a name as it is written: its last word is the family's, where there are several."""
    given, _, family = name.strip().rpartition(" ")
    return (given.strip(), family) if given else (family, "")

"""Words of Hebrew and English, brought to forms in which the same word meets itself. Pure; no dictionary.

Hebrew joins small words to the front of the next one ("ובתבואות" is "and in grains") and bends the end for number, so one token stands
for several candidates. `forms` gives them all; two tokens mean the same word when their forms meet."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_FINALS = str.maketrans("ךםןףץ", "כמנפצ")
# Gershayim and geresh are typed as ASCII quotes as often as not: צה"ל, ג'ירפה. Inside a word they belong to it.
_QUOTES = str.maketrans({"״": '"', "“": '"', "”": '"', "׳": "'", "’": "'", "‘": "'", "`": "'"})
_WORD = re.compile(r"""[^\W_]+(?:["'][^\W_]+)*""")
_HEBREW = re.compile(r"[א-ת]")

# ו, then one of ש כש מש לכש, then one of ה ב ל מ כ: each part may be missing. The order is fixed in the language,
# which keeps a word that merely begins with such letters from losing all of them.
_PREFIX_SETS = tuple(
    sorted(
        {a + b + c for a in ("", "ו") for b in ("", "ש", "כש", "מש", "לכש") for c in ("", "ה", "ב", "ל", "מ", "כ", "מה")} - {""},
        key=lambda prefix: (len(prefix), prefix),
    )
)
_SHORT_PREFIXES = frozenset("ולבה")  # may leave two letters (names: לטל, ובגן); the others leave three

_STOP_TEXT = """של את עם על אל מן כל לא כי או גם אם אבל הוא היא הם הן זה זו אלה אלו אני אנחנו אתה אתם יש אין היה היו הייתה להיות מה מי איך
    רק עוד כבר לפי בין אחר אחרי לפני כמו אשר ידי
    a an the of in on at to for from by with and or not is are was were be been it its this that these those we our us you your i my
    he she they their them his her as but if so do did does has have had will would can could what which who how about"""


def normalise(token: str) -> str:
    """Lower case, no niqqud, accents or direction marks, final letters as ordinary ones: "שָׁלוֹם" and "שלומ" are one."""
    plain = unicodedata.normalize("NFKD", token.translate(_QUOTES))
    kept = "".join(letter for letter in plain if unicodedata.category(letter) not in ("Mn", "Cf"))
    return kept.casefold().translate(_FINALS)


def tokens(text: str) -> list[str]:
    """The normalised words and numbers of `text`, in order. A maqaf or hyphen parts words; a quote inside a word does not."""
    return _WORD.findall(normalise(text))


@lru_cache(maxsize=65_536)
def forms(token: str) -> frozenset[str]:
    """Every word that `token` may be: itself, without joined prefixes, in the singular. Takes any text, normalises it."""
    token = normalise(token)
    if not _HEBREW.search(token):
        return frozenset(_english(token))
    bare = {token, *(token[len(prefix) :] for prefix in _PREFIX_SETS if _strippable(token, prefix))}
    return frozenset(form.replace('"', "") for word in bare for form in (word, *_singulars(word)))


def meet(one: str, other: str) -> bool:
    """Whether two tokens may be the same word."""
    return not forms(one).isdisjoint(forms(other))


def content_tokens(text: str) -> list[str]:
    """`tokens` without the words that say nothing of a subject (of, the, של, את)."""
    return [token for token in tokens(text) if token not in STOP_WORDS]


def is_hebrew(text: str) -> bool:
    """Whether Hebrew letters are at least as many as Latin ones; False for a text with neither."""
    hebrew = len(_HEBREW.findall(text))
    return hebrew > 0 and hebrew >= sum("a" <= letter <= "z" for letter in text.casefold())


def _strippable(token: str, prefix: str) -> bool:
    return token.startswith(prefix) and len(token) - len(prefix) >= (2 if prefix in _SHORT_PREFIXES else 3)


def _singulars(word: str) -> list[str]:
    """Candidates for the singular of a normalised Hebrew word (so ם is מ here)."""
    if len(word) < 4:
        return []
    stem, found = word[:-2], []
    if word.endswith("ימ"):  # מחירים: מחיר; חיטים: חיטה
        found += [stem, stem + "ה"]
    elif word.endswith("ות"):  # תבואות: תבואה; מקומות: מקום; תוכניות: תוכנית; עלויות: עלות
        found += [stem + "ה", stem]
        if stem.endswith("י"):
            found.append(stem + "ת")
        if stem.endswith("וי"):
            found.append(stem[:-1] + "ת")
    elif word.endswith("י"):  # מחירי (the prices of): מחיר
        found.append(word[:-1])
    elif word.endswith("ת"):  # תבואת (the grain of): תבואה
        found.append(word[:-1] + "ה")
    return [form for form in found if len(form) >= 3]


def _english(word: str) -> set[str]:
    word = re.sub(r"'s?$", "", word.replace('"', "")) or word
    found = {word}
    if len(word) > 4 and word.endswith("ies"):
        found.add(word[:-3] + "y")
    elif len(word) > 4 and re.search(r"(s|x|z|ch|sh|o)es$", word):
        found |= {word[:-2], word[:-1]}
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        found.add(word[:-1])
    for form in tuple(found):
        for ending in ("ing", "ed"):
            stem = form.removesuffix(ending)
            if stem != form and len(stem) >= 3:
                found |= {stem, stem + "e"}
                if len(stem) > 3 and stem[-1] == stem[-2]:
                    found.add(stem[:-1])
    return found


STOP_WORDS = frozenset(tokens(_STOP_TEXT))  # normalised

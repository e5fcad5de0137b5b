"""A request parted into clauses, each with what its head asks for: "read X and schedule Y" reads, then schedules."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from tizmoret.planner.language import english, hebrew
from tizmoret.planner.language.acts import CHANGING, LOOKING, Act, phrases, question_words, verbs
from tizmoret.planner.language.spelling import nearest_verb
from tizmoret.planner.language.wordset import wordset
from tizmoret.words import forms, normalise, tokens

MAX_CLAUSE = 1_500  # characters; no rule reads more at once
MAX_CLAUSES = 60  # of more, the rest is not read: nobody means so many things at once

_POLITE = re.compile(rf"(?:(?:{english.POLITE}|{hebrew.POLITE}|ו?{'|ו?'.join(hebrew.POLITE.split('|'))})(?!\w)[\s,:]*)+", re.IGNORECASE)
_THEN = re.compile(rf"(?:{english.THEN}|{hebrew.THEN})(?!\w)[\s,:]*", re.IGNORECASE)
_AND = re.compile(rf"(?:{english.AND}|{hebrew.AND})(?!\w)[\s,:]*", re.IGNORECASE)
_NOT = re.compile(rf"(?:{english.NEGATION}|{hebrew.NEGATION})(?!\w)\s*", re.IGNORECASE)
_WITHOUT = re.compile(r"(?:without|instead\s+of|בלי|ללא|במקום)(?!\w)", re.IGNORECASE)
_NUMBERED = re.compile(r"\s*(?:\d{1,2}[.)]|[-*•])\s+")
_HARD = re.compile(r"[;\n]|[.!?…]+(?=\s|$)")
_WORD = re.compile(r"""[^\W_]+(?:["'-][^\W_]+)*""")
_TO_ME = re.compile(r"(?:me|us|to\s+me|out|up|לי|לנו|נא|בבקשה|please)(?!\w)\s*", re.IGNORECASE)

# English words that are verbs at the head of a clause and nouns elsewhere: after "and" they are verbs only before an object.
_NOUNS_TOO = wordset("""report review study plan book order call contact change update test record watch log format note text mail message
    email total average sum count show list view print share play look get put move summary schedule
    file store block post ring charge bill invoice start stop water filter measure answer reply brief study chart drive plant treat return ship
    mark tick run split sort wash fix repair finish take view draft correct""")  # fmt: skip
# "The schedule of next week", "changes in prices": no verb, though it stands at the head.
_NOUN_OF = re.compile(
    r"(?:schedule|set|plan|change|update|record|share|book|order|archive|list|note|file|copy|draft|summary|text|mail|email|message|report|review"
    r"|count|total|sum|average|display|view|study)\s+(?:of|in|about|from)(?!\w)|(?:share|book|order|file|mail|email|post)\s+(?:price|value|list|status"
    r"|number|address|office|date)s?(?!\w)|update\s+on(?!\w)",
    re.IGNORECASE,
)
_OBJECT = re.compile(
    r"\s+(?:the|a|an|me|us|it|them|him|her|my|our|all|what|how|to|this|that|these|those|with|for)(?!\w)|\s+(?-i:[A-Z\"])", re.IGNORECASE
)
# Hebrew words that are verbs at the head of a clause and, with "and" in front, nouns: "והזמן" is rather "and the time".
_HE_NOUNS_TOO = wordset("הזמן הכנס שנה ספר אתר קצר ספרי שים חשב תקן")
_HE_OBJECT = re.compile(r"\s+(?:לי|לנו|את|אותו|אותה|אותם|אותן|זה|זאת|פגישה|ישיבה|מסמך)(?!\w)")
# What leads over to the next clause and says nothing itself: "based on that, write ...".
_LEAD = re.compile(
    r"(?:based\s+on|according\s+to|on\s+the\s+basis\s+of|using|from)\s+(?:it|that|this|them|these|those)|on\s+that\s+basis|accordingly"
    r"|(?:ו?לפי|ו?על\s+סמך|ו?על\s+בסיס)\s+(?:זה|זאת|כך|אלה)|ו?בהתאם(?:\s+לזה|\s+לכך)?",
    re.IGNORECASE,
)


_BETWEEN = frozenset({"me", "us", "it", "that", "this", "them"})  # what may part a verb of two words: "boil it down"
# Told to others, it is a message: "tell the team that ...", "תעדכן את הצוות ש...".
_TELLS = wordset("tell update let ספר ספרי תספר תספרי תגיד תגידי הגד עדכן עדכני תעדכן תעדכני לעדכן")
_NEWS = re.compile(r"(?<!\w)that\s|\w:\s|(?<!\w)שה[א-ת]{2}|(?<!\w)ש(?:אני|אנחנו|יש|לא|הכל|הכול|אין)(?!\w)", re.IGNORECASE)
# "Take it off my calendar".
_OFF = re.compile(
    r"(?<!\w)(?:off|out\s+of|from)\s+(?:my|the|our)\s+(?:calendar|diary|list)(?!\w)|(?<!\w)מה(?:יומן|רשימה)(?!\w)", re.IGNORECASE
)
_FINISHED = re.compile(r"(?:I|we)(?:'ve|\s+have)?\s+(?:just\s+)?(?:finished|completed)(?:\s+with)?\s", re.IGNORECASE)
_LET_KNOW = re.compile(r"let\s+(?!me\b|us\b)(.{2,80}?)\s+know(?!\w)", re.IGNORECASE)


# What says of the next clause where to look: "according to the budget papers, how much ...".
_LEADING = re.compile(
    r"(?:based\s+on|according\s+to|going\s+by|judging\s+by|in|from|regarding|about|לפי|על\s+פי|על\s+סמך|בעניין|לגבי)\s", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Clause:
    """Part of a request. act: what its head asks for, None where no verb or question leads it.
    verb: the head as it stands. body: where in `text` the rest begins. negated: it says what not to do.
    follows: it begins with "then" or "אחר כך"."""

    text: str
    act: Act | None
    verb: str = ""
    body: int = 0
    negated: bool = False
    follows: bool = False

    @property
    def rest(self) -> str:
        return self.text[self.body :].strip()


def split(text: str, taken: list[tuple[int, int]]) -> list[Clause]:
    """The clauses of a cleaned request, in order. taken: places of times and things, which are never parted.

    Clauses that hold no word are left out; a verb without an object of its own joins the next clause where both only look
    ("find and read the report")."""
    found: list[Clause] = []
    follows = False
    for start, end in _pieces(text, taken):
        clause = read(text[start:end])
        if not any(not token.isdigit() for token in tokens(clause.rest)) and not clause.verb:
            follows = follows or clause.follows  # ", and then" stands alone
            continue
        found.append(replace(clause, follows=True) if follows else clause)
        follows = False
    return _shared(_led_over(found))


def _led_over(found: list[Clause]) -> list[Clause]:
    """Without clauses that only lead over to the next one, which takes their words up."""
    kept: list[Clause] = []
    lead = ""
    for place, clause in enumerate(found):
        said = clause.text.strip(" .,;:")
        ahead = _LEADING.match(said) and place + 1 < len(found)
        if clause.act is None and (_LEAD.fullmatch(said) or ahead):
            lead = said
            continue
        kept.append(replace(read(f"{clause.text.rstrip(' .')} {lead}"), follows=clause.follows) if lead else clause)
        lead = ""
    return kept


def _shared(found: list[Clause]) -> list[Clause]:
    """Without the verbs whose object comes with a later verb that only looks too."""
    kept = []
    for place, clause in enumerate(found):
        later = found[place + 1] if place + 1 < len(found) else None
        alone = clause.act in LOOKING and clause.verb and not tokens(clause.rest) and not clause.negated
        if alone and later is not None and (later.act in LOOKING or later.act in CHANGING) and tokens(later.rest):
            continue
        kept.append(clause)
    return kept


def read(text: str) -> Clause:
    """One clause with its head."""
    text = text.strip(" ,:–-")
    text = _NUMBERED.sub("", text, count=1) if _NUMBERED.match(text) else text
    place, negated, follows = _skip(text)
    head = _WORD.match(text, place)
    if head is None:
        return Clause(text, None, body=place, negated=negated, follows=follows)
    if _NOUN_OF.match(text, head.start()):
        return Clause(text, None, "", head.start(), negated, follows)
    phrase = _phrase(text, head)
    act = phrase[0] if phrase else verb_act(head[0])
    if (finished := _FINISHED.match(text, head.start())) is not None:
        return Clause(text, "other", "finish", finished.end(), negated, follows)
    if (known := _LET_KNOW.match(text, head.start())) is not None:
        return Clause(f"{text[: head.start()]}tell {known[1]}{text[known.end() :]}", "send", "tell", head.start() + 4, negated, follows)
    if act in ("show", "change") and _announces(text, head):
        act = "send"
    if act == "fetch" and _OFF.search(text, head.end()):
        act = "delete"
    if act is None:
        asks = _asks(head[0])
        meant = "" if asks or head[0][0].isupper() else nearest_verb(head[0])
        if meant:
            return read(text[: head.start()] + meant + text[head.end() :])
        return Clause(text, "ask" if asks else None, head[0] if asks else "", head.start(), negated, follows)
    body = phrase[1] if phrase else head.end()
    asked = _WORD.match(text, _skip_me(text, body))
    told = act in ("show", "check") or (act == "write" and _skip_me(text, body) > _spaces(text, body))
    if told and asked is not None and _asks(asked[0]):  # "tell me what time it is", "write me down which"
        return Clause(text, "ask", asked[0], asked.start(), negated, follows)
    while (more := _TO_ME.match(text, _spaces(text, body))) is not None and more.end() > body:
        body = more.end()
    return Clause(text, act, head[0], body, negated, follows)


def _announces(text: str, head: re.Match[str]) -> bool:
    """Whether somebody is to be told something, who is not the one who asks."""
    plain = normalise(head[0])
    if plain not in _TELLS and plain.removeprefix("ו") not in _TELLS:
        return False
    after = _spaces(text, head.end())
    return _TO_ME.match(text, after) is None and _NEWS.search(text, after) is not None


def _phrase(text: str, head: re.Match[str]) -> tuple[Act, int] | None:
    """What a verb of two words asks for, and where it ends: the second may stand behind "me"."""
    after = _WORD.match(text, _spaces(text, head.end()))
    if after is not None and after[0].lower() in _BETWEEN:
        after = _WORD.match(text, _spaces(text, after.end()))
    if after is None or (act := phrases().get((normalise(head[0]), normalise(after[0])))) is None:
        return None
    return act, after.end()


def _skip_me(text: str, place: int) -> int:
    match = _TO_ME.match(text, _spaces(text, place))
    return _spaces(text, match.end() if match else place)


def verb_act(word: str) -> Act | None:
    """What `word` asks for as the head of a clause: as it is, or without "and" and "that" in front of it."""
    table, plain = verbs(), normalise(word)
    if plain in table:
        return table[plain]
    for prefix in ("ו", "ש", "וש"):
        bare = plain.removeprefix(prefix)
        if bare != plain and bare in table:
            return table[bare]
    if plain.endswith("ing"):  # "without scheduling"
        return next((table[form] for form in sorted(forms(plain)) if form in table), None)
    return None


def _asks(word: str) -> bool:
    plain = normalise(word)
    return plain in question_words() or plain.removeprefix("ו") in question_words()


def _skip(text: str) -> tuple[int, bool, bool]:
    """Past greetings, "please", "then" and "don't", and whether there was a "don't" and a "then"."""
    place, negated, follows = 0, False, False
    while True:
        then = _THEN.match(text, place)
        lead = _LEAD.match(text, place)
        lead = lead if lead is not None and _WORD.search(text, lead.end()) else None
        follows = follows or then is not None or lead is not None
        match = then or lead or _POLITE.match(text, place) or _AND.match(text, place)
        if match is None and (match := _NOT.match(text, place)) is not None:
            negated = True
        if match is None or match.end() == place:
            return place, negated, follows
        place = _spaces(text, match.end())


def _spaces(text: str, place: int) -> int:
    while place < len(text) and text[place] in " ,:":
        place += 1
    return place


def _pieces(text: str, taken: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where the clauses lie in `text`."""
    cuts = [0]
    place = 0
    spans = sorted(taken)
    at = 0
    while place < len(text) and len(cuts) < MAX_CLAUSES:
        while at < len(spans) and spans[at][1] <= place:
            at += 1
        if at < len(spans) and spans[at][0] <= place:
            place = spans[at][1]
            continue
        hard = _HARD.match(text, place)
        if hard is not None:
            cuts.append(hard.end())
            place = hard.end()
            continue
        letter = text[place]
        begins = place == 0 or not (text[place - 1].isalnum() or text[place - 1] in "_'\"")
        if (begins and letter.isalpha() and place > cuts[-1] and _opens(text, place)) or (
            letter == "," and _opens_after_comma(text, place)
        ):
            cuts.append(place)
        place += 1
    return list(zip(cuts, [*cuts[1:], len(text)], strict=True))


def _opens_after_comma(text: str, place: int) -> bool:
    after = _spaces(text, place)
    joined = _AND.match(text, after)
    after = joined.end() if joined else after
    if _LEAD.match(text, after) is not None:
        return True
    polite = _POLITE.match(text, after)
    after = polite.end() if polite else after
    word = _WORD.match(text, after)
    return word is not None and (
        verb_act(word[0]) is not None or _phrase(text, word) is not None or _asks(word[0]) or _NOT.match(text, after) is not None
    )


def _opens(text: str, place: int) -> bool:
    """Whether a new clause begins with the word at `place`."""
    if _THEN.match(text, place):
        return True
    without = _WITHOUT.match(text, place)
    if without is not None and (word := _WORD.match(text, _spaces(text, without.end()))) is not None and verb_act(word[0]) is not None:
        return True
    negation = _NOT.match(text, place)
    if negation is not None:
        word = _WORD.match(text, negation.end())
        return word is not None and verb_act(word[0]) is not None
    joined = _AND.match(text, place)
    if joined is not None:
        if _LEAD.match(text, joined.end()) is not None:
            return True
        after = _POLITE.match(text, joined.end())
        after_place = after.end() if after else joined.end()
        word = _WORD.match(text, after_place)
        return word is not None and (is_verb_at(text, word) or _asks(word[0]) or _NOT.match(text, after_place) is not None)
    word = _WORD.match(text, place)
    if word is None:
        return False
    plain = normalise(word[0])
    if plain.startswith("ו") and len(plain) > 2:
        bare = plain[1:]
        if len(bare) > 2 and bare in verbs():
            return bare not in _HE_NOUNS_TOO or _HE_OBJECT.match(text, word.end()) is not None
        return bare in _hebrew_questions()
    return False


def is_verb_at(text: str, word: re.Match[str]) -> bool:
    """Whether `word` asks for something where it stands: of words that are nouns too, only before an object."""
    if verb_act(word[0]) is None:
        return False
    return normalise(word[0]) not in _NOUNS_TOO or _OBJECT.match(text, word.end()) is not None


@cache
def _hebrew_questions() -> frozenset[str]:
    return wordset(hebrew.QUESTIONS) - {normalise("יש")}

"""One clause of a request with everything that stands in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import cache, cached_property

from tizmoret.catalog.search import concepts, thesaurus_words
from tizmoret.lexicon import holds
from tizmoret.plan.model import Language
from tizmoret.planner.language import english, hebrew
from tizmoret.planner.language.acts import CHANGING, LOOKING, Act, verbs
from tizmoret.planner.language.clauses import Clause, is_verb_at, verb_act
from tizmoret.planner.language.people import Person, find_people
from tizmoret.planner.language.things import Sort, Thing, find_things
from tizmoret.planner.language.timereader import find_times
from tizmoret.planner.language.times import Days, Hours, Mention, Toward, When
from tizmoret.planner.language.wordset import wordset
from tizmoret.words import STOP_WORDS, forms, is_hebrew, normalise, tokens

_WORD = re.compile(r"""[^\W_]+(?:["'-][^\W_]+)*""")
_JOINED = re.compile(r"[ובלמהשכ]{1,3}-(?=[A-Za-z0-9])")  # "ה-PDF"
_IT = re.compile(rf"(?<!\w)(?:{english.IT}|{hebrew.IT})(?!\w)", re.IGNORECASE)
_HIM = re.compile(rf"(?<!\w)(?:{english.HIM}|{hebrew.HIM})(?!\w)", re.IGNORECASE)
_HIS = re.compile(rf"(?<!\w)(?:{english.HIS}|{hebrew.HIS})(?!\w)", re.IGNORECASE)
_ABOUT = re.compile(rf"(?<!\w)(?:(?:{english.ABOUT})\s+|(?:{hebrew.ABOUT})(?:\s+|(?<=ל)))", re.IGNORECASE)
_IF = re.compile(rf"(?<!\w)(?:{english.CONDITION}|{hebrew.CONDITION})(?!\w)", re.IGNORECASE)
_LIKE_DATE = re.compile(r"(?<![\w.:/-])\d{1,2}[./]\d{1,2}(?:[./]\d{2,4})?(?![\w:/%]|\.\d)")
_UNTIL = re.compile(r"(?<!\w)(?:until|till|through|עד)\s+(?:the\s+)?$", re.IGNORECASE)
_ALL = re.compile(r"(?<!\w)(?:all|every|each|everything|כל|הכל|הכול)(?!\w)", re.IGNORECASE)
# What only says when or why: "before I meet her".
_ASIDE = re.compile(
    r"(?<!\w)(?:(?:before|after|when|while|since|because|as)\s+(?:I|we)(?:'m|'ve|'ll)?|(?:לפני|אחרי|כי|כש)\s*ש?(?:אני|אנחנו))(?!\w)",
    re.IGNORECASE,
)
_EMPTY_TEXT = """myself self please me us my our i we you it this that there have has thing things something anything everything stuff some any also
    as more tell give need want like look got i'm im i've into onto up new one s t what's whats where's about regarding related concerning much many
    attend attending attends invited participate participating joining join coming משתתף משתתפת משתתפים מוזמן מוזמנים מגיע מגיעים
    קורה going happening still yet ive i've id gotta pls
    לעצמי לעצמנו לי לנו שלי שלנו משהו כלום דבר דברים אותי בבקשה נא יש לך לכם זה זו זאת הזה הזאת כמה
    קיים קיימים קשור קשורים נושא נוגע בנוגע בקשר עניין אודות
    חדש חדשה
    שלא שכבר שעוד together first last ראשון ראשונה הראשון הראשונה
    all every each whole entire both based according כל כול כולם סמך בסיס שנקבע אחד אחת כתוב שכתוב נמצא שם פרטים פרט את ואת"""


_STANDING_IN = "him her them אותי אותנו אותו אותה אותם אותן איתו איתה איתם איתן"  # words that stand for others and name nothing themselves
_TOGETHER = re.compile(r"(?<!\w)(?:with\s+(?:him|her)|meet\s+(?:him|her)|ו?איתו|ו?איתה|ו?איתם)(?!\w)", re.IGNORECASE)
_RENAMED = re.compile(r"\.\w{2,4}\s+(?:to|as|into)\s+(.+)$|\.\w{2,4}\s+ל-?([א-ת\w].*)$", re.IGNORECASE)
_BECOMES = re.compile(r"(?:(?<!\w)(?:to|into|with|as)\s+|(?<!\w)[לב]-?)$", re.IGNORECASE)
TITLE_WORDS = wordset("title name rename retitle שם כותרת")


@dataclass(frozen=True)
class Word:
    start: int
    end: int
    text: str

    @cached_property
    def plain(self) -> str:
        return normalise(self.text)


_ITS = wordset("it its that זה זאת הוא היא")


def _word(match: re.Match[str]) -> Word:
    joined = _JOINED.match(match[0])
    length = joined.end() if joined else 0
    return Word(match.start() + length, match.end(), match[0][length:])


@dataclass(frozen=True)
class Reading:
    """A clause as the planner sees it. Places are those of `clause.text`. now: aware."""

    clause: Clause
    language: Language
    now: datetime

    @property
    def text(self) -> str:
        return self.clause.text

    @property
    def act(self) -> Act | None:
        return self.clause.act

    @cached_property
    def things(self) -> list[Thing]:
        return find_things(self.text)

    @cached_property
    def _mentions(self) -> dict[tuple[Toward, bool], list[Mention]]:
        return {}

    def times(self, toward: Toward, *, ranges: bool = True) -> list[Mention]:
        key = (toward, ranges)
        if key not in self._mentions:
            places = [(thing.start, thing.end) for thing in self.things if thing.sort != "quote"]
            self._mentions[key] = [
                mention for mention in find_times(self.text, self.now, toward, ranges=ranges)
                if not any(start < mention.end and mention.start < end for start, end in places)
            ]  # fmt: skip
        return self._mentions[key]

    def when(self, toward: Toward) -> When:
        """What the clause says of time; where something is moved, of the time it is moved from."""
        if self.act != "change":
            return self._until(When.of(self.times(toward), self.now), toward)
        return When.of(self._moved[0], self.now)

    def _until(self, when: When, toward: Toward) -> When:
        """A repetition with its end: in "every Tuesday until 30 June" the day is no start. A longer time ends before its first day."""
        if when.repeat is None:
            return when
        for mention in self.times(toward):
            if isinstance(mention.value, Days) and _UNTIL.search(self.text[: mention.start]):
                last = mention.value.last if mention.value.first == mention.value.last else mention.value.first - timedelta(days=1)
                end = datetime.combine(last, time(23, 59, 59), self.now.tzinfo).astimezone(UTC)
                rest = [other for other in self.times(toward) if other is not mention]
                repeat = replace(when.repeat, rule=f"{when.repeat.rule};UNTIL={end:%Y%m%dT%H%M%SZ}")
                return replace(When.of(rest, self.now), repeat=repeat)
        return when

    @cached_property
    def target(self) -> When:
        """The time that something is moved to."""
        return When.of(self._moved[1], self.now)

    @cached_property
    def _moved(self) -> tuple[list[Mention], list[Mention]]:
        """The mentions that say which one, and those that say where to: from the first "to" on, but for a later "from"."""
        mentions = self.times("future", ranges=False)
        first = next(
            (place for place, mention in enumerate(mentions) if mention.role == "to" and isinstance(mention.value, Days | Hours)), None
        )
        if first is None:
            return mentions, []
        old = [m for place, m in enumerate(mentions) if place < first or m.role == "from"]
        return old, [m for place, m in enumerate(mentions) if place >= first and m.role != "from"]

    @cached_property
    def people(self) -> list[Person]:
        return find_people(self.text, self._taken(people=False))

    def named(self, sort: Sort) -> list[str]:
        return [thing.value for thing in self.things if thing.sort == sort]

    def _taken(self, *, people: bool = True, quotes: bool = True) -> list[tuple[int, int]]:
        taken = [(mention.start, mention.end) for mention in self.times("past")]
        taken += [(thing.start, thing.end) for thing in self.things if quotes or thing.sort != "quote"]
        return taken + ([(person.start, person.end) for person in self.people] if people else [])

    @cached_property
    def words(self) -> list[Word]:
        """The words after the head that are no time, thing or person."""
        taken = self._taken()
        return [
            _word(match)
            for match in _WORD.finditer(self.text, self.clause.body)
            if not any(start < match.end() and match.start() < end for start, end in taken)
        ]

    @cached_property
    def content(self) -> list[Word]:
        """Those that say something: what is asked about."""
        asked = self.clause.body if self.act == "ask" else -1
        aside = _ASIDE.search(self.text, self.clause.body)
        end = aside.start() if aside else len(self.text)
        return [
            word
            for word in self.words
            if word.start != asked
            and word.start < end
            and word.plain not in _empty()
            and not (self.act == "send" and "=mailbox" in concepts(word.plain))
            and not (word.plain.isdigit() and len(word.plain) < 3)
        ]

    @cached_property
    def about(self) -> bool:
        """Whether it names a subject: "about", "בנושא"."""
        return bool(_ABOUT.search(self.text, self.clause.body))

    @cached_property
    def refers(self) -> bool:
        """Whether it speaks of something said before: "it", "לפי זה"."""
        return bool(_IT.search(self.text, self.clause.body)) or (not self.content and not self.things and not self.people)

    @property
    def speaks_of_it(self) -> bool:
        return _IT.search(self.text, self.clause.body) is not None or any(word.plain in _ITS for word in self.words)

    @cached_property
    def new_title(self) -> str:
        """What something is to be called from now on: the title in quotes of a clause that changes one."""
        if self.act != "change" or not any(
            not forms(word.plain).isdisjoint(TITLE_WORDS) for word in (*self.words, Word(0, 0, self.clause.verb))
        ):
            return ""
        quotes = [thing for thing in self.things if thing.sort == "quote"]
        becomes = [thing for thing in quotes if _BECOMES.search(self.text[: thing.start])] or quotes  # 'from "draft" to "final"'
        said = _RENAMED.search(self.text)
        return becomes[0].value if quotes else tidy(next(group for group in said.groups() if group)) if said else ""

    @cached_property
    def half_read_date(self) -> bool:
        """Whether something is written like a date and is none ("on 30.2")."""
        read = self.times("future")
        return any(not any(m.start <= found.start() < m.end for m in read) for found in _LIKE_DATE.finditer(self.text))

    @cached_property
    def conditional(self) -> bool:
        """Whether it says "if": only what looks may mean "whether" by it ("check if all is well")."""
        found = _IF.search(self.text)
        if found is None:
            return False
        if self.act not in LOOKING or not tokens(self.text[: found.start()]):
            return True
        return any(verb_act(word[0]) in CHANGING and is_verb_at(self.text, word) for word in _WORD.finditer(self.text, found.end()))

    @cached_property
    def takes_up(self) -> bool:
        """Whether it does something to what was said before, and names nothing itself: "and sum it up"."""
        if self.content or self.things or self.people or self.times("past"):
            return False
        return self.act not in ("ask", "show", "find", None) or bool(_IT.search(self.text, self.clause.body))

    @cached_property
    def refers_to_person(self) -> bool:
        return bool(_HIM.search(self.text, self.clause.body))

    @cached_property
    def refers_to_owner(self) -> bool:
        """Whether something is said to be theirs, or be done to them, who were spoken of before: "show her results", "book him"."""
        return self.refers_to_person or bool(_HIS.search(self.text, self.clause.body))

    @cached_property
    def meets_somebody(self) -> bool:
        """Whether it is to take place with somebody who is only spoken of: "with him"."""
        return bool(_TOGETHER.search(self.text))

    @cached_property
    def all(self) -> bool:
        return bool(_ALL.search(self.text))

    @cached_property
    def speaks_of_past(self) -> bool:
        return self.tells_of_doing or any(normalise(word) in _were() for word in _WORD.findall(self.text))

    @cached_property
    def tells_of_doing(self) -> bool:
        """What was done, decided, written: documents tell of it."""
        return any(word.plain in _past() for word in self.words)

    def topic(self, without: Iterable[str] = (), *, people: bool = False) -> str:
        """The words that say what about, as they would be searched for. without: concepts ("=document") and forms that say nothing new.
        people: whether names belong to it."""
        quoted = self.named("quote")
        if quoted and not self.new_title:
            return quoted[0]
        leave = frozenset(without) | (TITLE_WORDS if self.new_title else frozenset())
        about = _ABOUT.search(self.text, self.clause.body)
        start = about.end() if about else 0
        parts = [(word.start, bare(word.text)) for word in self._topic_words(leave) if word.start >= start]
        if not parts and about:
            parts = [(word.start, bare(word.text)) for word in self._topic_words(leave)]
        if people:
            parts += [(person.start, person.name) for person in self.people]
        return " ".join(text for _, text in sorted(parts))[:300]

    def _topic_words(self, leave: frozenset[str]) -> list[Word]:
        return [
            word for word in self.content
            if word.plain not in _past() and word.plain not in _were() and not (word.plain in verbs() and word.plain not in _also_nouns())
            and concepts(word.plain).isdisjoint(leave) and forms(word.plain).isdisjoint(leave)
        ]  # fmt: skip

    def phrase(self) -> str:
        """What follows the head, without times, links and addresses: the name of what is asked for."""
        cuts = [(mention.start, mention.end) for mention in self.times("future")]
        cuts = [(start, end + 2 if self.text.startswith("'s", end) else end) for start, end in cuts]  # "tomorrow's meeting"
        cuts += [(thing.start, thing.end) for thing in self.things if thing.sort in ("url", "email")]
        kept, place = [], self.clause.body
        for start, end in sorted(cuts):
            kept.append(self.text[place:start] if start > place else "")
            place = max(place, end)
        kept.append(self.text[place:])
        return tidy(" ".join(kept))


_EDGE = re.compile(
    r"^(?:(?:a|an|the|my|our|some|new|another|in|on|at|for|to|me|us|את|לי|לנו|ל|ב|של|עוד)(?!\w)[\s,-]*)+|(?:[\s,]+(?:in|on|at|for|to|from|by|of|with|and"
    r"|the|please|until|till|עד|עם|את|של|ל|ב|מ|ו|בבקשה|לי|לנו|חדש|חדשה)(?!\w))+$",
    re.IGNORECASE,
)


def tidy(text: str) -> str:
    """A phrase without loose words and signs at its ends."""
    text = re.sub(r"\s+", " ", re.sub(r"\s+-(?=\s|$)|(?<=\s)[בל]-(?=\s|$)|[\"()\[\]]", " ", text)).strip(" ,.;:!?-–")
    before = None
    while before != text:
        before, text = text, _EDGE.sub("", text).strip(" ,.;:!?-–")
    return text


def bare(word: str) -> str:
    """A Hebrew word without the letters joined to it, where the rest is a word that we know ("בתבואות": "תבואות")."""
    if not is_hebrew(word) or is_known(normalise(word)):
        return word
    for length in (1, 2, 3):
        rest = word[length:]
        if len(rest) < 3 or word[length - 1] not in "ובלמהשכ":
            break
        if is_known(normalise(rest)):
            return rest
    return word


def is_known(word: str) -> bool:
    """Whether the dictionary has `word`, in the singular or plural; joined letters are not taken off."""
    return any(holds(form) or form in _said() for form in forms(word) if form[:2] == word[:2] and abs(len(word) - len(form)) <= 2)


@cache
def _said() -> frozenset[str]:
    """Office words of the thesaurus and the verbs' tables, in Hebrew."""
    return frozenset(word for word in thesaurus_words() if is_hebrew(word))


@cache
def _empty() -> frozenset[str]:
    said = f"{_EMPTY_TEXT} {_STANDING_IN} {english.QUESTIONS} {hebrew.QUESTIONS}".split()
    return frozenset(normalise(word) for word in said) | STOP_WORDS


@cache
def _past() -> frozenset[str]:
    return wordset(f"{english.PAST} {hebrew.PAST}")


@cache
def _were() -> frozenset[str]:
    return wordset(f"{english.WERE} {hebrew.WERE}")


@cache
def _also_nouns() -> frozenset[str]:
    return wordset("order call plan test record share book report study note replace correct amend החלף תחליף להחליף")

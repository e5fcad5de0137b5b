"""Which sentences of some texts say the most: pure, deterministic, the same in Hebrew and English.

Each sentence is a bag of stems weighted by how rare they are. Its worth is its likeness to the whole (the centroid of Radev et al. 2004),
to the question where there is one, its place in its document, and whether it tells a figure or a decision. Sentences are then
taken one by one, each time the one worth most beyond what has been said already (MMR, Carbonell & Goldstein 1998)."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from tizmoret.words import content_tokens, forms

MAX_SENTENCES = 5_000
_SHORT, _LONG = 25, 400  # characters of a sentence worth quoting
_ABBREVIATION = re.compile(r"(?:\b(?:mr|mrs|ms|dr|prof|inc|ltd|co|no|vs|etc|e\.g|i\.e|st|approx)|[א-ת]['׳]|\b[A-Za-z])\.$", re.IGNORECASE)
_END = re.compile(r"(?<=[.!?…])[\"'”״)]*\s+(?=[^\s.!?…])")
_MARKUP = re.compile(r"^\s*(?:#{1,6}\s+|>\s*|[-*+•]\s+|\d{1,3}[.)]\s+)+|\*\*|__")
_ENDED = re.compile(r"[.!?…][\"'”״)]*$")
_FIGURE = re.compile(r"\d")
_DECISIONS = (
    "הוחלט החלטה החלטנו סוכם סיכמנו אושר אישרנו מסקנה יעד "
    "decided decision agreed approved conclusion target resolved must"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text` of document number `document`, at `place` from 0 (its beginning) to 1."""

    text: str
    document: int
    place: float


def split(text: str) -> list[str]:
    """The sentences of prose. A line break ends one where the line is a heading, an item, a row or a paragraph of its own."""
    found: list[str] = []
    for block in _blocks(text):
        start = 0
        for end in _END.finditer(block):
            if _ABBREVIATION.search(block[start : end.start()]):
                continue
            found.append(block[start : end.start()].strip() + end.group().strip())
            start = end.end()
        found.append(block[start:].strip())
    return [sentence for sentence in found if sentence]


def choose(texts: Sequence[str], count: int, *, question: str = "") -> list[Sentence]:
    """The `count` sentences that say the most about all the texts together (and about `question`), best first."""
    candidates = _candidates(texts)
    bags = [Counter(_stem(token) for token in content_tokens(sentence.text)) for sentence in candidates]
    rarity = _rarity(bags)
    vectors = [_unit({stem: (1 + math.log(number)) * rarity[stem] for stem, number in bag.items()}) for bag in bags]
    asked = _unit({_stem(token): rarity.get(_stem(token), 0.0) for token in content_tokens(question)})
    centre = _centre(vectors)
    worth = [_worth(sentence, vector, centre, asked) for sentence, vector in zip(candidates, vectors, strict=True)]
    return [candidates[index] for index in _diverse(candidates, vectors, worth, count)]


def _blocks(text: str) -> list[str]:
    """Paragraphs: lines that plainly go on are joined (text from PDF is broken at every line)."""
    blocks: list[str] = []
    going_on = False
    for raw in text.splitlines():
        line = _MARKUP.sub("", raw).strip()
        marked = bool(re.match(r"\s*(#{1,6}\s|[-*+•]\s|\d{1,3}[.)]\s|\|)", raw))
        if not line:
            going_on = False
            continue
        if going_on and not marked:
            blocks[-1] += " " + line
        else:
            blocks.append(line)
        going_on = len(line) > 50 and not line.endswith((".", "!", "?", ":", "…")) and "|" not in line and "\t" not in line
    return blocks


def _candidates(texts: Sequence[str]) -> list[Sentence]:
    """Every quotable sentence once, the texts taking turns under the limit."""
    each = max(1, MAX_SENTENCES // max(1, len(texts)))
    seen: set[str] = set()
    found: list[Sentence] = []
    for document, text in enumerate(texts):
        sentences = split(text)[:each]
        for place, sentence in enumerate(sentences):
            if _quotable(sentence) and sentence not in seen:
                seen.add(sentence)
                found.append(Sentence(sentence if len(sentence) <= _LONG else _cut(sentence), document, place / len(sentences)))
    if found:
        return found
    # Texts of nothing but short lines (a list, a table): better those than nothing.
    lines = [(document, line) for document, text in enumerate(texts) for line in split(text)[:each]]
    return [Sentence(_cut(line) if len(line) > _LONG else line, document, 0.5) for document, line in dict.fromkeys(lines)]


def _quotable(sentence: str) -> bool:
    letters = sum(letter.isalpha() for letter in sentence)
    return len(sentence) >= _SHORT and letters >= len(sentence) / 2 and len(sentence.split()) >= 4 and not sentence.endswith(":")


def _cut(sentence: str) -> str:
    return sentence[:_LONG].rsplit(" ", 1)[0] + " …"


def _stem(token: str) -> str:
    """One form to stand for all: the shortest, so that תבואות, התבואה and תבואה are counted together."""
    return min(forms(token), key=lambda form: (len(form), form))


@cache
def _decision_stems() -> frozenset[str]:
    return frozenset(_stem(token) for token in content_tokens(_DECISIONS))


def _rarity(bags: Sequence[Counter[str]]) -> dict[str, float]:
    holding = Counter(stem for bag in bags for stem in bag)
    return {stem: math.log(1 + len(bags) / number) for stem, number in holding.items()}


def _unit(vector: dict[str, float]) -> dict[str, float]:
    length = math.sqrt(sum(weight * weight for weight in vector.values()))
    return {stem: weight / length for stem, weight in vector.items()} if length else {}


def _dot(one: dict[str, float], other: dict[str, float]) -> float:
    if len(other) < len(one):
        one, other = other, one
    return sum(weight * other[stem] for stem, weight in one.items() if stem in other)


def _centre(vectors: Sequence[dict[str, float]]) -> dict[str, float]:
    total: dict[str, float] = {}
    for vector in vectors:
        for stem, weight in vector.items():
            total[stem] = total.get(stem, 0.0) + weight
    return _unit(total)


def _worth(sentence: Sentence, vector: dict[str, float], centre: dict[str, float], asked: dict[str, float]) -> float:
    worth = _dot(vector, centre) + 0.8 * _dot(vector, asked)
    worth += 0.10 * (1 - sentence.place)
    worth += 0.08 if _FIGURE.search(sentence.text) else 0.0
    worth += 0.15 if not _decision_stems().isdisjoint(vector) else 0.0
    # A heading or a row of names is like the whole because it names the subject, and says nothing about it.
    return worth if _ENDED.search(sentence.text) else worth - 0.4


def _diverse(sentences: Sequence[Sentence], vectors: Sequence[dict[str, float]], worth: Sequence[float], count: int) -> list[int]:
    """Indices, best first; what repeats a chosen sentence, or comes from a document already quoted, is worth less."""
    likeness = [0.0] * len(sentences)
    quoted: Counter[int] = Counter()
    left = set(range(len(sentences)))
    chosen: list[int] = []
    while left and len(chosen) < count:
        best = max(left, key=lambda index: (worth[index] - 0.7 * likeness[index] - 0.12 * quoted[sentences[index].document], -index))
        chosen.append(best)
        left.remove(best)
        quoted[sentences[best].document] += 1
        for index in left:
            likeness[index] = max(likeness[index], _dot(vectors[index], vectors[best]))
    return chosen

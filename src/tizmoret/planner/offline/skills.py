"""What the planner can use, as it needs to see it: each tool and agent with the verbs that ask for it, its slots and its outlets.

All of it is read from declarations (schemas, kinds, descriptions, examples), so a tool installed today is planned today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from weakref import WeakKeyDictionary

from tizmoret.catalog.agent import Agent
from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.search import concepts
from tizmoret.catalog.tool import Text, Tool
from tizmoret.plan.capability import Capability
from tizmoret.plan.model import Language
from tizmoret.plan.types import Schema, choices, resolve
from tizmoret.planner.language import clauses, english
from tizmoret.planner.language.acts import Act, senses
from tizmoret.planner.language.people import find_people
from tizmoret.planner.language.things import clean
from tizmoret.planner.language.wordset import wordset
from tizmoret.planner.offline.heads import head_words
from tizmoret.planner.offline.reading import Reading
from tizmoret.words import STOP_WORDS, forms, normalise, tokens

LANGUAGES: tuple[Language, ...] = ("he", "en")
_PARTICLES = wordset(english.PARTICLES)
_SAID = frozenset({"words", "text", "person.name", "sql", "claim"})
_TEXTS = frozenset({"text", "content", "body", "message"})  # names of arguments that say by themselves what they hold
_DEPTH = 4  # how deep into an output values are looked for


@dataclass(frozen=True, slots=True)
class Slot:
    """An argument. kind: its own `Kind`, or that of its items. fields: of an object, or of a list's items."""

    name: str
    schema: Schema
    root: Schema
    required: bool
    kind: str
    type: str
    many: bool
    format: str
    fields: frozenset[str]
    enum: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outlet:
    """A value in an output. many: it is a list, `path` then ends in it or passes one (`documents[*].id`)."""

    path: str
    schema: Schema
    root: Schema
    kind: str
    type: str
    many: bool
    fields: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Skill:
    """verbs: heads of its own title and examples, in all their forms; heads: as they stand; senses: what else they may be in either language.
    acts: what these verbs ask for. things: the concepts of its title ("=document"). nouns: what else than verbs and names its texts speak of,
    as forms and concepts. objects: of these, what it is done to: "add a task to call the supplier" adds no supplier.
    same_as: the tool whose work an agent does."""

    capability: Capability
    title: Text
    slots: tuple[Slot, ...]
    outlets: tuple[Outlet, ...]
    verbs: frozenset[str]
    senses: frozenset[int]
    heads: frozenset[str]
    acts: frozenset[Act]
    things: frozenset[str]
    title_words: frozenset[str]
    examples: tuple[frozenset[str], ...]
    nouns: frozenset[str]
    objects: frozenset[str]
    same_as: str | None = None

    @property
    def name(self) -> str:
        return self.capability.name

    @property
    def looks(self) -> bool:
        return self.capability.effect == "none"

    def slot(self, kind: str) -> Slot | None:
        """The first argument of this kind."""
        return next((slot for slot in self.slots if slot.kind == kind), None)

    def gives(self, kind: str) -> Outlet | None:
        return next((outlet for outlet in self.outlets if outlet.kind == kind), None)

    @property
    def material(self) -> tuple[Slot, ...]:
        """Arguments that hold what somebody else wrote: documents, texts. One of them is needed even where none is declared required."""
        return tuple(slot for slot in self.slots if is_material(slot))


def is_material(slot: Slot) -> bool:
    if slot.kind in ("document", "document.id"):
        return True
    if slot.many and "text" in slot.fields:
        return True
    return slot.kind in ("text", "markdown") and not slot.required and slot.name not in ("title", "description", "location", "note")


def takes_words(slot: Slot) -> bool:
    """Whether an argument is said in the clause's own words, whatever they are."""
    return slot.kind in _SAID or slot.kind.endswith((".title", ".text")) or (slot.type == "string" and not slot.kind and not slot.enum)


def kind_of(schema: Schema, root: Schema) -> str:
    """The `Kind` of a value, or of the items of a list."""
    found = schema.get("x-kind") or resolve(schema, root).get("x-kind")
    if isinstance(found, str):
        return found
    for choice in choices(schema, root):
        if isinstance(kind := choice.get("x-kind"), str):
            return kind
        if choice.get("type") == "array" and isinstance(items := choice.get("items"), dict) and (inner := kind_of(items, root)):
            return inner
    return ""


def _shape(schema: Schema, root: Schema) -> tuple[str, bool, str, frozenset[str], tuple[str, ...]]:
    """(type, many, format, fields, enum)."""
    for choice in choices(schema, root):
        kind = str(choice.get("type", ""))
        if kind == "array":
            items = choice.get("items")
            inner = list(choices(items, root)) if isinstance(items, dict) else []
            fields = frozenset(name for one in inner for name in one.get("properties", {}))
            return "array", True, "", fields, ()
        enum = tuple(str(value) for value in choice.get("enum", ())) or ((str(choice["const"]),) if "const" in choice else ())
        return kind, False, str(choice.get("format", "")), frozenset(choice.get("properties", {})), enum
    return "", False, "", frozenset(), ()


def _slots(capability: Capability) -> Iterator[Slot]:
    root = capability.arguments
    required = root.get("required", ())
    for name, schema in root.get("properties", {}).items():
        kind, many, format_, fields, enum = _shape(schema, root)
        own = kind_of(schema, root) or ("text" if name in _TEXTS and kind == "string" and not enum else "")
        yield Slot(name, schema, root, name in required, own, kind, many, format_, fields, enum)


def _outlets(schema: Schema, root: Schema, path: str, many: bool, depth: int) -> Iterator[Outlet]:
    for choice in choices(schema, root):
        kind = choice.get("type")
        if kind == "object" and depth < _DEPTH:
            for name, inner in choice.get("properties", {}).items():
                here = f"{path}.{name}" if path else name
                type_, own_many, _, fields, _ = _shape(inner, root)
                yield Outlet(here, inner, root, kind_of(inner, root), type_, many or own_many, fields)
                yield from _outlets(inner, root, here, many, depth + 1)
        elif kind == "array" and isinstance(items := choice.get("items"), dict):
            yield from _outlets(items, root, f"{path}[*]", True, depth + 1)
        break


def _skill(found: Tool | Agent, twins: Mapping[str, str]) -> Skill:
    capability = found.capability
    examples = [example for language in found.examples.values() for example in language]
    verbs: set[str] = set()
    meant: set[int] = set()
    heads: set[str] = set()
    acts: set[Act] = set()
    for phrase in [found.title.he, found.title.en, found.description.en, *examples]:
        clause = clauses.read(clean(phrase))
        if clause.act is not None:
            acts.add(clause.act)
        head, *more = tokens(phrase) or [""]
        if more and more[0] in _PARTICLES:
            continue  # "call off": not every call is that
        head = clause.verb or head
        verbs |= forms(head) if head and clause.act != "ask" else set()
        heads |= {normalise(head)} if head and clause.act != "ask" else set()
        meant |= senses(head) if head and clause.act != "ask" else frozenset()
    if capability.effect == "delete":
        acts.add("delete")
    titles = tokens(f"{found.title.he} {found.title.en}")
    return Skill(
        capability,
        found.title,
        tuple(_slots(capability)),
        tuple(_outlets(capability.output, capability.output, "", False, 0)),
        frozenset(verbs),
        frozenset(meant),
        frozenset(heads),
        frozenset(acts),
        frozenset[str]().union(*(concepts(word) for word in titles)),
        frozenset[str]().union(*(forms(word) for word in titles)),
        tuple(frozenset(_words(example)) for example in [*examples, *_unexampled(found)]),
        _nouns([found.title.he, found.title.en, found.description.he, found.description.en, *examples]),
        _nouns([found.title.he, found.title.en]) | _heads(found),
        twins.get(capability.name),
    )


def _unexampled(found: Tool | Agent) -> list[str]:
    """What stands for examples in a language that has none."""
    return [text for language, text in (("he", found.description.he), ("en", found.description.en)) if not found.examples.get(language)]  # type: ignore[call-overload]


def _heads(found: Tool | Agent) -> frozenset[str]:
    """What the verbs of its description and examples are said of; but for the examples of those that take anything ("remind me to ...")."""
    if any(slot.required and slot.kind.endswith((".title", ".text")) for slot in _slots(found.capability)):
        examples: dict[Language, list[str]] = {"he": [found.description.he], "en": [found.description.en]}
    else:
        examples = {language: [*found.examples.get(language, ()), found.description[language]] for language in LANGUAGES}
    readings = [Reading(clauses.read(clean(text)), language, _SOME_DAY) for language, said in examples.items() for text in said]
    return frozenset[str]().union(*(forms(word) | concepts(word) for reading in readings for word in head_words(reading)))


_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def _nouns(texts: Iterable[str]) -> frozenset[str]:
    words = {word for text in texts for word in _words(text) if word not in STOP_WORDS and clauses.verb_act(word) is None}
    return frozenset[str]().union(*(forms(word) | concepts(word) for word in words))


def _words(example: str) -> Iterator[str]:
    """The words of an example, without the people that it happens to name."""
    text = clean(example)
    named = {normalise(word) for person in find_people(text) for word in tokens(person.name)}
    return (word for word in tokens(text) if word not in named)


_known: WeakKeyDictionary[Catalog, Mapping[str, Skill]] = WeakKeyDictionary()


def skills_of(catalog: Catalog) -> Mapping[str, Skill]:
    """Every tool and agent of the catalog, read once; but for those that may ask for effects while they run: nobody here can tell from a
    request whether it asks for these."""
    found = _known.get(catalog)
    if found is None:
        twins = {
            agent.name: tool.name
            for agent in catalog.agents.values()
            for tool in catalog.tools.values()
            if agent.capability.output == tool.capability.output and agent.capability.arguments == tool.capability.arguments
        }
        known: list[Tool | Agent] = [*catalog.tools.values(), *catalog.agents.values()]
        found = {one.name: _skill(one, twins) for one in known if not one.capability.grows}
        _known[catalog] = found
    return found

"""Reads out of the program every sentence that an error can say, its detail and its cure, as templates.

An expression in a sentence becomes {0}, {1}, ...; one that chooses between wordings makes one template of each. A sentence is followed to
where it is written: through names, constants, tables, and through the parameters of whatever builds an error of them.

Left out, because there is nothing in them to translate: templates without a word of their own (`"{0}: {1}"`, whose parts are sentences
themselves), and sentences that are chosen by language where they are made (`say`, or Hebrew beside English)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import product
from math import prod
from pathlib import Path

from tests.unit.locales.program import Definition, Function, Program, Scope, defaults, given, parameters

SOURCE = Path(__file__).parents[3] / "src" / "tizmoret"
HOLE = "\0"
MOST = 24  # templates of one expression; where there are more, it is a hole
DEEP = 15  # expressions within one another

SAID = {"TizmoretError": ("detail", "cure"), "Finding": ("message", "cure")}  # parameters of classes
TABLE = ("detail", "cure")  # of a dictionary that has a code and a detail
WITHIN = frozenset({"ValueError", "ConnectionError", "Broken", "Failed", "CronSimError", "OAuthRegistrationError"})  # quoted by ours
TELLING = "changed"  # functions whose outcome is shown: what a connection no longer is
CHOSEN = "say"  # by language, where it is called
WORDS = frozenset({"tool", "agent"})  # single words of ours that stand in the middle of sentences

Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Sentence:
    key: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class View:
    """From where an expression is read. bound: what parameters hold. wanted: takes the names of those that it does not say."""

    scope: Scope
    bound: Mapping[str, list[str]] = field(default_factory=dict)
    wanted: set[str] = field(default_factory=set)
    deep: int = 0

    def at(self, scope: Scope) -> View:
        inside = scope.function is self.scope.function
        return replace(self, scope=scope, deep=self.deep + 1) if inside else View(scope, deep=self.deep + 1)


class Reader:
    def __init__(self, program: Program) -> None:
        self.program = program

    def sentences(self) -> Iterator[Sentence]:
        for node, scope in self._said():
            for text, place in self._wholes(node, scope):
                if (key := numbered(text)) is not None:
                    yield Sentence(key, *place)

    def _said(self) -> Iterator[tuple[ast.expr, Scope]]:
        """Every expression that becomes a detail or a cure."""
        for call in self.program.calls:
            scope = self.program.scopes[call]
            node = self.program.definition(call.func, scope)
            if isinstance(call.func, ast.Name) and call.func.id in WITHIN:
                yield from ((one, scope) for one in call.args)
            elif node is not None and (names := SAID.get(self._class(node))):
                yield from ((value, scope) for name, value in given(call, node).items() if name in names)
            elif node is None and (cure := [one.value for one in call.keywords if one.arg == "cure"]):  # of a class chosen there
                yield from ((one, scope) for one in (*call.args[:1], *cure))
        for table in self.program.dictionaries:
            keys = {key.value: value for key, value in zip(table.keys, table.values, strict=True) if isinstance(key, ast.Constant)}
            if keys.keys() >= {"code", "detail"}:
                yield from ((value, self.program.scopes[table]) for name, value in keys.items() if name in TABLE)
        for function in self.program.functions:
            if function.name == TELLING and isinstance(function.returns, ast.Name) and function.returns.id == "str":
                yield from ((value, self.program.scopes[function]) for value in returned(function))

    def _class(self, node: Definition) -> str:
        """Of which class a definition is, or makes one."""
        if isinstance(node, ast.ClassDef):
            return node.name
        classes = self.program.scopes[node].classes
        return classes[-1].name if classes and node.name == "__init__" else ""

    def _wholes(self, node: ast.expr, scope: Scope, deep: int = 0) -> list[tuple[str, Place]]:
        """The templates of an expression: where they depend on parameters of the function that it stands in, those of each of its calls."""
        view = View(scope, deep=deep)
        here = {text: _place(node, scope) for text in self._texts(node, view)}
        function = scope.function
        if not view.wanted or function is None or deep > DEEP or not (callers := self.program.callers(function)):
            return list(here.items())
        found: dict[str, Place] = {}
        for call in callers:
            args, where = given(call, function), self.program.scopes[call]
            told = {name: self._wholes(args[name], where, deep + 3) for name in view.wanted & args.keys()}
            places = {text: at for texts in told.values() for text, at in texts}
            bound = {name: self._texts(value, View(scope, deep=deep)) for name, value in defaults(function).items()}
            bound |= {name: [text for text, _ in texts] for name, texts in told.items()}
            for text in self._texts(node, View(scope, bound, deep=deep)):
                found[text] = here.get(text) or places.get(text) or _place(call, where)
        return list(found.items())

    def _texts(self, node: ast.expr, view: View) -> list[str]:
        if view.deep > DEEP:
            return [HOLE]
        found = list(dict.fromkeys(self._written(node, view) or self._looked_up(node, view) or [HOLE]))
        return found if len(found) <= MOST else [HOLE]

    def _written(self, node: ast.expr, view: View) -> list[str]:
        """Of an expression that is a text itself."""
        inner = view.at(view.scope)
        match node:
            case ast.Constant(value=str(text)):
                return [text]
            case ast.JoinedStr(values=values):
                parts = [(one.value, True) if isinstance(one, ast.FormattedValue) else (one, False) for one in values]
                return joined(_worded(self._texts(one, inner)) if within else self._texts(one, inner) for one, within in parts)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return joined([self._texts(left, inner), self._texts(right, inner)])
            case ast.IfExp(body=one, orelse=other) | ast.BoolOp(op=ast.Or(), values=[one, other]):
                return self._texts(one, inner) + self._texts(other, inner)
            case ast.Subscript(value=value, slice=ast.Slice()):
                return self._texts(value, inner)
            case ast.Call(func=ast.Attribute(value=value, attr="strip")):
                texts = self._texts(value, inner)
                return texts + [one.removesuffix(f" {HOLE}") for one in texts]  # where nothing stands at its end
        return []

    def _looked_up(self, node: ast.expr, view: View) -> list[str]:
        """Of an expression that names a text."""
        scope = view.scope
        match node:
            case ast.Name(id=name):
                return self._named(name, view)
            case ast.Subscript(value=ast.Name(id=name)):
                return self._table(name, view)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="get"), args=[_, *default]):
                return self._table(name, view) + [text for one in default for text in self._texts(one, view.at(scope))]
            case ast.Call(func=called) if isinstance(function := self.program.definition(called, scope), Function):
                return self._returned(function, given(node, function), view)
            case ast.Attribute(value=ast.Name(id="self")) if isinstance(function := self.program.definition(node, scope), Function):
                return self._returned(function, {}, view)  # a property
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                values = self.program.attribute(scope, name)
                return [text for value, where in values for text, _ in self._wholes(value, where, view.deep + 1)]
            case ast.Attribute(value=ast.Name(id=owner), attr=name) if there := self.program.imports(scope.module, owner):
                value = there.named.get(name)
                return self._texts(value, view.at(Scope(there))) if isinstance(value, ast.expr) else []
        return []

    def _named(self, name: str, view: View) -> list[str]:
        function = view.scope.function
        if values := self.program.assigned(view.scope, name):
            return [text for value, where in values for text in self._texts(value, view.at(where))]
        if name in view.bound:
            return list(view.bound[name])
        if function is not None and name in parameters(function):
            view.wanted.add(name)
            return []
        known = self.program.look(view.scope.module, name)
        return self._texts(known[0], view.at(known[1])) if known and isinstance(known[0], ast.expr) else []

    def _table(self, name: str, view: View) -> list[str]:
        known = self.program.look(view.scope.module, name)
        if known is None or not isinstance(known[0], ast.Dict):
            return []
        return [text for value in known[0].values for text in self._texts(value, view.at(known[1]))]

    def _returned(self, function: Function, args: Mapping[str, ast.expr], view: View) -> list[str]:
        if function.name == CHOSEN:
            return []
        bound = {name: self._texts(value, view.at(view.scope)) for name, value in (defaults(function) | dict(args)).items()}
        inside = View(self.program.scopes[function], bound, deep=view.deep + 2)
        return [text for value in returned(function) for text in self._texts(value, inside)]


def joined(parts: Iterable[list[str]]) -> list[str]:
    parts = list(parts)
    if prod(map(len, parts)) > MOST:
        parts = [one if len(one) == 1 else [HOLE] for one in parts]
    return ["".join(one) for one in product(*parts)]


def returned(function: Function) -> list[ast.expr]:
    return [one.value for one in ast.walk(function) if isinstance(one, ast.Return) and one.value is not None]


def _worded(texts: list[str]) -> list[str]:
    """Of what can stand in the middle of a sentence: the wordings, if it chooses between such; a name, a figure or an ending is a hole."""
    known = [bool(re.search("[a-z]{2}", one)) and (" " in one.strip() or one in WORDS) for one in texts]
    if not any(known):
        return [HOLE]
    return [one if worded or not re.search("[A-Za-z]", one) else HOLE for one, worded in zip(texts, known, strict=True)]


def numbered(text: str) -> str | None:
    """The template as a key; None where it has no word of its own, or is Hebrew already."""
    text = re.sub(f"{HOLE}+", HOLE, text.strip())
    if not re.search("[A-Za-z]{2}", text) or re.search("[א-ת]", text):
        return None
    first, *rest = text.split(HOLE)
    return first + "".join(f"{{{count}}}{part}" for count, part in enumerate(rest))


def _place(node: ast.expr, scope: Scope) -> Place:
    return str(scope.module.path.relative_to(SOURCE.parents[1])), node.lineno


@cache
def sentences() -> tuple[Sentence, ...]:
    return tuple(Reader(Program(SOURCE)).sentences())

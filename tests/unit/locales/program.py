"""The program as syntax: its modules, what a name in one of them stands for, and who calls what."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

PACKAGE = "tizmoret"

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef


@dataclass(slots=True)
class Module:
    name: str
    path: Path
    named: dict[str, ast.AST] = field(default_factory=dict)  # what stands at its top: definitions, and values of constants
    imported: dict[str, tuple[str, str]] = field(default_factory=dict)  # name here: module, name there ("" for the module itself)


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """Where an expression stands."""

    module: Module
    classes: tuple[ast.ClassDef, ...] = ()
    functions: tuple[Function, ...] = ()

    @property
    def function(self) -> Function | None:
        return self.functions[-1] if self.functions else None


class Program:
    """scopes: of every call, dictionary and function."""

    def __init__(self, source: Path) -> None:
        self.modules: dict[str, Module] = {}
        self.scopes: dict[ast.AST, Scope] = {}
        self.calls: list[ast.Call] = []
        self.dictionaries: list[ast.Dict] = []
        self.functions: list[Function] = []
        self._homes: dict[ast.ClassDef, Module] = {}
        self._locals: dict[Function, dict[str, list[ast.expr]]] = {}
        self._fields: dict[ast.ClassDef, dict[str, list[tuple[ast.expr, Scope]]]] = defaultdict(lambda: defaultdict(list))
        for path in sorted(source.rglob("*.py")):
            name = ".".join((PACKAGE, *path.relative_to(source).with_suffix("").parts)).removesuffix(".__init__")
            module = self.modules[name] = Module(name, path)
            tree = ast.parse(path.read_text("utf-8"))
            self._top(module, tree)
            self._walk(tree, Scope(module))
        self._callers: dict[ast.AST, list[ast.Call]] = defaultdict(list)
        for call in self.calls:
            if (target := self.definition(call.func, self.scopes[call])) is not None:
                self._callers[target].append(call)

    def _top(self, module: Module, tree: ast.Module) -> None:
        for node in tree.body:
            match node:
                case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                    module.named[node.name] = node
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    module.named[name] = value
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    module.named[name] = value

    def _walk(self, node: ast.AST, scope: Scope) -> None:
        for child in _children(node):
            inner = scope
            match child:
                case ast.ClassDef():
                    inner = Scope(scope.module, (*scope.classes, child), scope.functions)
                    self._homes[child] = scope.module
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    inner = Scope(scope.module, scope.classes, (*scope.functions, child))
                    self.scopes[child] = inner
                    self.functions.append(child)
                    self._locals[child] = defaultdict(list)
                case ast.Call():
                    self.calls.append(child)
                    self.scopes[child] = scope
                case ast.ImportFrom(module=str(origin), names=names):
                    scope.module.imported |= {alias.asname or alias.name: (origin, alias.name) for alias in names}
                case ast.Dict():
                    self.dictionaries.append(child)
                    self.scopes[child] = scope
            self._assigned(child, scope)
            self._walk(child, inner)

    def _assigned(self, node: ast.AST, scope: Scope) -> None:
        match node:
            case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
                pass
            case ast.NamedExpr(target=target, value=value):
                pass
            case ast.For(target=target, iter=value):
                value = ast.Name(id="?", ctx=ast.Load())
            case _:
                return
        pairs = [(target, value)]
        if isinstance(target, ast.Tuple):
            values = value.elts if isinstance(value, ast.Tuple) else [ast.Name(id="?", ctx=ast.Load())] * len(target.elts)
            pairs = list(zip(target.elts, values, strict=True))
        for one, given in pairs:
            match one:
                case ast.Name(id=name) if scope.function is not None:
                    self._locals[scope.function][name].append(given)
                case ast.Name(id=name) if scope.classes:
                    self._fields[scope.classes[-1]][name].append((given, scope))
                case ast.Attribute(value=ast.Name(id="self"), attr=name) if scope.classes:
                    self._fields[scope.classes[-1]][name].append((given, scope))

    # -- what a name stands for

    def look(self, module: Module, name: str) -> tuple[ast.AST, Scope] | None:
        """At the top of a module, or where it is imported from."""
        seen = 0
        while name not in module.named:
            origin, there = module.imported.get(name, ("", ""))
            if origin not in self.modules or (seen := seen + 1) > 5:
                return None
            module, name = self.modules[origin], there
        return module.named[name], Scope(module)

    def imports(self, module: Module, name: str) -> Module | None:
        """The module that a name in another one stands for."""
        origin, there = module.imported.get(name, ("", ""))
        return self.modules.get(f"{origin}.{there}")

    def assigned(self, scope: Scope, name: str) -> list[tuple[ast.expr, Scope]]:
        """What a local name is set to in its function, or in those around it."""
        for depth in range(len(scope.functions), 0, -1):
            function = scope.functions[depth - 1]
            if name in self._locals[function]:
                return [(value, self.scopes[function]) for value in self._locals[function][name]]
            if name in parameters(function):
                return []
        return []

    def attribute(self, scope: Scope, name: str) -> list[tuple[ast.expr, Scope]]:
        """What `self.name` is set to in its class."""
        return self._fields[scope.classes[-1]].get(name, []) if scope.classes else []

    def definition(self, called: ast.expr, scope: Scope) -> Definition | None:
        """The function that a call reaches; for a class its `__init__`, or the class where it has none of its own (a data class)."""
        found: ast.AST | None = None
        match called:
            case ast.Name(id="cls") if scope.classes:
                found = scope.classes[-1]
            case ast.Name(id=name):
                inner = [node for one in scope.functions for node in one.body if isinstance(node, Function) and node.name == name]
                found = inner[-1] if inner else (self.look(scope.module, name) or (None,))[0]
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="__init__") if scope.classes:
                return self._base(scope.classes[-1])
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name) if scope.classes:
                found = self._method(scope.classes[-1], name)
            case ast.Attribute(value=ast.Name(id=owner), attr=name):
                if (there := self.imports(scope.module, owner)) is not None:
                    found = there.named.get(name)
                elif (known := self.look(scope.module, owner)) is not None and isinstance(known[0], ast.ClassDef):
                    found = self._method(known[0], name)
        if isinstance(found, ast.ClassDef):
            own = self._method(found, "__init__")
            return own if isinstance(own, Function) else found
        return found if isinstance(found, Function) else None

    def _bases(self, node: ast.ClassDef) -> Iterator[ast.ClassDef]:
        module = self._homes[node]
        for base in node.bases:
            if isinstance(base, ast.Name) and (known := self.look(module, base.id)) and isinstance(known[0], ast.ClassDef):
                yield known[0]

    def _method(self, node: ast.ClassDef, name: str) -> ast.AST | None:
        for one in node.body:
            if isinstance(one, Function) and one.name == name:
                return one
        return next((found for base in self._bases(node) if (found := self._method(base, name)) is not None), None)

    def _base(self, node: ast.ClassDef) -> Definition | None:
        return next((found for base in self._bases(node) if isinstance(found := self._method(base, "__init__"), Function)), None)

    def callers(self, function: Definition) -> list[ast.Call]:
        return self._callers[function]


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """Without what says nothing of errors: decorators, with all the examples in them, and types."""
    for name in node._fields:
        if name not in ("decorator_list", "annotation", "returns", "ctx"):
            value = getattr(node, name)
            if isinstance(value, ast.AST):
                yield value
            elif isinstance(value, list):
                yield from (one for one in value if isinstance(one, ast.AST))


def parameters(node: Definition) -> list[str]:
    """In the order of a call: without `self` or `cls`; of a data class its fields."""
    if isinstance(node, ast.ClassDef):
        return [one.target.id for one in node.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)]
    names = [one.arg for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def given(call: ast.Call, node: Definition) -> dict[str, ast.expr]:
    """What a call gives for each parameter."""
    found = dict(zip(parameters(node), call.args, strict=False))
    if any(isinstance(one, ast.Starred) for one in call.args):
        found = {}
    return found | {one.arg: one.value for one in call.keywords if one.arg}


def defaults(function: Function) -> dict[str, ast.expr]:
    names = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
    plain = dict(zip(reversed(names), reversed(function.args.defaults), strict=False))
    return plain | {
        one.arg: value for one, value in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True) if value is not None
    }

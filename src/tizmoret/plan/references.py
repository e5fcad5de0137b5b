"""References: how one step's output becomes another step's argument. They are the data edges of the graph."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tizmoret.errors import ArgumentMismatch

FROM, ITEM, TEXT = "$from", "$item", "$text"
MAX_DEPTH = 32  # nesting of an argument
EACH = "*"

_PATH = re.compile(r"\.?([A-Za-z_][A-Za-z0-9_-]*)|\[(\d{1,6}|\*)\]")

Part = str | int  # a field, an index, or EACH
Path = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """`step` is None for a reference to the `for_each` item."""

    step: str | None
    path: Path

    def __str__(self) -> str:
        return (self.step or "item") + show_path(self.path)


def show_path(path: Path) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) or part == EACH else f".{part}" for part in path)


def parse_path(text: str) -> Path:
    """`documents[0].id` to `("documents", 0, "id")`. Raises ValueError."""
    parts: list[Part] = []
    at = 0
    while at < len(text):
        match = _PATH.match(text, at)
        if match is None or (at == 0 and text[0] == "."):
            raise ValueError(f"{text!r} is not a path such as documents[0].id")
        field, index = match.groups()
        parts.append(field if field is not None else EACH if index == EACH else int(index))
        at = match.end()
    return tuple(parts)


def parse(value: Mapping[str, Any]) -> Reference | None:
    """The reference that `value` is, or None where it is an ordinary object. Raises ValueError when it is a broken one."""
    if len(value) != 1:
        return None
    ((key, target),) = value.items()
    if key not in (FROM, ITEM):
        return None
    if not isinstance(target, str):
        raise ValueError(f"{key} takes a text")
    path = parse_path(target)
    if key == ITEM:
        return Reference(None, path)
    if not path or not isinstance(path[0], str) or path[0] == EACH:
        raise ValueError(f"{target!r} does not begin with the id of a step")
    return Reference(path[0], path[1:])


def references(value: Any, at: Path = (), depth: int = 0) -> Iterator[tuple[Path, Reference]]:
    """Every reference inside an argument, with the place where it stands. Raises ValueError on a broken or too deep one."""
    if depth > MAX_DEPTH:
        raise ValueError(f"nested more than {MAX_DEPTH} deep")
    if isinstance(value, Mapping):
        found = parse(value)
        if found is not None:
            yield at, found
            return
        for key, inner in value.items():
            yield from references(inner, at if key == TEXT else (*at, key), depth + 1)
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from references(inner, (*at, index), depth + 1)


def resolve(value: Any, outputs: Mapping[str, Any], item: Any = None, *, step: str = "") -> Any:
    """`value` with every reference replaced by what it points to.

    outputs: step id to output. item: the current `for_each` item. Raises ArgumentMismatch where a path leads nowhere."""
    if isinstance(value, Mapping):
        found = parse(value)
        if found is not None:
            source = item if found.step is None else outputs[found.step]
            return follow(source, found, step)
        if set(value) == {TEXT}:
            return "".join(_as_text(resolve(part, outputs, item, step=step)) for part in value[TEXT])
        return {key: resolve(inner, outputs, item, step=step) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [resolve(inner, outputs, item, step=step) for inner in value]
    return value


def follow(value: Any, reference: Reference, step: str = "") -> Any:
    """What `reference.path` leads to inside `value`."""
    return _follow(value, reference.path, reference, step)


def _follow(value: Any, path: Path, reference: Reference, step: str) -> Any:
    for index, part in enumerate(path):
        if part == EACH and isinstance(value, list):
            return [_follow(inner, path[index + 1 :], reference, step) for inner in value]
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            raise ArgumentMismatch(
                step, str(reference), f"{reference} leads to nothing: there is no {show_path((part,))} in that output."
            ) from None
    return value


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(_as_text(inner) for inner in value)
    return "" if value is None else str(value)

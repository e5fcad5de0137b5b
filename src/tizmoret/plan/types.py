"""Whether what one step gives fits what another takes, by their JSON Schemas. In doubt it fits: a false alarm would stop a good plan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tizmoret.plan.references import EACH, Path

Schema = dict[str, Any]
ANY: Schema = {}
_DEPTH = 16


def resolve(schema: Schema, root: Schema) -> Schema:
    """Follow `$ref` into the root's `$defs`."""
    for _ in range(_DEPTH):
        target = schema.get("$ref")
        if not isinstance(target, str) or not target.startswith("#/"):
            break
        found: Any = root
        for part in target[2:].split("/"):
            found = found.get(part, {}) if isinstance(found, dict) else {}
        schema = {**found, **{key: value for key, value in schema.items() if key != "$ref"}}
    return schema


def choices(schema: Schema, root: Schema) -> Iterator[Schema]:
    """The alternatives of a schema, without null: an optional value may be used where a value is wanted."""
    schema = resolve(schema, root)
    alternatives = schema.get("anyOf") or schema.get("oneOf")
    if not alternatives:
        yield schema
        return
    for alternative in alternatives:
        for choice in choices(alternative, root):
            if choice.get("type") != "null":
                yield choice


def at_path(schema: Schema, root: Schema, path: Path) -> Schema | None:
    """The schema of what `path` leads to, with `root` for its definitions; ANY where it is not known, None where it leads nowhere."""
    if not path:
        return schema
    part, rest = path[0], path[1:]
    for choice in choices(schema, root):
        found = _step_into(choice, part)
        if found is None:
            continue
        inner = at_path(found, root, rest)
        if inner is None:
            continue
        return {"type": "array", "items": inner} if part == EACH else inner
    return None


def _step_into(schema: Schema, part: str | int) -> Schema | None:
    kind = schema.get("type")
    if isinstance(part, int) or part == EACH:
        if kind not in (None, "array"):
            return None
        items = schema.get("items", ANY)
        return items if isinstance(items, dict) else ANY
    if kind not in (None, "object"):
        return None
    properties = schema.get("properties")
    if properties is None:
        more = schema.get("additionalProperties", ANY)
        return more if isinstance(more, dict) else ANY
    if part in properties:
        inner: Schema = properties[part]
        return inner
    more = schema.get("additionalProperties")
    return (more if isinstance(more, dict) else ANY) if more else None


def fits(given: Schema, given_root: Schema, taken: Schema, taken_root: Schema, depth: int = 0) -> bool:
    """Whether some alternative of `given` can be used as some alternative of `taken`."""
    if depth > _DEPTH:
        return True
    return any(
        _fits_one(one, given_root, other, taken_root, depth) for one in choices(given, given_root) for other in choices(taken, taken_root)
    )


def _fits_one(given: Schema, given_root: Schema, taken: Schema, taken_root: Schema, depth: int) -> bool:
    have, want = given.get("type"), taken.get("type")
    if have is None or want is None:
        return True
    if have != want:
        return bool(have == "integer" and want == "number")
    if have == "array":
        return fits(given.get("items", ANY), given_root, taken.get("items", ANY), taken_root, depth + 1)
    if have == "object":
        return _has_required(given, given_root, taken, taken_root, depth)
    if have == "string":
        return _formats_agree(given, taken)
    return True


def _has_required(given: Schema, given_root: Schema, taken: Schema, taken_root: Schema, depth: int) -> bool:
    properties = given.get("properties")
    if properties is None or given.get("additionalProperties"):
        return True
    wanted = taken.get("properties", {})
    if any(name not in properties for name in taken.get("required", ())):
        return False
    shared = properties.keys() & wanted.keys()
    return all(fits(properties[name], given_root, wanted[name], taken_root, depth + 1) for name in shared)


def _formats_agree(given: Schema, taken: Schema) -> bool:
    """A plain text may hold a date or a name; two values that say what they are must say the same."""
    for key in ("format", "x-kind"):
        have, want = given.get(key), taken.get(key)
        if have is not None and want is not None and have != want and "text" not in (have, want):
            return False
    return True

"""YAML that others wrote, read by the loader that is written in C, where there is one: ten times as fast, and every start reads all agents."""

from __future__ import annotations

from typing import Any

import yaml

MAX_NESTING = 100  # deeper, and the loader written in C brings the process down
MAX_EVENTS = 1_000_000


class _Loader(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):  # type: ignore[misc]
    """Tags make nothing."""


def read_yaml(text: str) -> Any:
    """Raises ValueError, yaml.YAMLError."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=_Loader)):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_NESTING or count > MAX_EVENTS:
            raise ValueError("it nests too deep")
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader

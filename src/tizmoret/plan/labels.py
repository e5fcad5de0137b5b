"""Labels: where a value came from. Joined along data edges, stored beside every value, never shown to a model as a promise.

The lattice follows Denning 1976: integrity only falls, confidentiality only rises, sources only grow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any, Literal, Self

Integrity = Literal["trusted", "untrusted"]
Confidentiality = Literal["public", "internal", "secret"]

_SECRECY: tuple[Confidentiality, ...] = ("public", "internal", "secret")
MAX_SOURCES = 64  # beyond it the set is cut and says so with "…"


@dataclass(frozen=True, slots=True)
class Label:
    """trusted: a member of the workspace wrote it. untrusted: anyone else could have."""

    integrity: Integrity = "trusted"
    confidentiality: Confidentiality = "public"
    sources: frozenset[str] = field(default_factory=frozenset)

    def __or__(self, other: Label) -> Label:
        """The join: as trusted as the less trusted, as secret as the more secret, from both."""
        sources = self.sources | other.sources
        if len(sources) > MAX_SOURCES:
            sources = frozenset([*sorted(sources - {"…"})[: MAX_SOURCES - 1], "…"])
        return Label(
            "untrusted" if "untrusted" in (self.integrity, other.integrity) else "trusted",
            _SECRECY[max(_SECRECY.index(self.confidentiality), _SECRECY.index(other.confidentiality))],
            sources,
        )

    def to_json(self) -> dict[str, Any]:
        return {"integrity": self.integrity, "confidentiality": self.confidentiality, "sources": sorted(self.sources)}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        return cls(value["integrity"], value["confidentiality"], frozenset(value["sources"]))


PERSON = Label(sources=frozenset({"person"}))  # what the requester wrote


def join(labels: Iterable[Label]) -> Label:
    return reduce(or_, labels, Label())

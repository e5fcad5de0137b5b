"""Labels form a join semilattice (Denning 1976): the order in which values meet does not change what they carry."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from tizmoret.plan.labels import MAX_SOURCES, Label, join

labels = st.builds(
    Label,
    st.sampled_from(["trusted", "untrusted"]),
    st.sampled_from(["public", "internal", "secret"]),
    st.frozensets(st.sampled_from([f"source{number}" for number in range(12)]), max_size=8),
)


@given(labels, labels, labels)
def test_joining_is_associative_commutative_and_idempotent(a: Label, b: Label, c: Label) -> None:
    assert (a | b) | c == a | (b | c)
    assert a | b == b | a
    assert a | a == a
    assert a | Label() == a


@given(labels, labels)
def test_a_join_is_never_more_trusted_nor_less_secret_than_its_parts(a: Label, b: Label) -> None:
    both = a | b
    order = ["public", "internal", "secret"]

    assert both.integrity == "trusted" or "untrusted" in (a.integrity, b.integrity)
    assert not (both.integrity == "trusted" and "untrusted" in (a.integrity, b.integrity))
    assert order.index(both.confidentiality) == max(order.index(a.confidentiality), order.index(b.confidentiality))
    assert a.sources | b.sources == both.sources


@given(st.lists(labels, max_size=6))
def test_a_label_survives_json(all_of_them: list[Label]) -> None:
    label = join(all_of_them)

    assert Label.from_json(json.loads(json.dumps(label.to_json()))) == label


def test_sources_are_cut_with_a_mark() -> None:
    many = join(Label(sources=frozenset({f"s{number:03}"})) for number in range(200))

    assert len(many.sources) == MAX_SOURCES
    assert "…" in many.sources

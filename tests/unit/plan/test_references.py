from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tizmoret.errors import ArgumentMismatch
from tizmoret.plan.references import MAX_DEPTH, Reference, parse, parse_path, references, resolve, show_path

OUTPUTS = {
    "search": {"documents": [{"id": "a", "tags": ["x", "y"]}, {"id": "b", "tags": []}], "count": 2, "none": None},
    "who": {"name": "יואב", "email": "yoav@example.org"},
}

_fields = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,6}", fullmatch=True)
_parts = st.one_of(_fields, st.integers(0, 999_999), st.just("*"))


@given(st.lists(_parts, max_size=6))
def test_a_path_is_read_as_it_is_shown(parts: list[Any]) -> None:
    assert parse_path(show_path(tuple(parts)).removeprefix(".")) == tuple(parts)


@pytest.mark.parametrize("text", [".a", "a..b", "a.", "a[", "a[x]", "a[-1]", "a b", "a[1234567]", "א"])
def test_a_broken_path_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a path"):
        parse_path(text)


@pytest.mark.parametrize("value", [{"$from": ""}, {"$from": "[0]"}, {"$from": "[*].a"}, {"$from": 1}, {"$item": None}])
def test_a_broken_reference_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"takes a text|does not begin with|is not a path"):
        parse(value)


@pytest.mark.parametrize("value", [{}, {"from": "a.b"}, {"$from": "a.b", "more": 1}])
def test_an_ordinary_object_is_no_reference(value: dict[str, Any]) -> None:
    assert parse(value) is None


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ({"$from": "search.count"}, 2),
        ({"$from": "search"}, OUTPUTS["search"]),
        ({"$from": "search.documents[1].id"}, "b"),
        ({"$from": "search.documents[*].id"}, ["a", "b"]),
        ({"$from": "search.documents[*].tags[*]"}, [["x", "y"], []]),
        ({"$from": "search.none"}, None),
        ([{"$from": "who.email"}, "literal"], ["yoav@example.org", "literal"]),
        ({"deep": {"er": [{"$from": "search.count"}]}}, {"deep": {"er": [2]}}),
        ({"$text": ["פגישה עם ", {"$from": "who.name"}]}, "פגישה עם יואב"),
        ({"$text": [{"$from": "search.documents[*].id"}, "; ", {"$from": "search.none"}, {"$from": "search.count"}]}, "a, b; 2"),
        ({"$item": "title"}, "Item"),
        ({"$item": ""}, {"title": "Item"}),
        ("{$from: who.name}", "{$from: who.name}"),
    ],
)
def test_references_become_what_they_point_to(value: Any, result: Any) -> None:
    assert resolve(value, OUTPUTS, {"title": "Item"}) == result


@pytest.mark.parametrize("path", ["search.papers", "search.documents[2].id", "search.count.x", "search.documents.id", "who.name[0].x"])
def test_a_path_that_leads_nowhere_names_the_reference(path: str) -> None:
    with pytest.raises(ArgumentMismatch, match="leads to nothing"):
        resolve({"$from": path}, OUTPUTS, step="read")


def test_every_reference_is_found_where_it_stands() -> None:
    value = {"a": [{"$from": "one.x"}, {"b": {"$item": "y"}}], "t": {"$text": ["s", {"$from": "two"}]}}

    assert list(references(value)) == [
        (("a", 0), Reference("one", ("x",))),
        (("a", 1, "b"), Reference(None, ("y",))),
        (("t", 1), Reference("two", ())),
    ]


def test_nesting_has_a_limit() -> None:
    value: Any = {"$from": "a.b"}
    for _ in range(MAX_DEPTH + 1):
        value = [value]

    with pytest.raises(ValueError, match="nested more than"):
        list(references(value))

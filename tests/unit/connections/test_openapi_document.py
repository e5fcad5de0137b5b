"""OpenAPI documents as strangers write them: what is read, what is left out, and that none costs more than it may."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tizmoret.connections.openapi import document as limits
from tizmoret.connections.openapi.document import read_document
from tizmoret.connections.openapi.operations import MAX_OPERATIONS, Operation, operations
from tizmoret.errors import BadInput, TooLarge


def document(paths: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"openapi": "3.1.0", "info": {"title": "x", "version": "1"}, "paths": paths, **rest}


def one(told: dict[str, Any], method: str = "get", path: str = "/a", **rest: Any) -> Operation:
    (made,) = operations(document({path: {method: told}}, **rest), (), ())
    return made


def size(schema: Any) -> int:
    return len(json.dumps(schema))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "{}",
        '{"swagger": "2.0", "paths": {}}',
        '{"openapi": "3.0.0"}',
        "a: [",
        "[" * 100_000,
        "- " * 100_000,
        "a: {" * 100_000,
        '{"openapi":' * 50_000,
    ],
)
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_document(text)
    assert refused.value.cure


def test_a_huge_document_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_DOCUMENT", 100)
    with pytest.raises(TooLarge):
        read_document("x" * 101)


def test_yaml_is_read_and_its_tags_make_nothing() -> None:
    made = read_document("openapi: 3.0.3\npaths:\n  /a:\n    get:\n      responses:\n        200:\n          description: ok\n")
    assert [one.name for one in operations(made, (), ())] == ["get_a"]
    with pytest.raises(BadInput):
        read_document("openapi: !!python/object/apply:os.system ['true']\npaths: {}\n")


def test_references_are_followed_and_circles_are_cut() -> None:
    tree = {"type": "object", "properties": {"name": {"type": "string"}, "child": {"$ref": "#/components/schemas/Tree"}}}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Tree"}}}, "required": True}
    made = one({"requestBody": body}, "post", components={"schemas": {"Tree": tree}})
    assert made.arguments["properties"]["name"] == {"type": "string"}
    assert made.fields == ["name", "child"]
    assert size(made.arguments) < 1_000


@pytest.mark.parametrize(
    "reference", ["#/nowhere", "https://evil.example/x.json", "file:///etc/passwd", "#/paths", "", "#/components/a~1b"]
)
def test_a_reference_to_nothing_or_to_elsewhere_is_anything(reference: str) -> None:
    made = one({"parameters": [{"name": "q", "in": "query", "schema": {"$ref": reference}}]})
    assert "q" in made.arguments["properties"]


def test_a_document_that_multiplies_costs_no_more_than_its_limit() -> None:
    """Each schema names the next one ten times: 10^20 when written out."""
    schemas = {
        f"s{n}": {"type": "object", "properties": {f"p{i}": {"$ref": f"#/components/schemas/s{n + 1}"} for i in range(10)}}
        for n in range(20)
    }
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/s0"}}}}
    made = one({"requestBody": body}, "post", components={"schemas": schemas})
    assert size(made.arguments) < 200_000


def test_a_yaml_document_that_contains_itself_is_cut() -> None:
    text = "openapi: 3.0.0\npaths:\n  /a:\n    post:\n      requestBody:\n        content:\n          application/json:\n            schema: &a\n"
    made = read_document(text + "              properties:\n                again: *a\n")
    (found,) = operations(made, (), ())
    assert size(found.arguments) < 10_000


def test_too_many_operations_ask_for_a_choice() -> None:
    many = document({f"/p{n}": {"get": {"tags": ["some"] if n < 3 else []}} for n in range(MAX_OPERATIONS + 1)})
    with pytest.raises(TooLarge, match="operations"):
        operations(many, (), ())
    assert len(operations(many, ("some",), ())) == 3
    assert [found.path for found in operations(many, ("/p7",), ())] == ["/p7"]
    with pytest.raises(BadInput, match="no operation"):
        operations(many, ("none",), ())


@pytest.mark.parametrize(
    ("method", "said", "effect"),
    [
        ("get", None, "none"),
        ("get", "send", "send"),
        ("post", "none", "write"),
        ("delete", "write", "delete"),
        ("put", "send", "send"),
        ("get", 7, "none"),
    ],
)
def test_a_document_may_say_that_it_does_more_and_never_less(method: str, said: Any, effect: str) -> None:
    assert one({"x-tizmoret-effect": said}, method).effect == effect


def test_who_reads_must_be_there() -> None:
    with pytest.raises(BadInput, match="no operation nobody"):
        operations(document({"/a": {"post": {}}}), (), ("nobody",))


def test_names_are_made_plannable_and_differ() -> None:
    paths = {
        "/a/{id}": {"get": {"operationId": "getPet_byID"}, "post": {"operationId": "getPet_byID"}},
        "/ב": {"get": {"operationId": "חיות"}},
    }
    assert [found.name for found in operations(document(paths), (), ())] == ["get_pet_by_id", "get_pet_by_id_2", "get"]


def test_parameters_of_one_name_are_kept_apart() -> None:
    told = [{"name": "id", "in": where, "schema": {"type": "string"}} for where in ("path", "query", "header")]
    made = one({"parameters": told}, path="/a/{id}")
    assert {(found.where, found.argument) for found in made.parameters} == {("path", "id"), ("query", "id_2"), ("header", "id_3")}
    assert made.arguments["required"] == ["id"]


def test_no_parameter_can_take_the_place_of_our_own_headers() -> None:
    made = one({"parameters": [{"name": name, "in": "header"} for name in ("Authorization", "Host", "cookie", "X-Own")]})
    assert [found.name for found in made.parameters] == ["X-Own"]


def test_what_3_0_says_of_null_and_bounds_is_understood() -> None:
    schema = {"type": "integer", "nullable": True, "minimum": 1, "exclusiveMinimum": True}
    made = one({"parameters": [{"name": "n", "in": "query", "schema": schema}]})
    assert made.arguments["properties"]["n"] == {"type": ["integer", "null"], "minimum": 1}


def test_a_schema_that_is_none_is_anything() -> None:
    made = one({"parameters": [{"name": "n", "in": "query", "schema": {"type": "number", "pattern": "(", "minimum": "x"}}]})
    assert made.arguments["properties"] == {"n": {}}


def test_descriptions_hold_no_hidden_letters_and_end() -> None:
    made = one({"summary": "A\u202eb\x00c", "description": "x" * 5_000})
    assert (made.title, len(made.description)) == ("Abc", limits.MAX_TEXT)


@pytest.mark.parametrize(
    ("scheme", "auth"),
    [
        ({"type": "http", "scheme": "Basic"}, ("basic", "")),
        ({"type": "http", "scheme": "bearer"}, ("bearer", "")),
        ({"type": "oauth2", "flows": {}}, ("bearer", "")),
        ({"type": "apiKey", "in": "query", "name": "k"}, ("query", "k")),
        ({"type": "apiKey", "in": "cookie", "name": "c"}, ("cookie", "c")),
    ],
)
def test_ways_in_are_known(scheme: dict[str, Any], auth: tuple[str, str]) -> None:
    made = one({"security": [{"a": []}]}, components={"securitySchemes": {"a": scheme}})
    assert made.auth is not None
    assert (made.auth.kind, made.auth.name) == auth


def test_where_no_secret_is_asked_for_none_is_sent() -> None:
    components = {"securitySchemes": {"a": {"type": "http", "scheme": "bearer"}}}
    assert one({"security": []}, security=[{"a": []}], components=components).auth is None
    assert one({}, security=[{"a": []}], components=components).auth is not None

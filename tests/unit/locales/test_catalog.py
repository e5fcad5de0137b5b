"""Every sentence of an error has its Hebrew, and the catalog holds no others."""

import json
import re

import jsonschema_rs
import pytest
from pydantic_core import PydanticKnownError

from tests.unit.locales.foreign import FOREIGN, PYDANTIC, SCHEMAS
from tests.unit.locales.raised import SOURCE, numbered, sentences
from tizmoret.locales.translation import translated

FILE = SOURCE / "locales" / "he.json"
TEXT = FILE.read_text("utf-8")
HEBREW: dict[str, str] = json.loads(TEXT)

pytestmark = pytest.mark.xdist_group("sentences")  # which are looked for once, and that takes seconds
PLACE = re.compile(r"\{(\d+)\}")
BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
VALUES = {
    "min_length": 1,
    "max_length": 1,
    "actual_length": 1,
    "ge": 1,
    "gt": 1,
    "le": 1,
    "lt": 1,
    "pattern": "x",
    "field_type": "List",
    "error": "x",
    "class_name": "x",
    "expected": "x",
    "discriminator": "x",
    "tag": "x",
    "expected_tags": "x",
}
BREAKS = [
    ({"type": "integer"}, "x"),
    ({"type": ["integer", "null"]}, "x"),
    ({"required": ["a"]}, {}),
    ({"properties": {}, "additionalProperties": False}, {"b": 1}),
    ({"enum": ["a", "b"]}, "c"),
    ({"minimum": 1}, 0),
    ({"maximum": 5}, 9),
    ({"minLength": 2}, ""),
    ({"maxLength": 2}, "abc"),
    ({"minItems": 1}, []),
    ({"pattern": "^a$"}, "b"),
    ({"format": "date-time"}, "x"),
    ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "x"),
]


def test_every_sentence_of_an_error_is_in_hebrew() -> None:
    missing = {one.key: one for one in sentences() if one.key not in HEBREW}
    told = [f'{one.file}:{one.line}: add to he.json: {json.dumps(key, ensure_ascii=False)}: "…",' for key, one in missing.items()]
    assert not told, "\n" + "\n".join(told)


def test_the_catalog_holds_no_sentence_that_nothing_says() -> None:
    left = sorted(HEBREW.keys() - {one.key for one in sentences()} - FOREIGN)
    assert not left, "remove from he.json:\n" + "\n".join(left)
    assert HEBREW.keys() >= FOREIGN


def test_the_hebrew_is_hebrew_and_names_what_the_english_names() -> None:
    for english, hebrew in HEBREW.items():
        assert set(PLACE.findall(hebrew)) <= set(PLACE.findall(english)), english
        assert re.search("[א-ת]", hebrew) or english == "Value error, {0}", english
        assert not BIDI.search(hebrew), english


def test_no_sentence_stands_in_the_catalog_twice() -> None:
    assert [english for english in HEBREW if numbered(PLACE.sub("\0", english)) != english] == []


def test_each_sentence_finds_its_own_hebrew() -> None:
    """And not that of another that fits it too."""
    for english, hebrew in HEBREW.items():
        said, read = (PLACE.sub(r"Value\1", one) for one in (english, hebrew))
        assert translated(said, "he") == read, english


def test_the_file_is_sorted_and_readable() -> None:
    assert json.dumps(HEBREW, ensure_ascii=False, indent=2, sort_keys=True) + "\n" == TEXT


@pytest.mark.parametrize("kind", PYDANTIC)
def test_pydantic_says_what_we_have_of_it(kind: str) -> None:
    template = PydanticKnownError(kind, VALUES).message_template  # type: ignore[arg-type]
    assert numbered(re.sub(r"\{\w+\}", "\0", template)) == PYDANTIC[kind]


@pytest.mark.parametrize(("schema", "value"), BREAKS)
def test_what_is_said_of_a_schema_is_in_the_catalog(schema: dict[str, object], value: object) -> None:
    (error,) = jsonschema_rs.validator_for(schema, validate_formats=True).iter_errors(value)
    known = ["".join(".*" if at % 2 else re.escape(part) for at, part in enumerate(PLACE.split(one))) for one in SCHEMAS]
    assert any(re.fullmatch(one, error.message) for one in known), error.message

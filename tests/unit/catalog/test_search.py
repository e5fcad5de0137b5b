from __future__ import annotations

import pytest

from tests.requests.planning import builtin_catalog
from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.search import concepts, search_of


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("schedule a meeting", "calendar.create"),
        ("לבטל פגישה", "calendar.delete"),
        ("total by category in a table", "tables.aggregate"),
        ("תקינות המערכת", "system-doctor"),
        ("the text of a web page", "web.fetch"),
        ("שעה פנויה", "calendar.find_free"),
        ("sumarise", "text.summarise"),  # misspelt
        ("appointment in the diary", "calendar.create"),  # by synonyms alone
    ],
)
def test_words_of_either_language_find_the_tool(text: str, name: str) -> None:
    assert name in [match.name for match in search_of(builtin_catalog()).find(text, limit=4)]


def test_words_that_no_tool_speaks_of_find_nothing() -> None:
    assert search_of(builtin_catalog()).find("xylophone zeppelin") == []


def test_an_empty_catalog_and_an_empty_text_find_nothing() -> None:
    assert search_of(Catalog([], [])).find("meeting") == []
    assert search_of(builtin_catalog()).find("") == []


def test_a_match_tells_how_much_of_the_words_it_answers() -> None:
    best = search_of(builtin_catalog()).find("schedule a meeting on zeppelins")[0]

    assert best.words == {"schedule", "meeting"}
    assert 0 < best.score < 1


def test_synonyms_meet_across_languages() -> None:
    assert concepts("appointment") & concepts("הפגישות")


def test_a_catalog_is_indexed_once() -> None:
    assert search_of(builtin_catalog()) is search_of(builtin_catalog())

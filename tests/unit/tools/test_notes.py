from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.tools.conftest import MakeCall
from tizmoret.errors import Conflict
from tizmoret.tools.documents import Documents, SearchDocuments
from tizmoret.tools.documents import search as search_documents
from tizmoret.tools.notes import Added, AddNote, ListNotes, Notes, SearchNotes, add, list_notes, search

pytestmark = pytest.mark.anyio


async def added(call: Any, note: str, **args: Any) -> Added:
    return Added.model_validate(await add(AddNote(note=note, **args), call))


async def test_what_was_jotted_down_is_found_in_any_form_of_its_words(call: MakeCall) -> None:
    await added(call("1"), "המפתחות של המחסן אצל משה\n\nלהחזיר עד יום חמישי")
    await added(call("2"), "The pump needs a new seal")
    found = Notes.model_validate(await search(SearchNotes(query="מפתח"), call()))
    assert [(note.title, note.text) for note in found.notes] == [
        ("המפתחות של המחסן אצל משה", "המפתחות של המחסן אצל משה\n\nלהחזיר עד יום חמישי")
    ]
    assert Notes.model_validate(await list_notes(ListNotes(), call())).total == 2


async def test_notes_are_no_documents(call: MakeCall) -> None:
    await added(call("1"), "The pump needs a new seal")
    assert Documents.model_validate(await search_documents(SearchDocuments(query="pump"), call())).total == 0


async def test_a_repeat_with_the_same_key_makes_one_note_and_another_key_another(call: MakeCall, tmp_path: Path) -> None:
    first, again = await added(call("k"), "once"), await added(call("k"), "once")
    assert first.note.id == again.note.id
    other = await added(call("other"), "once")
    assert other.note.id != first.note.id
    assert len(list((tmp_path / "workspace" / "notes").glob("*.md"))) == 2


async def test_a_long_first_line_is_cut_for_the_title_and_stays_whole_in_the_note(call: MakeCall) -> None:
    long = "word " * 40
    note = (await added(call("1"), long)).note
    assert len(note.title) <= 61
    assert note.text.split() == long.split()


async def test_adding_can_be_taken_back_unless_it_changed_since(call: MakeCall, tmp_path: Path) -> None:
    one, other = await added(call("1"), "one"), await added(call("2"), "other")
    assert add.undo is not None
    await add.undo(None, one.model_dump(mode="json"), call("1"))
    await add.undo(None, one.model_dump(mode="json"), call("1"))  # it is gone already
    path = tmp_path / "workspace" / "notes" / other.note.id
    path.write_text(path.read_text() + "more")
    with pytest.raises(Conflict, match="other"):
        await add.undo(None, other.model_dump(mode="json"), call("2"))
    assert [note.title for note in Notes.model_validate(await list_notes(ListNotes(), call())).notes] == ["other"]

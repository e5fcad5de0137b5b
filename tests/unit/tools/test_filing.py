from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.tools.conftest import MakeCall
from tizmoret.errors import Conflict, NotFound
from tizmoret.tools.filing import (
    Archive,
    Compare,
    Comparison,
    Index,
    Indexed,
    Inventory,
    Move,
    Moved,
    Survey,
    archive,
    compare,
    count,
    index,
    move,
)  # fmt: skip

pytestmark = pytest.mark.anyio


async def moved(call: Any, document: str, **to: Any) -> Moved:
    return Moved.model_validate(await move(Move(document=document, **to), call))


async def test_documents_are_counted_by_kind_folder_and_month(documents: Path, call: MakeCall) -> None:
    (documents / "2025").mkdir()
    (documents / "a.md").write_text("---\ndate: 2025-12-03\n---\none two")
    (documents / "2025" / "b.md").write_text("---\ndate: 2025-11-03\n---\nthree")
    (documents / "c.pdf").write_bytes(b"not a pdf")
    found = Inventory.model_validate(await count(Survey(), call()))
    assert found.total == 3
    assert {one.name: one.documents for one in found.kinds} == {"md": 2, "pdf": 1}
    assert {one.name: one.documents for one in found.folders} == {"": 2, "2025": 1}
    assert {"2025-11", "2025-12"} <= {one.name for one in found.months}
    assert [document.id for document in found.unreadable] == ["c.pdf"]
    december = Inventory.model_validate(await count(Survey(period={"start": "2025-12-01", "end": "2025-12-31"}), call()))  # type: ignore[arg-type]
    assert december.total == 1


async def test_what_differs_between_two_documents(documents: Path, call: MakeCall) -> None:
    (documents / "v1.md").write_text("המחיר הוא 100 שקל לטון.\n\nהאספקה עד סוף מרץ.\n\nהתשלום בהעברה.")
    (documents / "v2.md").write_text("המחיר הוא 120 שקל לטון.\n\nהאספקה עד סוף מרץ.\n\nהתשלום בהעברה.")
    found = Comparison.model_validate(await compare(Compare(first="v1.md", second="v2.md"), call(language="he")))
    assert found.only_first == ["המחיר הוא 100 שקל לטון."]
    assert found.only_second == ["המחיר הוא 120 שקל לטון."]
    assert 0.5 < found.alike < 1
    same = Comparison.model_validate(await compare(Compare(first="v1.md", second="v1.md"), call()))
    assert (same.alike, same.markdown) == (1.0, "The two documents say the same.")


async def test_a_document_is_moved_renamed_and_put_back(documents: Path, call: MakeCall) -> None:
    (documents / "contract.md").write_text("text")
    done = await moved(call(), "contract.md", folder="archive/2025", title="חוזה ישן")
    assert done.document.id == "archive/2025/חוזה ישן.md"
    assert (documents / done.document.id).read_text() == "text"
    assert not (documents / "contract.md").exists()
    again = await moved(call(), "contract.md", folder="archive/2025", title="חוזה ישן")
    assert again.document.id == done.document.id
    assert move.undo is not None
    for _ in range(2):  # as after a crash
        await move.undo(None, done.model_dump(mode="json"), call())
    assert (documents / "contract.md").read_text() == "text"


async def test_no_document_is_ever_overwritten(documents: Path, call: MakeCall) -> None:
    (documents / "a.md").write_text("a")
    (documents / "b.md").write_text("b")
    with pytest.raises(Conflict, match=r"b\.md"):
        await moved(call(), "a.md", title="b")
    assert ((documents / "a.md").read_text(), (documents / "b.md").read_text()) == ("a", "b")


@pytest.mark.parametrize(
    ("document", "to"), [("none.md", {"title": "x"}), ("../secret.md", {"title": "x"}), ("a.md", {"folder": "../out"})]
)
async def test_nothing_leaves_the_folder(documents: Path, call: MakeCall, document: str, to: dict[str, str]) -> None:
    (documents / "a.md").write_text("a")
    (documents.parent / "secret.md").write_text("s")
    with pytest.raises(NotFound):
        await moved(call(), document, **to)
    assert (documents / "a.md").exists()


async def archived(call: Any, document: str) -> Moved:
    return Moved.model_validate(await archive(Archive(document=document), call))


async def test_a_document_goes_to_the_archive_of_its_year_and_comes_back(documents: Path, call: MakeCall) -> None:
    (documents / "deals").mkdir()
    (documents / "deals" / "old.md").write_text("---\ndate: 2024-05-03\n---\nsold")
    put_away = await archived(call("k"), "deals/old.md")
    assert put_away.document.id == "archive/2024/old.md"
    again = await archived(call("k"), "deals/old.md")  # a repeat after a crash
    assert (again.document.id, again.before) == (put_away.document.id, put_away.before)
    assert archive.undo is not None
    await archive.undo(None, put_away.model_dump(mode="json"), call("k"))
    assert (documents / "deals" / "old.md").exists()
    assert not (documents / "archive" / "2024" / "old.md").exists()


async def test_nothing_in_the_archive_is_overwritten(documents: Path, call: MakeCall) -> None:
    for folder in ("a", "b"):
        (documents / folder).mkdir()
        (documents / folder / "old.md").write_text(f"---\ndate: 2024-05-03\n---\n{folder}")
    await archived(call("1"), "a/old.md")
    with pytest.raises(Conflict, match="another document"):
        await archived(call("2"), "b/old.md")
    assert (documents / "b" / "old.md").exists()
    with pytest.raises(NotFound):
        await archived(call("3"), "c/none.md")


async def test_the_index_names_every_document_with_its_first_sentence(documents: Path, call: MakeCall) -> None:
    (documents / "deals").mkdir()
    (documents / "deals" / "wheat.md").write_text("---\ndate: 2026-01-03\ntitle: Wheat\n---\nThe wheat was sold in May. More later.")
    (documents / "broken.docx").write_bytes(b"PK broken")
    made = Indexed.model_validate(await index(Index(format="md"), call("k")))
    assert made.count == 2
    text = (documents / made.document.id).read_text("utf-8")
    for words in ("## deals", "**Wheat** · 03.01.2026 · The wheat was sold in May.", "broken"):
        assert words in text, words
    assert index.undo is not None
    await index.undo(None, made.model_dump(mode="json"), call("k"))
    assert not (documents / made.document.id).exists()

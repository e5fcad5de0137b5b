from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.tools.conftest import MakeCall
from tizmoret.errors import Conflict, NotFound
from tizmoret.tools.filing import Compare, Comparison, Inventory, Move, Moved, Survey, compare, count, move

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

"""The demo workspace: real files, dated as a person would have left them, made once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tizmoret.demo import make_demo
from tizmoret.planner.language.timereader import find_times
from tizmoret.planner.language.times import Days
from tizmoret.tools.models import Period
from tizmoret.tools.providers.local_documents import LocalDocuments

pytestmark = pytest.mark.anyio
ZONE = ZoneInfo("Asia/Jerusalem")


@pytest.mark.parametrize("today", ["2026-11-21", "2026-12-10", "2026-12-20", "2026-12-31", "2027-01-02", "2027-03-30"])
@pytest.mark.parametrize("word", ["תבואות", "grain"])
async def test_fifteen_documents_about_grain_lie_in_the_december_that_people_mean(tmp_path: Path, today: str, word: str) -> None:
    now = dt.datetime.combine(dt.date.fromisoformat(today), dt.time(12), ZONE)
    make_demo(tmp_path, now.date(), ZONE)
    (when,) = find_times("מה עשינו בדצמבר", now, "past")
    assert isinstance(when.value, Days)
    period = Period(start=when.value.first, end=when.value.last)
    found = await LocalDocuments(tmp_path / "documents", tmp_path / ".cache").search(word, period=period, kinds=[], limit=50, timezone=ZONE)
    assert found.total == 15


async def test_it_holds_every_kind_of_file_and_all_can_be_read(tmp_path: Path) -> None:
    made = make_demo(tmp_path, dt.date(2026, 11, 21), ZONE)
    assert made is not None
    assert (made.documents, made.contacts) == (40, 30)
    found = await LocalDocuments(tmp_path / "documents", tmp_path / ".cache").search("", period=None, kinds=[], limit=500, timezone=ZONE)
    assert {document.kind for document in found.documents} == {"docx", "xlsx", "pdf", "pptx", "md", "txt", "csv"}
    assert [document.id for document in found.documents if document.note or not document.words] == []
    assert all(document.modified.date() <= dt.date(2026, 11, 21) for document in found.documents)


def test_it_is_made_once_and_never_over_a_persons_own_files(tmp_path: Path) -> None:
    assert make_demo(tmp_path / "new", dt.date(2026, 11, 21), ZONE) is not None
    assert make_demo(tmp_path / "new", dt.date(2026, 11, 22), ZONE) is None
    (tmp_path / "own" / "documents").mkdir(parents=True)
    (tmp_path / "own" / "documents" / "mine.txt").write_text("mine")
    assert make_demo(tmp_path / "own", dt.date(2026, 11, 21), ZONE) is None
    assert [file.name for file in (tmp_path / "own" / "documents").iterdir()] == ["mine.txt"]

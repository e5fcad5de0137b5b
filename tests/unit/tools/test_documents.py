from __future__ import annotations

import datetime as dt
import os
import zipfile
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.unit.tools.conftest import MakeCall
from tests.unit.tools.office_files import docx_file, pdf_file, pptx_file, xlsx_file
from tizmoret.errors import NotFound, StepFailed
from tizmoret.tools.documents import TOOLS, Documents, ReadDocuments, SearchDocuments, Texts, WriteDocument, Written, read, search, write
from tizmoret.tools.models import Document, Period
from tizmoret.tools.providers.ports import DocumentStore

pytestmark = pytest.mark.anyio

DECEMBER = Period(start=dt.date(2025, 12, 1), end=dt.date(2025, 12, 31))


async def found(call: Any, **args: Any) -> Documents:
    return Documents.model_validate(await search(SearchDocuments(**args), call))


async def ids(call: Any, **args: Any) -> list[str]:
    return [document.id for document in (await found(call, **args)).documents]


@pytest.fixture
def office(documents: Path) -> Path:
    """One document of each kind, all of them about grain."""
    docx_file(
        documents / "פרוטוקול.docx",
        "פרוטוקול ישיבת תבואות",
        "הוחלט למכור 200 טון חיטה ליואב.",
        rows=(("מוצר", "כמות"), ("שעורה", "40 טון")),
    )
    xlsx_file(documents / "מלאי.xlsx", {"תבואות": [["מוצר", "טון"], ["חיטה", 120], ["תירס", 80]]})
    pptx_file(documents / "grain.pptx", "Grain season", "Wheat harvest ended early", "Silo 3 is full")
    pdf_file(documents / "prices.pdf", "Grain prices", "The price of wheat rose to 1,240 a ton.")
    (documents / "notes.md").write_text("---\ntitle: יומן שדה\ndate: 2025-12-03\n---\n\n# שדה\n\nהתבואה נקצרה בזמן.\n", "utf-8")
    (documents / "call.txt").write_text("שיחה עם הטחנה על משלוח התבואות לאשדוד", "cp1255")
    (documents / "deliveries.csv").write_text("date,grain,tons\n2025-12-04,wheat,30\n", "utf-8")
    for path in documents.iterdir():
        os.utime(path, (1765350000, 1765350000))  # 10 December 2025
    return documents


async def test_every_kind_of_file_is_found_by_its_words(office: Path, call: MakeCall) -> None:
    assert sorted(await ids(call(), query="תבואות")) == sorted(path.name for path in office.iterdir())


@pytest.mark.parametrize("query", ["התבואה", "בתבואות", "תבואת", "grains", "Grain"])
async def test_forms_and_the_other_language_find_the_same(office: Path, call: MakeCall, query: str) -> None:
    assert len(await ids(call(), query=query)) == 7


async def test_a_misspelt_word_finds_the_nearest(office: Path, call: MakeCall) -> None:
    assert await ids(call(), query="deliverise") == ["deliveries.csv"]


async def test_a_word_that_is_nowhere_finds_nothing(office: Path, call: MakeCall) -> None:
    assert (await found(call(), query="אסטרונומיה")).total == 0


async def test_a_title_hit_comes_before_a_text_hit(documents: Path, call: MakeCall) -> None:
    docx_file(documents / "a.docx", "ישיבת צוות", "דיברנו גם על התקציב.")
    docx_file(documents / "b.docx", "תקציב שנתי", "סכומים לפי מחלקה.")
    assert (await ids(call(), query="תקציב"))[0] == "b.docx"


async def test_all_words_together_beat_one_of_them(documents: Path, call: MakeCall) -> None:
    for number in range(6):
        (documents / f"price{number}.md").write_text("price list of spare parts", "utf-8")
    (documents / "silo.md").write_text("repair of the silo and its price", "utf-8")
    assert await ids(call(), query="silo price") == ["silo.md"]


async def test_the_period_is_of_the_documents_own_date(documents: Path, call: MakeCall) -> None:
    docx_file(documents / "in.docx", "תבואות דצמבר", modified=dt.datetime(2025, 12, 31, 21, 30))  # 23:30 in Jerusalem
    docx_file(documents / "out.docx", "תבואות ינואר", modified=dt.datetime(2025, 12, 31, 22, 30))  # 00:30, the day after
    (documents / "front.md").write_text("---\ndate: 2025-12-01\n---\nתבואות", "utf-8")
    assert sorted(await ids(call(), query="תבואות", period=DECEMBER)) == ["front.md", "in.docx"]


async def test_a_file_without_a_date_of_its_own_has_the_files(documents: Path, call: MakeCall) -> None:
    path = documents / "a.txt"
    path.write_text("grain", "utf-8")
    os.utime(path, (1765350000, 1765350000))
    assert (await found(call(), query="grain", period=DECEMBER)).documents[0].modified == dt.datetime(2025, 12, 10, 7, 0, tzinfo=dt.UTC)


async def test_an_empty_query_lists_all_newest_first_within_the_limit(office: Path, call: MakeCall) -> None:
    listed = await found(call(), query="", limit=3)
    assert listed.total == 7
    assert len(listed.documents) == 3
    dates = [document.modified for document in listed.documents]
    assert dates == sorted(dates, reverse=True)


async def test_kinds_narrow_the_search(office: Path, call: MakeCall) -> None:
    assert sorted(await ids(call(), query="", kinds=["excel", ".PDF"])) == ["prices.pdf", "מלאי.xlsx"]


async def test_an_unknown_kind_is_refused_with_the_known_ones(call: MakeCall) -> None:
    with pytest.raises(Exception, match="docx, xlsx"):
        await found(call(), kinds=["exe"])


async def test_the_excerpt_stands_round_the_hit(documents: Path, call: MakeCall) -> None:
    (documents / "long.txt").write_text("מילוי " * 400 + "מחיר החיטה עלה לאלף שקלים. " + "סוף " * 400, "utf-8")
    excerpt = (await found(call(), query="חיטה")).documents[0].excerpt
    assert "מחיר החיטה עלה" in excerpt
    assert len(excerpt) < 260


async def test_reading_gives_the_text_of_every_kind(office: Path, call: MakeCall) -> None:
    names = sorted(path.name for path in office.iterdir())
    texts = {text.id: text.text for text in Texts.model_validate(await read(ReadDocuments(documents=names), call())).texts}
    assert "הוחלט למכור 200 טון חיטה ליואב." in texts["פרוטוקול.docx"]
    assert "שעורה | 40 טון" in texts["פרוטוקול.docx"]
    assert "חיטה | 120" in texts["מלאי.xlsx"]
    assert "Silo 3 is full" in texts["grain.pptx"]
    assert "The price of wheat rose to 1,240 a ton." in texts["prices.pdf"]
    assert "התבואה נקצרה בזמן." in texts["notes.md"]
    assert "שיחה עם הטחנה" in texts["call.txt"]
    assert "wheat,30" in texts["deliveries.csv"]


async def test_reading_cuts_and_says_so(documents: Path, call: MakeCall) -> None:
    (documents / "a.txt").write_text("x" * 500, "utf-8")
    text = Texts.model_validate(await read(ReadDocuments(documents=["a.txt"], characters=100), call())).texts[0]
    assert (len(text.text), text.truncated) == (100, True)


@pytest.mark.parametrize(
    "id",
    [
        "../secret.txt", "a/../../secret.txt", "/etc/passwd", "..", ".", "", "a//b.txt", "sub/./a.txt", ".cache/x.txt", "a\x00.txt", "..\\secret.txt",
        "C:secret.txt", "link.txt", "linked/secret.txt", "x" * 2_000, "\ud800.txt", "‮../secret.txt", "sub", "pipe.txt", "../מסמכים/סוד.txt",
    ],
)  # fmt: skip
async def test_no_id_leads_out_of_the_folder(documents: Path, call: MakeCall, id: str) -> None:
    outside = documents.parent / "secret.txt"
    outside.write_text("the secret", "utf-8")
    (documents / "sub").mkdir()
    (documents / "link.txt").symlink_to(outside)
    (documents / "linked").symlink_to(documents.parent)
    os.mkfifo(documents / "pipe.txt")
    store = call().provider(DocumentStore)
    with pytest.raises((NotFound, StepFailed)):
        await store.read(id, characters=100)
    with pytest.raises((NotFound, StepFailed)):
        await store.content(id, limit=100)
    assert await ids(call(), query="") == []


@pytest.mark.parametrize("folder", ["../out", "/tmp", "a/../..", ".hidden", "linked", "a\x00b", "C:\\x"])
async def test_no_document_is_written_outside_the_folder(documents: Path, call: MakeCall, folder: str) -> None:
    (documents / "linked").symlink_to(documents.parent)
    before = sorted(documents.parent.rglob("*.docx"))
    with pytest.raises((NotFound, StepFailed)):
        await write(WriteDocument(title="x", content="y", folder=folder), call())
    assert sorted(documents.parent.rglob("*.docx")) == before


async def test_damaged_encrypted_and_oversized_files_are_listed_with_the_reason(documents: Path, call: MakeCall) -> None:
    (documents / "broken.docx").write_bytes(b"PK\x03\x04 no zip at all")
    (documents / "empty.xlsx").write_bytes(b"")
    (documents / "locked.docx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    (documents / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing")
    (documents / "blank.txt").write_bytes(b"")
    with zipfile.ZipFile(documents / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("word/document.xml", b"\0" * (60 * 2**20))
    with zipfile.ZipFile(documents / "many.pptx", "w") as many:
        for number in range(10_001):
            many.writestr(f"{number}", b"")
    notes = {document.id: document.note for document in (await found(call(), query="")).documents}
    assert notes == {
        "broken.docx": "broken", "empty.xlsx": "broken", "locked.docx": "encrypted", "broken.pdf": "broken", "blank.txt": "no-text",
        "bomb.docx": "too-large", "many.pptx": "too-large",
    }  # fmt: skip


async def test_an_encrypted_pdf_is_told_from_a_damaged_one(documents: Path, call: MakeCall) -> None:
    # A minimal PDF whose trailer asks for a password nobody has.
    (documents / "locked.pdf").write_bytes(
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\n"
        b"3 0 obj<</Filter/Standard/V 1/R 2/O(" + b"a" * 32 + b")/U(" + b"b" * 32 + b")/P -4>>endobj\n"
        b"trailer<</Root 1 0 R/Encrypt 3 0 R/ID[(c)(c)]>>\n%%EOF"
    )
    assert (await found(call(), query="")).documents[0].note == "encrypted"


async def test_entities_in_office_xml_are_not_expanded(documents: Path, call: MakeCall) -> None:
    path = xlsx_file(documents / "laughs.xlsx", {"a": [["grain", "b"]]})
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    laughs = "".join(
        f'<!ENTITY l{n} "{"&l" + str(n - 1) + ";" if n else ""}{("&l" + str(n - 1) + ";") * 9 if n else "ha" * 50}">' for n in range(9)
    )
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    parts["xl/worksheets/sheet1.xml"] = (f"<!DOCTYPE x [{laughs}]>" + sheet.replace("<sheetData>", "<!-- --><sheetData>")).replace(
        "grain", "&l8;"
    ).encode()  # fmt: skip
    if "xl/sharedStrings.xml" in parts:
        parts["xl/sharedStrings.xml"] = f"<!DOCTYPE x [{laughs}]>".encode() + parts["xl/sharedStrings.xml"].replace(b"grain", b"&l8;")
    with zipfile.ZipFile(path, "w") as book:
        for name, part in parts.items():
            book.writestr(name, part)
    listed = (await found(call(), query="")).documents[0]
    assert listed.words < 100


async def test_a_changed_file_is_read_again_and_a_removed_one_forgotten(documents: Path, call: MakeCall) -> None:
    path = documents / "a.txt"
    path.write_text("barley", "utf-8")
    assert await ids(call(), query="barley") == ["a.txt"]
    path.write_text("wheat and more", "utf-8")
    assert await ids(call(), query="barley") == []
    assert await ids(call(), query="wheat") == ["a.txt"]
    path.unlink()
    assert await ids(call(), query="wheat") == []


async def test_a_new_process_reads_from_its_cache_and_survives_a_damaged_one(office: Path, call: MakeCall, tmp_path: Path) -> None:
    from tizmoret.tools.providers import local_documents
    from tizmoret.tools.providers.local import local_providers

    await ids(call(), query="תבואות")
    entries = list((tmp_path / "workspace" / ".cache").rglob("*.json"))
    assert len(entries) == 7
    entries[0].write_bytes(b"{not json")
    read_again = []
    original = local_documents.extract
    local_documents.extract = lambda content, kind: (read_again.append(kind), original(content, kind))[1]
    try:
        fresh = call(providers=local_providers(tmp_path / "workspace", ZoneInfo("Asia/Jerusalem")))
        assert len(await ids(fresh, query="תבואות")) == 7
    finally:
        local_documents.extract = original
    assert len(read_again) == 1


async def test_everything_read_is_labelled_untrusted() -> None:
    for tool in TOOLS:
        assert (tool.capability.label.integrity, tool.capability.label.confidentiality) == ("untrusted", "internal")
        assert tool.capability.label.sources == {"documents"}


async def test_what_was_found_can_be_shown_in_both_languages(office: Path, call: MakeCall) -> None:
    listed = await found(call(), query="תבואות")
    assert search.show(listed, "he").startswith("נמצאו 7 מסמכים:")
    assert search.show(listed, "en").startswith("7 documents were found:")


async def test_the_folder_being_gone_is_an_empty_folder(documents: Path, call: MakeCall) -> None:
    documents.rmdir()
    assert (await found(call(), query="x")).total == 0
    written = Written.model_validate(await write(WriteDocument(title="new", content="text"), call()))
    assert (documents / written.document.id).exists()


async def test_a_written_document_is_found_by_the_next_search(documents: Path, call: MakeCall) -> None:
    written = Written.model_validate(await write(WriteDocument(title="סדר יום", content="נדבר על **סורגום**."), call()))
    assert isinstance(written.document, Document)
    assert await ids(call(), query="סורגום") == [written.document.id]

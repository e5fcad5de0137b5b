"""Documents of a Google Drive and of a OneDrive, through the tools that read them, against servers that speak as these do."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.contract.conftest import google_session, microsoft_session
from tests.unit.tools.conftest import MakeCall
from tests.unit.tools.office_files import docx_file, pdf_file, pptx_file, xlsx_file
from tests.wire.google import Google
from tests.wire.microsoft import Microsoft
from tizmoret.catalog.tool import Call
from tizmoret.errors import BadInput, NotFound, StepFailed, TizmoretError, TooLarge, TryAgain
from tizmoret.tools.documents import Documents, ReadDocuments, SearchDocuments, Texts, read, search
from tizmoret.tools.models import Period
from tizmoret.tools.providers import drive_documents, microsoft_client
from tizmoret.tools.providers.drive_documents import DriveDocuments
from tizmoret.tools.providers.google_client import Endpoints
from tizmoret.tools.providers.google_drive import GoogleFiles
from tizmoret.tools.providers.noted_ids import NotedIds
from tizmoret.tools.providers.onedrive import OneDriveFiles
from tizmoret.tools.providers.ports import DocumentStore
from tizmoret.tools.providers.text_cache import TextCache
from tizmoret.tools.tables import Query, query

pytestmark = pytest.mark.anyio

DECEMBER = Period(start=dt.date(2025, 12, 1), end=dt.date(2025, 12, 31))
WHEN = dt.datetime(2025, 12, 10, tzinfo=dt.UTC)


@pytest.fixture(params=["google", "microsoft"])
def account(request: pytest.FixtureRequest) -> Google | Microsoft:
    made: Google | Microsoft = request.getfixturevalue("at_google" if request.param == "google" else "at_microsoft")
    return made


@pytest.fixture
def at_drive(account: Google | Microsoft, tmp_path: Path, call: MakeCall) -> Any:
    """Each call is of a new process."""

    def files() -> GoogleFiles | OneDriveFiles:
        if isinstance(account, Google):
            return GoogleFiles(google_session(account), Endpoints(account.address), NotedIds(tmp_path / "notes"))
        return OneDriveFiles(microsoft_session(account), microsoft_client.Endpoints(account.address).graph)

    def make() -> Call:
        return call(providers={DocumentStore: DriveDocuments(files(), TextCache(tmp_path / "cache"))})

    return make


@pytest.fixture
def office(account: Google | Microsoft, tmp_path: Path) -> Google | Microsoft:
    """One document of each kind, all of them about grain, those of offices in Google's own formats; and a picture."""
    rows = (("מוצר", "כמות"), ("שעורה", "40 טון"))
    docx_file(tmp_path / "פרוטוקול.docx", "פרוטוקול ישיבת תבואות", "הוחלט למכור 200 טון חיטה ליואב.", rows=rows)
    xlsx_file(tmp_path / "מלאי.xlsx", {"תבואות": [["מוצר", "טון"], ["חיטה", 120], ["תירס", 80]]})
    pptx_file(tmp_path / "grain.pptx", "Grain season", "Wheat harvest ended early", "Silo 3 is full")
    pdf_file(tmp_path / "prices.pdf", "Grain prices", "The price of wheat rose to 1,240 a ton.")
    (tmp_path / "notes.md").write_text("---\ntitle: יומן שדה\ndate: 2025-12-03\n---\n\n# שדה\n\nהתבואה נקצרה בזמן.\n", "utf-8")
    (tmp_path / "call.txt").write_text("שיחה עם הטחנה על משלוח התבואות לאשדוד", "cp1255")
    (tmp_path / "deliveries.csv").write_text("date,grain,tons\n2025-12-04,wheat,30\n", "utf-8")
    for path in sorted(tmp_path.glob("*.*")):
        account.drive.add(
            path.name, path.read_bytes(), own=isinstance(account, Google) and path.suffix in (".docx", ".xlsx", ".pptx")
        ).modified = WHEN
    account.drive.add("grain.png", b"", WHEN)
    return account


async def found(call: Call, **args: Any) -> Documents:
    return Documents.model_validate(await search(SearchDocuments(**args), call))


async def text_of(call: Call, document: str, characters: int = 1_000) -> str:
    return Texts.model_validate(await read(ReadDocuments(documents=[document], characters=characters), call)).texts[0].text


@pytest.mark.parametrize("words", ["תבואות", "התבואה", "בתבואות", "grains", "Grain"])
@pytest.mark.parametrize("named_alone", [False, True])
async def test_every_kind_of_file_is_found_by_forms_of_its_words_in_both_languages(
    office: Google | Microsoft, at_drive: Any, words: str, named_alone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if named_alone:  # what Drive finds by words has to do where the newest documents are others

        async def nothing(*_: Any) -> list[Any]:
            return []

        monkeypatch.setattr(GoogleFiles, "newest", nothing)
        monkeypatch.setattr(OneDriveFiles, "newest", nothing)
    documents = (await found(at_drive(), query=words)).documents
    assert sorted(one.kind for one in documents) == ["csv", "docx", "md", "pdf", "pptx", "txt", "xlsx"]


async def test_a_period_and_kinds_narrow_what_is_found(office: Google | Microsoft, at_drive: Any, tmp_path: Path) -> None:
    office.drive.add("late.txt", b"grain again", dt.datetime(2026, 1, 2, tzinfo=dt.UTC))
    at_night = dt.datetime(2025, 12, 31, 23, tzinfo=dt.UTC)  # January already, in Jerusalem
    office.drive.add("night.txt", b"grain at night", at_night)
    assert len((await found(at_drive(), query="grain")).documents) == 9
    assert len((await found(at_drive(), query="grain", period=DECEMBER)).documents) == 7
    assert {one.kind for one in (await found(at_drive(), query="grain", kinds=["pdf", "md"])).documents} == {"pdf", "md"}
    newest = await found(at_drive(), limit=3)
    assert [one.title for one in newest.documents[:2]] == ["late", "night"]
    assert await found(at_drive(), query="tractor") == Documents(documents=[], total=0)
    with pytest.raises(BadInput, match="png"):
        await found(at_drive(), kinds=["png"])


async def test_of_many_documents_the_newest_are_read(office: Google | Microsoft, at_drive: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drive_documents, "MOST_READ", 3)
    everything = await found(at_drive(), limit=100)
    assert (everything.total, len([one for one in everything.documents if one.words])) == (7, 3)


async def test_documents_are_read_and_their_tables_asked(office: Google | Microsoft, at_drive: Any) -> None:
    by_kind = {one.kind: one for one in (await found(at_drive(), query="grain")).documents}
    assert "40 טון" in await text_of(at_drive(), by_kind["docx"].id)
    assert "1,240" in await text_of(at_drive(), by_kind["pdf"].id)
    assert len(await text_of(at_drive(), by_kind["txt"].id, characters=4)) == 4
    assert by_kind["xlsx"].id == "drive:1f0005:מלאי.xlsx"
    args = Query(document=by_kind["xlsx"].id, sql="select sum(טון) as t from תבואות")
    assert "200" in str(await query(args, at_drive()))


async def test_what_was_read_is_read_again_only_when_it_has_changed(office: Google | Microsoft, at_drive: Any) -> None:
    await found(at_drive(), query="grain")
    before = len(office.asked)
    await found(at_drive(), query="grain")
    assert not [path for path in office.asked[before:] if "/files/" in path or path.endswith("/content")]
    (one,) = (file for file in office.drive.files if file.name == "call.txt")
    one.content, one.modified = b"no more of that", WHEN + dt.timedelta(days=1)
    assert len((await found(at_drive(), query="grain")).documents) == 6


@pytest.mark.parametrize(
    ("reason", "note"), [("exportSizeLimitExceeded", "too-large"), ("cannotDownloadFile", "closed"), ("cannotExportFile", "closed")]
)
async def test_what_cannot_be_had_is_listed_with_the_reason(office: Google | Microsoft, at_drive: Any, reason: str, note: str) -> None:
    (one,) = (file for file in office.drive.files if file.name in ("grain", "grain.pptx"))
    one.refuses = reason
    (listed,) = (document for document in (await found(at_drive())).documents if document.title == "grain")
    assert (listed.note, listed.words) == (note if isinstance(office, Google) else "closed", 0)
    with pytest.raises(StepFailed, match="cannot be read"):
        await text_of(at_drive(), listed.id)


async def test_broken_encrypted_and_large_files_are_listed_with_the_reason(
    account: Google | Microsoft, at_drive: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drive_documents, "MAX_BYTES", 1_000)
    account.drive.add("broken.docx", b"PK nothing")
    account.drive.add("closed.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500))
    account.drive.add("large.txt", b"x" * 2_000)
    account.drive.add("empty.txt", b"")
    notes = {one.title: one.note for one in (await found(at_drive())).documents}
    assert notes == {"broken": "broken", "closed": "encrypted", "large": "too-large", "empty": "no-text"}


@pytest.mark.parametrize("id", ["drive:nobody:x.docx", "drive:../../users/me", "drive:", "drive:1f0007:grain.png"])
async def test_a_document_that_is_not_there_is_not_found(office: Google | Microsoft, at_drive: Any, id: str) -> None:
    with pytest.raises(NotFound, match="no document"):
        await text_of(at_drive(), id)


async def test_a_file_over_the_limit_is_not_taken_whole(office: Google | Microsoft, at_drive: Any) -> None:
    with pytest.raises(TooLarge):
        await at_drive().provider(DocumentStore).content("drive:1f0004:prices.pdf", limit=10)


QUOTA = {"error": {"code": 403, "message": "Rate Limit Exceeded", "errors": [{"domain": "usageLimits", "reason": "userRateLimitExceeded"}]}}


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        ((403, QUOTA, {}), TryAgain),
        ((503, {}, {}), TryAgain),
        ((429, {}, {}), TryAgain),
        ((500, {}, {}), TryAgain),
        ((400, {}, {}), StepFailed),
        ((200, b"{", {}), StepFailed),
    ],
)
async def test_a_search_that_drive_does_not_answer_is_no_empty_one(
    office: Google | Microsoft, at_drive: Any, answer: Any, raised: type[TizmoretError]
) -> None:
    one = at_drive()
    await found(one, query="grain")
    office.refuses = [answer]
    with pytest.raises(raised):
        await found(one, query="grain")


async def test_an_apostrophe_in_a_search_ends_no_question(office: Google | Microsoft, at_drive: Any) -> None:
    office.drive.add("deal.txt", "ג'וני: a \\ deal".encode())
    for words in ("ג'וני", "' or trashed = true or fullText contains 'deal", "\\' deal"):
        assert [one.title for one in (await found(at_drive(), query=words)).documents] == ["deal"]


@pytest.mark.parametrize("location", ["http://127.0.0.2:1/x", "ftp://a.example/x", "http://[", ""])
async def test_a_file_is_not_fetched_from_wherever_a_server_says(at_microsoft: Microsoft, location: str) -> None:
    at_microsoft.drive.add("a.txt", b"grain")
    files = OneDriveFiles(microsoft_session(at_microsoft), microsoft_client.Endpoints(at_microsoft.address).graph)
    file = await files.one("1f0000")
    assert file is not None
    at_microsoft.refuses = [(302, None, {"Location": location})]
    with pytest.raises(StepFailed):
        await files.content(file, 1_000)

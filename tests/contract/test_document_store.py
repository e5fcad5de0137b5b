"""Documents that are written: into a folder, a Google Drive, a OneDrive. The same rules for each."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.contract.conftest import google_session, microsoft_session
from tests.wire.drive import FOLDER, Drive
from tests.wire.google import Google
from tests.wire.microsoft import Microsoft
from tizmoret.errors import StepFailed, TizmoretError, TooLarge, TryAgain
from tizmoret.tools.models import Document
from tizmoret.tools.providers import microsoft_client
from tizmoret.tools.providers.drive_documents import MAX_WRITTEN, DriveDocuments
from tizmoret.tools.providers.google_client import Endpoints
from tizmoret.tools.providers.google_drive import GoogleFiles
from tizmoret.tools.providers.local_documents import LocalDocuments
from tizmoret.tools.providers.noted_ids import NotedIds
from tizmoret.tools.providers.onedrive import OneDriveFiles
from tizmoret.tools.providers.ports import DocumentStore, NewDocument
from tizmoret.tools.providers.rest_client import NotGiven
from tizmoret.tools.providers.text_cache import TextCache

pytestmark = pytest.mark.anyio

NOW = dt.datetime(2026, 1, 14, 8, tzinfo=dt.UTC)
AGENDA = NewDocument(title="סדר יום: תבואות", content="- מחיר החיטה", key="execution-7:agenda:1", language="he")


@dataclass
class Place:
    """store: each is of a new process. there: the files by their path, as a person sees them."""

    store: Callable[[], DocumentStore]
    there: Callable[[], Mapping[str, bytes]]
    edit: Callable[[str], None]
    remove: Callable[[str], None]


def in_folder(folder: Path) -> Place:
    root = folder / "documents"

    def there() -> Mapping[str, bytes]:
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}

    return Place(
        lambda: LocalDocuments(root, folder / "cache"),
        there,
        lambda path: (root / path).write_bytes(b"mine now"),  # type: ignore[arg-type,return-value]
        lambda path: (root / path).unlink(),
    )


def in_drive(drive: Drive, make: Callable[[], GoogleFiles | OneDriveFiles], cache: Path) -> Place:
    def path_of(one: Any) -> str:
        folder = next((each for each in drive.files if each.id == one.parent), None)
        above = path_of(folder) if folder is not None else one.parent if "/" in one.parent or one.parent == "Tizmoret" else ""
        return f"{above}/{one.name}".lstrip("/")

    def there() -> dict[str, Any]:
        found: dict[str, Any] = {}
        for one in drive.here():
            path = path_of(one).removeprefix("Tizmoret/")
            assert path not in found
            found[path] = one
        return found

    def edit(path: str) -> None:
        one = there()[path]
        one.content, one.version = b"mine now", one.version + 1

    return Place(
        lambda: DriveDocuments(make(), TextCache(cache)),  # type: ignore[arg-type,return-value]
        lambda: {path: one.content for path, one in there().items()},
        edit,
        lambda path: setattr(there()[path], "trashed", True),
    )


def google_files(account: Google, notes: Path) -> GoogleFiles:
    return GoogleFiles(google_session(account), Endpoints(account.address), NotedIds(notes))


@pytest.fixture
def google_place(at_google: Google, tmp_path: Path) -> Place:
    return in_drive(at_google.drive, lambda: google_files(at_google, tmp_path / "notes"), tmp_path / "cache")


@pytest.fixture
def microsoft_place(at_microsoft: Microsoft, tmp_path: Path) -> Place:
    graph = microsoft_client.Endpoints(at_microsoft.address).graph
    return in_drive(at_microsoft.drive, lambda: OneDriveFiles(microsoft_session(at_microsoft), graph), tmp_path / "cache")


@pytest.fixture(params=["folder", "google", "microsoft"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return in_folder(tmp_path) if request.param == "folder" else request.getfixturevalue(f"{request.param}_place")


@pytest.fixture(params=["google", "microsoft"])
def account(request: pytest.FixtureRequest) -> Google | Microsoft:
    made: Google | Microsoft = request.getfixturevalue(f"at_{request.param}")
    return made


@pytest.fixture
def drive(account: Google | Microsoft, request: pytest.FixtureRequest) -> Place:
    made: Place = request.getfixturevalue("google_place" if isinstance(account, Google) else "microsoft_place")
    return made


async def write(place: Place, new: NewDocument = AGENDA, **other: Any) -> tuple[Document, str]:
    return await place.store().write(dataclasses.replace(new, **other), NOW)


async def test_a_document_is_written_whole_and_found_again(place: Place) -> None:
    document, fingerprint = await write(place, citations=(Document(id="a.docx", title="פרוטוקול", kind="docx", modified=NOW),))
    ((path, content),) = place.there().items()
    assert (path, document.title, document.kind) == ("סדר יום תבואות.docx", "סדר יום: תבואות", "docx")
    assert hashlib.sha256(content).hexdigest() == fingerprint
    text = (await place.store().read(document.id, characters=1_000)).text
    assert ("מחיר החיטה" in text, "פרוטוקול" in text) == (True, True)
    found = await place.store().search("חיטה", period=None, kinds=(), limit=5, timezone=ZoneInfo("UTC"))
    assert [one.id for one in found.documents] == [document.id]


async def test_a_repeat_writes_nothing_and_says_the_same(place: Place) -> None:
    first = await write(place)
    assert await write(place) == first
    assert len(place.there()) == 1


async def test_a_name_that_is_taken_stays_whose_it_is(place: Place) -> None:
    first, _ = await write(place, format="md")
    second, _ = await write(place, format="md", key="another", content="- משהו אחר")
    assert sorted(place.there()) == ["סדר יום תבואות (2).md", "סדר יום תבואות.md"]
    assert "מחיר החיטה" in (await place.store().read(first.id, characters=1_000)).text
    assert (await write(place, format="md", key="another"))[0] == second
    place.edit("סדר יום תבואות.md")
    await write(place, format="md", key="a third")
    assert place.there()["סדר יום תבואות.md"] == b"mine now"


async def test_a_document_goes_into_a_folder_and_not_out_of_ours(place: Place) -> None:
    await write(place, folder="ישיבות/2026/")
    await write(place, folder="ישיבות/2026", key="another")
    assert {path.rpartition("/")[0] for path in place.there()} == {"ישיבות/2026"}
    for outside in ("../elsewhere", "a//b", "/", "a\\b", "/".join("a" * 40)):
        with pytest.raises(TizmoretError):
            await write(place, folder=outside, key="a third")
    assert len(place.there()) == 2


async def test_undo_takes_away_what_was_written_and_nothing_else(place: Place) -> None:
    document, fingerprint = await write(place)
    changed, before = await write(place, key="another", title="other")
    place.edit("other.docx")
    assert await place.store().remove(changed.id, before) is False
    for _ in range(2):
        assert await place.store().remove(document.id, fingerprint) is True
    assert place.there() == {"other.docx": b"mine now"}


@pytest.mark.parametrize("cut", ["request", "answer"])
async def test_a_line_that_breaks_leaves_one_document(account: Google | Microsoft, drive: Place, cut: str) -> None:
    """The first is the folder's, at Google."""
    for number in range(2):
        account.cuts = cut
        with pytest.raises(ConnectionError):
            await write(drive)
        assert len(drive.there()) == (cut == "answer" and (isinstance(account, Microsoft) or number == 1))
        if isinstance(account, Microsoft):
            break
    document, fingerprint = await write(drive)
    assert list(drive.there()) == ["סדר יום תבואות.docx"]
    account.cuts = cut
    with pytest.raises(ConnectionError):
        await drive.store().remove(document.id, fingerprint)
    assert await drive.store().remove(document.id, fingerprint) is True
    assert drive.there() == {}


async def test_a_drive_that_is_full_says_so(account: Google | Microsoft, drive: Place) -> None:
    account.drive.full = True
    with pytest.raises(StepFailed, match="no room left; nothing was written"):
        await write(drive)
    account.drive.full = False
    await write(drive)
    assert len(drive.there()) == 1


@pytest.mark.parametrize(("status", "raised"), [(429, TryAgain), (503, (TryAgain, ConnectionError)), (400, StepFailed)])
async def test_whatever_a_drive_refuses_can_be_repeated(account: Google | Microsoft, drive: Place, status: int, raised: Any) -> None:
    """Each request of a document in its turn."""
    for turn in range(12):
        new = dataclasses.replace(AGENDA, key=f"key-{turn}", title=f"title {turn}")
        account.refuses = [*([None] * turn), (status, {}, {})]
        failed = False
        try:
            await drive.store().write(new, NOW)
        except raised:
            failed = True
        account.refuses = []
        await drive.store().write(new, NOW)
        assert len(drive.there()) == turn + 1
        if not failed:
            break
    assert 3 <= turn < 11


async def test_a_token_that_ends_is_renewed_and_one_that_only_reads_writes_nothing(account: Google | Microsoft, drive: Place) -> None:
    store = drive.store()
    await store.write(AGENDA, NOW)
    account.expire()
    await store.write(dataclasses.replace(AGENDA, key="another"), NOW)
    assert len(drive.there()) == 2
    account.refresh["refresh-canary"] = "https://www.googleapis.com/auth/drive.readonly https://graph.microsoft.com/Files.Read"
    account.refresh = dict.fromkeys(account.refresh, account.refresh["refresh-canary"])
    account.expire()
    with pytest.raises(NotGiven):
        await store.write(dataclasses.replace(AGENDA, key="a third"), NOW)
    assert len(drive.there()) == 2


async def test_what_no_drive_takes_at_once_is_not_begun(account: Google | Microsoft, drive: Place) -> None:
    with pytest.raises(TooLarge, match="4 MB"):
        await write(drive, content="x" * MAX_WRITTEN, format="md")
    assert account.asked == []


async def test_two_at_once_at_microsoft_have_two_names_and_a_change_on_the_way_to_the_bin_counts(
    at_microsoft: Microsoft, microsoft_place: Place
) -> None:
    await asyncio.gather(*(write(microsoft_place, key=key) for key in ("one", "other", "other")))
    assert sorted(microsoft_place.there()) == ["סדר יום תבואות (2).docx", "סדר יום תבואות.docx"]
    files = OneDriveFiles(microsoft_session(at_microsoft), microsoft_client.Endpoints(at_microsoft.address).graph)
    seen = await files.one(at_microsoft.drive.here()[0].id)
    assert seen is not None
    microsoft_place.edit("סדר יום תבואות.docx")
    assert await files.discard(seen) is False
    assert len(microsoft_place.there()) == 2


async def test_google_lists_lag_and_a_repeat_finds_what_was_written_all_the_same(at_google: Google, google_place: Place) -> None:
    at_google.drive.lags = True
    first = await write(google_place)
    assert await write(google_place) == first
    await write(google_place, key="another", title="other")
    assert [one.mime for one in at_google.drive.files].count(FOLDER) == 1
    assert len(google_place.there()) == 2


async def test_two_at_once_at_google_make_one_folder(at_google: Google, google_place: Place) -> None:
    at_google.drive.lags = True
    await asyncio.gather(*(write(google_place, key=f"key-{one}", title=f"title {one}") for one in range(4)))
    assert [one.mime for one in at_google.drive.files].count(FOLDER) == 1
    assert sorted(google_place.there()) == [f"title {one}.docx" for one in range(4)]


async def test_a_machine_without_the_notes_finds_by_its_mark_what_was_written(
    at_google: Google, google_place: Place, tmp_path: Path
) -> None:
    first = await write(google_place)
    elsewhere = DriveDocuments(google_files(at_google, tmp_path / "others"), TextCache(tmp_path / "others-cache"))
    assert await elsewhere.write(AGENDA, NOW) == first
    await elsewhere.write(dataclasses.replace(AGENDA, key="another", title="other"), NOW)
    assert [one.mime for one in at_google.drive.files].count(FOLDER) == 1


async def test_a_folder_is_ours_wherever_it_was_moved_and_made_anew_when_it_was_thrown_away(at_google: Google, google_place: Place) -> None:
    await write(google_place)
    (folder,) = (one for one in at_google.drive.files if one.mime == FOLDER)
    folder.name = "Written for me"
    await write(google_place, key="another", title="other")
    assert "Written for me/other.docx" in google_place.there()
    for one in at_google.drive.files:
        one.trashed = True
    await write(google_place, key="a third", title="third")
    assert [one.name for one in at_google.drive.files if one.mime == FOLDER and not one.trashed] == ["Tizmoret"]
    at_google.drive.gone = {one.id for one in at_google.drive.files}  # the trash is emptied: its ids are used up
    at_google.drive.files.clear()
    await write(google_place, key="a fourth", title="fourth")
    assert list(google_place.there()) == ["fourth.docx"]


async def test_another_account_under_the_same_name_is_another_drive(at_google: Google, google_place: Place) -> None:
    await write(google_place)
    at_google.drive = Drive(root="0BotherPVA")
    await write(google_place)
    assert len(at_google.drive.here()) == 1

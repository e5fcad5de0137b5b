"""What becomes of the files of contacts when they are written, and what the tools that write them take and say."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests.unit.tools.conftest import MakeCall
from tests.unit.tools.test_calendar_writers import Died, dying
from tizmoret.errors import StepFailed
from tizmoret.tools.contact_changes import AddContact, Added, ChangeContact, Changed, add, change
from tizmoret.tools.models import Contact
from tizmoret.tools.providers import change_records, durable_file, local_contacts
from tizmoret.tools.providers.local_contacts import LocalContacts
from tizmoret.tools.providers.ports import ContactBook

pytestmark = pytest.mark.anyio

OTHERS = (
    "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D7=9C=D7=95=D7=99;=D7=93=\r\n=D7=A0=D7=94\r\n"
    "TEL;CELL:050-1\r\nPHOTO;ENCODING=BASE64:AAAA\r\n BBBB\r\n\r\nEND:VCARD\r\n"
)
YOAV = (
    'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:yoav\r\nFN:יואב לוי\r\nN:לוי;יואב;;ד"ר;\r\nX-SPOUSE;X-A="b;c":Noa\r\nitem1.TEL;TYPE=CELL,\r\n'
    "  VOICE:050-2\r\nitem1.X-ABLabel:סוס\r\nTEL;TYPE=HOME:03-3\r\nNOTE:one\\, two\\n three\r\nEND:VCARD\r\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "workspace" / "contacts"
    made.mkdir(parents=True)
    return made


async def named(call: MakeCall, name: str) -> Contact:
    return next(one for one in await call().provider(ContactBook).contacts() if one.name == name)


async def changed(call: MakeCall, who: str, /, key: str = "k", **said: str) -> Changed:
    return Changed.model_validate(await change(ChangeContact(contact=await named(call, who), **said), call(key=key)))


async def test_all_that_is_not_to_change_stays_byte_for_byte(folder: Path, call: MakeCall) -> None:
    file = folder / "people.vcf"
    file.write_bytes(f"{OTHERS}{YOAV}{OTHERS}".encode())
    done = await changed(call, "יואב לוי", phone="052-9")
    assert (done.before.phone, done.contact.phone) == ("050-2", "052-9")
    after = YOAV.replace("item1.TEL;TYPE=CELL,\r\n  VOICE:050-2", "item1.TEL;TYPE=CELL, VOICE:052-9")
    assert file.read_bytes() == f"{OTHERS}{after}{OTHERS}".encode()
    await changed(call, "יואב לוי", key="n", name="יואב בן דוד")
    assert 'N:דוד;יואב בן;;ד"ר;\r\n' in file.read_bytes().decode()
    for key in ("n", "k"):
        assert await call().provider(ContactBook).undo(key)
    assert file.read_bytes() == f"{OTHERS}{YOAV}{OTHERS}".encode()


async def test_what_is_removed_takes_its_label_along_and_leaves_the_rest(folder: Path, call: MakeCall) -> None:
    file = folder / "people.vcf"
    file.write_bytes(f"{OTHERS}{YOAV}".encode())
    yoav = await named(call, "יואב לוי")
    done = Changed.model_validate(await change(ChangeContact(contact=yoav, remove=["phone"]), call(key="k")))
    assert (done.before.phone, done.contact.phone) == ("050-2", "03-3")
    after = YOAV.replace("item1.TEL;TYPE=CELL,\r\n  VOICE:050-2\r\nitem1.X-ABLabel:סוס\r\n", "")
    assert file.read_bytes() == f"{OTHERS}{after}".encode()
    assert await call().provider(ContactBook).undo("k")
    assert file.read_bytes() == f"{OTHERS}{YOAV}".encode()


async def test_what_is_all_by_which_a_contact_is_found_is_not_removed(folder: Path, call: MakeCall) -> None:
    card = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:1\r\nORG:Osem\r\nEND:VCARD\r\n"
    (folder / "people.vcf").write_bytes(card.encode())
    with pytest.raises(StepFailed, match="Nothing would be left"):
        await change(ChangeContact(contact=await named(call, "Osem"), remove=["organization"]), call())
    assert (folder / "people.vcf").read_bytes() == card.encode()


async def test_what_was_written_in_another_way_is_written_plainly_and_comes_back_as_it_was(folder: Path, call: MakeCall) -> None:
    file = folder / "phone.vcf"
    file.write_bytes(b"\xef\xbb\xbf" + OTHERS.encode())
    before = await named(call, "דנה לוי")
    done = await changed(call, "דנה לוי", name="דנה כהן", email="dana@x.example")
    assert (done.contact.id, done.contact.name, done.contact.email) == (before.id, "דנה כהן", "dana@x.example")
    assert file.read_bytes().startswith(b"\xef\xbb\xbfBEGIN")
    assert await named(call, "דנה כהן") == done.contact
    assert await call().provider(ContactBook).undo("k")
    assert file.read_bytes() == b"\xef\xbb\xbf" + OTHERS.encode()


async def test_an_old_file_keeps_its_letters_and_what_it_has_none_for_is_refused(folder: Path, call: MakeCall) -> None:
    file = folder / "old.vcf"
    file.write_bytes(YOAV.encode("cp1255"))
    await changed(call, "יואב לוי", role="מנהל")
    before = file.read_bytes()
    assert "TITLE:מנהל" in before.decode("cp1255")
    with pytest.raises(StepFailed, match="cannot be written") as failed:
        await changed(call, "יואב לוי", key="other", organization="Łódź")
    assert ("UTF-8" in failed.value.cure, file.read_bytes()) == (True, before)


async def test_cards_of_one_file_are_changed_at_once(folder: Path, call: MakeCall) -> None:
    many = [YOAV.replace("UID:yoav", f"UID:{number}").replace("לוי", f"לוי {number}") for number in range(8)]
    (folder / "people.vcf").write_text("".join(many), newline="")
    await asyncio.gather(*(changed(call, f"יואב לוי {number}", key=str(number), phone=f"100{number}") for number in range(8)))
    assert [one.phone for one in await call().provider(ContactBook).contacts()] == [f"100{number}" for number in range(8)]


@pytest.mark.parametrize("at_write", [1, 2, 3])
@pytest.mark.parametrize("what", ["add", "change", "remove"])
async def test_a_death_at_any_write_and_a_repeat_change_it_once(
    folder: Path, call: MakeCall, monkeypatch: pytest.MonkeyPatch, at_write: int, what: str
) -> None:
    (folder / "people.vcf").write_bytes(YOAV.encode())

    async def act() -> Any:
        if what == "add":
            return await add(AddContact(name="נועה שגב", phone="1700"), call(key="k"))
        if what == "remove":
            return await change(ChangeContact(contact=yoav, remove=["phone"]), call(key="k"))
        return await changed(call, "יואב לוי", phone="1700")

    yoav = await named(call, "יואב לוי")
    write = dying(at_write, durable_file.put)
    with monkeypatch.context() as patch:
        for module in (local_contacts, change_records):
            patch.setattr(module, "put", write)
        writes = 2 if what == "add" else 3
        if at_write <= writes:
            with pytest.raises(Died):
                await act()
    await act()
    phones = {one.name: one.phone for one in await call().provider(ContactBook).contacts()}
    after = {"add": {"יואב לוי": "050-2", "נועה שגב": "1700"}, "change": {"יואב לוי": "1700"}, "remove": {"יואב לוי": "03-3"}}
    assert phones == after[what]
    assert await LocalContacts(folder).undo("k")
    assert [path.name for path in folder.glob("*.vcf")] == ["people.vcf"]
    assert (folder / "people.vcf").read_bytes() == YOAV.encode()


async def test_a_change_of_which_nobody_can_tell_is_not_guessed(folder: Path, call: MakeCall, monkeypatch: pytest.MonkeyPatch) -> None:
    file = folder / "people.vcf"
    file.write_bytes(YOAV.encode())
    with monkeypatch.context() as patch:
        patch.setattr(local_contacts, "put", dying(1, durable_file.put))
        with pytest.raises(Died):
            await changed(call, "יואב לוי", phone="1700")
    file.write_bytes(YOAV.replace("050-2", "of somebody else").encode())
    with pytest.raises(StepFailed, match="not known whether"):
        await changed(call, "יואב לוי", phone="1700")


async def test_no_line_is_longer_than_programs_bear_and_none_is_slipped_in(folder: Path, call: MakeCall) -> None:
    long = f"{'שדות; ' * 25}א\nEMAIL:evil@x.example"
    made = Added.model_validate(await add(AddContact(name=f"Ron\r\nTEL:666 {'ארד ' * 20}", organization=long), call()))
    (file,) = folder.glob("*.vcf")
    assert max(len(line) for line in file.read_bytes().split(b"\r\n")) <= 75
    assert made.contact == (await call().provider(ContactBook).contacts())[0]
    assert (made.contact.organization, made.contact.email, made.contact.phone) == (" ".join(long.split()), "", "")


@pytest.mark.parametrize(
    "said", [{"name": " \n "}, {"name": "x", "email": "x at y"}, {"name": "x", "phone": "soon"}, {"name": "x", "fax": "1700"}]
)
def test_what_makes_no_sense_is_not_written(said: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        AddContact(**said)


def test_a_change_says_what_changes() -> None:
    with pytest.raises(ValidationError, match="nothing is to be changed"):
        ChangeContact(contact=Contact(id="1", name="x"))
    before = Contact(id="1", name="Yoav", phone="1")
    for said in ({"remove": ["email"]}, {"remove": ["phone"], "phone": "1700"}, {"remove": ["name"]}):
        with pytest.raises(ValidationError):
            ChangeContact(contact=before, **said)
    gone = Changed(before=before, contact=before.model_copy(update={"phone": ""}))
    assert change.show(gone, "en") == "The contact was changed: Yoav · phone removed (was 1)"
    assert change.show(gone, "he") == "עודכן איש הקשר: Yoav · טלפון הוסר (היה 1)"
    done = Changed(before=before, contact=before.model_copy(update={"phone": "2", "role": "CFO"}))
    assert change.show(done, "en") == "The contact was changed: Yoav · phone 2 (was 1) · role CFO"
    assert change.show(done, "he") == "עודכן איש הקשר: Yoav · טלפון 2 (היה 1) · תפקיד CFO"


def test_who_writes_contacts_asks_before_and_holds_them_alone() -> None:
    for tool in (add, change):
        assert (tool.capability.effect, tool.capability.approval, tool.capability.locks) == ("write", "ask", ("contacts",))
        assert tool.undo is not None

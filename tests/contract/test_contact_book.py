"""What every `ContactBook` keeps to, through the tools that use it."""

from __future__ import annotations

import pytest

from tests.contract.conftest import MakeBook
from tests.unit.tools.conftest import MakeCall
from tests.wire.imported import contacts_of, people_of
from tizmoret.catalog.tool import Ask
from tizmoret.tools.contacts import PickContact, Picked, SearchContacts, pick, search
from tizmoret.tools.providers.ports import ContactBook

pytestmark = pytest.mark.anyio


def card(uid: str, name: str, *lines: str) -> str:
    return "\r\n".join(["BEGIN:VCARD", "VERSION:3.0", f"UID:{uid}", f"FN:{name}", f"N:{name};;;;", *lines, "END:VCARD", ""])


CARDS = (
    card("1", "יואב כהן", "NICKNAME:Yoav Cohen", "EMAIL:yoav.cohen@x.example", "ORG:שדות העמק")
    + card("2", "יואב לוי", "NICKNAME:Yoav Levi", "EMAIL:yoav.levi@x.example", "TEL:050-555-0102")
    + card("3", "דנה לוי", "EMAIL:dana@x.example", "TITLE:מנהלת")
)


async def test_one_person_is_found_in_either_script_with_all_that_is_known(book_of: MakeBook, call: MakeCall) -> None:
    asked = call(providers={ContactBook: book_of(CARDS)})
    for name in ("Yoav Levi", "יואב לוי"):
        found = Picked.model_validate(await pick(PickContact(name=name), asked)).contact
        assert (found.id.rpartition("/")[2], found.email, found.phone) == ("2", "yoav.levi@x.example", "050-555-0102")


async def test_where_several_fit_a_person_is_asked(book_of: MakeBook, call: MakeCall) -> None:
    with pytest.raises(Ask) as asked:
        await pick(PickContact(name="Yoav"), call(providers={ContactBook: book_of(CARDS)}))
    assert len(asked.value.options) == 2


async def test_a_book_is_read_again_when_it_has_changed(book_of: MakeBook, call: MakeCall, request: pytest.FixtureRequest) -> None:
    book = book_of(CARDS)
    assert len(await book.contacts()) == 3
    if request.node.callspec.params["book_of"] == "google":
        request.getfixturevalue("account").people += people_of(card("4", "נועה שגב"))
    elif request.node.callspec.params["book_of"] == "microsoft":
        request.getfixturevalue("at_microsoft").people += contacts_of(card("4", "נועה שגב"))
    elif request.node.callspec.params["book_of"] == "folder":
        path = request.getfixturevalue("tmp_path") / "contacts" / "more.vcf"
        path.write_bytes(card("4", "נועה שגב").encode())
    else:
        person = request.getfixturevalue("person")
        person.ask("PUT", f"/{person.name}/people/4.vcf", card("4", "נועה שגב").encode(), **{"Content-Type": "text/vcard"})
    assert {one.name for one in await book.contacts()} == {"יואב כהן", "יואב לוי", "דנה לוי", "נועה שגב"}


async def test_an_empty_query_finds_all(book_of: MakeBook, call: MakeCall) -> None:
    found = await search(SearchContacts(), call(providers={ContactBook: book_of(CARDS)}))
    assert found["total"] == 3

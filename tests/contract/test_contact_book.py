"""What every `ContactBook` keeps to, through the tools that use it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.contract.conftest import MakeBook
from tests.unit.tools.conftest import MakeCall
from tests.wire import google_people, graph_contacts
from tests.wire.google import Google
from tests.wire.imported import contacts_of, people_of
from tests.wire.microsoft import Microsoft
from tizmoret.catalog.tool import Ask, Call
from tizmoret.errors import Conflict, NotFound, StepFailed, TryAgain
from tizmoret.tools.contact_changes import FIELDS, AddContact, Added, ChangeContact, add, change
from tizmoret.tools.contact_changes import Changed as ChangedContact
from tizmoret.tools.contacts import PickContact, Picked, SearchContacts, pick, search
from tizmoret.tools.models import Contact
from tizmoret.tools.providers.ports import ContactBook
from tizmoret.tools.providers.rest_client import NotGiven, RestSession

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


async def test_several_calls_at_once_see_each_contact_once(book_of: MakeBook, call: MakeCall) -> None:
    book = book_of(CARDS)
    assert [len(found) for found in await asyncio.gather(*(book.contacts() for _ in range(4)))] == [3, 3, 3, 3]
    assert len(await book.contacts()) == 3


async def test_an_empty_query_finds_all(book_of: MakeBook, call: MakeCall) -> None:
    found = await search(SearchContacts(), call(providers={ContactBook: book_of(CARDS)}))
    assert found["total"] == 3


# -- writing


NOA = AddContact(name="נועה שגב", phone="050-555-0199", email="noa@x.example", organization="גרנות", role="אגרונומית")


async def known(book: ContactBook, id: str) -> Contact:
    return next(one for one in await book.contacts() if one.id == id)


async def levi(book: ContactBook) -> Contact:
    return next(one for one in await book.contacts() if one.name == "יואב לוי")


async def changed(asked: Call, **said: str) -> ChangedContact:
    one = await levi(asked.provider(ContactBook))
    return ChangedContact.model_validate(await change(ChangeContact(contact=one, **said), asked))


async def test_who_is_added_is_there_with_all_that_was_said_and_once_however_often_it_is_repeated(
    book_of: MakeBook, call: MakeCall
) -> None:
    book_of(CARDS)
    for _ in range(2):
        made = Added.model_validate(await add(NOA, call(providers={ContactBook: book_of(None)}))).contact
    assert [getattr(made, field) for field in FIELDS] == ["נועה שגב", "noa@x.example", "050-555-0199", "גרנות", "אגרונומית"]
    book = book_of(None)
    assert [one.id for one in await book.contacts() if one.name == "נועה שגב"] == [made.id]
    assert await known(book, made.id) == made


async def test_who_was_added_is_removed_again_when_it_is_taken_back_however_often(book_of: MakeBook, call: MakeCall) -> None:
    book_of(CARDS)
    made = await add(NOA, call(providers={ContactBook: book_of(None)}))
    assert add.undo is not None
    for _ in range(2):
        await add.undo(NOA, made, call(providers={ContactBook: book_of(None)}))
    assert len(await book_of(None).contacts()) == 3


async def test_a_change_is_all_that_changes_and_is_taken_back(book_of: MakeBook, call: MakeCall) -> None:
    before = await levi(book_of(CARDS))
    done = await changed(call(providers={ContactBook: book_of(None)}), phone="03-555-0000", email="levi@granot.example")
    after = before.model_copy(update={"phone": "03-555-0000", "email": "levi@granot.example"})
    assert (done.before, done.contact) == (before, after)
    assert await known(book_of(None), before.id) == after
    again = call(providers={ContactBook: book_of(None)})
    assert ChangedContact.model_validate(await change(ChangeContact(contact=before, phone="1700"), again)) == done  # the key's first call
    assert change.undo is not None
    for _ in range(2):
        await change.undo(None, done.model_dump(mode="json"), call(providers={ContactBook: book_of(None)}))
    assert await known(book_of(None), before.id) == before


async def test_what_was_not_there_is_added_and_a_name_changes_in_all_its_parts(book_of: MakeBook, call: MakeCall) -> None:
    before = await levi(book_of(CARDS))
    said = {"name": "יואב בן דוד", "organization": "גרנות; שיווק, בע״מ", "role": "מנהל"}
    done = await changed(call(providers={ContactBook: book_of(None)}), **said)
    assert {name: getattr(done.contact, name) for name in said} == said
    assert done.contact.phone == before.phone
    assert change.undo is not None
    await change.undo(None, done.model_dump(mode="json"), call(providers={ContactBook: book_of(None)}))
    assert await known(book_of(None), before.id) == before


async def test_what_is_removed_is_gone_once_and_is_put_back_when_it_is_taken_back(book_of: MakeBook, call: MakeCall) -> None:
    book_of(CARDS)
    noa = Added.model_validate(await add(NOA, call(key="a", providers={ContactBook: book_of(None)}))).contact
    await change(
        ChangeContact(contact=await levi(book_of(None)), organization="גרנות"), call(key="b", providers={ContactBook: book_of(None)})
    )
    fields = ["email", "phone", "organization", "role"]
    args = ChangeContact(contact=noa, remove=fields)
    for _ in range(2):
        done = ChangedContact.model_validate(await change(args, call(providers={ContactBook: book_of(None)})))
    bare = noa.model_copy(update=dict.fromkeys(fields, ""))
    assert (done.before, done.contact, await known(book_of(None), noa.id)) == (noa, bare, bare)
    assert (await levi(book_of(None))).organization == "גרנות"
    assert change.undo is not None
    for _ in range(2):
        await change.undo(args, done.model_dump(mode="json"), call(providers={ContactBook: book_of(None)}))
    assert await known(book_of(None), noa.id) == noa


async def test_a_value_that_nobody_was_shown_is_not_removed(book_of: MakeBook, call: MakeCall) -> None:
    shown = await levi(book_of(CARDS))
    await changed(call(key="other", providers={ContactBook: book_of(None)}), phone="03-555-0000")
    with pytest.raises(StepFailed, match="not as it was"):
        await change(ChangeContact(contact=shown, remove=["phone"]), call(providers={ContactBook: book_of(None)}))
    assert (await levi(book_of(None))).phone == "03-555-0000"


@pytest.mark.parametrize("book_of", ["google"], indirect=True)
async def test_what_a_person_shows_of_themselves_at_google_is_not_removed(
    book_of: MakeBook, call: MakeCall, request: pytest.FixtureRequest
) -> None:
    book_of(CARDS)
    theirs = {"value": "1700", "metadata": {"primary": True, "source": {"type": "PROFILE"}}}
    request.getfixturevalue("account").people[1]["phoneNumbers"].insert(0, theirs)
    asked = call(providers={ContactBook: book_of(None)})
    with pytest.raises(StepFailed, match="of themselves"):
        await change(ChangeContact(contact=await levi(book_of(None)), remove=["phone"]), asked)
    assert (await levi(book_of(None))).phone == "1700"


@pytest.mark.parametrize("book_of", ["microsoft"], indirect=True)
async def test_of_several_values_at_microsoft_the_one_that_is_shown_is_removed(
    book_of: MakeBook, call: MakeCall, request: pytest.FixtureRequest
) -> None:
    book_of(CARDS)
    mails = [{"address": "", "name": ""}, {"address": "a@x.example", "name": "a"}, {"address": "b@x.example", "name": "b"}]
    person = graph_contacts.touch(request.getfixturevalue("at_microsoft").people[1], businessPhones=["1", "2"], emailAddresses=mails)
    shown = await levi(book_of(None))
    await change(ChangeContact(contact=shown, remove=["email", "phone"]), call(providers={ContactBook: book_of(None)}))
    now = await levi(book_of(None))
    assert (shown.email, now.email, person["emailAddresses"]) == ("a@x.example", "b@x.example", [mails[0], mails[2]])
    assert (shown.phone, now.phone, person["businessPhones"]) == ("1", "2", ["2"])


async def test_what_somebody_has_changed_since_is_left_as_it_is(book_of: MakeBook, call: MakeCall) -> None:
    book_of(CARDS)
    first, second = (call(key=key, providers={ContactBook: book_of(None)}) for key in ("first", "second"))
    made = await add(NOA, first)
    done = await changed(first_of := call(key="third", providers={ContactBook: book_of(None)}), phone="03-555-0000")
    added = Added.model_validate(made).contact
    await change(ChangeContact(contact=added, phone="04-555-0000"), second)
    await changed(call(key="fourth", providers={ContactBook: book_of(None)}), role="סמנכ״ל")
    assert add.undo is not None
    assert change.undo is not None
    with pytest.raises(Conflict, match="changed again since"):
        await add.undo(NOA, made, first)
    with pytest.raises(Conflict, match="changed again since"):
        await change.undo(None, done.model_dump(mode="json"), first_of)
    book = book_of(None)
    assert ((await known(book, added.id)).phone, (await levi(book)).phone) == ("04-555-0000", "03-555-0000")


async def test_a_contact_that_is_not_there_is_not_changed(book_of: MakeBook, call: MakeCall) -> None:
    book_of(CARDS)
    for id in ("nobody", "people/c404", "AAMk404="):
        with pytest.raises(NotFound):
            await change(ChangeContact(contact=Contact(id=id, name="x"), phone="1700"), call(providers={ContactBook: book_of(None)}))


def account_of(request: pytest.FixtureRequest) -> Google | Microsoft:
    name = {"google": "account", "microsoft": "at_microsoft"}[request.node.callspec.params["book_of"]]
    found: Google | Microsoft = request.getfixturevalue(name)
    return found


accounts = pytest.mark.parametrize("book_of", ["google", "microsoft"], indirect=True)


@accounts
@pytest.mark.parametrize("cut", ["request", "answer"])
async def test_a_call_that_is_cut_is_made_once(book_of: MakeBook, call: MakeCall, request: pytest.FixtureRequest, cut: str) -> None:
    book_of(CARDS)
    asked = [call(key=key, providers={ContactBook: book_of(None)}) for key in ("a", "b")]
    account_of(request).cuts = cut
    with pytest.raises(ConnectionError):
        await add(NOA, asked[0])
    assert add.probe is not None
    assert (await add.probe(NOA, asked[0]) is None) == (cut == "request")
    made = Added.model_validate(await add(NOA, asked[0])).contact
    assert [one.id for one in await book_of(None).contacts() if one.name == "נועה שגב"] == [made.id]

    account_of(request).cuts = cut
    with pytest.raises(ConnectionError):
        await changed(asked[1], phone="03-555-0000")
    assert change.probe is not None
    assert (await change.probe(None, asked[1]) is None) == (cut == "request")
    done = await changed(asked[1], phone="03-555-0000")
    assert (done.before.phone, done.contact.phone) == ("050-555-0102", "03-555-0000")
    account_of(request).cuts = cut
    with pytest.raises(ConnectionError):
        await book_of(None).undo("b")
    assert await book_of(None).undo("b")
    assert await levi(book_of(None)) == done.before


@accounts
async def test_what_changes_between_reading_and_writing_is_not_overwritten(
    book_of: MakeBook, call: MakeCall, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    book_of(CARDS)
    account, send = account_of(request), RestSession.send

    async def late(self: RestSession, *args: Any, **rest: Any) -> Any:
        monkeypatch.undo()
        if isinstance(account, Google):
            google_people.touch(account.people[1], organizations=[{"name": "של מישהו אחר"}])
        else:
            graph_contacts.touch(account.people[1], companyName="של מישהו אחר")
        return await send(self, *args, **rest)

    monkeypatch.setattr(RestSession, "send", late)
    asked = call(providers={ContactBook: book_of(None)})
    with pytest.raises(TryAgain, match="somebody else"):
        await changed(asked, phone="03-555-0000")
    done = await changed(asked, phone="03-555-0000")
    assert (done.contact.organization, done.contact.phone) == ("של מישהו אחר", "03-555-0000")


@accounts
async def test_where_only_reading_was_agreed_to_nothing_is_written(
    book_of: MakeBook, call: MakeCall, request: pytest.FixtureRequest
) -> None:
    book_of(CARDS)
    read_only = "https://www.googleapis.com/auth/contacts.readonly https://graph.microsoft.com/Contacts.Read"
    account_of(request).refresh["refresh-canary"] = read_only
    asked = call(providers={ContactBook: book_of(None)})
    assert len(await asked.provider(ContactBook).contacts()) == 3
    for write in (add(NOA, asked), changed(asked, phone="1700")):
        with pytest.raises(NotGiven):
            await write
    assert len(await book_of(None).contacts()) == 3

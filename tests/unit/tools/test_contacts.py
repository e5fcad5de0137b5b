from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.tools.conftest import MakeCall
from tizmoret.catalog.tool import Ask, Call
from tizmoret.errors import StepFailed
from tizmoret.tools.contacts import TOOLS, Contacts, PickContact, SearchContacts, describe_contact, pick, search
from tizmoret.tools.models import Contact
from tizmoret.tools.names import same_word
from tizmoret.tools.providers.local_contacts import LocalContacts
from tizmoret.tools.providers.ports import ContactBook
from tizmoret.tools.providers.vcard import cards, contact

pytestmark = pytest.mark.anyio


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "workspace" / "contacts"
    made.mkdir(parents=True)
    return made


def card(name: str, *lines: str, version: str = "3.0") -> str:
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", f"FN:{name}", *lines, "END:VCARD", ""])


def put(folder: Path, *texts: str, file: str = "all.vcf") -> None:
    (folder / file).write_bytes("".join(texts).encode())


@pytest.fixture
def people(folder: Path) -> Path:
    put(
        folder,
        card("יואב כהן", "EMAIL;TYPE=INTERNET:yoav@osem.co.il", "ORG:אסם;רכש", "TITLE:מנהל רכש", "TEL:+972-52-111 2222"),
        card("יואב לוי", "EMAIL:yoav.levi@granot.co.il", "ORG:גרנות", "TITLE:אגרונום"),
        card("Dana Levi", "EMAIL:dana@example.com", "ORG:Bank Leumi", "TITLE:Accountant"),
        card("דן ברק", "EMAIL:dan@example.com", "TITLE:ספק"),
        card("אורי שלום", "NICKNAME:Juri,Urik"),
        card("Ari Shalom"),
    )
    return folder


async def picked(call: Call, name: str) -> str:
    return str((await pick(PickContact(name=name), call))["contact"]["name"])


async def names(call: Call, query: str) -> list[str]:
    found = Contacts.model_validate(await search(SearchContacts(query=query), call))
    return [one.name for one in found.contacts]


def read(text: str) -> Contact:
    found = contact(next(cards(text)))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("Yoav Cohen", "יואב כהן"),
        ("יואב כהן", "יואב כהן"),
        ("דנה", "Dana Levi"),
        ("דנה לוי", "Dana Levi"),
        ("dana", "Dana Levi"),
        ("Dan", "דן ברק"),
        ("Urik", "אורי שלום"),
        ("dan@example.com", "דן ברק"),
        ("יואב מאסם", "יואב כהן"),
        ("ליואב מגרנות", "יואב לוי"),
    ],
)
async def test_one_person_is_found_in_either_script(people: Path, call: MakeCall, name: str, who: str) -> None:
    assert await picked(call(), name) == who


async def test_where_several_fit_a_person_is_asked(people: Path, call: MakeCall) -> None:
    with pytest.raises(Ask) as asked:
        await pick(PickContact(name="Yoav"), call(language="he"))
    assert asked.value.question == "לאיזה Yoav הכוונה?"
    assert [option.value["contact"]["email"] for option in asked.value.options] == ["yoav@osem.co.il", "yoav.levi@granot.co.il"]
    assert asked.value.options[0].label == "יואב כהן · מנהל רכש · אסם, רכש · yoav@osem.co.il · +972-52-111 2222"


async def test_the_answer_to_the_question_fits_the_tools_output(people: Path, call: MakeCall) -> None:
    with pytest.raises(Ask) as asked:
        await pick(PickContact(name="Yoav"), call())
    assert TOOLS[1].output.model_validate(asked.value.options[1].value).contact.name == "יואב לוי"  # type: ignore[attr-defined]


async def test_a_name_that_surely_fits_comes_before_one_that_may(people: Path, call: MakeCall) -> None:
    assert await picked(call(), "ארי") == "Ari Shalom"
    assert await picked(call(), "Ori") == "אורי שלום"


async def test_nobody_of_that_name_tells_the_nearest(people: Path, call: MakeCall) -> None:
    with pytest.raises(StepFailed) as failed:
        await pick(PickContact(name="Yoel"), call())
    assert failed.value.detail == "There is no contact named Yoel."
    with pytest.raises(StepFailed) as failed:
        await pick(PickContact(name="דנית ליבי"), call(language="he"))
    assert "Dana Levi" in failed.value.cure
    assert failed.value.field == "name"


@pytest.mark.parametrize("name", ["   ", "!!!", "‏"])
async def test_a_name_without_letters_finds_nobody(people: Path, call: MakeCall, name: str) -> None:
    with pytest.raises(StepFailed):
        await pick(PickContact(name=name), call())


async def test_an_empty_folder_says_how_to_fill_it(call: MakeCall) -> None:
    with pytest.raises(StepFailed) as failed:
        await pick(PickContact(name="יואב"), call(language="he"))
    assert ".vcf" in failed.value.cure


@pytest.mark.parametrize(
    ("query", "who"),
    [
        ("אסם", ["יואב כהן"]),
        ("Osem", ["יואב כהן"]),
        ("supplier", ["דן ברק"]),
        ("accountant", ["Dana Levi"]),
        ("leumi", ["Dana Levi"]),
        ("לאומי", ["Dana Levi"]),
        ("granot.co.il", ["יואב לוי"]),
        ("יואב רכש", ["יואב כהן"]),
        ("1112222", ["יואב כהן"]),
        ("הטלפון של אלמוני", []),
    ],
)
async def test_people_are_found_by_what_is_known_of_them(people: Path, call: MakeCall, query: str, who: list[str]) -> None:
    assert await names(call(), query) == who


async def test_an_empty_query_finds_all_and_the_limit_cuts_the_list_not_the_count(people: Path, call: MakeCall) -> None:
    found = Contacts.model_validate(await search(SearchContacts(query="", limit=2), call()))
    assert (len(found.contacts), found.total) == (2, 6)


async def test_what_was_found_is_told_in_both_languages(people: Path, call: MakeCall) -> None:
    tool = TOOLS[0]
    found = tool.output.model_validate(await search(SearchContacts(query="אסם"), call()))
    assert tool.show(found, "he").startswith("1 אנשי קשר:\n- יואב כהן · ")
    assert tool.show(Contacts(contacts=[], total=0), "en") == "No contacts were found."


# -- cards


def test_folded_lines_groups_and_escapes_are_read() -> None:
    found = read(card("יואב\r\n  כהן", 'item1.EMAIL;TYPE="INTERNET,WORK":y@x.il', "TITLE:מנהל\\, בכיר\\nראשי", "ORG:אסם\\;בע״מ;שיווק"))
    assert found == found.model_copy(
        update={"name": "יואב כהן", "email": "y@x.il", "role": "מנהל, בכיר ראשי", "organization": "אסם;בע״מ, שיווק"}
    )


def test_version_4_has_names_in_two_languages_and_a_preferred_address() -> None:
    found = read(
        card(
            "יואב כהן", "FN;ALTID=1;LANGUAGE=en:Yoav Cohen", "EMAIL;PREF=2:second@x.il", "EMAIL;PREF=1:first@x.il",
            "TEL;VALUE=uri:tel:+972-50-1", "UID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1", version="4.0",
        )
    )  # fmt: skip
    assert (found.email, found.phone, found.id) == ("first@x.il", "+972-50-1", "4fbe8971-0bc3-424c-9c26-36c3e1eff6b1")
    assert found.nicknames == ("Yoav Cohen",)


def test_an_old_phones_quoted_printable_hebrew_is_read() -> None:
    found = read(
        "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D7=9B=D7=94=D7=9F;=D7=99=\r\n=D7=95=D7=90=D7=91;;;\r\n"
        "TEL;CELL:050\r\nPHOTO;JPEG;ENCODING=BASE64:!!!not base64\r\n\r\nEND:VCARD\r\n"
    )
    assert (found.name, found.phone) == ("יואב כהן", "050")


def test_a_card_without_a_full_name_is_called_by_its_parts() -> None:
    assert read("BEGIN:VCARD\nVERSION:3.0\nN:כהן;יואב;;ד״ר;\nEND:VCARD\n").name == "יואב כהן"
    assert read("BEGIN:VCARD\nVERSION:3.0\nN:;;;;\nORG:אסם\nEND:VCARD\n").name == "אסם"


def test_a_card_that_names_nobody_is_none() -> None:
    assert contact(next(cards("BEGIN:VCARD\nVERSION:3.0\nTEL:050\nEND:VCARD\n"))) is None


def test_what_cannot_be_seen_is_taken_out_of_names() -> None:
    assert read(card("Yoav\u202e Cohen\u200f")).name == "Yoav Cohen"


async def test_a_broken_card_does_not_hide_the_others(folder: Path) -> None:
    put(folder, card("דנה"), "BEGIN:VCARD\r\nVERSION:3.0\r\n;;;:junk\r\nFN:cut off\r\n", card("יואב", "no colon here"), card(""))
    assert [one.name for one in await LocalContacts(folder).contacts()] == ["דנה", "יואב"]


async def test_a_file_of_a_windows_program_is_read(folder: Path) -> None:
    (folder / "old.vcf").write_bytes(card("יואב כהן").encode("cp1255"))
    assert [one.name for one in await LocalContacts(folder).contacts()] == ["יואב כהן"]


async def test_a_file_that_holds_no_cards_is_named(folder: Path) -> None:
    put(folder, "just text", file="notes.vcf")
    with pytest.raises(StepFailed, match=r"notes\.vcf holds no contact cards"):
        await LocalContacts(folder).contacts()


async def test_the_same_card_in_two_files_is_one_person(folder: Path) -> None:
    put(folder, card("יואב", "UID:1"), card("דנה"), file="a.vcf")
    put(folder, card("יואב", "UID:1"), card("דנה"), file="b.vcf")
    assert [one.name for one in await LocalContacts(folder).contacts()] == ["יואב", "דנה"]


async def test_a_file_that_has_changed_is_read_again(folder: Path) -> None:
    book = LocalContacts(folder)
    put(folder, card("יואב"))
    assert len(await book.contacts()) == 1
    put(folder, card("יואב"), card("דנה"))
    assert len(await book.contacts()) == 2


async def test_links_out_of_the_folder_are_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.vcf").write_text(card("Secret"))
    (folder / "link.vcf").symlink_to(tmp_path / "secret.vcf")
    assert await LocalContacts(folder).contacts() == ()


# -- names

PAIRS = """Yoav יואב;Dana דנה;Cohen כהן;Levi לוי;Levy לוי;Yosef יוסף;Joseph יוסף;Haim חיים;Chaim חיים;Shlomo שלמה;Yitzhak יצחק;Tzvi צבי;Zvi צבי
Moshe משה;Yaakov יעקב;Ya'akov יעקב;Jacob יעקב;Rachel רחל;Michal מיכל;Noa נועה;David דוד;Ruth רות;Efrat אפרת;Ayelet איילת;Hila הילה;Guy גיא
George ג'ורג';Eyal אייל;Itai איתי;Sarah שרה;Rivka רבקה;Hanna חנה;Chana חנה;Mordechai מרדכי;Ori אורי;Uri אורי;Omer עומר;Boaz בועז;Gideon גדעון
Binyamin בנימין;Benjamin בנימין;Yael יעל;Tamar תמר;Lior ליאור;Ze'ev זאב;Nadav נדב;Yiftach יפתח;Yonatan יונתן;Jonathan יונתן;Mizrahi מזרחי
Peretz פרץ;Avraham אברהם;Friedman פרידמן;Katz כץ;Azoulay אזולאי;Shapira שפירא;Schwartz שוורץ;Weiss וייס;Vered ורד;Stav סתיו;Aviv אביב
Keren קרן;Rotem רותם;Shai שי;Roy רועי;Assaf אסף;Yehuda יהודה;Rafael רפאל;Tzipi ציפי;Bracha ברכה;Ahmad אחמד;Khaled חאלד;Jamal ג'מאל
Merav מירב;Neta נטע;Shaked שקד;Gilad גלעד;Kobi קובי;Sivan סיוון;Tomer תומר;Idan עידן;Yochai יוחאי;Vladimir ולדימיר;Alexander אלכסנדר;Max מקס"""


@pytest.mark.parametrize("pair", PAIRS.replace("\n", ";").split(";"))
def test_a_name_is_the_same_in_both_scripts(pair: str) -> None:
    latin, hebrew = pair.split()
    assert same_word(latin, hebrew)
    assert same_word(hebrew, latin.upper())


@pytest.mark.parametrize(
    "pair", ["Dan דנה", "Dana דן", "Yoav יובל", "Ron רונן", "Amir עומר", "Hanna אנה", "Anna חנה", "Alon אילן", "Sara שירה",
             "Tamar תומר", "Eli אליהו", "Ido עדי", "Gal גיל", "Yehoshua יוסי", "Bar ברק", "Oren אור"]
)  # fmt: skip
def test_another_name_is_not(pair: str) -> None:
    latin, hebrew = pair.split()
    assert not same_word(latin, hebrew)


def test_hebrew_is_spelt_with_or_without_its_vowels() -> None:
    assert same_word("נועה", "נעה")
    assert not same_word("נועה", "נעה", loose=False)
    assert not same_word("אמיר", "עומר")


def test_a_word_made_to_cost_time_costs_none() -> None:
    assert not same_word("א" * 40, "a" * 39 + "b")
    assert not same_word("א" * 5_000, "a" * 5_000)


def test_a_contact_is_told_on_one_line() -> None:
    assert describe_contact(Contact(id="1", name="יואב", role="אגרונום")) == "יואב · אגרונום"


def test_contacts_are_the_workspaces_own_word() -> None:
    assert {tool.capability.label.integrity for tool in TOOLS} == {"trusted"}
    assert {tool.capability.effect for tool in TOOLS} == {"none"}


def test_the_folder_is_what_a_workspace_looks_people_up_in(call: MakeCall) -> None:
    assert isinstance(call().provider(ContactBook), LocalContacts)

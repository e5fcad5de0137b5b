"""Contacts are written when, and only when, a request says so; what it says of somebody goes where it belongs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.requests.planning import asked, plan, planned
from tizmoret.planner.planner import Planned

pytestmark = pytest.mark.anyio

DANA = {"name": "Dana Levi", "phone": "050-1234567"}


@pytest.mark.parametrize(
    ("text", "args"),
    [
        ("Add Dana Levi, 050-1234567, to my contacts", DANA),
        ("add dana levi to our address book: 050-1234567", {**DANA, "name": "dana levi"}),
        ("Put Ori Katz (ori@katz.example) in my contacts", {"name": "Ori Katz", "email": "ori@katz.example"}),
        ("new contact: Yoav Cohen, yoav@x.example", {"name": "Yoav Cohen", "email": "yoav@x.example"}),
        ("Create a contact for Noa Segev with the number +972 50 555 0199", {"name": "Noa Segev", "phone": "+972 50 555 0199"}),
        ("save the number of Noa Segev, 050-5550199, in my contacts", {"name": "Noa Segev", "phone": "050-5550199"}),
        (
            "Add to my contacts: Dana Levi, agronomist at Granot, phone 050-123 4567, email dana@granot.example",
            {"name": "Dana Levi", "role": "agronomist", "organization": "Granot", "phone": "050-123 4567", "email": "dana@granot.example"},
        ),
        ("תוסיף את דנה לוי לאנשי הקשר, טלפון 050-1234567", {"name": "דנה לוי", "phone": "050-1234567"}),
        ("שמור באנשי הקשר את דנה לוי מאסם", {"name": "דנה לוי", "organization": "אסם"}),
        ("איש קשר חדש: יואב כהן, yoav@x.example", {"name": "יואב כהן", "email": "yoav@x.example"}),
        ("תשמור את המספר של נועה שגב באנשי הקשר: 050-5550199", {"name": "נועה שגב", "phone": "050-5550199"}),
        (
            "הוסף איש קשר בשם רון ארד, נייד 052-1112222, מנהל מכירות בחברת תנובה",
            {"name": "רון ארד", "phone": "052-1112222", "role": "מנהל מכירות", "organization": "תנובה"},
        ),
    ],
)
async def test_who_is_to_be_added_is_added_with_what_was_said(text: str, args: dict[str, Any]) -> None:
    (step,) = (await planned(text)).plan.steps
    assert (step.uses, dict(step.args)) == ("contacts.add", args)
    assert args["name"] in step.title


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("change Yoav's phone to 050-7654321", "Yoav", {"phone": "050-7654321"}),
        ("update the e-mail address of Dana Levi to dana@new.example", "Dana Levi", {"email": "dana@new.example"}),
        ("Change Yoav's phone to 050-7654321 and his email to y@new.example", "Yoav", {"phone": "050-7654321", "email": "y@new.example"}),
        ("update Yoav's role to head of sales", "Yoav", {"role": "head of sales"}),
        ("Who is Yoav Cohen? Then change his phone to 03-5551234", "Yoav Cohen", {"phone": "03-5551234"}),
        ("שנה את הטלפון של יואב ל-050-7654321", "יואב", {"phone": "050-7654321"}),
        ("עדכן את המייל של דנה לוי ל-dana@new.example", "דנה לוי", {"email": "dana@new.example"}),
        ('תעדכן את התפקיד של יואב לוי לסמנכ"ל שיווק', "יואב לוי", {"role": "סמנכ״ל שיווק"}),
    ],
)
async def test_what_is_to_change_is_changed_of_whom_it_is_said(text: str, name: str, said: dict[str, str]) -> None:
    found, step = (await planned(text)).plan.steps
    assert (found.uses, found.args) == ("contact-search", {"name": name})
    assert (step.uses, step.args) == ("contacts.change", {"contact": {"$from": f"{found.id}.contact"}, **said})
    assert name in step.title or " his " in text


@pytest.mark.parametrize(
    ("text", "name", "fields"),
    [
        ("remove Dana's phone number", "Dana", ["phone"]),
        ("Delete the e-mail address of Yoav Cohen", "Yoav Cohen", ["email"]),
        ("clear Noa Segev's job title", "Noa Segev", ["role"]),
        ("Remove Dana's phone number and her email", "Dana", ["phone", "email"]),
        ("delete Dana's phone from my contacts", "Dana", ["phone"]),
        ("please erase the company of Avi Peretz", "Avi Peretz", ["organization"]),
        ("Who is Yoav Cohen? Then remove his phone number", "Yoav Cohen", ["phone"]),
        ("מחק את הטלפון של דנה", "דנה", ["phone"]),
        ("תסיר בבקשה את המייל של יואב כהן", "יואב כהן", ["email"]),
        ("הסר את התפקיד של נועה שגב מאנשי הקשר", "נועה שגב", ["role"]),
        ("מחקי את מספר הטלפון ואת המייל של דנה לוי", "דנה לוי", ["phone", "email"]),
        ("מי זה יואב כהן? אחר כך תמחק את הטלפון שלו", "יואב כהן", ["phone"]),
    ],
)
async def test_what_is_to_go_is_removed_from_their_card_and_they_stay(text: str, name: str, fields: list[str]) -> None:
    found, step = (await planned(text)).plan.steps
    assert (found.uses, found.args) == ("contact-search", {"name": name})
    assert (step.uses, step.args) == ("contacts.change", {"contact": {"$from": f"{found.id}.contact"}, "remove": fields})


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("add Dana Levi to my contacts", "phone number"),
        ("add her to my contacts", "name"),
        ("Add Dana and Yoav to my contacts, 050-1234567", "name"),
        ("update Dana's e-mail", "address"),
        ("change her phone to 050-1234567", "whose"),
        ("remove her phone number", "whose"),
        ("תוסיף את דנה לוי לאנשי הקשר", "מספר הטלפון"),
        ("תעדכן את המייל של דנה", "כתובת"),
    ],
)
async def test_what_is_essential_is_asked_for(text: str, lacks: str) -> None:
    assert lacks in (await asked(text)).text


async def test_an_answer_fills_in_what_was_missing() -> None:
    (step,) = (await planned("add Dana Levi to my contacts", answers=("050-1234567",))).plan.steps
    assert step.args == DANA


async def test_an_address_on_a_card_sends_nothing_there_and_another_goal_is_one_of_its_own() -> None:
    text = "Add Dana Levi, email dana@x.example, to my contacts and schedule a meeting with Yoav tomorrow at 10:00"
    uses = [step.uses for step in (await planned(text)).plan.steps]
    assert uses == ["contacts.add", "contact-search", "calendar.create"]


@pytest.mark.parametrize(
    "text",
    [
        "show me all contacts", "what is Yoav's phone", "create a list of my contacts", "write a report about our contacts",
        "write a letter to my contacts", "send the report to my contacts", "save the report in my contacts folder",
        "add a note about Dana Levi 050-1234567", "remind me to add Dana Levi 050-1234567 to my contacts",
        "don't add Dana Levi, 050-1234567, to my contacts", "add a meeting with my contacts tomorrow at 10", "call Dana Levi 050-1234567",
        "change the phone number in the lease document of Dana", "change the title of the meeting with Dana to Phone numbers",
        "delete Dana from my contacts", "remove the meeting with Dana", "delete the task to call Dana", "delete Dana's phone call",
        "cancel Dana's phone call tomorrow", "delete Dana's phone list", "delete Dana's email about the lease", "don't remove Dana's phone number",
        "remove Dana's phone number from the report", "delete the note about Dana's phone number", "remind me to remove Dana's phone number",
        "remove Dana's role in the project", "remove the phone number", "delete all phone numbers", "remove Dana's phone numbers and Avi's email",
        "delete Dana's email of yesterday", "delete Dana's email to Avi", "remove Dana's number 3 from the list",
        "remove Dana's home phone", "delete the old phone number of Dana", "מחק את הטלפון הישן של דנה", "מחק את טלפון הבית של דנה",
        "מחק את דנה מאנשי הקשר", "מחק את הפגישה של דנה", "מחק את שיחת הטלפון של דנה", "מחק את המייל של דנה על החוזה",
        "מחק את המשימה לבדוק את הטלפון של דנה", "תזכיר לי למחוק את הטלפון של דנה", "אל תמחק את הטלפון של דנה", "מחק את הטלפון של דנה מהדוח",
        "מחק את המייל של דנה מאתמול", "מחק את הטלפון של דנה ושל אבי", "מחק את הטלפון של דנה מהפתק",
        "מה הטלפון של דנה", "אל תוסיף את דנה לוי לאנשי הקשר, 050-1234567", "תזכיר לי לעדכן את הטלפון של יואב",
        "הצג את כל אנשי הקשר", "מי איש הקשר שלנו באסם",
    ],
)  # fmt: skip
async def test_nothing_is_written_that_was_not_asked_for(text: str) -> None:
    outcome = await plan(text)
    if isinstance(outcome, Planned):
        assert {"contacts.add", "contacts.change"}.isdisjoint(step.uses for step in outcome.plan.steps)

"""Tools over contacts: find people, and the one person that was meant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from rapidfuzz import fuzz

from tizmoret.catalog.tool import Ask, Call, Kind, Option, Text, tool
from tizmoret.errors import StepFailed
from tizmoret.plan.labels import Label
from tizmoret.plan.model import Language
from tizmoret.tools.models import Contact
from tizmoret.tools.names import fits
from tizmoret.tools.providers.ports import ContactBook
from tizmoret.words import forms, normalise, tokens

OWN = Label("trusted", "internal", frozenset({"contacts"}))
MOST_OPTIONS = 20


class SearchContacts(BaseModel):
    model_config = ConfigDict(extra="forbid")
    query: Annotated[str, Kind("words")] = Field("", max_length=300, description="name, organization, role or address; empty finds all")
    limit: int = Field(50, ge=1, le=500)


class Contacts(BaseModel):
    contacts: list[Annotated[Contact, Kind("contact")]]
    total: int


class PickContact(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Kind("person.name")] = Field(min_length=1, max_length=200)


class Picked(BaseModel):
    contact: Annotated[Contact, Kind("contact")]


def describe_contact(contact: Contact) -> str:
    return " · ".join(part for part in (contact.name, contact.role, contact.organization, contact.email, contact.phone) if part)


def _show_found(found: Contacts, language: Language) -> str:
    if not found.contacts:
        return "לא נמצאו אנשי קשר." if language == "he" else "No contacts were found."
    head = f"{found.total} אנשי קשר:" if language == "he" else f"{found.total} contacts:"
    return "\n".join([head, *(f"- {describe_contact(contact)}" for contact in found.contacts)])


def _named(query: str, contacts: Iterable[Contact]) -> list[Contact]:
    """Those whose name, or other name, holds every word of `query`; an exact full name alone where there is one."""
    found = [contact for contact in contacts if any(fits(query, name) for name in (contact.name, *contact.nicknames))]
    exact = [contact for contact in found if normalise(contact.name) == normalise(query)]
    return exact if len(exact) == 1 else found


def _about(query: str, contacts: Iterable[Contact]) -> list[Contact]:
    """Those of whose name, organization, role and addresses every word of `query` is a part."""
    found = []
    for contact in contacts:
        known = frozenset[str]().union(
            *(forms(word) for word in tokens(f"{contact.organization} {contact.role} {contact.email} {contact.phone}"))
        )
        names = " ".join((contact.name, *contact.nicknames))
        if all(not known.isdisjoint(forms(word)) or fits(word, names) for word in tokens(query)):
            found.append(contact)
    return found


@tool(
    "contacts.search",
    title=Text(he="חיפוש אנשי קשר", en="Search contacts"),
    description=Text(
        he="מחפש אנשי קשר לפי שם, ארגון, תפקיד או כתובת, בעברית ובאנגלית",
        en="Search contacts by name, organization, role or address, in Hebrew and English",
    ),
    examples={
        "he": ["מי עובד באסם", "אילו אנשי קשר יש לי", "מצא את כל הספקים באנשי הקשר", "מה הטלפון של דנה"],
        "en": ["who works at Osem", "which contacts do I have", "find all suppliers in the contacts", "what is Dana's phone number"],
    },
    show=_show_found, label=OWN, seconds=0.2,
)  # fmt: skip
async def search(args: SearchContacts, call: Call) -> Contacts:
    known = await call.provider(ContactBook).contacts()
    found = _about(args.query, known)
    return Contacts(contacts=found[: args.limit], total=len(found))


@tool(
    "contacts.pick",
    title=Text(he="בחירת איש קשר", en="Pick a contact"),
    description=Text(
        he="מוצא את איש הקשר האחד שאליו התכוונו בשם, ושואל כשכמה אנשים מתאימים",
        en="Find the one contact that a name means, and ask where several people fit",
    ),
    examples={
        "he": ["יואב", "מי זה יואב כהן", "הפרטים של דנה לוי", "המייל של יואב"],
        "en": ["Yoav", "who is Yoav Cohen", "Dana Levi's details", "Yoav's email"],
    },
    show=lambda picked, language: describe_contact(picked.contact), label=OWN, seconds=0.2,
)  # fmt: skip
async def pick(args: PickContact, call: Call) -> Picked:
    known = await call.provider(ContactBook).contacts()
    found = _named(args.name, known)
    if len(found) == 1:
        return Picked(contact=found[0])
    if not found:
        detail, cure = _nobody(args.name, known, call.language)
        raise StepFailed(detail, cure=cure, field="name")
    question = f"לאיזה {args.name} הכוונה?" if call.language == "he" else f"Which {args.name} do you mean?"
    options = [Option(describe_contact(contact), {"contact": contact.model_dump(mode="json")}) for contact in found[:MOST_OPTIONS]]
    raise Ask(question, options)


def _nobody(name: str, known: Iterable[Contact], language: Language) -> tuple[str, str]:
    near = sorted(known, key=lambda contact: -fuzz.WRatio(normalise(name), normalise(contact.name)))[:3]
    names = ", ".join(contact.name for contact in near)
    if language == "he":
        return f"אין איש קשר בשם {name}.", f"השמות הקרובים: {names}." if names else "הוסיפו כרטיס .vcf לתיקיית אנשי הקשר."
    return f"There is no contact named {name}.", f"The nearest names: {names}." if names else "Put a .vcf card into the contacts folder."


TOOLS = (search, pick)

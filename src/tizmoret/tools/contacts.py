"""Tools over contacts: find people, and the one person that was meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from rapidfuzz import fuzz

from tizmoret.catalog.tool import Ask, Call, Kind, Option, Text, tool
from tizmoret.errors import StepFailed
from tizmoret.lexicon import translations
from tizmoret.plan.labels import Label
from tizmoret.plan.model import Language
from tizmoret.tools.models import Contact
from tizmoret.tools.names import consonants, fits
from tizmoret.tools.providers.ports import ContactBook
from tizmoret.words import content_tokens, forms, normalise, tokens

OWN = Label("trusted", "internal", frozenset({"contacts"}))
MOST_OPTIONS = 20
MOST_NEAR = 3


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
    """Those whose name, or other name, holds every word of `query`; else those of whom it says more, such as where they work.

    An exact full name alone where there is one; across the scripts, names that surely mean the same before those that may."""
    asked, known = tokens(query), list(contacts)
    if not asked:
        return []
    exact = [contact for contact in known if any(tokens(name) == asked for name in _names(contact))]
    if len(exact) == 1 and len(asked) > 1:
        return exact
    for loose in (False, True):
        found = [contact for contact in known if any(fits(query, name, loose=loose) for name in _names(contact))]
        if found:
            return found
    if by_address := [contact for contact in known if contact.email and contact.email.casefold() == query.strip().casefold()]:
        return by_address
    return [contact for contact in _about(query, known) if any(_is_called(contact, word, loose=True) for word in asked)]


def _names(contact: Contact) -> tuple[str, ...]:
    return (contact.name, *contact.nicknames)


def _is_called(contact: Contact, word: str, *, loose: bool) -> bool:
    """Whether the word, or what is left of it without joined prefixes (ליואב), is one of the contact's names."""
    return any(fits(word, name, loose=loose) or any(fits(form, name, loose=False) for form in forms(word)) for name in _names(contact))


def _about(query: str, contacts: Iterable[Contact]) -> list[Contact]:
    """Those of whose name, organization, role and addresses every word of `query` is a part, in either language."""
    asked = content_tokens(query)
    known = list(contacts)
    for loose in (False, True):
        found = [contact for contact in known if all(_says(contact, word, loose=loose) for word in asked)]
        if found:
            return found
    return []


def _says(contact: Contact, asked: str, *, loose: bool) -> bool:
    words = tokens(f"{contact.organization} {contact.role} {contact.email}")
    known = frozenset[str]().union(*(forms(word) for word in words))
    if any(not known.isdisjoint(forms(word)) for word in (asked, *translations(asked))):
        return True
    if _is_called(contact, asked, loose=loose) or any(fits(asked, word, loose=loose) for word in tokens(contact.organization)):
        return True
    digits = _digits(asked)
    return len(digits) >= 4 and digits in _digits(contact.phone)


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdecimal())


@tool(
    "contacts.search",
    title=Text(he="חיפוש אנשי קשר", en="Search contacts"),
    description=Text(
        he="מחפש אנשי קשר לפי שם, ארגון, תפקיד או כתובת, בעברית ובאנגלית",
        en="Search contacts by name, organization, role or address, in Hebrew and English",
    ),
    examples={
        "he": [
            "מי עובד באסם", "חפש באנשי הקשר את מי שעובד בחברה", "אילו אנשי קשר יש לי", "מצא את כל הספקים באנשי הקשר",
            "מה הטלפון של דנה", "אילו אנשים מהחברה יש באנשי הקשר",
        ],
        "en": [
            "who works at Osem", "which contacts do I have", "list the contacts", "find all suppliers in the contacts",
            "what is Dana's phone number", "which people from the company are in my contacts",
        ],
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
        "he": ["יואב", "מי זה יואב כהן", "הפרטים של דנה לוי", "המייל של יואב", "איך משיגים את יואב בטלפון"],
        "en": ["Yoav", "who is Yoav Cohen", "Dana Levi's details", "Yoav's email", "how can I reach Yoav by phone"],
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


def _nobody(name: str, known: Sequence[Contact], language: Language) -> tuple[str, str]:
    """What to say when nobody has the name, and what to do: the names that come nearest in writing or in sound."""
    near = sorted(known, key=lambda contact: -max(_nearness(name, other) for other in _names(contact)))[:MOST_NEAR]
    names = ", ".join(contact.name for contact in near)
    if language == "he":
        return f"אין איש קשר בשם {name}.", f"השמות הקרובים: {names}." if names else "הוסיפו כרטיס .vcf לתיקיית אנשי הקשר."
    return f"There is no contact named {name}.", f"The nearest names: {names}." if names else "Put a .vcf card into the contacts folder."


def _nearness(one: str, other: str) -> float:
    return max(fuzz.WRatio(normalise(one), normalise(other)), 0.9 * fuzz.ratio(consonants(one), consonants(other)))


TOOLS = (search, pick)

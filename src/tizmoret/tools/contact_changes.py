"""Write contacts. A person approves each; a repeat of a call writes nothing again; each can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from tizmoret.catalog.tool import Call, Kind, Text, Tool, tool
from tizmoret.errors import Conflict
from tizmoret.plan.model import Language
from tizmoret.tools.calendar.models import EMAIL
from tizmoret.tools.contacts import OWN, describe_contact
from tizmoret.tools.models import Contact
from tizmoret.tools.providers.ports import ContactBook

LOCKS = ("contacts",)
FIELDS = ("name", "email", "phone", "organization", "role")
Removable = Literal["email", "phone", "organization", "role"]
_SHORTEST = 3  # digits of a number that one can call


class _Details(BaseModel):
    """What may be written of somebody, each on one line."""

    model_config = ConfigDict(extra="forbid")
    email: Annotated[str, Kind("card.email")] = Field("", max_length=320)
    phone: Annotated[str, Kind("card.phone")] = Field("", max_length=60)
    organization: Annotated[str, Kind("card.organization")] = Field("", max_length=200, description="where they work")
    role: Annotated[str, Kind("card.role")] = Field("", max_length=200, description="what they are there, such as agronomist")

    @field_validator("*", mode="before")
    @classmethod
    def _on_one_line(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return " ".join("".join(letter for letter in value if letter.isprintable() or letter.isspace()).split())

    @model_validator(mode="after")
    def _of_their_kind(self) -> Self:
        if self.email and not EMAIL.fullmatch(self.email):
            raise ValueError(f"{self.email!r} is not an e-mail address")
        if self.phone and sum(letter.isdecimal() for letter in self.phone) < _SHORTEST:
            raise ValueError(f"{self.phone!r} is not a phone number")
        return self


class AddContact(_Details):
    name: Annotated[str, Kind("card.name")] = Field(min_length=1, max_length=200, description="the whole name, as it is to be shown")


class ChangeContact(_Details):
    """What is left empty stays as it is; what is to be taken out is named in `remove`."""

    contact: Annotated[Contact, Kind("contact")] = Field(description="the contact as it was looked up")
    name: Annotated[str, Kind("card.new_name")] = Field("", max_length=200, description="a new name; empty: stays as it is")
    remove: Annotated[list[Removable], Kind("card.removed")] = Field(
        [], max_length=4, description="what is to be taken out, with nothing in its place"
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.remove and not any(getattr(self, field) for field in FIELDS):
            raise ValueError("nothing is to be changed: give a new phone, email, organization, role or name, or what to remove")
        for field in self.remove:
            if getattr(self, field):
                raise ValueError(f"{field} cannot be both given and removed")
            if not getattr(self.contact, field):
                raise ValueError(f"{self.contact.name[:100]} has no {field} that could be removed")
        return self


class Added(BaseModel):
    contact: Annotated[Contact, Kind("contact")]


class Changed(BaseModel):
    """`before` is the contact as it was."""

    contact: Annotated[Contact, Kind("contact")]
    before: Contact


_NAMES: Mapping[Language, Mapping[str, str]] = {
    "he": {"name": "שם", "email": "דוא״ל", "phone": "טלפון", "organization": "ארגון", "role": "תפקיד"},
    "en": {"name": "name", "email": "e-mail", "phone": "phone", "organization": "organization", "role": "role"},
}


def _show_added(added: Added, language: Language) -> str:
    return f"{'נוסף איש קשר' if language == 'he' else 'A contact was added'}: {describe_contact(added.contact)}"


def _show_changed(changed: Changed, language: Language) -> str:
    """Each value that is another now, and what it was."""
    he, told = language == "he", []
    for field in FIELDS:
        was, now = getattr(changed.before, field), getattr(changed.contact, field)
        if was != now:
            before = (f" (היה {was})" if he else f" (was {was})") if was else ""
            told.append(f"{_NAMES[language][field]} {now or ('הוסר' if he else 'removed')}{before}")
    head = f"{'עודכן איש הקשר' if he else 'The contact was changed'}: {changed.contact.name}"
    return " · ".join([head, *told])


async def _undo(_args: Any, output: Any, call: Call) -> None:
    if not await call.provider(ContactBook).undo(call.key):
        name = Added.model_validate(output).contact.name
        raise Conflict(f"“{name}” was changed again since, so it was left as it is.", cure="Look at the contact.")


async def _added_before(_args: AddContact, call: Call) -> Added | None:
    done = await call.provider(ContactBook).done(call.key)
    return None if done is None else Added(contact=done.contact)


async def _changed_before(_args: ChangeContact, call: Call) -> Changed | None:
    done = await call.provider(ContactBook).done(call.key)
    return None if done is None or done.before is None else Changed(contact=done.contact, before=done.before)


@tool(
    "contacts.add",
    title=Text(he="הוספת איש קשר", en="Add a contact"),
    description=Text(
        he="מוסיף אדם לאנשי הקשר, עם טלפון, דוא״ל, ארגון ותפקיד",
        en="Add a person to the contacts, with phone, e-mail, organization and role",
    ),
    examples={
        "he": [
            "תוסיף את דנה לוי לאנשי הקשר, טלפון 050-1234567", "איש קשר חדש: יואב כהן, yoav@example.com",
            "שמור באנשי הקשר את דנה לוי מאסם",
        ],
        "en": [
            "add Dana Levi, 050-1234567, to my contacts", "new contact: Yoav Cohen, yoav@example.com",
            "save Dana Levi from Osem in my contacts",
        ],
    },
    show=_show_added, effect="write", recovery="keyed", approval="ask", locks=LOCKS, label=OWN,
    undo=_undo, probe=_added_before, seconds=0.5,
)  # fmt: skip
async def add(args: AddContact, call: Call) -> Added:
    wanted = Contact(id="", **{field: getattr(args, field) for field in FIELDS})
    return Added(contact=await call.provider(ContactBook).add(wanted, key=call.key))


@tool(
    "contacts.change",
    title=Text(he="עדכון איש קשר", en="Change a contact"),
    description=Text(
        he="מעדכן או מסיר את הפרטים של איש קשר: טלפון, דוא״ל, ארגון, תפקיד או שם",
        en="Change or remove what is kept of a contact: phone, e-mail, organization, role or name",
    ),
    examples={
        "he": [
            "שנה את הטלפון של יואב ל-050-7654321", "עדכן את המייל של דנה", "תעדכן את התפקיד של יואב לסמנכ״ל", "מחק את הטלפון של דנה",
        ],
        "en": [
            "change Yoav's phone to 050-7654321", "update Dana's e-mail address", "update Yoav's role to head of sales",
            "remove Dana's phone number",
        ],
    },
    show=_show_changed, effect="write", recovery="keyed", approval="ask", locks=LOCKS, label=OWN,
    undo=_undo, probe=_changed_before, seconds=0.5,
)  # fmt: skip
async def change(args: ChangeContact, call: Call) -> Changed:
    said = {field: value for field in FIELDS if (value := getattr(args, field))}
    gone: dict[str, str] = {field: getattr(args.contact, field) for field in args.remove}
    done = await call.provider(ContactBook).change(args.contact.id, said, gone, key=call.key)
    return Changed(contact=done.contact, before=done.before or args.contact)


TOOLS: tuple[Tool, ...] = (add, change)

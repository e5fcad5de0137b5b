"""A plugin of a stranger, to plan with: the tools of a veterinary clinic, declared as the tutorial says, half of them without examples.

The planner's rules know nothing of it. Nothing is carried out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, Field

from tizmoret.catalog.tool import Call, Kind, Text, Tool, tool
from tizmoret.plan.capability import Effect
from tizmoret.plan.model import Language

AnimalId = Annotated[str, Kind("animal.id")]
VisitId = Annotated[str, Kind("visit.id")]
Words = Annotated[str, Kind("words")]
Moment = Annotated[dt.datetime, Kind("date-time")]


class Period(BaseModel):
    start: dt.date
    end: dt.date


During = Annotated[Period | None, Kind("period")]


class Animal(BaseModel):
    id: AnimalId
    name: str
    owner: str


class Animals(BaseModel):
    animals: list[Animal]


class Owner(BaseModel):
    name: str
    phone: Annotated[str, Kind("phone")]


class Visit(BaseModel):
    id: VisitId
    start: Moment
    reason: str


class Visits(BaseModel):
    visits: list[Visit]


class Report(BaseModel):
    markdown: Annotated[str, Kind("markdown")]


class Done(BaseModel):
    id: str


class Nothing(BaseModel):
    pass


class Find(BaseModel):
    query: Words = ""


class OneAnimal(BaseModel):
    name: str = Field(description="the animal's name")


class OneVisit(BaseModel):
    query: Words = Field(description="the animal or the reason")
    period: During = None


class SomeVisits(BaseModel):
    query: Words = ""
    period: During = None
    animal: AnimalId | None = None


class Book(BaseModel):
    animal: AnimalId
    start: Moment
    reason: str = ""


class Cancel(BaseModel):
    visit: VisitId


class Due(BaseModel):
    period: During = None


class Order(BaseModel):
    medicine: str = Field(description="what is ordered")
    boxes: int = Field(1, ge=1)


class Bill(BaseModel):
    animal: AnimalId
    amount: float = Field(gt=0, description="shekels")


class OneOwner(BaseModel):
    name: Annotated[str, Kind("person.name")]


class Message(BaseModel):
    phone: Annotated[str, Kind("phone")]
    message: str = Field(min_length=1)


class OfAnimal(BaseModel):
    animal: AnimalId


class Weight(BaseModel):
    animal: AnimalId
    kilos: float = Field(gt=0)


def _declared(
    name: str, takes: type[BaseModel], gives: type[BaseModel], title: tuple[str, str], description: tuple[str, str],
    examples: Mapping[Language, Sequence[str]] | None = None, effect: Effect = "none",
) -> Tool:  # fmt: skip
    async def run(args: Any, call: Call) -> Any:
        raise NotImplementedError("this clinic is only planned with")

    run.__annotations__ = {"args": takes, "call": Call, "return": gives}
    return tool(
        f"clinic.{name}", title=Text(*title), description=Text(*description), examples=examples, show=lambda output, language: str(output),
        effect=effect, recovery="pure" if effect == "none" else "keyed", approval="never" if effect == "none" else "ask",
    )(run)  # fmt: skip


TOOLS = [
    _declared(
        "animals", Find, Animals, ("חיות", "Animals"),
        ("מוצא חיות שמטופלות במרפאה, לפי שם או משפחה", "Find animals that the clinic treats, by name or by family"),
    ),
    _declared(
        "animal", OneAnimal, Animal, ("חיה אחת", "One animal"),
        ("מוצא את תיק החיה לפי שמה", "Find the file of one animal by its name"),
        {"he": ["מצא את התיק של בוני"], "en": ["find the file of Bonnie"]},
    ),
    _declared(
        "visits", SomeVisits, Visits, ("תורים", "Visits"),
        ("מציג את התורים במרפאה בתקופה או של חיה אחת", "List the visits to the clinic in a period or of one animal"),
        {"he": ["אילו תורים יש השבוע במרפאה"], "en": ["which visits are there this week at the clinic"]},
    ),
    _declared(
        "visit", OneVisit, Visit, ("תור אחד", "One visit"),
        ("מוצא את התור שהתכוונו אליו", "Find the one visit that was meant"),
    ),
    _declared(
        "book", Book, Visit, ("קביעת תור", "Book a visit"),
        ("קובע תור לחיה במרפאה", "Book a visit of an animal to the clinic"),
        {"he": ["קבע לבוני תור לחיסון ביום שלישי"], "en": ["book a visit for Bonnie on Tuesday"]}, "write",
    ),
    _declared(
        "cancel", Cancel, Done, ("ביטול תור", "Cancel a visit"),
        ("מבטל תור במרפאה", "Cancel a visit to the clinic"), effect="delete",
    ),
    _declared(
        "vaccines", Due, Report, ("חיסונים", "Vaccinations"),
        ("אומר לאילו חיות צריך לתת חיסון ומתי", "Say which animals are due for a vaccination, and when"),
        {"he": ["למי מגיע חיסון"], "en": ["who is due for a shot"]},
    ),
    _declared(
        "medicines", Find, Report, ("מלאי תרופות", "Medicines in stock"),
        ("בודק כמה נשאר מכל תרופה בארון", "Check how much is left of each medicine in the cupboard"),
    ),
    _declared(
        "order_medicine", Order, Done, ("הזמנת תרופות", "Order medicines"),
        ("מזמין תרופות מהספק", "Order medicines from the wholesaler"),
        {"he": ["תזמין 5 קופסאות של משחה"], "en": ["order 5 boxes of ointment"]}, "send",
    ),
    _declared(
        "unpaid", Nothing, Report, ("חובות", "Unpaid bills"),
        ("מפרט את החשבונות שבעלי החיות עוד לא שילמו", "List the bills that owners have not paid"),
    ),
    _declared(
        "bill", Bill, Done, ("הוצאת חשבון", "Issue a bill"),
        ("מוציא לבעלים חשבון על טיפול בחיה", "Charge an animal's owner for a treatment"), effect="write",
    ),
    _declared(
        "owner", OneOwner, Owner, ("בעלים", "Owner"),
        ("מוצא את הבעלים של חיה ואת הטלפון שלו", "Find the owner of an animal and his telephone"),
        {"he": ["מי הבעלים של בוני"], "en": ["who is the owner of Bonnie"]},
    ),
    _declared(
        "text", Message, Done, ("סמס לבעלים", "Text an owner"),
        ("שולח הודעת סמס לבעלים של חיה", "Send a text message to the owner of an animal"),
        {"he": ["שלח סמס לבעלים של בוני"], "en": ["text the owner of Bonnie"]}, "send",
    ),
    _declared(
        "cages", Nothing, Report, ("כלובים", "Cages"),
        ("אומר אילו כלובי אשפוז פנויים", "Say which cages for the night are free"),
    ),
    _declared(
        "lab", OfAnimal, Report, ("תוצאות מעבדה", "Lab results"),
        ("מציג את תוצאות המעבדה של חיה", "Show the laboratory results of an animal"),
    ),
    _declared(
        "weigh", Weight, Done, ("רישום משקל", "Record a weight"),
        ("רושם בתיק כמה חיה שוקלת", "Write in the file how much an animal weighs"),
        {"he": ["רשום שבוני שוקלת 4 קילו"], "en": ["write down that Bonnie weighs 4 kilos"]}, "write",
    ),
]  # fmt: skip

"""What the planner asks when it cannot plan: honest, in the request's language, with what it did understand."""

from __future__ import annotations

from collections.abc import Sequence

from tizmoret.catalog.tool import Text
from tizmoret.plan.model import Language
from tizmoret.planner.offline.cards import writes_card
from tizmoret.planner.offline.skills import Skill, Slot
from tizmoret.planner.planner import Question

_SHOWN = 160  # characters of a clause

_MODEL = Text(
    he="התכנון כרגע ללא מודל שפה, ולכן עדיף משפט פשוט; עם מפתח למודל (TIZMORET_MODEL) אפשר לבקש בחופשיות.",
    en="This is the offline planner, so plain sentences work best; with a model's key (TIZMORET_MODEL) requests can be freer.",
)
_LABELS: dict[str, Text] = {
    "start": Text(he="מתי (יום ושעה)", en="when (day and hour)"),
    "title": Text(he="השם החדש (במירכאות)", en="the new title (in quotes)"),
    "location": Text(he="המקום", en="the place"),
    "end": Text(he="עד מתי", en="until when"),
    "document": Text(he="באיזה מסמך או קובץ מדובר", en="which document or file is meant"),
    "document.id": Text(he="באיזה מסמך או קובץ מדובר (למשל sales.xlsx)", en="which document or file is meant (for instance sales.xlsx)"),
    "person.name": Text(he="של מי או עם מי", en="who is meant"),
    "contact": Text(he="עם מי", en="with whom"),
    "email": Text(he="לאיזו כתובת", en="which address"),
    "event.id": Text(he="באיזו פגישה מדובר", en="which meeting is meant"),
    "code": Text(he="איזה קוד (בתוך `…`)", en="which code (written between back-quotes: `…`)"),
    "url": Text(he="כתובת הדף (https://…)", en="the page's address (https://…)"),
    "card.name": Text(he="השם המלא", en="the whole name"),
    "card.phone": Text(he="מספר הטלפון (או כתובת דוא״ל)", en="the phone number (or an e-mail address)"),
    "card.contact": Text(he="של מי", en="whose"),
    "card.email": Text(he="כתובת הדוא״ל החדשה", en="the new e-mail address"),
    "card.organization": Text(he="מקום העבודה החדש", en="the new organization"),
    "card.role": Text(he="התפקיד החדש", en="the new role"),
    "words": Text(he="מה לחפש", en="what to look for"),
    "markdown": Text(he="מה לכתוב בו", en="what to write in it"),
    "text": Text(he="על איזה טקסט או מסמך", en="which text or document"),
    "sql": Text(he="שאילתת ה-SQL", en="the SQL query"),
}


def not_understood(
    text: str, strange: Sequence[str], nearest: Sequence[Skill], understood: Sequence[str], language: Language, examples: Sequence[str]
) -> Question:
    """strange: the words of `text` that no tool speaks of."""
    shown = _short(text)
    words = ", ".join(f"„{word}”" if language == "he" else f"“{word}”" for word in strange)
    names = ", ".join(dict.fromkeys(skill.title[language] for skill in nearest))
    said = "; ".join(f"„{example}”" if language == "he" else f"“{example}”" for example in examples)
    if language == "he":
        first = f"אין לי דרך לבצע את „{shown}”, או שלא הבנתי את הבקשה."
        first += f" אף כלי אינו מכיר את {words}." if words else ""
        near = f"הקרוב ביותר שאני יודע: {names}." if names else "הדברים שאני יודע: מסמכים, אנשי קשר, יומן, טבלאות, דפי אינטרנט ועוד."
        how = f"אפשר לנסח אחרת, למשל: {said}." if said else "אפשר לנסח אחרת."
    else:
        first = f"I have no way to do “{shown}”, or did not understand it."
        first += f" No tool speaks of {words}." if words else ""
        near = f"The nearest that I can do: {names}." if names else "What I can do is listed in the catalog of tools."
        how = f"Say it another way, for instance: {said}." if said else "Say it another way."
    return Question(" ".join((first, near, how, _MODEL[language])), tuple(understood))


def missing(skill: Skill, slot: Slot, understood: Sequence[str], language: Language) -> Question:
    own = _LABELS.get(f"card.{slot.kind}") if writes_card(skill) else None
    label = own or _LABELS.get(slot.name) or _LABELS.get(slot.kind)
    what = label[language] if label else str(slot.schema.get("description") or slot.name.replace("_", " "))
    if language == "he":
        text = f"הבנתי שהבקשה היא „{skill.title['he']}”, אבל חסר פרט: {what}?"
    else:
        text = f"I understood “{skill.title['en']}”, but one thing is missing: {what}?"
    return Question(text, tuple(understood))


def conditional(text: str, understood: Sequence[str], language: Language) -> Question:
    if language == "he":
        return Question(f"בלי מודל שפה אינני מתכנן לפי תנאי („{_short(text)}”). מה לעשות בכל מקרה?", tuple(understood))
    return Question(f"Without a model I do not plan on a condition (“{_short(text)}”). What should be done in any case?", tuple(understood))


def nothing_to_do(understood: Sequence[str], language: Language) -> Question:
    if language == "he":
        return Question("הבנתי מה לא לעשות, אבל לא מה כן. מה לבצע?", tuple(understood))
    return Question("I understood what not to do, but not what to do. What should be done?", tuple(understood))


def empty(language: Language, examples: Sequence[str]) -> Question:
    said = "; ".join(f"„{example}”" if language == "he" else f"“{example}”" for example in examples)
    if language == "he":
        return Question(f"לא מצאתי בבקשה מילים שאפשר לפעול לפיהן. אפשר לבקש, למשל: {said}. {_MODEL['he']}")
    return Question(f"There are no words in the request to act on. Ask, for instance: {said}. {_MODEL['en']}")


def too_much(limit: int, understood: Sequence[str], language: Language) -> Question:
    if language == "he":
        return Question(f"הבקשה גדולה מדי לתכנון אחד ללא מודל שפה (יותר מ-{limit} שלבים). אפשר לחלק אותה לכמה בקשות?", tuple(understood))
    return Question(
        f"The request is too much for one offline plan (over {limit} steps). Could it be parted into several?", tuple(understood)
    )


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN].rsplit(" ", 1)[0] + " …"


def not_checked(text: str, understood: Sequence[str], language: Language) -> Question:
    """A plan that `check` refuses is a fault of the planner: it says so rather than run something else."""
    if language == "he":
        return Question(f"לא הצלחתי לבנות תוכנית תקינה לבקשה ({text}). {_MODEL['he']}", tuple(understood))
    return Question(f"I could not make a sound plan of the request ({text}). {_MODEL['en']}", tuple(understood))

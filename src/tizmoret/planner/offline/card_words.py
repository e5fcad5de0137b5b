"""The words for what is kept of somebody, and how numbers and addresses are written."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tizmoret.planner.offline.reading import tidy

LABELS: Mapping[str, str] = {
    "phone": r"(?:(?:phone|mobile|cell|telephone)(?:\s+number)?|tel|number|ה?(?:מספר\s+ה?(?:טלפון|נייד)|טלפון|נייד|פלאפון|מספר|טל'?))",
    "email": r"(?:e-?mail(?:\s+address)?|mail|ה?(?:(?:כתובת\s+)?ה?(?:אימייל|מייל|דוא\"?ל)))",
    "organization": r"(?:company|organi[sz]ation|employer|workplace|ה?(?:חברה|ארגון|מקום\s+ה?עבודה))",
    "role": r"(?:role|position|job(?:\s+title)?|ה?תפקיד)",
}
REACHED = f"(?:{LABELS['phone']}|{LABELS['email']})"
ANY = f"(?:{'|'.join(LABELS.values())})"
NUMBER = r"(?<![\w@.])(?:\+|\*|\()?\d(?:[\d()./ -]{1,22})\d(?![\w@])"
MAIL = r"[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}"
PHONE = re.compile(NUMBER)
_INSIDE = re.compile(r"(?<=[א-ת])\"(?=[א-ת])")  # סמנכ"ל
_FEWEST = 4  # digits of a number that one can call


def fields(label: str) -> list[str]:
    """What is meant by a label: "job title" is the role."""
    return [field for field, pattern in LABELS.items() if re.fullmatch(pattern, label, re.IGNORECASE)]


def phones(text: str) -> list[re.Match[str]]:
    return [match for match in PHONE.finditer(text) if sum(letter.isdigit() for letter in match[0]) >= _FEWEST]


def tidily(said: str) -> str:
    return tidy(_INSIDE.sub("״", said))

"""The reasons for a difference between two plans, as sentences for the person who is asked about it."""

from __future__ import annotations

from collections.abc import Mapping

from tizmoret.plan.difference import Code, Reason
from tizmoret.plan.model import Language

_SAID: Mapping[Code, Mapping[Language, str]] = {
    "new-effect": {"en": "{tool} is new ({step}).", "he": "{tool} נוסף לתוכנית ({step})."},
    "new-target": {"en": "{tool} would reach another {argument}: {detail}.", "he": "{tool} יפנה אל {argument} אחר: {detail}."},
    "new-content": {"en": "{argument} of {tool} is another: {detail}.", "he": "{argument} של {tool} השתנה: {detail}."},
    "wider-flow": {"en": "More flows into {tool}: {detail}.", "he": "יותר מידע זורם אל {tool}: {detail}."},
    "repeated": {"en": "{tool} would run for each item of a list that is new.", "he": "{tool} ירוץ על כל פריט ברשימה חדשה."},
    "condition-changed": {"en": "{tool} no longer depends on what it depended on.", "he": "{tool} כבר לא תלוי במה שהיה תלוי בו."},
    "approval-dropped": {"en": "{tool} would no longer be asked about.", "he": "{tool} ירוץ בלי לשאול."},
    "order-lost": {"en": "{tool} would no longer wait for {detail}.", "he": "{tool} כבר לא יחכה ל-{detail}."},
    "on-failure": {"en": "What happens after a failure is another: {detail}.", "he": "מה שקורה אחרי כישלון השתנה: {detail}."},
    "effect-gone": {"en": "{tool} is left out ({step}).", "he": "{tool} ירד מהתוכנית ({step})."},
    "fewer-targets": {"en": "{argument} of {tool} holds less.", "he": "יש פחות ב-{argument} של {tool}."},
    "condition-added": {"en": "{tool} runs only on a condition now.", "he": "{tool} ירוץ עכשיו רק בתנאי."},
    "approval-added": {"en": "{tool} is asked about now.", "he": "על {tool} ישאלו עכשיו."},
    "other-source": {"en": "{argument} of {tool} comes from {detail} now.", "he": "{argument} של {tool} מגיע עכשיו מ-{detail}."},
}


def sentence(reason: Reason, language: Language) -> str:
    return _SAID[reason.code][language].format(tool=reason.tool, step=reason.step, argument=reason.argument, detail=reason.detail)

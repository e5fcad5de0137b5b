"""The English words that shape a request. Tables only; subjects are matched against the catalog, never listed here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tizmoret.planner.language.acts import Act

# Verbs of two words; the second tells them from the first alone ("call Dana", "call off the meeting").
PHRASES: dict[Act, str] = {
    "schedule": "set-up line-up", "find": "look-up look-for pull-up dig-up", "read": "go-over look-over go-through",
    "summarise": "sum-up catch-up boil-down", "write": "write-up put-together write-down draw-up", "delete": "call-off take-off cross-off",
    "change": "put-off push-back bring-forward move-up", "check": "look-into check-on",
}  # fmt: skip
PARTICLES = "off up out back down over on into forward together through for"

QUESTIONS = """what who whom whose when where which how why is are was were do does did am has have had can could should will would
    what's who's when's where's how's there's any anything anybody"""

# Said before a request, and no part of it.
POLITE = (
    r"pls|plz|i\s+(?:wanna|gotta)|if\s+possible|if\s+you\s+(?:can|could|please|don'?t\s+mind)|please|kindly|hi|hello|hey|ok|okay|so|now|first|also|finally|lastly|then|next,|and|but|just|quickly|can\s+you|could\s+you|would\s+you|will\s+you"
    r"|can\s+we|could\s+we|i\s+want\s+you\s+to|i\s+want\s+to|i(?:'d|\s+would)\s+like\s+(?:you\s+)?to|i\s+need\s+(?:you\s+)?to|i\s+need|i\s+want"
    r"|i(?:'d|\s+would)\s+like|help\s+me(?:\s+to)?|let's|let\s+us|go\s+and|try\s+to|make\s+sure\s+to|you\s+(?:should|must|need\s+to)|may\s+i\s+ask\s+you\s+to"
)
NEGATION = (
    r"do\s+not|don'?t|never|no\s+need\s+to|without|not\s+to|must\s+not|mustn'?t|shouldn'?t|should\s+not|avoid|refrain\s+from|instead\s+of"
)
# Words that open a new clause when a verb or a question follows, and those that open one by themselves.
THEN = r"and\s+then|after\s+that|afterwards|then|after\s+which|and\s+next|(?<![A-Za-z] )next"
AND = r"and\s+also|and|but|also|or"

# Words after "with" that end a name.
AFTER_PERSON = (
    "about on in at for to from with of and the a an regarding concerning re next this last every who that is by as if or via per until"
)
# What is bought or ordered rather than met: "book a flight" is no entry in a calendar.
CONDITION = r"if|unless|provided\s+that|in\s+case|as\s+long\s+as"
BOUGHT = "flight plane ticket train hotel room-service taxi cab uber table restaurant pizza food delivery car rental order product"
HIM = r"him|her|them|everyone"
HIS = r"his|hers|their|its"
IT = r"it|this|that|these|those|the\s+results?|the\s+findings|the\s+summary|the\s+same|the\s+first\s+one|the\s+first|them|what\s+you\s+f(?:i|ou)nd"
ABOUT = r"about|regarding|concerning|on\s+the\s+subject\s+of|on\s+the\s+topic\s+of|with\s+regard\s+to|re:"
WERE = "did was were had been"
PAST = (
    "done decided agreed wrote written said happened discussed sold bought made earned spent produced delivered say says mention mentioned"
)

"""The list of documents that a text rests on, at its end."""

from __future__ import annotations

from collections.abc import Sequence

from tizmoret.plan.model import Language
from tizmoret.tools import markdown
from tizmoret.tools.models import Document, Source

_MORE = {"he": "מסמכים נוספים", "en": "More documents"}


def with_sources(content: str, citations: Sequence[Document], language: Language) -> str:
    """`content` with its documents listed. Those that a list in it names already (as an analysis has one) are not listed twice."""
    sources = [Source(id=document.id, title=document.title) for document in dict.fromkeys(citations)]
    named = [source for source in sources if f"(`{source.id}`)" in content]
    left = [source for source in sources if source not in named]
    if not left:
        return content
    listed = markdown.sources(left, language)
    if named:
        listed = listed.replace(markdown.SOURCES[language], _MORE[language], 1)
    return f"{content.rstrip()}\n\n{listed}\n"

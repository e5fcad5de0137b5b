"""Text of PDF files by PDFium, which keeps Hebrew in reading order."""

from __future__ import annotations

import datetime as dt
import re
import threading
from typing import TYPE_CHECKING

from tizmoret.tools.reading.archive import Broken, Encrypted
from tizmoret.tools.reading.text import Content, in_utc

if TYPE_CHECKING:
    import pypdfium2

MAX_PAGES = 2_000
_DATE = re.compile(r"^D:(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?(?:([+\-Z])(\d{2})?'?(\d{2})?)?")

# PDFium is not safe to call from two threads at once, whatever the documents.
_one_at_a_time = threading.Lock()


def read_pdf(content: bytes, characters: int) -> Content:
    """At most `characters` of the text. Raises Encrypted or Broken."""
    import pypdfium2

    with _one_at_a_time:
        try:
            document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as error:
            raise (Encrypted if "password" in str(error).lower() else Broken) from error
        try:
            metadata = document.get_metadata_dict()
            text = _text(document, characters)
        except pypdfium2.PdfiumError as error:
            raise Broken from error
        finally:
            document.close()
    return Content(
        text=text,
        title=metadata.get("Title", "").strip(),
        keywords=f"{metadata.get('Keywords', '')} {metadata.get('Subject', '')}".strip(),
        modified=_moment(metadata.get("ModDate", "")) or _moment(metadata.get("CreationDate", "")),
    )


def _text(document: pypdfium2.PdfDocument, characters: int) -> str:
    pages: list[str] = []
    left = characters
    for number in range(min(len(document), MAX_PAGES)):
        page = document[number]
        textpage = page.get_textpage()
        pages.append(textpage.get_text_bounded(errors="replace").replace("\r\n", "\n")[:left])
        textpage.close()
        page.close()
        left -= len(pages[-1])
        if left <= 0:
            break
    return "\n\n".join(pages).replace("\x00", "").replace("\ufffe", "-").strip()


def _moment(text: str) -> dt.datetime | None:
    """`D:20251214093000+02'00'` (ISO 32000 section 7.9.4)."""
    match = _DATE.match(text)
    if match is None:
        return None
    year, month, day = int(match[1]), int(match[2] or 1), int(match[3] or 1)
    hour, minute, second = (int(part or 0) for part in match.groups()[3:6])
    offset = dt.timedelta(hours=int(match[8] or 0), minutes=int(match[9] or 0)) * (-1 if match[7] == "-" else 1)
    try:
        return in_utc(dt.datetime(year, month, day, hour, minute, second, tzinfo=dt.timezone(offset)))
    except ValueError:
        return None

"""What an office file (a zip of XML) may hold before anything inside it is read."""

from __future__ import annotations

import io
import zipfile

MAX_MEMBERS = 10_000
MAX_UNPACKED = 400 * 1024 * 1024  # bytes of all members: pictures are many, but nobody unpacks them here
MAX_XML = 48 * 1024 * 1024  # bytes of one XML member: as a tree it takes ten times that

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how an encrypted office file (or one of before 2007) begins


class Unreadable(Exception):
    """The root of why a file's text cannot be had."""


class Encrypted(Unreadable):
    pass


class Broken(Unreadable):
    pass


class TooBig(Unreadable):
    pass


def check_archive(content: bytes) -> None:
    """Raises Encrypted, Broken or TooBig. The sizes come from the zip's directory; zipfile never unpacks more than they say."""
    if content.startswith(_OLE):
        raise Encrypted
    try:
        members = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Broken from error
    if any(member.flag_bits & 0x1 for member in members):
        raise Encrypted
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
        raise TooBig
    if any(member.file_size > MAX_XML and member.filename.lower().endswith((".xml", ".rels")) for member in members):
        raise TooBig

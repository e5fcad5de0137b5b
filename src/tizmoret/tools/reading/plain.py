"""Plain text and Markdown: bytes to text, and the front matter of a Markdown file."""

from __future__ import annotations

import re

import yaml

from tizmoret.yaml_text import read_yaml

_FRONT = re.compile(r"\A---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
MAX_FRONT = 64 * 1024  # characters


def decode(content: bytes) -> str:
    """UTF-8, UTF-16 with its mark, else Windows Hebrew: what Excel in Israel still writes. Never fails."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1255", "replace")


def front_matter(text: str) -> tuple[dict[str, object], str]:
    """The fields at the head of a Markdown file (empty where there are none, or they are not YAML), and the rest."""
    match = _FRONT.match(text)
    if match is None or len(match[1]) > MAX_FRONT:
        return {}, text
    try:
        fields = read_yaml(match[1])
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}, text
    if not isinstance(fields, dict):
        return {}, text
    return {str(key): value for key, value in fields.items()}, text[match.end() :]

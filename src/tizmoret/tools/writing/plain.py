"""Markdown files: front matter that carries what office files keep in their properties."""

from __future__ import annotations

import datetime as dt

import yaml


def to_markdown(title: str, content: str, *, key: str, now: dt.datetime) -> bytes:
    fields = {"title": title, "date": now.isoformat(timespec="seconds"), "identifier": key, "generator": "Tizmoret"}
    head = yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=1_000)
    body = content if content.lstrip().startswith("# ") else f"# {' '.join(title.split())}\n\n{content}"
    return f"---\n{head}---\n\n{body.strip()}\n".encode("utf-8", "replace")

"""Write web/openapi.json, of which the dashboard's types are made. `make openapi`, after a change of the API."""

from __future__ import annotations

import json
from pathlib import Path

from tizmoret.server.app import make_api

DOCUMENT = Path(__file__).parent.parent / "web" / "openapi.json"


def document() -> str:
    """As the server would answer it, but for the version, which changes with every release and not with the API."""
    found = make_api().openapi()
    found["info"]["version"] = "0"
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), "utf-8")

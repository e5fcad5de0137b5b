"""Programs in processes of their own that need not import everything first.

One of ours takes a second to import what it runs on, and the tests start hundreds. Here one process imports it once and forks for each
program: its own pid, arguments, environment, folder, input and output, its own signals, exit code and end, as any other process has
them. What such a process does not show is how it starts; for that the tests run `sys.executable`. Nothing of the command line is
imported beforehand, since it reads its language from the environment while it is imported."""

from __future__ import annotations

import functools
import gc
import importlib
import os
import pickle
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO

BEFOREHAND = (
    "tizmoret.orchestrator",
    "tizmoret.server.serve",
    "tizmoret.demo",
    "tizmoret.verify.tools",
    "typer",
    "rich.table",
    "rich.live",
)
ROOT = Path(__file__).parents[1]


class Process:
    """`python -m module arguments` in `folder`, with nothing but `env` for its environment. stdout, stderr: what it said, where it was
    started with PIPE; a number is a descriptor to write to, None is where the tests' own goes."""

    def __init__(
        self, module: str, *arguments: str | bytes, env: Mapping[str, str], folder: Path = ROOT,
        stdin: int | None = None, stdout: int | None = None, stderr: int | None = None,
    ) -> None:  # fmt: skip
        self.stdout, out = _output(stdout, 1)
        self.stderr, err = _output(stderr, 2)
        given = os.open(os.devnull, os.O_RDONLY) if stdin is None else os.dup(stdin)
        self._line, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(_mother(), [b"."], [given, out, err, theirs.fileno()])
        for descriptor in (given, out, err):
            os.close(descriptor)
        with self._line.makefile("wb") as write:
            pickle.dump((module, [os.fsencode(argument) for argument in arguments], dict(env), str(folder)), write)
        self.pid = self._hear()
        self.returncode: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        """How it ended, in the numbers of `subprocess`. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            if not select.select([self._line], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
            self.returncode = os.waitstatus_to_exitcode(self._hear())
            self._line.close()
        return self.returncode

    def poll(self) -> int | None:
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _hear(self) -> int:
        said = self._line.recv(4, socket.MSG_WAITALL)
        assert len(said) == 4, "the process from which others are forked has gone"
        return int.from_bytes(said)


def run(module: str, *arguments: str | bytes, env: Mapping[str, str], stdin: bytes = b"", timeout: float) -> tuple[int, bytes, bytes]:
    """To its end: its exit code, standard output and standard error."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(stdin)
        given.seek(0)
        process = Process(module, *arguments, env=env, stdin=given.fileno(), stdout=out.fileno(), stderr=err.fileno())
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return code, _all_of(out), _all_of(err)


def _all_of(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def _output(wanted: int | None, own: int) -> tuple[IO[str] | None, int]:
    if wanted == subprocess.PIPE:
        read, write = os.pipe()
        return os.fdopen(read, encoding="utf-8"), write
    return None, os.dup(own if wanted is None else wanted)


@functools.cache
def _mother() -> socket.socket:
    """The line to the process that forks. It ends when this one does, and so closes the line."""
    ours, theirs = socket.socketpair()
    env = {name: os.environ[name] for name in ("PATH", "HOME", "VIRTUAL_ENV") if name in os.environ} | {"LANG": "C.UTF-8"}
    with theirs:
        command = [sys.executable, "-c", f"from tests.warm import bear; bear({theirs.fileno()})"]
        subprocess.Popen(command, cwd=ROOT, env=env, pass_fds=[theirs.fileno()])
    return ours


def bear(descriptor: int) -> None:
    """Fork for each program that is asked for. What comes after the loop is run by the forked process alone, to its end."""
    for name in BEFOREHAND:
        importlib.import_module(name)
    gc.freeze()  # what is there stays in memory that all share
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # those who wait for the programs are waited for by nobody
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=descriptor) as line:
        while True:
            asked, descriptors, _, _ = socket.recv_fds(line, 1, 4)
            if not asked:
                return
            if os.fork() == 0:
                break
            for received in descriptors:
                os.close(received)
    _wait_for(*descriptors)


def _wait_for(stdin: int, stdout: int, stderr: int, told: int) -> None:
    """Fork once more: the parent tells the pid and how it ended, the child becomes the program."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with socket.socket(fileno=told) as line:
        with line.makefile("rb") as read:
            program = pickle.load(read)
        pid = os.fork()
        if pid:
            for descriptor in (stdin, stdout, stderr):
                os.close(descriptor)
            line.sendall(pid.to_bytes(4))
            _, status = os.waitpid(pid, 0)
            line.sendall(status.to_bytes(4))
            os._exit(0)
    for number, descriptor in enumerate((stdin, stdout, stderr)):
        os.dup2(descriptor, number)
        os.close(descriptor)
    _become(*program)


def _become(module: str, arguments: list[bytes], env: dict[str, str], folder: str) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    os.chdir(folder)
    sys.path[:0] = [path for path in env.get("PYTHONPATH", "").split(os.pathsep) if path]
    sys.argv[1:] = [os.fsdecode(argument) for argument in arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)

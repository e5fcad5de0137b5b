"""The beat of this process: a thread writes the database's time into its row, over a session of its own that also holds a lock.

Others call a process dead by either of two signs. Its session is gone and it has missed a beat: kill -9, seen within two beats. Or it has
been silent for longer, though its session looks well: it was stopped, or cut off without a word, and cannot say so itself. The first alone
would never see the second; the second alone would have to be so short that a slow moment kills.

A thread, since the event loop stands still for seconds now and then (an import, a large fold) without being dead. When it has stood still
for very long, the beat stops too: what lives but does nothing must not keep its executions."""

from __future__ import annotations

import os
import socket
import threading
import time
from typing import Any
from uuid import UUID

import psycopg
import structlog

from tizmoret.errors import TizmoretError
from tizmoret.store.database import Database

log = structlog.get_logger(__name__)

EVERY = 0.5  # seconds between two beats
GONE = 1.5  # seconds without a beat after which a process without its session is dead
SILENT = 3.0  # seconds without a beat after which any process is dead
HUNG = 30.0  # seconds that the event loop may stand still
AGAIN = 0.2  # seconds until a lost session is made anew
CONNECT = 2  # seconds that one attempt may take

_BEAT = """
insert into workers (id, host, pid, lock, drives, beat_at)
values (%(id)s, %(host)s, %(pid)s, %(lock)s, %(drives)s, clock_timestamp())
on conflict (id) do update set beat_at = clock_timestamp(), drives = excluded.drives"""


class Pulse:
    def __init__(self, database: Database, id: UUID) -> None:
        self._database = database
        self._row = {"id": id, "host": socket.gethostname(), "pid": os.getpid(), "lock": lock_of(id), "drives": False}
        self._session: psycopg.Connection[Any] | None = None
        self._locked = False
        self._beaten = float("-inf")  # when the last beat that was answered was sent
        self._steady = float("-inf")  # since when none was missed
        self.gaps = 0  # times that it was silent for so long that others may have taken over
        self._alive = 0.0  # when the event loop was last seen to move
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, drives: bool) -> None:
        """Blocks until the first beat is written. drives: whether it takes executions. Raises Unavailable, psycopg.Error."""
        self._row["drives"] = drives
        self.touch()
        if self._thread is None:
            self._beat()
            self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Blocks for a moment; a session that hangs is left to the end of the process."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(1.0)

    def touch(self) -> None:
        """The event loop moves."""
        self._alive = time.monotonic()

    @property
    def silence(self) -> float:
        """Seconds for which others may not have heard of this process."""
        return time.monotonic() - self._beaten

    @property
    def steady(self) -> bool:
        """Whether its word on others can be taken. After a fault of the database itself everybody has been silent, and is given a moment.

        So from the first beat on, until one is missed."""
        return self.silence < GONE and time.monotonic() - self._steady > GONE

    def _run(self) -> None:
        wait = EVERY
        while not self._stop.wait(wait):
            if time.monotonic() - self._alive > HUNG:
                continue
            try:
                self._beat()
                wait = EVERY
            except (psycopg.Error, TizmoretError) as error:
                log.warning("a beat did not reach the database", error=str(error).splitlines()[0])
                self._drop()
                wait = AGAIN
        self._drop()

    def _beat(self) -> None:
        if self._session is None:
            self._session = self._database.session(CONNECT)
            self._steady = time.monotonic() if self._thread is not None else self._steady
        if not self._locked:
            # Refused while the session before is not yet known to be lost; then that one still stands for us.
            row = self._session.execute("select pg_try_advisory_lock(%s)", (self._row["lock"],)).fetchone()
            self._locked = row is not None and row[0]
        sent = time.monotonic()
        self._session.execute(_BEAT, self._row)
        if self._thread is not None:
            self._steady = sent if sent - self._beaten > GONE else self._steady
            self.gaps += sent - self._beaten > SILENT - EVERY
        self._beaten = sent

    def _drop(self) -> None:
        session, self._session, self._locked = self._session, None, False
        if session is not None:
            session.close()


def lock_of(worker: UUID) -> int:
    return int.from_bytes(worker.bytes[8:], signed=True)

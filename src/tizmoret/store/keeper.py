"""The keeper: parent of the embedded Postgres. `python keeper.py ORDERS` where ORDERS is a JSON object on the command line.

Every process that uses the database holds a shared lock on one file. The keeper waits for an exclusive lock on it: when it gets that, no
client is left, however it went, and the keeper stops Postgres and ends. So nothing depends on process ids or on a clean exit.

The server and every process it starts inherit an exclusive lock on a second file: while any of them lives, nobody else gets it, and no second
server is started over the same data, whatever a pid file says.

As root it becomes an unprivileged user before it starts Postgres: Postgres refuses root, and the "die with your parent" signal is lost when
the child itself changes its user."""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
from typing import Any

PR_SET_PDEATHSIG = 1


def main(orders: dict[str, Any]) -> int:
    clients = os.open(orders["clients"], os.O_RDWR)
    alive = os.open(orders["server"], os.O_RDWR)
    fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)  # its starter has seen that it is free
    log = os.open(orders["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    if orders["uid"] is not None:
        os.setgroups([])
        os.setgid(orders["gid"])
        os.setuid(orders["uid"])
    libc = ctypes.CDLL(None)
    keeper = os.getpid()

    def die_with_parent() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != keeper:  # it went before the kernel knew what to do then
            os._exit(1)

    server = subprocess.Popen(  # noqa: S603 - the supervisor's own command
        orders["command"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=orders["env"], cwd="/", pass_fds=(alive,),
        preexec_fn=die_with_parent if hasattr(libc, "prctl") else None,
    )  # fmt: skip

    def stop_when_alone() -> None:
        fcntl.flock(clients, fcntl.LOCK_EX)
        server.send_signal(signal.SIGINT)

    threading.Thread(target=stop_when_alone, daemon=True).start()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: server.send_signal(signal.SIGINT))
    return server.wait()


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))

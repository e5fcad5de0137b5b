"""The demo's files, made once in a process and copied for each test: to make them takes a second, to copy them a hundredth."""

from __future__ import annotations

import datetime as dt
import functools
import shutil
import tempfile
from pathlib import Path
from zoneinfo import ZoneInfo

from tizmoret.demo import make_demo


def lay_out(folder: Path, timezone: ZoneInfo) -> None:
    """The files of a demo of today in the workspace's `folder`."""
    shutil.copytree(_made(dt.datetime.now(timezone).date(), timezone).name, folder, dirs_exist_ok=True)


@functools.cache
def _made(today: dt.date, timezone: ZoneInfo) -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory()  # removed when the process ends
    assert make_demo(Path(folder.name), today, timezone) is not None
    return folder

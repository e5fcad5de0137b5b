"""Where the log goes: all of it as lines of JSON to a file in the home, warnings also to the person, in a line each."""

from __future__ import annotations

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

import structlog

from tizmoret.cli.messages import say
from tizmoret.errors import Unavailable

MAX_BYTES = 5 * 1024 * 1024  # of one file
KEPT = 3  # older files

_SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.ExtraAdder(),
]


class _Stderr(logging.Handler):
    """Asks for sys.stderr anew each time: a live tree puts its own in place, so that the warning appears above it."""

    def emit(self, record: logging.LogRecord) -> None:
        print(self.format(record), file=sys.stderr)


def set_up_logs(home: Path, told: int = logging.WARNING) -> None:
    """told: the level from which the person sees it too. Raises Unavailable where the home cannot be written."""
    folder = home / "logs"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = RotatingFileHandler(folder / "tizmoret.log", maxBytes=MAX_BYTES, backupCount=KEPT, encoding="utf-8")
    except OSError as error:
        raise Unavailable(say("error.home", home=home, why=error.strerror or error), cure=say("error.home_cure")) from error
    file.setFormatter(_formatter(structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)))
    person = _Stderr(told)
    person.setFormatter(_formatter(_sentence))
    root = logging.getLogger()
    root.handlers[:] = [file, person]
    root.setLevel(logging.INFO)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def logs_are_kept() -> bool:
    return any(isinstance(handler, RotatingFileHandler) for handler in logging.getLogger().handlers)


def _formatter(*processors: structlog.typing.Processor) -> logging.Formatter:
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_SHARED, processors=[remove, *processors])


def _sentence(_logger: object, _method: str, event: structlog.typing.EventDict) -> str:
    """`level: event (key=value, ...)`; the traceback stays in the file."""
    skipped = ("event", "level", "logger", "timestamp", "exc_info", "stack_info")
    details = ", ".join(f"{key}={value}" for key, value in event.items() if key not in skipped)
    return f"{event['level']}: {event['event']}" + (f" ({details})" if details else "")

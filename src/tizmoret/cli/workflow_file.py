"""A file with a workflow, read as a plan."""

from __future__ import annotations

from pathlib import Path

from tizmoret.errors import BadInput
from tizmoret.plan import wfcommons
from tizmoret.plan.model import Plan

LARGEST = 256 * 1024 * 1024  # bytes


def read_workflow(path: Path, scale: float) -> Plan:
    """Raises BadInput for a file that cannot be read, or is no workflow."""
    try:
        if path.stat().st_size > LARGEST:
            raise BadInput(f"{path} is larger than {LARGEST:,} bytes.", cure="Give a smaller workflow.", field="file")
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.", cure="Give the path of a JSON file.", field="file") from error
    return wfcommons.read(content, scale)

"""What the built-in agents do when no model is set: real work on real data by fixed rules, through the tools that their files name.

One module for each domain; each function gives the output that its agent's file declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Args = Mapping[str, Any]
Output = dict[str, Any]

"""How many executions this process drives, and whose is next. Pure.

A free place goes to the workspace that has the fewest here (max-min fairness; Bertsekas, Gallager 1992, "Data networks", 6.5.2), so that a
workspace with ten thousand waiting ones takes only what the others leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from uuid import UUID


class Slots:
    """total: executions at the same time; each: of them, of one workspace."""

    def __init__(self, total: int, each: int) -> None:
        self._total = total
        self._each = each
        self._taken: Counter[UUID] = Counter()
        self._used = 0

    @property
    def free(self) -> int:
        return max(0, self._total - self._used)

    def take(self, workspace: UUID) -> bool:
        """Whether there was a place for one more."""
        if not self.free or self._taken[workspace] >= self._each:
            return False
        self._taken[workspace] += 1
        self._used += 1
        return True

    def give(self, workspace: UUID) -> None:
        self._taken[workspace] -= 1
        self._used -= 1
        if not self._taken[workspace]:
            del self._taken[workspace]

    def shares(self, waiting: Iterable[UUID], most: int) -> dict[UUID, int]:
        """How the next free places, `most` at the most, would go to workspaces that all have enough to do. Takes none."""
        has = {workspace: self._taken[workspace] for workspace in waiting}
        shares = dict.fromkeys(has, 0)
        for _ in range(min(self.free, most)):
            below = [workspace for workspace in has if has[workspace] < self._each]
            if not below:
                break
            poorest = min(below, key=has.__getitem__)
            has[poorest] += 1
            shares[poorest] += 1
        return {workspace: share for workspace, share in shares.items() if share}

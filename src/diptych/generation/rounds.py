"""Which sample is drawn next, with which seed: the refused ones come again, until there are enough."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

MOST = 5
"""Tries for each sample that is wanted, on average, after which drawing stops."""


class Rounds:
    """Numbers 0 to `count` - 1 in runs of at most `batch`, each run with the seeds that come next.

    Numbers that were refused come again in the next round, so every prompt gets its share. Which seed a
    number gets depends on what was refused before, never on `batch`.
    """

    def __init__(self, count: int, seed: int, batch: int) -> None:
        self.count, self.seed, self.batch = count, seed, batch
        self.tried = 0
        self._refused: list[int] = []

    def again(self, number: int) -> None:
        """The sample of this number was refused."""
        self._refused.append(number)

    def __iter__(self) -> Iterator[tuple[list[int], list[int]]]:
        """(numbers, seeds) of run after run."""
        waiting: Sequence[int] = range(self.count)
        while waiting and self.tried < MOST * self.count:
            now = waiting[: MOST * self.count - self.tried]
            self._refused = []
            for start in range(0, len(now), self.batch):
                numbers = list(now[start : start + self.batch])
                seeds = [self.seed + self.tried + i for i in range(len(numbers))]
                self.tried += len(numbers)
                yield numbers, seeds
            waiting = self._refused

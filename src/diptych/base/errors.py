"""Errors are for people: what was wrong, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input.

    `where` names the culprit (a file, a row, a field, a flag), `what` says what is
    wrong with it, and `remedy` says what the reader can do.
    """

    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.remedy}"


class DiptychError(Exception):
    """Bad input. Carries every problem that was found, one line each."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @classmethod
    def of(cls, where: str, what: str, remedy: str) -> DiptychError:
        """The common case of a single problem."""
        return cls([Problem(where, what, remedy)])


@contextmanager
def within(where: str) -> Iterator[None]:
    """Problems found inside the block say in which of many inputs they are: `where` stands first."""
    try:
        yield
    except DiptychError as error:
        raise DiptychError(replace(one, where=f"{where}, {one.where}") for one in error.problems) from None


class Problems:
    """Collects problems, so that a reader hears of all of them at once."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def add(self, where: str, what: str, remedy: str) -> None:
        """Note one problem and go on."""
        self._found.append(Problem(where, what, remedy))

    @contextmanager
    def collect(self) -> Iterator[None]:
        """Absorb the problems of a `DiptychError` raised inside the block."""
        try:
            yield
        except DiptychError as error:
            self._found.extend(error.problems)

    def __bool__(self) -> bool:
        return bool(self._found)

    def raise_any(self) -> None:
        """Raise one `DiptychError` with everything found, or do nothing."""
        if self._found:
            raise DiptychError(self._found)

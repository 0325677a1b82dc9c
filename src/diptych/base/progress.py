"""Long work shows itself: one bar with rate and time left, or a rare line in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

T = TypeVar("T")

PLAIN_SECONDS = 30.0
"""Where standard error is not a terminal, a line is printed at most this often."""


class Bar(Protocol):
    """Running work; `advance` counts steps, `say` changes the text at its end."""

    def advance(self, steps: int = 1) -> None:
        """Count finished steps."""

    def say(self, text: str) -> None:
        """Show a short text, such as the latest loss."""


class RichBar:
    """A moving bar in a terminal."""

    def __init__(self, progress: Progress, task: TaskID, done: int) -> None:
        self._progress, self._task = progress, task
        self._first = self._count = done
        self._start = time.monotonic()

    def advance(self, steps: int = 1) -> None:
        """Count finished steps and show the mean rate since the start of this run."""
        self._count += steps
        rate = _rate(self._count - self._first, time.monotonic() - self._start)
        self._progress.update(self._task, advance=steps, rate=rate)

    def say(self, text: str) -> None:
        """Show a short text, such as the latest loss."""
        self._progress.update(self._task, note=text)


class PlainBar:
    """A line now and then, for logs: at most one in `PLAIN_SECONDS`, and the last one."""

    def __init__(self, title: str, total: int, done: int) -> None:
        self._title, self._total = title, total
        self._first = self._count = done
        self._start = self._printed = time.monotonic()
        self._note = ""

    def advance(self, steps: int = 1) -> None:
        """Count finished steps."""
        self._count += steps
        if self._count < self._total and time.monotonic() - self._printed >= PLAIN_SECONDS:
            self.line()

    def say(self, text: str) -> None:
        """Keep a short text for the next line."""
        self._note = text

    def line(self) -> None:
        """Print where the work stands."""
        self._printed = time.monotonic()
        spent, made = self._printed - self._start, self._count - self._first
        left = (self._total - self._count) * spent / made if made else 0.0
        words = [f"{self._title}: {self._count}/{self._total}", _rate(made, spent)]
        words.append(f"{_clock(left)} left" if self._count < self._total else f"in {_clock(spent)}")
        print(" ".join(word for word in [*words, self._note] if word), file=sys.stderr, flush=True)


def _rate(steps: int, seconds: float) -> str:
    """Steps a second, or seconds a step where that reads better."""
    if steps <= 0 or seconds <= 0:
        return ""
    return f"{steps / seconds:.1f}/s" if steps >= seconds else f"{seconds / steps:.1f} s each"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"


@contextmanager
def bar(title: str, total: int, done: int = 0) -> Iterator[Bar]:
    """A bar on standard error with rate and time left; rare plain lines where that is no terminal.

    `done` steps of an earlier run count as finished, but not towards the rate.
    """
    if not sys.stderr.isatty():
        plain = PlainBar(title, total, done)
        yield plain
        plain.line()
        return
    from rich import progress as rich
    from rich.console import Console

    columns = (
        rich.TextColumn("{task.description}"),
        rich.BarColumn(),
        rich.MofNCompleteColumn(),
        rich.TextColumn("{task.fields[rate]}"),
        rich.TimeElapsedColumn(),
        rich.TimeRemainingColumn(),
        rich.TextColumn("{task.fields[note]}"),
    )
    with rich.Progress(*columns, console=Console(stderr=True)) as progress:
        yield RichBar(progress, progress.add_task(title, total=total, completed=done, rate="", note=""), done)


def track(items: Iterable[T], title: str, total: int) -> Iterator[T]:
    """Yield the items while a bar counts them."""
    with bar(title, total) as running:
        for item in items:
            yield item
            running.advance()

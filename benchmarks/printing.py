"""What benchmarks that measure line by line have in common."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Protocol

import tyro

from diptych.base.errors import DiptychError


class Lines(Protocol):
    """Options of a benchmark that can be measured."""

    def lines(self) -> Iterator[str]:
        """Measure and report."""
        ...


def print_lines(options: type[Lines], description: str | None = None) -> int:
    """Read the options of the command line, print lines as they are measured, and give the exit code."""
    try:
        for line in tyro.cli(options, description=description).lines():
            print(line, flush=True)
    except DiptychError as error:
        print(error, file=sys.stderr)
        return 2
    return 0

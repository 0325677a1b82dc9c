"""What it took to make a cohort: a file beside it, so that equal images stay equal files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from diptych.base.atomic import write_json
from diptych.base.config import decode, encode
from diptych.base.errors import DiptychError

COST_FILE = "cost.json"


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Time, memory and size of the generator, as the machine that ran it told them."""

    maker: str
    """What made the images, as their records have it."""
    samples: tuple[int, ...]
    """Samples in each stretch of work that was timed."""
    seconds: tuple[float, ...]
    """Time of each stretch, drawing and writing, without loading the generator."""
    peak_mib: float
    """Most memory that the whole process held, libraries included; 0 where the system does not say."""
    parameters: int
    """Numbers that the generator learned."""
    machine: str
    """What computed, such as `x86_64, 2 threads`."""


def write_cost(folder: Path, cost: Cost) -> None:
    """Put the file into a cohort's folder."""
    write_json(folder / COST_FILE, encode(cost))


def read_cost(folder: Path) -> Cost | None:
    """What the folder tells, None where it tells nothing. Raises `DiptychError` for a damaged file."""
    path = folder / COST_FILE
    try:
        told = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise DiptychError.of(str(path), f"cannot be read ({error})", "remove it") from None
    cost = decode(Cost, told, str(path))
    if len(cost.samples) != len(cost.seconds) or sum(cost.samples) < 1:
        raise DiptychError.of(str(path), "does not give one time a stretch of samples", "remove it")
    return cost

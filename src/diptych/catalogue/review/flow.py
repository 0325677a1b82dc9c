"""The PRISMA 2020 flow as numbers whose sums are checked."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from diptych.base.config import decode, encode
from diptych.base.errors import DiptychError, Problems
from diptych.catalogue.review.text import read_text

MOST = 10**9


@dataclass(frozen=True, kw_only=True)
class Count:
    """A number with its name: a source, or a reason."""

    name: str
    n: int


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One column of the flow: the way of the records from one kind of search."""

    identified: tuple[Count, ...] = ()
    """Records by source."""
    registers: tuple[Count, ...] = ()
    """The same for trial registers, which PRISMA names apart from databases."""
    duplicates: int = 0
    ineligible: int = 0
    """Marked by automation tools."""
    removed: int = 0
    """For other reasons."""
    screened: int = 0
    excluded: int = 0
    sought: int = 0
    """Reports sought for retrieval."""
    missing: int = 0
    """Reports not retrieved."""
    assessed: int = 0
    ruled_out: tuple[Count, ...] = ()
    """Reports excluded, by reason."""
    included: int = 0
    """Reports that are included."""


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A flow: databases and registers, other methods, and the previous version of a living review."""

    title: str
    databases: Arm
    others: Arm = field(default_factory=Arm)
    previous_studies: int = 0
    previous_reports: int = 0
    new_studies: int = 0
    """Studies that were not in the previous version; a new report may be of a study that was."""
    new_reports: int = 0
    total_studies: int = 0
    total_reports: int = 0


def check_flow(flow: Flow, where: str = "flow") -> None:
    """Raise `DiptychError` with every sum that does not add up, both sides of it written out."""
    problems = Problems()
    for name, arm in (("databases", flow.databases), ("others", flow.others)):
        _check_arm(arm, f"{where}, {name}", problems)
    new, previous = flow.new_reports, flow.previous_reports
    _sum(
        where,
        "included by each way",
        flow.databases.included + flow.others.included,
        "new reports",
        new,
        problems,
    )
    _sum(where, "previous and new reports", previous + new, "total reports", flow.total_reports, problems)
    studies = flow.previous_studies + flow.new_studies
    _sum(where, "previous and new studies", studies, "total studies", flow.total_studies, problems)
    pairs = (("previous", flow.previous_studies, previous), ("total", flow.total_studies, flow.total_reports))
    for name, n, reports in pairs:
        if n > reports or (reports > 0 and n == 0):
            what = f"{name}: {n} studies cannot have {reports} reports"
            problems.add(where, what, "a study has one report or more")
    if flow.new_studies > new:
        what = f"new: {flow.new_studies} studies cannot have {new} reports"
        problems.add(where, what, "a study has one report or more")
    problems.raise_any()


def _check_arm(arm: Arm, where: str, problems: Problems) -> None:
    counts = [*arm.identified, *arm.registers, *arm.ruled_out]
    numbers = {f"{c.name!r}": c.n for c in counts} | {
        name: value for name, value in vars(arm).items() if isinstance(value, int)
    }
    for name, n in numbers.items():
        if not 0 <= n <= MOST:
            problems.add(where, f"{name} is {n}", "counts are whole numbers from 0")
    identified = sum(c.n for c in (*arm.identified, *arm.registers))
    gone = arm.duplicates + arm.ineligible + arm.removed
    words = f"identified {identified} - removed {gone}"
    _sum(where, words, identified - gone, "screened", arm.screened, problems)
    words = f"screened {arm.screened} - excluded {arm.excluded}"
    _sum(where, words, arm.screened - arm.excluded, "sought", arm.sought, problems)
    words = f"sought {arm.sought} - not retrieved {arm.missing}"
    _sum(where, words, arm.sought - arm.missing, "assessed", arm.assessed, problems)
    ruled_out = sum(c.n for c in arm.ruled_out)
    words = f"assessed {arm.assessed} - excluded {ruled_out}"
    _sum(where, words, arm.assessed - ruled_out, "included", arm.included, problems)


def _sum(where: str, words: str, left: int, name: str, right: int, problems: Problems) -> None:
    if left != right:
        problems.add(where, f"{words} = {left}, but {name} is {right}", "correct the counts")


def read_flow(path: Path) -> Flow:
    """A flow from a JSON file, as `flow_json` writes it, its sums checked."""
    try:
        told = json.loads(read_text(path))
    except (ValueError, RecursionError):
        raise DiptychError.of(str(path), "is no JSON", "write the counts as --json writes them") from None
    flow = decode(Flow, told, str(path))
    check_flow(flow, str(path))
    return flow


def flow_json(flow: Flow) -> dict[str, object]:
    """A flow as plain values for a JSON file."""
    told: dict[str, object] = encode(flow)
    return told

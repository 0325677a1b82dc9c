"""Counts of the review, computed from the entries: one table a question, one column a part of the catalogue.

"Reported" means visible in the material seen, so that counts of evaluations are lower bounds. Where an entry
has several values (modality, family, hosting) it counts in each, and rows sum to more than the column.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from diptych.catalogue.entry import Entry
from diptych.catalogue.vocabulary import AXES

Tell = Callable[[Entry], Iterable[str]]
"""The rows of a table that an entry counts in."""

COLUMNS: Mapping[str, Callable[[Entry], bool]] = {
    "data sets": lambda entry: entry.holds_images,
    "generators only": lambda entry: not entry.holds_images,
    "all": lambda entry: True,
    "release seen": lambda entry: entry.release.seen,
    "without medigan": lambda entry: entry.collection != "medigan",
    "images public": lambda entry: entry.images_public,
}
"""The parts of the catalogue. medigan is one project with 23 like records, which tell little each."""


@dataclass(frozen=True)
class Count:
    """One table: for each row its number in each column, with the sizes of the columns."""

    title: str
    sizes: Mapping[str, int]
    rows: Mapping[str, Mapping[str, int]]

    def lines(self) -> list[str]:
        """The table in Markdown."""
        heads = [f"{name} ({size})" for name, size in self.sizes.items()]
        body = [[row, *map(str, numbers.values())] for row, numbers in self.rows.items()]
        table = [[self.title, *heads], ["---"] * (len(heads) + 1), *body]
        return [f"| {' | '.join(cells)} |" for cells in table]


def count(
    entries: Iterable[Entry], question: str, columns: Mapping[str, Callable[[Entry], bool]] = COLUMNS
) -> Count:
    """The table of one question of `QUESTIONS` over the entries."""
    told = [(entry, tuple(QUESTIONS[question](entry))) for entry in entries]
    parts = {name: [rows for entry, rows in told if belongs(entry)] for name, belongs in columns.items()}
    counts = {name: Counter(row for rows in part for row in rows) for name, part in parts.items()}
    order = _order(question, Counter(row for _, rows in told for row in rows))
    rows = {row: {name: counted[row] for name, counted in counts.items()} for row in order}
    return Count(question, {name: len(part) for name, part in parts.items()}, rows)


def statistics(entries: Iterable[Entry]) -> tuple[Count, ...]:
    """The tables of all questions: what there is, how it was made and judged, what for, on which terms."""
    listed = tuple(entries)
    return tuple(count(listed, question) for question in QUESTIONS)


def _order(question: str, counted: Counter[str]) -> Sequence[str]:
    """Rows in the order of the question where it has one, else the most frequent first."""
    if question in _ORDERS:
        return _ORDERS[question]
    return sorted(counted) if question == "year" else [row for row, _ in counted.most_common()]


def _evaluation_kinds(entry: Entry) -> list[str]:
    """The kinds of evaluation in the order of the review; FID is a fidelity metric, and named by itself."""
    names = [metric.name.casefold() for metric in entry.evaluation.metrics or ()]
    settings = entry.evaluation.utility.settings or () if entry.evaluation.utility else ()
    kinds: list[str] = list(entry.axes)
    kinds += ["FID"] if any("fid" in name for name in names) else []
    return [*kinds, *(setting for setting in ("TSTR", "augmentation") if setting in settings)]


PILLARS = ("fidelity", "plausibility", "privacy", "utility")
"""Four axes that the review asks of everyone: a fidelity metric, human readers, privacy, utility."""


def _pillars(entry: Entry) -> list[str]:
    return [str(sum(axis in PILLARS for axis in entry.axes))]


QUESTIONS: Mapping[str, Tell] = {
    "record type": lambda entry: [entry.kind],
    "modality group": lambda entry: entry.modality_groups,
    "dimensionality": lambda entry: entry.dimensionality or ("unknown",),
    "generator family": lambda entry: entry.generator.families or ("unknown",),
    "year": lambda entry: [str(entry.year or "unknown")],
    "evaluation kind reported": _evaluation_kinds,
    "evaluation pillars covered": _pillars,
    "use case": lambda entry: [use.use for use in entry.use_cases or ()] or ["not told"],
    "licence group": lambda entry: [entry.licence.family or "not stated / not seen"],
    "access": lambda entry: [entry.release.access or "unknown"],
    "hosting": lambda entry: entry.release.hosting or ("unknown",),
}
"""Question -> the rows that an entry counts in."""

_ORDERS: Mapping[str, Sequence[str]] = {
    "evaluation kind reported": ("FID", *AXES[:5], "TSTR", "augmentation", *AXES[5:]),
    "evaluation pillars covered": tuple(map(str, range(len(PILLARS) + 1))),
}
"""Questions whose rows are all shown, also where nothing counts in them: an absence is a finding."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What the counts say beside the tables."""

    entries: int
    sizes_known: int
    """Entries that say how many samples there are."""
    all_pillars: int
    """Entries that report on all four pillars."""
    fids: tuple[float, ...]
    """The FIDs that are numbers, lowest first."""

    def lines(self) -> list[str]:
        """Three sentences."""
        pillars = ", ".join(PILLARS)
        said = [
            f"The number of samples is told by {self.sizes_known} of {self.entries} records.",
            f"All four pillars ({pillars}) are reported by {self.all_pillars}.",
        ]
        if self.fids:
            spread = f"{len(self.fids)} FIDs are numbers, from {self.fids[0]:g} to {self.fids[-1]:g}"
            said.append(f"{spread}: features and sample sizes differ, so that they rank nothing.")
        return said


def reading(entries: Iterable[Entry]) -> Reading:
    """The figures that a summary of the review names."""
    listed = tuple(entries)
    metrics = (metric for entry in listed for metric in entry.evaluation.metrics or ())
    fids = (metric.value for metric in metrics if metric.name == "FID" and metric.value is not None)
    return Reading(
        entries=len(listed),
        sizes_known=sum(entry.size.n is not None for entry in listed),
        all_pillars=sum(set(PILLARS) <= set(entry.axes) for entry in listed),
        fids=tuple(sorted(fids)),
    )

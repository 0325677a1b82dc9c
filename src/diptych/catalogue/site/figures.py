"""The figures of the review: gap matrices, evidence maps and counts, data sets first and generators apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from diptych.base.atomic import new_folder, write_text
from diptych.catalogue.entry import Entry
from diptych.catalogue.site.drawing import draw_bars, draw_map, draw_matrix
from diptych.catalogue.site.matrices import Matrix, cross
from diptych.catalogue.statistics import Count, count

COLLECTION = "medigan"
"""One project with many like generators: its records are told apart wherever generators are counted."""
DATA_SETS, GENERATORS, OTHERS = "data sets", "generators", f"generators outside {COLLECTION}"
Belongs = Callable[[Entry], bool]
PARTS: Mapping[str, Belongs] = {
    DATA_SETS: lambda entry: entry.holds_images,
    GENERATORS: lambda entry: not entry.holds_images,
    OTHERS: lambda entry: not entry.holds_images and entry.collection != COLLECTION,
}
"""The parts of the catalogue that have figures of their own. A data set with its generator is a data set."""
GAPS = (("modality group", "generator family"), ("year", "evaluation axis"))
MAPS = (("modality group", "evaluation axis"), ("use case", "evaluation axis"))
COUNTED = (
    "modality group",
    "generator family",
    "year",
    "licence group",
    "evaluation kind reported",
    "evaluation pillars covered",
    "use case",
    "access",
)
"""Questions of the statistics that are drawn."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A drawing with its numbers."""

    key: str
    """Short name: small letters and hyphens; the name of its file."""
    title: str
    caption: str
    svg: str
    matrix: Matrix | None = None
    """The numbers of a gap matrix."""
    count: Count | None = None
    """The numbers of bars, by all parts that the statistics know."""
    part: str = ""
    """Of a gap matrix, the part of the catalogue."""


def draw_figures(entries: Iterable[Entry]) -> tuple[Figure, ...]:
    """All figures of the entries; a part without records has none."""
    listed = tuple(entries)
    return (*gap_matrices(listed), *evidence_maps(listed), *bars(listed))


def write_figures(entries: Iterable[Entry], out: Path) -> tuple[str, ...]:
    """Write every figure as `KEY.svg` into a new folder, and return the names of the files."""
    drawn = draw_figures(entries)
    with new_folder(out) as folder:
        for figure in drawn:
            write_text(folder / f"{figure.key}.svg", figure.svg)
    return tuple(f"{figure.key}.svg" for figure in drawn)


def gap_matrices(entries: Sequence[Entry]) -> list[Figure]:
    """For each part, the matrices of `GAPS`."""
    found = []
    for rows, columns in GAPS:
        for part, matrix in _matrices(entries, rows, columns).items():
            figure = Figure(
                key=_key("gaps", rows, columns, part),
                title=matrix.title,
                caption=f"{matrix.described()} Sizes of rows and columns stand in brackets.",
                svg=draw_matrix(matrix),
                matrix=matrix,
                part=part,
            )
            found.append(figure)
    return found


def evidence_maps(entries: Sequence[Entry]) -> list[Figure]:
    """What is judged on which axis: data sets filled, generators outside the largest collection open."""
    found = []
    for rows, columns in MAPS:
        title = f"Evidence map: {rows} by {columns}"
        sets, others = (
            cross(filter(PARTS[part], entries), rows, columns, title, entries) for part in (DATA_SETS, OTHERS)
        )
        caption = (
            f"Filled: {sets.records} {DATA_SETS}. Open: {others.records} {OTHERS}. A larger "
            "bubble: more records; an empty cell is a gap. Sizes of rows and columns stand in brackets."
        )
        svg = draw_map(sets, others, (DATA_SETS, OTHERS), title)
        found.append(Figure(key=_key("map", rows, columns), title=title, caption=caption, svg=svg))
    return found


def bars(entries: Sequence[Entry]) -> list[Figure]:
    """The counts of `COUNTED`, each answer as data sets + generators + those of the largest collection."""
    parts: dict[str, Belongs] = {
        DATA_SETS: PARTS[DATA_SETS],
        OTHERS: PARTS[OTHERS],
        f"{COLLECTION}'s": lambda entry: PARTS[GENERATORS](entry) and not PARTS[OTHERS](entry),
    }
    if not any(entry.collection == COLLECTION for entry in entries):
        parts = {part: PARTS[part] for part in (DATA_SETS, GENERATORS)}
    found = []
    for question in COUNTED:
        counted = count(entries, question, parts)
        title = f"Records by {question}"
        rows = {row: tuple(numbers.values()) for row, numbers in counted.rows.items()}
        sizes = [f"{name} ({size})" for name, size in counted.sizes.items()]
        found.append(
            Figure(
                key=_key("count", question),
                title=title,
                caption="",
                svg=draw_bars(title, rows, sizes),
                count=count(entries, question),
            )
        )
    return found


def _matrices(entries: Sequence[Entry], rows: str, columns: str) -> dict[str, Matrix]:
    """Part -> its matrix; a part that is empty or the same as the one before is left out."""
    members = {part: tuple(filter(belongs, entries)) for part, belongs in PARTS.items()}
    if members[OTHERS] == members[GENERATORS]:
        del members[OTHERS]
    return {
        part: cross(own, rows, columns, f"{part.capitalize()}: {columns} by {rows}", entries)
        for part, own in members.items()
        if own
    }


def _key(*words: str) -> str:
    return "-".join(words).replace(" ", "-")

"""Entries for reading in a terminal: one in full, several side by side, a list of hits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from diptych.base.errors import DiptychError
from diptych.catalogue.entry import Entry
from diptych.catalogue.fields import FIELDS, table
from diptych.catalogue.scores import NOT_REPORTED, scores
from diptych.catalogue.searching import Hit

_SCORES = ("completeness", "reproducibility", "evaluation coverage")


def full(entry: Entry) -> list[str]:
    """Every field that is reported, what is not, why its use cases, and the scores with their items."""
    row = table([entry])[0]
    told = [f"{name}: {text}" for name, text in row.items() if text and name not in (*_SCORES, "sources")]
    open_fields = [name for name, text in row.items() if not text]
    uses = [f"use case {use.use}: {use.because} ({use.source})" for use in entry.use_cases or ()]
    sources = [
        f"source: {source.url}, seen {source.seen.isoformat()}"
        + (", in a copy" if source.read_in == "copy" else "")
        for source in entry.sources
    ]
    opened = [line for score in scores(entry) for line in score.lines()]
    return [*told, *uses, *sources, f"{NOT_REPORTED}: {', '.join(open_fields)}", "", *opened]


def side_by_side(entries: Sequence[Entry]) -> list[str]:
    """Field by field, one line an entry unless all say the same. Raises `DiptychError` below two entries."""
    if len({entry.id for entry in entries}) < 2:
        raise DiptychError.of("compare", "needs two entries", "give two ids or more")
    rows, lines = table(entries), list[str]()
    for name in FIELDS:
        texts = [row[name] for row in rows]
        if name == "id" or not any(texts):
            continue
        if len(set(texts)) == 1:
            lines.append(f"{name}: {texts[0]}")
        else:
            lines += [f"{name}:", *(f"  {row['id']}: {row[name] or NOT_REPORTED}" for row in rows)]
    return lines


def listed(hits: Iterable[Hit]) -> list[str]:
    """Two lines a hit: its id and name, then what it is in a few words."""
    lines = []
    for hit in hits:
        row = table([hit.entry])[0]
        modality = ", ".join(hit.entry.modality)
        labels = ", ".join(hit.entry.labels or ())
        said = (
            modality,
            row["generator family"],
            row["year"],
            labels,
            row["released"],
            hit.entry.licence.words,
            f"judged on {', '.join(hit.entry.axes)}" if hit.entry.axes else "",
        )
        lines += [f"{hit.entry.id}  {hit.entry.name}", f"    {' | '.join(part for part in said if part)}"]
    return lines

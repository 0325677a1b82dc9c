"""The review's tables, computed: equal to those that were published with the records."""

from __future__ import annotations

import pytest

from diptych.catalogue import Catalogue
from diptych.catalogue.statistics import count, reading, statistics

COLUMNS = ("all", "release seen", "without medigan", "images public")

PUBLISHED = """
modality group | 102 | 90 | 79 | 40
MRI | 20 | 18 | 16 | 6
chest X-ray | 18 | 16 | 14 | 7
mammography/DBT | 17 | 16 | 5 | 2
endoscopy/surgery | 14 | 11 | 11 | 6
CT | 11 | 9 | 11 | 1
dermatology | 10 | 9 | 10 | 8
ultrasound | 8 | 5 | 8 | 3
OCT/OCTA | 5 | 2 | 5 | 2
fundus | 4 | 2 | 4 | 2
histopathology/cytology | 3 | 3 | 3 | 1
other X-ray | 2 | 1 | 2 | 1
dental panoramic | 2 | 2 | 2 | 1
PET | 2 | 2 | 2 | 1

generator family | 102 | 90 | 79 | 40
diffusion | 41 | 34 | 41 | 15
GAN | 39 | 38 | 16 | 9
procedural | 22 | 16 | 22 | 14
unknown | 4 | 4 | 4 | 4
flow | 4 | 4 | 4 | 2
autoregressive | 1 | 1 | 1 | 1

record type | 102 | 90 | 79 | 40
generator | 55 | 50 | 32 | 0
dataset | 27 | 20 | 27 | 20
dataset+generator | 20 | 20 | 20 | 20

year | 102 | 90 | 79 | 40
2016 | 1 | 1 | 1 | 1
2019 | 3 | 3 | 2 | 2
2021 | 12 | 12 | 3 | 2
2022 | 22 | 22 | 10 | 5
2023 | 18 | 15 | 17 | 9
2024 | 15 | 14 | 15 | 7
2025 | 17 | 13 | 17 | 7
2026 | 7 | 4 | 7 | 4
unknown | 7 | 6 | 7 | 3

licence group | 102 | 90 | 79 | 40
not stated / not seen | 59 | 47 | 56 | 26
MIT | 18 | 18 | 6 | 2
BSD | 7 | 7 | 0 | 0
Apache-2.0 | 5 | 5 | 5 | 3
CC BY-NC family | 3 | 3 | 3 | 2
OpenRAIL | 2 | 2 | 2 | 2
CC0 | 2 | 2 | 2 | 2
vendor (NVIDIA) | 2 | 2 | 2 | 0
GPL | 2 | 2 | 1 | 1
other | 1 | 1 | 1 | 1
CC BY | 1 | 1 | 1 | 1

access | 102 | 90 | 79 | 40
open | 85 | 84 | 62 | 36
unknown | 11 | 0 | 11 | 0
registration | 5 | 5 | 5 | 3
request | 1 | 1 | 1 | 1

hosting | 102 | 90 | 79 | 40
Hugging Face | 30 | 30 | 30 | 18
GitHub | 26 | 26 | 26 | 11
Zenodo | 24 | 24 | 1 | 1
unknown | 22 | 11 | 22 | 9
Google Drive | 4 | 4 | 4 | 1
institutional server | 2 | 2 | 2 | 2
project page | 2 | 2 | 2 | 2
NGC | 1 | 1 | 1 | 0
OSF | 1 | 1 | 1 | 1
university repository | 1 | 1 | 1 | 1
demo site | 1 | 0 | 1 | 0

dimensionality | 102 | 90 | 79 | 40
2d | 81 | 72 | 58 | 32
3d | 23 | 20 | 23 | 10
video | 6 | 4 | 6 | 4

evaluation kind reported | 102 | 90 | 79 | 40
FID | 36 | 35 | 14 | 7
fidelity | 40 | 38 | 18 | 8
diversity | 4 | 4 | 4 | 3
alignment | 2 | 2 | 2 | 2
plausibility | 16 | 12 | 15 | 6
privacy | 7 | 5 | 7 | 4
utility | 55 | 45 | 41 | 23
TSTR | 27 | 21 | 20 | 11
augmentation | 30 | 26 | 22 | 11
fairness | 4 | 4 | 4 | 3
cost | 4 | 3 | 4 | 1

evaluation pillars covered | 102 | 90 | 79 | 40
0 | 29 | 27 | 28 | 14
1 | 36 | 32 | 28 | 15
2 | 29 | 25 | 16 | 7
3 | 8 | 6 | 7 | 4
4 | 0 | 0 | 0 | 0
"""
"""Question, sizes of the columns, then rows."""


def tables() -> dict[str, list[list[str]]]:
    blocks = [[line.split(" | ") for line in block.splitlines()] for block in PUBLISHED.strip().split("\n\n")]
    return {rows[0][0]: rows for rows in blocks}


@pytest.mark.parametrize("question", tables())
def test_the_computed_table_is_the_published_one(catalogue: Catalogue, question: str) -> None:
    (_, *sizes), *rows = tables()[question]
    counted = count(catalogue, question)
    assert [counted.sizes[name] for name in COLUMNS] == list(map(int, sizes))
    expected = {row: list(map(int, numbers)) for row, *numbers in rows}
    assert {row: [cells[name] for name in COLUMNS] for row, cells in counted.rows.items()} == expected


def test_data_sets_and_generators_are_counted_apart(catalogue: Catalogue) -> None:
    for table in statistics(catalogue):
        assert list(table.sizes)[:2] == ["data sets", "generators only"]
        assert (table.sizes["data sets"], table.sizes["generators only"]) == (47, 55)
        for cells in table.rows.values():
            assert cells["data sets"] + cells["generators only"] == cells["all"]


def test_the_figures_of_the_reading(catalogue: Catalogue) -> None:
    told = reading(catalogue)
    assert (told.entries, told.sizes_known, told.all_pillars, len(told.fids)) == (102, 23, 0, 31)
    assert (told.fids[0], told.fids[-1]) == (0.0047, 225.85)
    assert "31 FIDs are numbers, from 0.0047 to 225.85" in told.lines()[-1]
    assert len(reading([]).lines()) == 2


def test_counts_move_with_the_records(catalogue: Catalogue) -> None:
    fewer = [entry for entry in catalogue if "GAN" not in (entry.generator.families or ())]
    assert count(fewer, "generator family").rows.get("GAN") is None
    assert count(fewer, "record type").sizes["all"] == 102 - 39
    assert [row["all"] for row in count([], "evaluation pillars covered").rows.values()] == [0] * 5

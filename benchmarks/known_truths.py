"""Which measure sees which fault? Real images spoilt in known ways, put through a whole protocol.

python benchmarks/known_truths.py --cohort FOLDER [--classifier FOLDER] [--most 64] > table.md

Train rows are split by subject: some pose, untouched and spoilt, as the synthetic cohort; the rest is
what a generator would have seen. Val rows are held out. Each cell is where the value stands on the way
from other real images (0) to the measure's own bad reference (1), and the verdict that a report gives.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from diptych.downstream.store import load_classifier, load_segmenter
from diptych.evaluation import candidates as spoilt
from diptych.evaluation import fakes
from diptych.evaluation.candidates import Candidate, of_cohort
from diptych.evaluation.compare import Instruments, Outcome, Sides, compare
from diptych.evaluation.extractors import features_of
from diptych.evaluation.protocol import DEFAULT, load
from diptych.evaluation.rows import Row, verdict
from diptych.evaluation.stacks import heldout_part, training_part
from diptych.metrics.estimate import Estimate
from diptych.records.cohort import Cohort

JUDGES = {"panoramic": "teeth", "chest": "lungs"}

Fault = Callable[[Candidate, int], Candidate]

FAULTS: dict[str, Fault] = {
    "blur, 1 px": partial(spoilt.blurred, pixels=1.0),
    "blur, 2 px": spoilt.blurred,
    "noise, 8 grey levels": partial(spoilt.noisy, grain=8.0),
    "noise, 24 grey levels": spoilt.noisy,
    "one in eight images, repeated": partial(spoilt.collapsed, share=1 / 8),
    "four images, repeated": spoilt.collapsed,
    "masks and findings exchanged": spoilt.shuffled,
    "images mirrored, masks not": spoilt.mirrored,
    "patients mirrored, sides renamed": fakes.turned_round,
    "masks right, names wrong": fakes.renamed,
    "upside down": spoilt.upside_down,
    "brighter by 20 grey levels": fakes.brighter,
    "other exposure, gamma 1.4": fakes.exposed,
}


def poses(fresh: Candidate, train: Candidate, seed: int) -> tuple[Candidate, ...]:
    """Every fault of the fresh images, copies of training images, and fakes."""
    made = [replace(fault(fresh, seed), name=name) for name, fault in FAULTS.items()]
    some = fakes.planted(fresh, train, 0.05, seed)
    copies = fakes.disguised(train.part(range(len(fresh))), seed)
    return (
        *made,
        replace(some, name="one in twenty copied, disguised"),
        replace(copies, name="all copied, disguised"),
        replace(fakes.one_mask(fresh), name="*fake: one mask for all*"),
        replace(fakes.mean_image(fresh), name="*fake: the mean image*"),
        replace(fakes.few_copied(fresh, train), name="*fake: four training images*"),
        replace(fakes.cartoon(fresh), name="*fake: a cartoon*"),
    )


def sides(cohort: Cohort, size: tuple[int, int], most: int, seed: int) -> Sides:
    """Fresh images as the synthetic side, their faults as further candidates."""
    chance = np.random.default_rng(seed)
    real = whole(of_cohort(training_part(cohort), "training images", size), 4 * most, chance)
    heldout = whole(of_cohort(heldout_part(cohort), "real images", size), 2 * most, chance)
    fresh = set(chance.permutation(sorted(set(real.subjects)))[: len(set(real.subjects)) // 4])
    inside = np.array([subject in fresh for subject in real.subjects])
    named = replace(rows(real, np.flatnonzero(inside)[:most]), name="untouched")
    train = rows(real, np.flatnonzero(~inside))
    return Sides(synthetic=named, heldout=heldout, train=train, others=poses(named, train, seed))


def whole(real: Candidate, most: int, chance: np.random.Generator) -> Candidate:
    """At most so many of the images."""
    return rows(real, np.sort(chance.permutation(len(real))[:most]))


def rows(real: Candidate, places: NDArray[np.int64]) -> Candidate:
    """Some of the images as a candidate of their own, so that features of the rest are not computed."""
    return replace(real.part(places), whole=None, rows=())


def cell(row: Row, found: Estimate) -> str:
    """Place between floor and bad reference, marked by the verdict."""
    word = verdict(found, row.floor, row.bad, row.better)
    span = row.bad.value - row.floor.value
    if word == "not estimable" or not math.isfinite(span) or span == 0:
        return "–"
    if word == "cannot tell":
        return "?"
    # Adding 0 turns a rounded -0.0 into 0.0.
    place = round(min(max((found.value - row.floor.value) / span, -9.9), 9.9), 1) + 0.0
    return {"at bad reference": f"**{place}**", "between": f"{place} ·"}.get(word, str(place))


def table(outcome: Outcome, names: Sequence[str], axis: str) -> str:
    """One axis: a line a fault, a column a measure."""
    rows = [row for row in outcome.rows if row.axis == axis and row.group == "all"]
    head = " | ".join(row.metric for row in rows)
    lines = [f"| {axis} | {head} |", "|---" * (len(rows) + 1) + "|"]
    for name in names:
        found = [{**dict(row.others), names[0]: row.estimate}[name] for row in rows]
        cells = " | ".join(cell(row, estimate) for row, estimate in zip(rows, found, strict=True))
        lines.append(f"| {name} | {cells} |")
    return "\n".join(lines)


def main() -> None:
    """Tables in Markdown."""
    parser = argparse.ArgumentParser(description="Which measure sees which fault?")
    parser.add_argument("--cohort", type=Path, required=True, help="real images with train and val rows")
    parser.add_argument("--classifier", type=Path, help="folder of a classifier, for label agreement")
    parser.add_argument("--protocol", default=DEFAULT)
    parser.add_argument("--most", type=int, default=64, help="images a side")
    asked = parser.parse_args()
    protocol, cohort = load(asked.protocol), Cohort.open(asked.cohort)
    size = getattr(protocol.size, cohort.body)
    packaged = Path(str(files("diptych"))) / "weights" / "judges" / JUDGES[cohort.body]
    scorer = load_classifier(asked.classifier) if asked.classifier else None
    extractors = {name for item in protocol.measures for name in item.extractors}
    tools = Instruments(
        extractors={name: partial(features_of, extractor=name) for name in extractors},
        judge=load_segmenter(packaged),
        scorer=scorer,
        finding=scorer.config.findings[0] if scorer else "",
    )
    roles = sides(cohort, size, asked.most, protocol.seed)
    outcome = compare(roles, protocol, tools)
    names = [candidate.name for candidate in (roles.synthetic, *roles.others)]
    for axis in dict.fromkeys(row.axis for row in outcome.rows):
        print(table(outcome, names, axis), end="\n\n")


if __name__ == "__main__":
    main()

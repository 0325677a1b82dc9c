"""Numbers and limits of a study in plain words."""

from __future__ import annotations

import math
from collections.abc import Iterator

from diptych.metrics.estimate import Estimate
from diptych.reports import Cell
from diptych.reports.page import number, signed
from diptych.studies.answered import Answer
from diptych.studies.compared import Compared, Verdict
from diptych.studies.outcomes import Outcome
from diptych.studies.registered import counted
from diptych.studies.report_ranges import beyond, possible_gain, possible_score

SHORT: dict[Verdict, str] = {
    "gain shown": "gain",
    "no gain shown": "not shown",
    "harm shown": "harm",
    "not told yet": "not told yet",
}
"""Verdicts in a narrow column."""

COPYING = 0.1
"""Copy rate of a generator that the report calls copying: thrice what a packaged checkpoint may have."""


def p_value(p: float) -> str:
    """Two digits, a dash where there is none."""
    return "–" if math.isnan(p) else f"{p:.2g}"


def gained(found: Compared, outcome: Outcome) -> Cell:
    """A difference with its interval, or why there is none."""
    gain = possible_gain(found.gain.estimate, outcome)
    if found.reason:
        return Cell("–", (found.reason,))
    return Cell(signed(gain.value), (f"{signed(gain.low)} to {signed(gain.high)}", *runs(found)))


def valued(estimate: Estimate, outcome: Outcome) -> Cell:
    """A score with its interval, or why there is none."""
    if math.isnan(estimate.value):
        return Cell("–", estimate.notes[:1])
    score = possible_score(estimate, outcome)
    return Cell(number(score.value), (f"{number(score.low)} to {number(score.high)}",))


def images(count: float) -> str:
    """`8 real images`."""
    return f"{count:.0f} real images"


def limits(answer: Answer) -> Iterator[str]:
    """What the answer does not say, as this study was made."""
    study, found = answer.placed.study, answer.own.primary.found
    if answer.present < answer.wanted:
        yield (
            f"The study is not finished: {answer.wanted - answer.present} of {answer.wanted} cells are "
            "missing, and what is said here may change."
        )
    yield from _strays(answer)
    if found.generators:
        alone = "speaks only for itself" if found.generators == 1 else "speak only for themselves"
        yield (
            f"{counted(found.generators, 'generator')} of a family {alone}. Another one, "
            "trained in the same way, may help more or less; the row for any generator says how sure that is."
        )
    if 0 < found.seeds < 5:
        wide = ": with two, an interval misses twice as often as it says" if found.seeds == 2 else ""
        yield f"Few seeds ({found.seeds}) say little of how trainings differ{wide}. Five are usual."
    if _cut(answer):
        yield (
            "Some intervals would end where the metric cannot be, and are cut there (scores from 0 to 1, "
            "differences from \u22121 to 1): so few seeds, or subjects, tell next to nothing."
        )
    yield (
        f"There is one test set, of {found.subjects} subjects. The interval is about other subjects of the "
        "same kind, not about other hospitals, devices or readers."
    )
    yield from _subjects(answer)
    yield from _validation(answer)
    yield from _copies(answer)
    yield from _semi_synthetic(answer)
    yield from _gated(answer)
    yield from _idle(answer)
    height, width = study.learning.size
    yield (
        f"Learners saw images of {height} x {width} pixels for {study.learning.steps} steps. "
        "Larger ones, or longer trainings, are another study."
    )
    yield (
        "One comparison was registered before any result was seen. All others are here to explain it: "
        "among many arms, sizes, classes and outcomes some look good by luck, which Holm's p corrects within "
        "each table and nothing corrects across tables."
    )
    yield "“No gain shown” is no proof that there is none: a wide interval may hide one."


def _cut(answer: Answer) -> bool:
    """Whether an interval of the page's tables is cut at the range of its metric."""
    tasks = (answer.own, *answer.elsewhere)
    gains = [(task.primary.found.gain.estimate, task.outcome) for task in tasks]
    gains += [
        (row.found.gain.estimate, task.outcome)
        for task in tasks
        for table in task.tables
        for row in table.rows
    ]
    scores = [(row.score, task.outcome) for task in tasks for row in task.scores]
    scores += [(score, other.outcome) for other in answer.secondary for _, score in other.scores]
    return any(beyond(gain, possible_gain(gain, outcome)) for gain, outcome in gains) or any(
        beyond(score, possible_score(score, outcome)) for score, outcome in scores
    )


def _strays(answer: Answer) -> Iterator[str]:
    strays = answer.placed.strays
    names = sorted({f"{one.arm}, {one.ratio:g} : 1" if one.ratio else one.arm for one in strays})
    if strays:
        yield (
            f"{counted(len(strays), 'cell')} of arms, sizes, seeds or learners that the study no longer has: "
            f"{'; '.join(names)}. "
            "They were run, and are not shown here."
        )


def _subjects(answer: Answer) -> Iterator[str]:
    """Of how many subjects the training images are, size by size; older cells do not know."""
    placed, found = answer.placed, dict[float, int]()
    for cell in placed.own:
        if (told := cell.extra.get("subjects", "")).isdecimal():
            found[placed.sizes[cell.fraction]] = int(told)
    for size in sorted(found, key=placed.images):
        alone = ": nothing can be said of others" if found[size] == 1 else ""
        count = counted(round(placed.images(size)), "real training image")
        yield f"{count} of {counted(found[size], 'subject')}{alone}."


def _validation(answer: Answer) -> Iterator[str]:
    """Who chose the checkpoints; older cells do not know."""
    names = ("validation_images", "validation_subjects")
    told = {tuple(cell.extra.get(name, "") for name in names) for cell in answer.placed.own}
    for pictures, people in sorted(told):
        if pictures.isdecimal() and people.isdecimal():
            count = counted(int(pictures), "real validation image")
            yield (
                f"The checkpoint of every arm was chosen by {count} of {counted(int(people), 'subject')}. "
                "Arms without a real training image had these as well."
            )


def _copies(answer: Answer) -> Iterator[str]:
    for maker in answer.makers:
        if maker.seed is None and maker.copies > COPYING:
            yield (
                f"With {images(maker.images)} a generator of {maker.family} drew copies of its training "
                f"images: {maker.copies_told} of what it drew. Such images keep no patient's secret, and say "
                "little more than duplicates."
            )


def _semi_synthetic(answer: Answer) -> Iterator[str]:
    placed = answer.placed
    cells = (cell for place in placed.places for arm in placed.contenders for cell in placed.at(place, arm))
    if any(cell.extra.get("rows") == "semi-synthetic" for cell in cells):
        yield (
            "The real images are semi-synthetic: radiographs of patients into which the phantom engine "
            "painted findings, in training and in test rows. Phantoms, and generators that learned from "
            "them, know its brush. Nothing here says how well findings of patients would be seen."
        )


def _idle(answer: Answer) -> Iterator[str]:
    """Arms that had nothing to add, and so are the real images under another name."""
    placed = answer.placed
    for place in (one for one in placed.places if one.task == placed.study.task):
        for arm in placed.contenders:
            told = {cell.extra.get("added", "") for cell in placed.at(place, arm)}
            if told == {"0"}:
                few = images(placed.images(place.size))
                yield (
                    f"With {few} {arm.label} added none: no finding is rarer than its target. It is the real "
                    "images under another name."
                )


def _gated(answer: Answer) -> Iterator[str]:
    """What gated arms are, and which of them had fewer rows than they wanted."""
    placed = answer.placed
    if not placed.study.gated:
        return
    yield (
        "Gated arms hold only rows that the gate of their fold accepted. Its judges learned from the fold's "
        "few images, and so did its thresholds: what they turn away is odd to them, which is not always "
        "wrong. By each score n images turn away about one new real image in n + 1, by bad luck more. Copy "
        "rates are of all that was drawn."
    )
    for place in (one for one in placed.places if one.task == placed.study.task):
        for arm in (one for one in placed.contenders if one.arm.gated and one.arm.added):
            told = [
                (cell.extra.get("added", ""), cell.extra.get("wanted", "")) for cell in placed.at(place, arm)
            ]
            short = [(int(a), int(b)) for a, b in told if a.isdecimal() and b.isdecimal() and a != b]
            if short:
                least, wanted = min(short)
                yield (
                    f"With {images(placed.images(place.size))} {arm.label} had as few as {least} of the "
                    f"{wanted} synthetic rows that it wanted: the gate left no more, and none was repeated. "
                    "Arms without the gate had all of theirs."
                )


def runs(found: Compared) -> tuple[str, ...]:
    """The generators and seeds behind a difference, as a small line."""
    made = f"{counted(found.generators, 'generator')}, " if found.generators else ""
    return (f"{made}{counted(found.seeds, 'seed')}",)

"""The answers of a study as cards: a question, a word, a reason."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal

from diptych.reports import Judgement, Judgements
from diptych.reports.page import signed
from diptych.studies.answered import Answer, TaskAnswer
from diptych.studies.compared import Compared, Verdict
from diptych.studies.makers import Maker
from diptych.studies.outcomes import Outcome
from diptych.studies.report_failures import COPIES
from diptych.studies.report_ranges import possible_gain
from diptych.studies.report_words import images, p_value
from diptych.studies.two_level import LEVEL

TONES: dict[Verdict, Literal["good", "fair", "bad", "open"]] = {
    "gain shown": "good",
    "no gain shown": "fair",
    "harm shown": "bad",
    "not told yet": "open",
}


def cards(answer: Answer) -> Judgements:
    """The registered question first, then what else a reader asks."""
    return Judgements(
        rows=(
            _primary(answer.own),
            *_any(answer.own),
            *_duplicates(answer.own),
            *_without(answer),
            *(_elsewhere(task) for task in answer.elsewhere),
            *_copies(answer),
        )
    )


def _primary(task: TaskAnswer) -> Judgement:
    found = task.primary
    control = found.control.label if found.control else "its controls"
    question = f"With {images(found.images)}: better than the best control?"
    return _card(question, found.found, task.outcome, f"{found.arm.label} less {control}")


def _any(task: TaskAnswer) -> Iterator[Judgement]:
    if task.primary.any_generator:
        reason = "The same for other generators that would be trained in this way"
        yield _card("And with another generator?", task.primary.any_generator, task.outcome, reason)


def _duplicates(task: TaskAnswer) -> Iterator[Judgement]:
    """Of all arms that add synthetic images to real ones, how many beat the same number of rows?"""
    for table in (one for one in task.tables if one.control.name == "duplicate-real"):
        rows = [row for row in table.rows if not row.arm.control and not row.arm.arm.without_real]
        told = [row for row in rows if row.verdict == "gain shown"]
        unknown = all(row.verdict == "not told yet" for row in rows)
        if rows:
            yield Judgement(
                question="Better than repeating the real images?",
                word="not told yet" if unknown else f"{len(told)} of {len(rows)} arms and sizes",
                reason="Shown to gain over duplicate-real, by Holm's p over its table.",
                tone="open" if unknown else "good" if told else "fair",
            )


def _without(answer: Answer) -> Iterator[Judgement]:
    """The best arm without real images, beside as many real ones if that was run."""
    rows = [row for row in answer.own.without_real if row.arm.family]
    rows = [row for row in rows if row.same_number] or rows
    if rows:
        best = max(rows, key=lambda row: row.share.value)
        held, unknown = best.noninferior.value < LEVEL, best.found.verdict == "not told yet"
        verdict = "not inferior" if held else "non-inferiority is not shown"
        told = f"{verdict} by a margin of {answer.placed.study.margin:g}"
        yield Judgement(
            question=f"Without real images, beside {images(best.real_images)}?",
            word=f"{best.share.value:.0%} of real-only",
            reason=f"{best.arm.label}: {best.images:.0f} synthetic images by a generator that was tuned on "
            f"{best.tuned:.0f} real ones; {'non-inferiority cannot be told yet' if unknown else told}.",
            tone="open" if unknown else "good" if held else "fair",
        )


def _elsewhere(task: TaskAnswer) -> Judgement:
    return _card(
        f"On {task.task}?",
        task.primary.found,
        task.outcome,
        "The registered arm against the better control there",
    )


def _copies(answer: Answer) -> Iterator[Judgement]:
    """The generator that copies most; where none does, the one for which copying is least ruled out."""
    known = [row for row in answer.makers if row.seed is not None and not math.isnan(row.copies)]
    if known:
        worst = max(known, key=lambda row: (row.copies if row.copies > COPIES else 0.0, _upper(row)))
        copies, clear = worst.copies > COPIES, _upper(worst) <= COPIES
        told = "seen" if copies else "ruled out" if clear else "not ruled out"
        yield Judgement(
            question="Do generators copy patients?",
            word=f"{worst.copies:.1%}, may be up to {_upper(worst):.1%}",
            reason=f"{worst.family}, seed {worst.seed}, {images(worst.images)}: copy rate "
            f"{worst.copies_told}. More than {COPIES:.0%} is {told}.",
            tone="bad" if copies else "good" if clear else "open",
        )


def _upper(row: Maker) -> float:
    """Of its copy rate; a rate that is told without an interval may be anything."""
    return 1.0 if math.isnan(row.copies_high) else row.copies_high


def _card(question: str, found: Compared, outcome: Outcome, reason: str) -> Judgement:
    gain = possible_gain(found.gain.estimate, outcome)
    told = (
        found.reason
        or f"{signed(gain.value)}, {signed(gain.low)} to {signed(gain.high)}, p = {p_value(found.gain.p)}"
    )
    return Judgement(
        question=question, word=found.verdict, reason=f"{reason}: {told}.", tone=TONES[found.verdict]
    )

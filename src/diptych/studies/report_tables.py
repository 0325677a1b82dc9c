"""The tables of a study's page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from diptych.metrics.estimate import Estimate
from diptych.metrics.groups import GroupTable
from diptych.reports import Cell, Table
from diptych.reports.page import number, signed
from diptych.studies.answered import TaskAnswer
from diptych.studies.makers import Maker
from diptych.studies.outcomes import Outcome
from diptych.studies.placed import Contender, Place
from diptych.studies.report_ranges import possible_gain
from diptych.studies.report_words import SHORT, gained, p_value, runs, valued
from diptych.studies.scored import Score
from diptych.studies.secondary import Secondary
from diptych.studies.versus import Versus
from diptych.studies.who_gains import ClassGain
from diptych.studies.without_real import WithoutReal


def versus_table(task: TaskAnswer, table: Versus) -> Table:
    """Every arm against one control, with all that is told of it."""
    outcome = task.outcome
    rows = tuple(
        (
            named(row.arm, row.place),
            f"{row.images:.0f}",
            gained(row.found, outcome),
            p_value(row.found.gain.p),
            p_value(row.adjusted),
            p_value(row.signed_rank.value if row.signed_rank else math.nan),
            signed(row.delta.value if row.delta else math.nan),
            f"{row.share.value:.0%}" if row.share else "–",
            SHORT[row.verdict],
        )
        for row in table.rows
    )
    return Table(
        caption=f"{outcome.name} ({outcome.over}) less that of {table.control.label}. The verdict is by "
        f"Holm's p over these {len(rows)} rows; Wilcoxon's p is about these trained models only.",
        head=(
            "Arm",
            "Real images",
            "Gain",
            "p",
            "Holm's p",
            "Wilcoxon's p",
            "Cliff's delta",
            "Gain in",
            "Verdict",
        ),
        rows=rows,
    )


def named(arm: Contender, place: Place) -> Cell:
    """An arm with its ratio and learner."""
    ratio = (f"{arm.ratio:g} added for each real one",) if arm.arm.added and not arm.ratios else ()
    return Cell(arm.label, (place.learner, *ratio))


def score_table(scores: Sequence[Score], outcome: Outcome) -> Table:
    """The points of the learning curves, and what they are worth in real images where that is known."""
    known = any(row.worth for row in scores)
    worth = (
        "and the number of real images with which real-only scores the same"
        if known
        else "what one is worth in real images can be told when real-only has two sizes or more"
    )
    return Table(
        caption=f"{outcome.name} ({outcome.over}) of every arm{',' if known else ';'} {worth}.",
        head=("Arm", "Real images", outcome.name, *(("Worth, real images", "Multiplier") if known else ())),
        rows=tuple(
            (
                named(row.arm, row.place),
                f"{row.images:.0f}",
                valued(row.score, outcome),
                *(_worth(row) if known else ()),
            )
            for row in scores
        ),
    )


def without_table(rows: Sequence[WithoutReal], outcome: Outcome, margin: float) -> Table:
    """Arms that see no real image beside real-only."""
    return Table(
        caption=f"{outcome.name} ({outcome.over}) without any real image in training. Non-inferior: worse "
        f"by less than {margin:g}, a margin that was set beforehand.",
        head=(
            "Arm",
            "Its images",
            "Real-only's images",
            "Share of real-only",
            "Less real-only",
            "Non-inferior",
        ),
        rows=tuple(
            (
                Cell(row.arm.label, (f"generator tuned on {row.tuned:.0f}",) if row.arm.family else ()),
                f"{row.images:.0f}",
                Cell(f"{row.real_images:.0f}", ("the same number",) if row.same_number else ()),
                _percent(row),
                gained(row.found, outcome),
                _noninferior(row),
            )
            for row in rows
        ),
    )


def maker_table(makers: Sequence[Maker], against: str, outcome: Outcome) -> Table:
    """Every generator: what its images are, what they cost, and what they gained."""
    gated = any(row.gate_told for row in makers)
    return Table(
        caption=f"Generators, and the gain in {outcome.name} of the registered arm over {against} with "
        "their images. Seconds are of the machine that ran them; 0.01 of new real images pass for copies.",
        head=(
            "Generator",
            "Real images",
            "Pixels",
            "Seconds a sample",
            "Copy rate",
            *(("Gate accepts",) if gated else ()),
            "Gain",
            "Verdict",
        ),
        rows=tuple(
            (
                f"{row.family}, all" if row.seed is None else f"{row.family}, seed {row.seed}",
                f"{row.images:.0f}",
                "{} x {}".format(*row.resolution) if row.resolution else "not known",
                "not known" if math.isnan(row.seconds) else number(row.seconds, 2),
                _copied(row),
                *((_accepted(row),) if gated else ()),
                gained(row.found, outcome),
                SHORT[row.found.verdict],
            )
            for row in makers
        ),
    )


def _copied(row: Maker) -> Cell:
    """The copy rate with its interval; of a family the highest, which is no upper end of anything."""
    highest = row.seed is None and row.copies_told
    return Cell(row.copies_told or "not known", ("the highest of its generators",) if highest else ())


def _accepted(row: Maker) -> Cell:
    """`41 of 64`, and below it why others were turned away."""
    count, _, why = row.gate_told.partition(": ")
    least = "at least " if row.seed is None and count else ""
    return Cell(f"{least}{count or 'no gate'}", (f"turned away by {why}",) if why else ())


def class_table(classes: Sequence[ClassGain], outcome: Outcome) -> Table:
    """The registered comparison class by class; DeLong's p where classes are findings."""
    findings = any(row.delong is not None for row in classes)
    return Table(
        caption=f"The registered comparison in {outcome.name}, class by class. The verdict is by Holm's p.",
        head=("Class", "Gain", "n", "p", "Holm's p", *(("DeLong's p",) if findings else ()), "Verdict"),
        rows=tuple(
            (
                row.name,
                _signed(possible_gain(row.gain.estimate, outcome)),
                str(row.gain.estimate.n),
                p_value(row.gain.p),
                p_value(row.adjusted),
                *((p_value(math.nan if row.delong is None else row.delong),) if findings else ()),
                SHORT[row.verdict],
            )
            for row in classes
        ),
    )


def group_tables(groups: Mapping[str, GroupTable], outcome: Outcome) -> tuple[Table, ...]:
    """The registered comparison group by group, and how far the groups are apart."""
    return tuple(
        Table(
            caption=f"The registered comparison in {outcome.name}, by {name.replace('_', ' ')}.",
            head=("Group", "Gain", "n"),
            rows=tuple(
                (group, _signed(possible_gain(value, outcome)), str(value.n))
                for group, value in table.values.items()
            ),
            foot=(("Gap between groups", _signed(table.gap, table.gap.notes), str(table.gap.n)),),
        )
        for name, table in groups.items()
    )


def secondary_tables(rows: Sequence[Secondary], arm: str, control: str) -> tuple[Table, ...]:
    """The registered comparison by every outcome, then every arm's scores."""
    head = [f"{row.outcome.name}{' (lower is better)' * (row.outcome.better == 'lower')}" for row in rows]
    arms = [contender for contender, _ in rows[0].scores] if rows else []
    compared = Table(
        caption=f"{arm} less {control}, by every outcome. The first was registered.",
        head=("Outcome", "Difference", "p", "Alone it would be"),
        rows=tuple(
            (
                Cell(name, (row.outcome.over,)),
                gained(row.found, row.outcome),
                p_value(row.found.gain.p),
                SHORT[row.found.verdict],
            )
            for name, row in zip(head, rows, strict=True)
            if row.found
        ),
    )
    scores = Table(
        caption="Every arm by every outcome.",
        head=("Arm", *head),
        rows=tuple(
            (one.label, *(valued(row.scores[at][1], row.outcome) for row in rows))
            for at, one in enumerate(arms)
        ),
    )
    return (compared, scores)


def _worth(row: Score) -> tuple[str | Cell, str | Cell]:
    if row.worth is None:
        return "–", "–"
    found, times = row.worth.images, row.worth.multiplier
    shown = Cell(_amount(found.value), (f"{_amount(found.low)} to {_amount(found.high)}",))
    return shown, Cell(_times(times.value), (f"{_times(times.low)} to {_times(times.high)}",))


def _amount(value: float) -> str:
    """Ends off the learning curve are named, not extrapolated."""
    if math.isinf(value):
        return "beyond the curve"
    return "below the curve" if value == 0 else number(value, 2)


def _times(value: float) -> str:
    if math.isnan(value):
        return "–"
    return _amount(value) if math.isinf(value) or value == 0 else f"x {number(value, 2)}"


def _noninferior(row: WithoutReal) -> Cell:
    if row.found.verdict == "not told yet":
        return Cell(SHORT["not told yet"], runs(row.found))
    return Cell(f"p = {p_value(row.noninferior.value)}", row.noninferior.notes[:1])


def _percent(row: WithoutReal) -> Cell:
    share = row.share
    return Cell(f"{share.value:.0%}", (f"{share.low:.0%} to {share.high:.0%}",))


def _signed(value: Estimate, notes: tuple[str, ...] = ()) -> Cell:
    if math.isnan(value.value):
        return Cell("–", value.notes[:1])
    return Cell(signed(value.value), (f"{signed(value.low)} to {signed(value.high)}", *notes))

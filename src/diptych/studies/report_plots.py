"""The drawings of a study's page: forests, learning curves, and the plane of fidelity and cost."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal

from diptych.reports import Plot, Plots
from diptych.reports.interval_plots import Interval, Spot, curves, forest, plane, span_of
from diptych.reports.page import signed
from diptych.studies.answered import TaskAnswer
from diptych.studies.compared import Verdict
from diptych.studies.makers import Maker
from diptych.studies.placed import Contender, Place
from diptych.studies.report_ranges import possible_gain, possible_score
from diptych.studies.report_words import images
from diptych.studies.scored import Score
from diptych.studies.versus import Versus, VersusRow

WAYS: dict[Verdict, Literal["up", "down", "level", "open"]] = {
    "gain shown": "up",
    "harm shown": "down",
    "no gain shown": "level",
    "not told yet": "open",
}

LINES = 4
"""Arms beside real-only in one drawing of curves; more cannot be told apart in grey print."""


def primary_forest(tasks: Sequence[TaskAnswer]) -> Plot:
    """The registered comparison: these generators, any, and on other test sets."""
    rows = [_interval(f"{own.task}, as registered", own, "chosen") for own in tasks[:1]]
    rows += [
        Interval(name=f"{task.task}, any generator", value=gain.value, low=gain.low, high=gain.high)
        for task in tasks[:1]
        if (found := task.primary.any_generator)
        and (gain := possible_gain(found.gain.estimate, task.outcome))
    ]
    rows += [_interval(task.task, task) for task in tasks[1:]]
    control = tasks[0].primary.control
    over = control.label if control else "its controls"
    return forest(
        {tasks[0].primary.arm.label: (), f"less {over}": rows},
        title=f"The registered comparison, {images(tasks[0].primary.images)}",
        axis=f"gain in {tasks[0].outcome.name}",
        alt="; ".join(_told(row) for row in rows),
    )


def forests(task: TaskAnswer, table: Versus) -> Plots:
    """Every arm against one control, a drawing a size, all on one scale; controls stand apart."""
    places = list(dict.fromkeys(row.place for row in table.rows))
    span = span_of([_of_row(row, task) for row in table.rows])
    return Plots(plots=tuple(_forest(task, table, place, span) for place in places))


def learning_curves(task: TaskAnswer) -> Plots | None:
    """Scores against real images, a few arms a drawing and real-only in each; None for one size only."""
    plots = []
    for learner in dict.fromkeys(row.place.learner for row in task.scores):
        rows = [row for row in task.scores if row.place.learner == learner]
        real = [row for row in rows if row.arm.name == "real-only"]
        arms = {row.arm for row in rows} - {row.arm for row in real}
        for kind, part in _parts(arms):
            some = [row for row in rows if row.arm in part]
            plots.append(_curves(task, [*real, *some], f"{learner}, {kind}"))
    sizes = {row.place.size for row in task.scores}
    return Plots(plots=tuple(plots)) if len(sizes) > 1 else None


def cost_plane(makers: Sequence[Maker]) -> Plot | None:
    """Families at the smallest size by what their images are and cost; None where that is not known."""
    smallest = min((row.images for row in makers), default=math.nan)
    known = [
        (row, row.resolution)
        for row in makers
        if row.seed is None and row.resolution and row.seconds > 0 and row.images == smallest
    ]
    if not known:
        return None
    spots = [
        Spot(
            name=f"{row.family} {signed(row.found.gain.estimate.value)}",
            x=row.seconds,
            y=float(height * width),
            way=WAYS[row.found.verdict],
        )
        for row, (height, width) in known
    ]
    return plane(
        spots,
        title=f"Fidelity, cost and gain, {images(smallest)}",
        axes_names=("seconds a sample", "pixels of a sample"),
        levels={float(height * width): f"{height} x {width}" for _, (height, width) in known},
        alt="; ".join(f"{s.name}: {s.y:.0f} pixels, {s.x:.3g} seconds, {s.way}" for s in spots),
        caption="Triangle up: a gain is shown; down: harm; disc: neither; cross: not told yet.",
    )


def _forest(task: TaskAnswer, table: Versus, place: Place, span: tuple[float, float]) -> Plot:
    rows = sorted(
        (row for row in table.rows if row.place == place),
        key=lambda row: (math.isnan(row.found.gain.estimate.value), -row.found.gain.estimate.value),
    )
    groups = {
        "Arms": [_of_row(row, task) for row in rows if not row.arm.control],
        "Controls": [_of_row(row, task) for row in rows if row.arm.control],
    }
    count = images(rows[0].images)
    return forest(
        {name: some for name, some in groups.items() if some},
        title=f"{count}, {place.learner}: less {table.control.name}",
        axis=f"gain in {task.outcome.name}",
        alt="; ".join(_told(row) for some in groups.values() for row in some),
        span=span,
    )


def _curves(task: TaskAnswer, rows: Sequence[Score], which: str) -> Plot:
    span = span_of_scores(task)
    lines = {
        arm.label: [(row.images, _of_score(row, task)) for row in rows if row.arm == arm]
        for arm in dict.fromkeys(row.arm for row in rows)
    }
    return curves(
        lines,
        title=f"{task.task}, {which}",
        axes_names=("real images", task.outcome.name),
        alt=f"{task.outcome.name} against real images of {', '.join(lines)}; the numbers are in the table.",
        span=span,
    )


def span_of_scores(task: TaskAnswer) -> tuple[float, float]:
    """Ends of an axis on which all scores have room; not zero, which would flatten them."""
    shown = [_of_score(row, task) for row in task.scores]
    known = [v for row in shown for v in (row.low, row.high) if math.isfinite(v)]
    margin = 0.05 * (max(known, default=1.0) - min(known, default=0.0) or 1.0)
    return min(known, default=0.0) - margin, max(known, default=1.0) + margin


def _parts(arms: set[Contender]) -> Iterator[tuple[str, list[Contender]]]:
    """Controls, then family by family: as few drawings as hold them, and about as many arms in each."""
    kinds: dict[str, list[Contender]] = {}
    for arm in sorted(arms, key=lambda arm: arm.label):
        kind = "controls" if arm.control else arm.family.name if arm.family else "others"
        kinds.setdefault(kind, []).append(arm)
    for kind in sorted(kinds, key=lambda kind: (kind != "controls", kind)):
        some = kinds[kind]
        count = math.ceil(len(some) / LINES)
        ends = [round(part * len(some) / count) for part in range(count + 1)]
        yield from ((kind, some[start:end]) for start, end in pairwise(ends))


def _of_row(row: VersusRow, task: TaskAnswer) -> Interval:
    gain = possible_gain(row.found.gain.estimate, task.outcome)
    usual: Literal["usual", "control"] = "control" if row.arm.control else "usual"
    chosen = row.arm == task.primary.arm and row.place == task.primary.place
    return Interval(
        name=row.arm.label,
        value=gain.value,
        low=gain.low,
        high=gain.high,
        mark="chosen" if chosen else usual,
    )


def _of_score(row: Score, task: TaskAnswer) -> Interval:
    score = possible_score(row.score, task.outcome)
    return Interval(name=row.arm.label, value=score.value, low=score.low, high=score.high)


def _interval(name: str, task: TaskAnswer, mark: Literal["chosen", "usual"] = "usual") -> Interval:
    gain = possible_gain(task.primary.found.gain.estimate, task.outcome)
    return Interval(name=name, value=gain.value, low=gain.low, high=gain.high, mark=mark)


def _told(row: Interval) -> str:
    if math.isnan(row.value):
        return f"{row.name}: not told yet"
    return f"{row.name}: {row.value:+.3f}, {row.low:+.3f} to {row.high:+.3f}"

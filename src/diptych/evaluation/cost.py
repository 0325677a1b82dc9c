"""What a cohort cost: seconds, memory and parameters, where its maker told them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from scipy.stats import t

from diptych.evaluation.rows import NOT_ESTIMABLE, Row
from diptych.metrics.estimate import Estimate
from diptych.records.cohort import Cohort
from diptych.records.cost import COST_FILE, Cost, read_cost

NOT_TOLD = f"not told: the cohort has no {COST_FILE}"
WHOLE = "of the whole process, libraries included"


def cost_rows(cohort: Cohort) -> tuple[Row, ...]:
    """Rows of no axis with a verdict: real images have no cost to stand beside."""
    cost = read_cost(cohort.path)
    if cost is None:
        nothing = replace(NOT_ESTIMABLE, notes=(NOT_TOLD,))
        return tuple(_row(name, nothing) for name in ("seconds", "memory", "parameters"))
    n = sum(cost.samples)
    others = (f"told of {n} samples, {len(cohort)} are here",) if n != len(cohort) else ()
    memory = _counted(cost.peak_mib or math.nan, n, "MiB", (WHOLE, *others))
    return (
        _row("seconds", _seconds(cost, others)),
        _row("memory", memory),
        _row("parameters", _counted(float(cost.parameters), n, "", (cost.maker, *others))),
    )


def _seconds(cost: Cost, others: tuple[str, ...]) -> Estimate:
    """Mean time of a sample; Student's interval over the stretches that were timed."""
    each = np.divide(cost.seconds, cost.samples)
    value, n = sum(cost.seconds) / sum(cost.samples), sum(cost.samples)
    notes = (f"on {cost.machine}", "without loading the weights", *others)
    found = Estimate(value=value, low=math.nan, high=math.nan, n=n, unit="s a sample", notes=notes)
    if len(each) < 3:
        return replace(found, notes=(*notes, "no interval: timed in fewer than three stretches"))
    half = float(t.ppf(0.975, len(each) - 1) * each.std(ddof=1) / math.sqrt(len(each)))
    return replace(found, low=max(value - half, 0.0), high=value + half)


def _counted(value: float, n: int, unit: str, notes: tuple[str, ...]) -> Estimate:
    return Estimate(value=value, low=math.nan, high=math.nan, n=n, unit=unit, notes=notes)


def _row(metric: str, found: Estimate) -> Row:
    return Row(
        metric=metric,
        axis="cost",
        extractor="",
        group="all",
        estimate=found,
        floor=NOT_ESTIMABLE,
        bad=NOT_ESTIMABLE,
        bad_name="",
        better="lower",
    )

"""The table of a study: every arm against a control, with all that the report prints of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from diptych.base.errors import DiptychError
from diptych.metrics.difference import Difference
from diptych.metrics.estimate import Estimate
from diptych.studies.cells import Cell
from diptych.studies.effect import cliffs_delta, gain_share
from diptych.studies.grids import paired_grid, paired_subjects
from diptych.studies.holm import holm
from diptych.studies.measures import Measure
from diptych.studies.signed_rank import signed_rank
from diptych.studies.two_level import Generators, difference, resample


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One row of a study but for the arm: what two arms must share to be compared."""

    task: str
    fraction: float
    learner: str


@dataclass(frozen=True, kw_only=True)
class ArmRow:
    """One arm at one ratio against the control, on one setting."""

    setting: Setting
    arm: str
    ratio: float
    control: str
    gain: Difference
    """Arm less control by the two-level bootstrap: the answer."""
    adjusted: float
    """Its p after Holm over all rows of the table."""
    signed_rank: Estimate | None
    """Wilcoxon's p on single subjects, for these models; None for rankings."""
    delta: Estimate | None
    """Cliff's delta."""
    share: Estimate | None
    """Of subjects that gain."""


def against(
    cells: Sequence[Cell],
    control: str,
    measure: Measure,
    arms: Iterable[str] = (),
    generators: Generators = "these",
    seed: int = 0,
) -> tuple[ArmRow, ...]:
    """All arms (or those named) against `control`, on every setting that both were run on.

    A setting is a task, a fraction and a learner; the control is taken at its own ratio, which must be
    one. Holm is over the rows of this table, so ask for the arms of one claim: a registered primary
    comparison is a table of one row. Settings without the control are left out.
    """
    wanted, rows = set(arms), list[ArmRow]()
    _check_names({control, *wanted}, cells)
    for setting in _settings(cells):
        here = [cell for cell in cells if _setting(cell) == setting]
        controls = [cell for cell in here if cell.arm == control]
        names = sorted({(cell.arm, cell.ratio) for cell in here if cell.arm != control})
        for arm, ratio in names if controls else ():
            if not wanted or arm in wanted:
                ours = [cell for cell in here if (cell.arm, cell.ratio) == (arm, ratio)]
                rows.append(_row(setting, ours, controls, measure, generators, seed))
    adjusted = holm([row.gain.p for row in rows])
    return tuple(replace(row, adjusted=p) for row, p in zip(rows, adjusted, strict=True))


def _row(
    setting: Setting,
    ours: list[Cell],
    controls: list[Cell],
    measure: Measure,
    generators: Generators,
    seed: int,
) -> ArmRow:
    gain = difference(resample(paired_grid(ours, controls, measure, seed), generators, seed))
    test = delta = share = None
    if measure.each is not None:
        x, y = paired_subjects(ours, controls, measure)
        test, delta = signed_rank(x, y), cliffs_delta(x, y, seed=seed)
        share = gain_share(x, y, measure.better)
    return ArmRow(
        setting=setting,
        arm=ours[0].arm,
        ratio=ours[0].ratio,
        control=controls[0].arm,
        gain=gain,
        adjusted=gain.p,
        signed_rank=test,
        delta=delta,
        share=share,
    )


def _setting(cell: Cell) -> Setting:
    return Setting(task=cell.task, fraction=cell.fraction, learner=cell.learner)


def _settings(cells: Sequence[Cell]) -> list[Setting]:
    return sorted({_setting(cell) for cell in cells}, key=lambda s: (s.task, s.learner, s.fraction))


def _check_names(names: set[str], cells: Sequence[Cell]) -> None:
    present = {cell.arm for cell in cells}
    if missing := sorted(names - present):
        found = ", ".join(sorted(present)) or "none"
        raise DiptychError.of(f"arm {missing[0]}", "has no cell", f"choose among {found}, or run it")

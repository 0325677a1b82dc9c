"""A fused cohort, in memory or on disk: what every arm is to a training, whatever its strategy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from diptych.base.errors import DiptychError, Problems
from diptych.fusion.leaks import Held
from diptych.fusion.material import FLAGS, Cohorts
from diptych.fusion.plan import Origin, Plan, PlanRow
from diptych.records.cohort import Cohort
from diptych.records.reading import Row
from diptych.records.sample import Record
from diptych.records.splits import subject_of


@dataclass(frozen=True, kw_only=True, eq=False)
class Fused:
    """A plan with the cohort that it describes; pixels are read on demand.

    Train on `phase(name)` for each of `plan.phases` in turn, by its steps, rate, augmentation and share of
    synthetic rows; stop by `held("val")`, and test on rows that no arm ever saw.
    """

    plan: Plan
    cohort: Cohort
    """Training rows in the split `train`, real held-out rows in their own splits."""

    def phase(self, name: str) -> Cohort:
        """The rows of one phase, in the order of the plan. Raises `DiptychError` for an unknown phase."""
        for phase in self.plan.phases:
            if phase.name == name:
                return self._part(phase.rows)
        names = ", ".join(phase.name for phase in self.plan.phases)
        raise DiptychError.of("phase", f"the arm has no phase {name!r}", f"it has {names}")

    def held(self, split: str) -> Cohort:
        """The real rows that are held out in a split. Raises `DiptychError` when there are none."""
        return self.cohort.select(split=split)

    def _part(self, rows: tuple[PlanRow, ...]) -> Cohort:
        return self.cohort.select(ids=[row.name for row in rows])


def assemble(plan: Plan, cohorts: Cohorts) -> Fused:
    """The fused cohort in memory: rows of several folders as one cohort, nothing copied.

    Raises one `DiptychError` for rows that the cohorts do not have, and for training rows of a subject that
    is held out: a plan may be read from a file that was changed.
    """
    problems, rows = Problems(), list[Row]()
    by_id = {origin: {row.record.id: row for row in cohort.rows} for origin, cohort in cohorts.items()}
    for row in plan.held:
        with problems.collect():
            found = _find(by_id, row, row.id)
            rows.append(_dressed(row, found, found, found.record.split))
    for _, row in plan.training():
        with problems.collect():
            wears = _find(by_id, row, row.labels or row.id)
            rows.append(_dressed(row, _find(by_id, row, row.id), wears, "train"))
    problems.raise_any()
    # The real cohort comes first: its word on what codes mean is the last.
    spaces = {
        layer: space for part in reversed(list(cohorts.values())) for layer, space in part.spaces.items()
    }
    real = cohorts["real"]
    fused = Cohort(
        path=real.path,
        body=real.body,
        name=plan.arm.strategy,
        note=note(plan),
        spaces=spaces,
        rows=tuple(rows),
    )
    check_apart(fused)
    return Fused(plan=plan, cohort=fused)


def note(plan: Plan) -> str:
    """What `cohort.json` says of the arm."""
    arm = plan.arm
    return "; ".join([f"fused by {arm.strategy}, ratio {arm.ratio:g}, seed {arm.seed}", *plan.notes])


def check_apart(cohort: Cohort) -> None:
    """Raise `DiptychError` with every training row whose subject or provenance is held out."""
    problems = Problems()
    held = Held(record for record in cohort.records if record.split != "train")
    train = [record for record in cohort.records if record.split == "train"]
    held.check_real(train, problems)
    held.check_drawn("train", [r for r in train if r.provenance.kind != "real"], problems)
    problems.raise_any()


def _find(by_id: Mapping[Origin, Mapping[str, Row]], row: PlanRow, name: str) -> Row:
    found = by_id.get(row.source, {}).get(name)
    if found is None:
        what = f"has no row {name}, which the plan takes"
        raise DiptychError.of(FLAGS[row.source], what, "give the cohort that the plan was made with")
    return found


def _dressed(row: PlanRow, image: Row, wears: Row, split: str) -> Row:
    """The row under its new name, with the masks and labels of `wears`."""
    own = image.record
    record = replace(own, id=row.name, split=split, subject=_subject(own, row))
    if wears is not image:
        other = wears.record
        record = replace(
            record,
            text=other.text,
            findings=other.findings,
            groups=other.groups,
            layers=other.layers,
            estimated=other.estimated,
            gate=None,
        )
    return Row(record=record, image=image.image, masks=wears.masks)


def _subject(own: Record, row: PlanRow) -> str:
    """The row's own subject; a renamed row without one stays one subject with the row that it repeats."""
    if own.subject or row.name == own.id:
        return own.subject
    return subject_of(own) if row.source == "real" else f"{row.source} {own.id}"

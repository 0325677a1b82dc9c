"""The verb: real and synthetic cohorts become the training cohort of an arm."""

from __future__ import annotations

import sys
from pathlib import Path

from diptych.base.errors import DiptychError, Problems
from diptych.fusion.arm import Arm
from diptych.fusion.checks_pixels import check_pixels
from diptych.fusion.fused import Fused, assemble, check_apart
from diptych.fusion.manifest import read_manifest
from diptych.fusion.material import FLAGS, Cohorts
from diptych.fusion.plan import Origin, Plan
from diptych.fusion.planning import make_plan
from diptych.fusion.writing import sources, write_fused
from diptych.records.cohort import Cohort

Given = Cohort | Path | str | None


def fuse(
    arm: Arm, *, real: Given, synthetic: Given = None, phantoms: Given = None, out: Path | str | None = None
) -> Fused:
    """The training cohort of an arm: written to the new folder `out`, or in memory without one.

    Cohorts are given open or as folders. The same arm and cohorts give the same rows, in the same order, and
    the same bytes. Raises one `DiptychError` with every problem: see `planning.make_plan`, a training row
    whose pixels are those of a held-out image, and a used `out`.
    """
    cohorts = _open(real=real, synthetic=synthetic, phantoms=phantoms)
    fused = _assembled(make_plan(arm, cohorts), cohorts)
    if out is None:
        return fused
    for line in fused.plan.notes:
        print(f"diptych: note: {line}", file=sys.stderr)
    write_fused(fused, cohorts, Path(out))
    return open_fused(out)


def open_fused(folder: Path | str) -> Fused:
    """A fused cohort that was written.

    Raises `DiptychError` when it is damaged, when rows and manifest do not belong together, and when a
    subject that is held out is in training.
    """
    plan, _ = read_manifest(Path(folder))
    cohort = Cohort.open(folder)
    told = {row.name for row in (*plan.held, *(row for _, row in plan.training()))}
    odd = sorted(told ^ {record.id for record in cohort.records})
    if odd:
        what = f"{len(odd)} rows stand in only one of manifest.jsonl and metadata.jsonl, such as {odd[0]}"
        raise DiptychError.of(str(folder), what, "fuse the cohorts again")
    check_apart(cohort)
    return Fused(plan=plan, cohort=cohort)


def repeat(
    folder: Path | str, *, real: Given, synthetic: Given = None, phantoms: Given = None, out: Path | str
) -> Fused:
    """Make a fused cohort again from its manifest and the cohorts that it names; the same bytes.

    Nothing is drawn: the strategy need not exist any more. Raises `DiptychError` when rows are gone or have
    changed.
    """
    plan, then = read_manifest(Path(folder))
    cohorts = _open(real=real, synthetic=synthetic, phantoms=phantoms)
    fused = _assembled(plan, cohorts)
    problems = Problems()
    for origin, now in sources(fused, cohorts).items():
        if origin not in then or now.fingerprint != then[origin].fingerprint:
            what = f"its rows are not those that {folder} was made of"
            problems.add(f"the {origin} cohort", what, "give the cohort as it was")
    problems.raise_any()
    write_fused(fused, cohorts, Path(out))
    return open_fused(out)


def _assembled(plan: Plan, cohorts: Cohorts) -> Fused:
    """The rows of a plan in memory, looked at pixel by pixel for held-out images."""
    fused, problems = assemble(plan, cohorts), Problems()
    check_pixels(fused.cohort.rows, problems)
    problems.raise_any()
    return fused


def _open(*, real: Given, synthetic: Given, phantoms: Given) -> Cohorts:
    """The cohorts that are given. Raises one `DiptychError` with all that is wrong with any of them."""
    problems, cohorts = Problems(), dict[Origin, Cohort]()
    all_given: dict[Origin, Given] = {"real": real, "synthetic": synthetic, "phantom": phantoms}
    for origin, given in all_given.items():
        with problems.collect():
            if isinstance(given, Cohort):
                cohorts[origin] = given
            elif given is not None:
                cohorts[origin] = Cohort.open(given)
    problems.raise_any()
    if "real" not in cohorts:
        raise DiptychError.of(FLAGS["real"], "is needed: validation and test rows are real", "give a cohort")
    return cohorts

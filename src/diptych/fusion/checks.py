"""Whether cohorts may be fused: one body region, one meaning of codes, and no leak."""

from __future__ import annotations

from collections.abc import Sequence

from diptych.base.errors import Problems
from diptych.fusion.leaks import Held
from diptych.fusion.material import FLAGS, Cohorts, training_part
from diptych.fusion.plan import Origin
from diptych.records.cohort import Cohort
from diptych.records.sample import Record


def check_cohorts(cohorts: Cohorts, problems: Problems) -> None:
    """Note everything that keeps the cohorts apart: other body regions or codes, cohorts without training
    rows, rows that are not what their cohort is given for, and subjects that are held out."""
    for origin, cohort in cohorts.items():
        if not training_part(cohort):
            what = f"{cohort.path} has no rows in the split train"
            problems.add(FLAGS[origin], what, "choose another cohort")
        _check_kind(origin, cohort.records, problems)
        _check_alike(origin, cohort, cohorts["real"], problems)
    _check_apart(cohorts, problems)


def _check_kind(origin: Origin, records: Sequence[Record], problems: Problems) -> None:
    """Note rows whose provenance says that they are not what the cohort is given for."""
    lawful = {"real": ("real",), "synthetic": ("model", "phantom"), "phantom": ("phantom",)}[origin]
    wrong = [record for record in records if record.provenance.kind not in lawful]
    if wrong:
        kind, others = wrong[0].provenance.kind, f" and {len(wrong) - 1} more" if wrong[1:] else ""
        what = f"provenance says {kind} in row {wrong[0].id}{others}, not {' or '.join(lawful)}"
        problems.add(FLAGS[origin], what, "give the cohort for what it is, or correct its metadata.jsonl")


def _check_alike(origin: Origin, cohort: Cohort, real: Cohort, problems: Problems) -> None:
    """Note a cohort of another body region than the real one, or whose layers mean something else."""
    if cohort.body != real.body:
        what = f"{cohort.path} shows the {cohort.body}, --real the {real.body}"
        problems.add(FLAGS[origin], what, "give cohorts of one body region")
        return
    shared = [layer for layer in cohort.layers if layer in real.layers]
    if real.layers and not shared:
        what = f"has no masks of {', '.join(real.layers)}"
        problems.add(FLAGS[origin], what, "choose a cohort with the layers of --real")
    for layer in shared:
        if cohort.spaces[layer] != real.spaces[layer]:
            what = f"the codes of layer {layer} differ from those of --real"
            problems.add(FLAGS[origin], what, "import both cohorts with one list of codes")


def _check_apart(cohorts: Cohorts, problems: Problems) -> None:
    """Note held-out subjects that would reach training, and a real cohort that holds nothing out."""
    rows = [record for record in cohorts["real"].records if record.split != "train"]
    if not rows:
        what = "holds nothing out: validation and test must be real"
        problems.add("--real", what, "put subjects into its split val or test, as import --val does")
    held = Held(rows)
    for origin, cohort in cohorts.items():
        if origin == "real":
            held.check_real(training_part(cohort), problems)
        else:
            held.check_drawn(FLAGS[origin], training_part(cohort), problems)

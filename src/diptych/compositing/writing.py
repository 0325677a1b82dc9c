"""A cohort of real panoramic radiographs as a cohort with phantom lesions in them, named semi-synthetic."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from diptych.base.errors import DiptychError, Problems
from diptych.base.progress import track
from diptych.compositing.cases import LESIONS, check_names
from diptych.compositing.painting import composite
from diptych.records.cohort import Cohort, CohortWriter
from diptych.records.labels import LABELS
from diptych.records.sample import Provenance, Record

FLAG = "--cohort"


def composite_cohort(cohort: Path, out: Path, *, seed: int = 0, findings: Sequence[str] = LESIONS) -> Cohort:
    """Write `out`: every row of a real panoramic cohort, lesions composited into it (see `composite`).

    Rows keep their id, subject, split, groups, licence and layers. What a row shows depends on `seed`, its
    id and its pixels, not on the other rows. Raises `DiptychError` for findings that are not composited, for
    a cohort that is not of real panoramic radiographs with masks of teeth, and for a used `out`.
    """
    problems = Problems()
    with problems.collect():
        check_names(findings)
    if seed < 0:
        problems.add(f"--seed {seed}", "is negative", "give 0 or more")
    with problems.collect():
        real = Cohort.open(cohort)
        _check(real, problems)
    problems.raise_any()
    name = f"{real.name or real.path.name} with phantom lesions (semi-synthetic)"
    note = f"semi-synthetic: phantom lesions ({', '.join(findings)}; seed {seed}) in real images"
    note = "; ".join(filter(None, (note, real.note)))
    spaces = {layer: real.spaces[layer] for layer in real.layers}
    with CohortWriter(out, body=real.body, name=name, note=note, spaces=spaces) as writer:
        for sample in track(real, "compositing", len(real)):
            made = composite(sample, seed_of(seed, sample.record.id), findings)
            writer.add(made, png_text={"Description": _described(made.record.provenance)})
    return Cohort.open(out)


def seed_of(seed: int, name: str) -> int:
    """The seed of one image, 0 to 2^32 - 1, by its id."""
    return int.from_bytes(hashlib.sha256(f"{seed} {name}".encode()).digest()[:4], "big")


def _check(real: Cohort, problems: Problems) -> None:
    """Note everything that keeps lesions out of the cohort, each once, however many rows have it."""
    if real.body != "panoramic":
        raise DiptychError.of(FLAG, f"{real.path} shows the {real.body}", "give panoramic radiographs")
    bare = [record for record in real.records if "teeth" not in record.layers]
    if bare:
        problems.add(FLAG, f"{_rows(bare)} no mask of teeth", "import the cohort with masks of teeth")
    drawn = [record for record in real.records if record.provenance.origin != "real"]
    if drawn:
        told = drawn[0].provenance.generator or drawn[0].provenance.kind
        problems.add(FLAG, f"{_rows(drawn)} another origin than a patient ({told})", "give real images")
    if real.spaces["findings"] != LABELS["panoramic", "findings"]:
        what = "its layer of findings has codes of its own"
        problems.add(FLAG, what, "import it without that layer, or with the codes of diptych")


def _rows(records: Sequence[Record]) -> str:
    """`row a has`, `rows a and 2 more have`."""
    others = len(records) - 1
    return f"rows {records[0].id} and {others} more have" if others else f"row {records[0].id} has"


def _described(provenance: Provenance) -> str:
    """What the image file says of itself."""
    return f"Semi-synthetic: real radiograph, composited by {provenance.generator}: {provenance.request}."

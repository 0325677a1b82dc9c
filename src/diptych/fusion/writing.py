"""Writing a fused cohort: copies of its rows and the plan beside them, whole or not at all."""

from __future__ import annotations

from pathlib import Path

from diptych.base.atomic import new_folder
from diptych.base.errors import Problems
from diptych.base.progress import bar
from diptych.fusion.fused import Fused
from diptych.fusion.manifest import Source, write_manifest
from diptych.fusion.material import Cohorts
from diptych.fusion.plan import Origin
from diptych.records.cohort import Cohort, CohortWriter
from diptych.records.pixels import content_hash
from diptych.records.reading import Row


def write_fused(fused: Fused, cohorts: Cohorts, out: Path) -> None:
    """Write the rows, `fusion.json` and `manifest.jsonl` into the new folder `out`.

    Images keep their pixels and their text, so that a synthetic one still says that it is. The order is that
    of the fused cohort, held-out rows first. Raises `DiptychError` for a damaged file, and for a synthetic
    row whose pixels are those of a held-out image.
    """
    cohort, problems = fused.cohort, Problems()
    held: dict[str, str] = {}
    with new_folder(out) as part:
        spaces = {layer: cohort.spaces[layer] for layer in cohort.layers}
        writer = CohortWriter(part, body=cohort.body, name=out.name, note=cohort.note, spaces=spaces)
        with writer, bar("fusing", len(cohort)) as shown:
            for row in cohort.rows:
                with problems.collect():
                    _copy(row, cohort, writer, held)
                shown.advance()
            problems.raise_any()
        splits = {row.record.id: row.record.split for row in cohort.rows}
        write_manifest(part, fused.plan, sources(fused, cohorts), splits)


def sources(fused: Fused, cohorts: Cohorts) -> dict[str, Source]:
    """The cohorts that the rows are from, and what those rows are, wherever they lie."""
    used: dict[Origin, set[str]] = {}
    for row in (*fused.plan.held, *(row for _, row in fused.plan.training())):
        used.setdefault(row.source, set()).update({row.id, row.labels or row.id})
    return {
        origin: Source(name=cohorts[origin].name, fingerprint=cohorts[origin].select(ids=ids).fingerprint())
        for origin, ids in used.items()
    }


def _copy(row: Row, cohort: Cohort, writer: CohortWriter, held: dict[str, str]) -> None:
    """Read, check and write one row; `held` gathers the pixels of held-out images."""
    sample = cohort.load(row.record)
    pixels = content_hash(sample.image)
    if row.record.split != "train":
        held[pixels] = row.record.id
    elif row.record.provenance.kind != "real" and pixels in held:
        problems = Problems()
        what = f"its image is the held-out {held[pixels]}, pixel by pixel"
        problems.add(f"synthetic row {row.record.id}", what, "leave it out, and look at its generator")
        problems.raise_any()
    writer.add(sample, png_text=_texts(row.image))


def _texts(path: Path) -> dict[str, str]:
    """The text chunks of a PNG; other files have none."""
    from PIL import Image
    from PIL.PngImagePlugin import PngImageFile

    with Image.open(path) as image:
        if not isinstance(image, PngImageFile):
            return {}
        return {key: str(value) for key, value in image.text.items()}

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
from diptych.records.cohort import CohortWriter


def write_fused(fused: Fused, cohorts: Cohorts, out: Path) -> None:
    """Write the rows, `fusion.json` and `manifest.jsonl` into the new folder `out`.

    Images keep their pixels and their text, so that a synthetic one still says that it is. The order is that
    of the fused cohort, held-out rows first. Raises `DiptychError` for a damaged file.
    """
    cohort, problems = fused.cohort, Problems()
    with new_folder(out) as part:
        spaces = {layer: cohort.spaces[layer] for layer in cohort.layers}
        writer = CohortWriter(part, body=cohort.body, name=out.name, note=cohort.note, spaces=spaces)
        with writer, bar("fusing", len(cohort)) as shown:
            for row in cohort.rows:
                with problems.collect():
                    writer.add(cohort.load(row.record), png_text=_texts(row.image))
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


def _texts(path: Path) -> dict[str, str]:
    """The text chunks of a PNG; other files have none."""
    from PIL import Image
    from PIL.PngImagePlugin import PngImageFile

    with Image.open(path) as image:
        if not isinstance(image, PngImageFile):
            return {}
        return {key: str(value) for key, value in image.text.items()}

"""Make a reader study: real and synthetic images mixed into one HTML form, and the key to it."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from diptych.base.atomic import new_folder, write_bytes, write_text
from diptych.base.errors import DiptychError
from diptych.downstream.arrays import to_bytes
from diptych.records.cohort import Cohort
from diptych.records.images import encode_png
from diptych.records.sample import Sample
from diptych.records.splits import subject_of
from diptych.reports import Picture

FORM, KEY = "form.html", "sealed/key.json"
"""Where they lie in the kit's folder: the form goes to the readers, the key to nobody."""


@dataclass(frozen=True, kw_only=True)
class Kit:
    """A kit on disk."""

    form: Path
    key: Path
    commitment: str
    """SHA-256 of the key, printed in the form and in every file of answers."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Item:
    """One image as it is shown, and where it comes from."""

    id: str
    synthetic: bool
    pixels: NDArray[np.uint8]


def make_kit(
    real: Cohort, synthetic: Cohort, out: Path | str, n: int = 30, seed: int = 0, quality: bool = True
) -> Kit:
    """Write the kit OUT/form.html with `n` real and `n` synthetic images, and OUT/sealed/key.json.

    At most one image of a subject; all are brought to the smallest height and width among them,
    8 bit, and encoded anew, so that neither size, depth, file name nor metadata tells their
    origin. Their order depends on `seed`, the key's salt on nothing: the form states the SHA-256
    of the key, which can therefore neither be guessed from it nor be changed afterwards. With
    `quality` the form asks for a rating of the image as well.

    The synthetic images in the form carry no mark. Raises `DiptychError` when a cohort has too
    few subjects, the cohorts show different body regions, `real` holds images that an engine has
    changed, or OUT is in use.
    """
    if real.body != synthetic.body:
        what = f"shows {synthetic.body}, the real cohort {real.body}"
        raise DiptychError.of(str(synthetic.path), what, "compare one body region")
    if any(record.provenance.origin == "semi-synthetic" for record in real.records):
        what = "has semi-synthetic rows, which are not real ones"
        raise DiptychError.of(str(real.path), what, "give images as they were taken")
    chance = np.random.default_rng(seed)
    picked = [(s, False) for s in _pick(real, n, chance)] + [(s, True) for s in _pick(synthetic, n, chance)]
    shapes = np.array([sample.image.shape for sample, _ in picked])
    size = int(shapes[:, 0].min()), int(shapes[:, 1].min())
    items = [
        _Item(id=sample.record.id, synthetic=made, pixels=to_bytes(sample.image, size))
        for sample, made in (picked[place] for place in chance.permutation(len(picked)))
    ]
    pictures = [Picture(encode_png(item.pixels), size[1], size[0]) for item in items]
    key = _key(real, synthetic, items, pictures)
    commitment = hashlib.sha256(key).hexdigest()
    out = Path(out)
    with new_folder(out) as part:
        write_text(part / FORM, _form(pictures, commitment, quality))
        write_bytes(part / KEY, key)
    return Kit(form=out / FORM, key=out / KEY, commitment=commitment)


def _pick(cohort: Cohort, n: int, chance: np.random.Generator) -> list[Sample]:
    subjects = [subject_of(record) for record in cohort.records]
    order = chance.permutation(len(subjects))
    # Of each subject the first image in this order.
    first = {subjects[row]: row for row in reversed(order.tolist())}
    if n < 2:
        raise DiptychError.of("n", f"{n} images of a kind are too few", "give at least 2")
    if len(first) < n:
        raise DiptychError.of(str(cohort.path), f"has {len(first)} subjects, {n} are needed", "ask for fewer")
    chosen = [row for row in order.tolist() if first[subjects[row]] == row][:n]
    return [cohort.load(row) for row in chosen]


def _key(real: Cohort, synthetic: Cohort, items: Sequence[_Item], pictures: Sequence[Picture]) -> bytes:
    rows = [
        {
            "item": number,
            "synthetic": item.synthetic,
            "id": item.id,
            "sha256": hashlib.sha256(picture.png).hexdigest(),
        }
        for number, (item, picture) in enumerate(zip(items, pictures, strict=True), start=1)
    ]
    content = {
        "kind": "diptych reader study key",
        "version": 1,
        "salt": secrets.token_hex(32),
        "body": real.body,
        "real": real.name,
        "synthetic": synthetic.name,
        "items": rows,
    }
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def _form(pictures: Sequence[Picture], commitment: str, quality: bool) -> str:
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    loaders = [PackageLoader("diptych.evaluation.readers"), PackageLoader("diptych.reports")]
    environment = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    form = environment.get_template("form.html")
    return form.render(pictures=pictures, commitment=commitment, quality=quality)

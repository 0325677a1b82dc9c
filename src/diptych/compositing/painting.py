"""Phantom lesions painted into one real image: the phantoms' own painters, on the image's own teeth.

The painters work on a softened copy of the image, at about the size that phantoms are drawn at, and only
the change is carried over to the image: edges are as soft as a radiograph's, and the image keeps its grain.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from diptych.base.errors import DiptychError
from diptych.compositing.cases import LESIONS, apart, check_names, draw_count, draw_lesions, fit_teeth
from diptych.layouts.layout import EXTENT
from diptych.layouts.shown import REACH, code_of, near
from diptych.layouts.skeleton import Jaws, read_jaws, read_patches
from diptych.phantoms.brush import Mouth
from diptych.phantoms.canvas import Plane, clouds, make_frame, soften
from diptych.phantoms.dental_findings import paint_disease
from diptych.prompts.grammar import render
from diptych.records.finding import Finding
from diptych.records.pixels import stretch_mask
from diptych.records.sample import Grey, Mask, Provenance, Sample

ENGINE = "diptych-composites/1"
"""Changes whenever the same image and seed would give other pixels."""
TALLEST = 256
"""Rows at which lesions are painted; images with more get the change enlarged."""
GRAIN = 0.8
"""Pixels; what is finer is the image's own grain, which lesions leave as it is."""
SOFT = 0.006
"""Image heights by which the border of a lesion is blurred: it has none in life."""
ROUGH, LUMP = 0.15, 0.015
"""Spread of a lesion's own density, and the size of its unevenness in image heights."""
LEAST = 6
"""Pixels of a lesion that can be seen."""
SEEN = 14.0
"""Grey levels (0 to 255 over the image's own range) that a lesion changes on average, if it can be seen."""
METAL, MOST_METAL = 205.0, 0.02
"""Grey level that enamel stays below, and the share of a lesion that may be brighter: none lies over work."""


@dataclass(frozen=True, eq=False)
class Bench:
    """A real image as the painters see it."""

    mouth: Mouth
    """Image in grey levels 0 to 255 over its own range, and teeth."""
    jaws: Jaws


def composite(sample: Sample, seed: int, names: Sequence[str] = LESIONS) -> Sample:
    """A real panoramic radiograph with phantom lesions (`names`) on up to four of its teeth.

    Depends on its arguments alone. The layer `findings` and the list of findings gain what was painted; a
    sentence is written anew. Provenance stays `real`, with a generator: semi-synthetic. Raises `DiptychError`
    for what has no mask of teeth, is too small, is not real, and for other names.
    """
    check_names(names)
    check_sample(sample)
    rng = np.random.default_rng([seed, 70])
    bench = _bench(sample)
    mouth, found = bench.mouth, set[Finding]()
    named = {finding.site for finding in sample.record.findings if finding.site}
    fit = list(fit_teeth(mouth.teeth, bench.jaws, named))
    wanted, ill = draw_count(rng), list[int]()
    for fdi in rng.permutation(fit).tolist():
        if len(ill) == wanted:
            break
        case = draw_lesions(rng, fdi, names)
        tried = _painted(bench, mouth, case, fdi, seed)
        if apart(fdi, ill) and all(_is_seen(finding, mouth, tried) for finding in case):
            mouth, found = tried, found | case
            ill.append(fdi)
    return _dressed(sample, bench.mouth.image, mouth, found, seed)


def check_sample(sample: Sample) -> None:
    """Raise `DiptychError` unless it is a real panoramic radiograph with a mask of teeth."""
    record, where = sample.record, f"sample {sample.record.id}"
    if record.body != "panoramic":
        raise DiptychError.of(where, f"shows the {record.body}", "give a panoramic radiograph")
    if "teeth" not in sample.masks:
        raise DiptychError.of(where, "has no mask of teeth", "import it with one, or leave it out")
    if record.provenance.origin != "real":
        told = record.provenance.generator or record.provenance.kind
        raise DiptychError.of(where, f"is not a real image as it was taken ({told})", "give real images")


def _bench(sample: Sample) -> Bench:
    rows = min(len(sample.image), TALLEST)
    size = (rows, round(rows * EXTENT["panoramic"]))
    frame = make_frame(size, EXTENT["panoramic"])
    low, high = _range(sample.image)
    plane = (sample.image.astype(np.float32) - low) * np.float32(255 / (high - low))
    mouth = Mouth(frame, soften(_resized(plane, size), GRAIN))
    mouth.teeth = stretch_mask(sample.masks["teeth"], size)
    return Bench(mouth, read_jaws(mouth.teeth, frame))


def _range(image: Grey) -> tuple[int, int]:
    """Darkest and brightest value; 16-bit images seldom use all bits."""
    low, high = int(image.min()), int(image.max())
    return low, max(high, low + 1)


def _resized(plane: Plane, size: tuple[int, int]) -> Plane:
    """The plane at (H, W), each pixel between its neighbours: what is 0 around stays 0."""
    return np.asarray(Image.fromarray(plane).resize(size[::-1], Image.Resampling.BILINEAR))


def _painted(bench: Bench, mouth: Mouth, case: Collection[Finding], fdi: int, seed: int) -> Mouth:
    """A copy of the mouth with the lesions of one more tooth."""
    tried, frame = deepcopy(mouth), mouth.frame
    patches = read_patches(mouth.teeth, frame, bench.jaws.teeth, [fdi])
    paint_disease(seed, tried, patches, case)
    uneven = 1 + np.float32(ROUGH) * clouds(np.random.default_rng([seed, 71, fdi]), frame, LUMP)
    tried.image = mouth.image + soften(tried.image - mouth.image, SOFT * frame.height) * uneven
    return tried


def _is_seen(finding: Finding, before: Mouth, after: Mouth) -> bool:
    """Whether a lesion covers pixels of its own and no metal, touches its tooth, and stands out."""
    code = code_of("panoramic", finding.name)
    own = (after.findings == code) & (before.findings != code)
    touches = bool((own & near(after.teeth == int(finding.site), REACH)).any())
    if own.sum() < LEAST or not touches or (before.image[own] > METAL).mean() > MOST_METAL:
        return False
    return float(np.abs(after.image - before.image)[own].mean()) >= SEEN


def _dressed(sample: Sample, before: Plane, after: Mouth, found: set[Finding], seed: int) -> Sample:
    """The sample with the painted change in its image, its findings layer and its record."""
    record = sample.record
    findings = tuple(sorted({*record.findings, *found}))
    text = record.text
    if found and text:  # no sentence is made up for an image that nobody looked at
        text = render("panoramic", findings, record.groups, wording=seed)
    told = ", ".join(f"{finding.name} {finding.site}" for finding in sorted(found)) or "no lesion"
    layers = {**sample.masks, "findings": _merged(sample, after.findings)}
    record = replace(
        record,
        text=text,
        findings=findings,
        layers=tuple(layers),
        source=f"{record.source}; semi-synthetic: phantom lesions composited".removeprefix("; "),
        provenance=Provenance(generator=ENGINE, request=told, seed=seed),
        gate=None,
    )
    return Sample(record=record, image=_changed(sample.image, after.image - before), masks=layers)


def _merged(sample: Sample, painted: Mask) -> Mask:
    """The painted findings over those that the sample had."""
    shape = sample.image.shape
    fresh = stretch_mask(painted, (shape[0], shape[1]))
    return np.where(fresh > 0, fresh, sample.masks.get("findings", np.uint8(0))).astype(np.uint8)


def _changed(image: Grey, change: Plane) -> Grey:
    """The image with a change in grey levels of 255, kept in its own range and depth."""
    low, high = _range(image)
    large = _resized(change, (image.shape[0], image.shape[1])) * np.float32((high - low) / 255)
    changed = np.clip(np.rint(image + large), low, high)
    return changed.astype(np.uint8) if image.dtype == np.uint8 else changed.astype(np.uint16)

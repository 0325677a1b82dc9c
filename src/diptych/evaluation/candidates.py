"""What poses as a cohort in a comparison: images, their masks, and what is known of them.

The synthetic cohort is one candidate; real images, phantoms and spoilt images are others.
Every measure is taken of all of them in the same way, so that a value can be read as a place
between other real images and something known to be bad.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.downstream.arrays import to_bytes
from diptych.metrics.agreement import derangement
from diptych.metrics.checks import alike
from diptych.metrics.checks import images as check_shape
from diptych.records.cohort import Cohort
from diptych.records.finding import Finding
from diptych.records.pixels import stretch_mask
from diptych.records.sample import Body, Sample
from diptych.records.splits import subject_of

DECIDING = {"panoramic": "teeth", "chest": "lungs"}
"""The mask layer that decides for each body region."""

COPIES = "copies of training images"

SMEAR, GRAIN, TWINS = 2.0, 24.0, 4
"""Spoiling: pixels of blur, grey levels of noise, images of which a collapsed cohort is made."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Candidate:
    """Images (N, H, W) uint8; masks (N, H, W) uint8 of the deciding layer, or none.

    Raises `DiptychError`, with the candidate's name and that of the first image at fault, for pixels
    that are no bytes and for sizes and numbers that differ.
    """

    name: str
    body: Body
    images: NDArray[np.uint8]
    masks: NDArray[np.uint8] | None
    findings: tuple[frozenset[Finding], ...]
    groups: tuple[Mapping[str, str], ...]
    subjects: tuple[str, ...]
    whole: Candidate | None = None
    """The candidate that this is a part of, so that what was computed for it serves its parts too."""
    rows: tuple[int, ...] = ()
    """The places of the part in `whole`."""

    def __post_init__(self) -> None:
        check_stack(self.images, self.name, "image")
        if self.masks is not None:
            check_stack(self.masks, self.name, "mask")
            alike(self.images, self.masks, f"{self.name}, images and masks")
        for what in ("findings", "groups", "subjects"):
            count = len(getattr(self, what))
            if count != len(self.images):
                raise DiptychError.of(
                    self.name, f"{count} {what} for {len(self.images)} images", "give one each"
                )

    def __len__(self) -> int:
        return len(self.images)

    def part(self, rows: Sequence[int] | NDArray[np.int64]) -> Candidate:
        """The samples at these places, in this order."""
        chosen = [int(row) for row in rows]
        return replace(
            self,
            whole=self.whole or self,
            rows=tuple(self.rows[row] for row in chosen) if self.whole else tuple(chosen),
            images=self.images[chosen],
            masks=None if self.masks is None else self.masks[chosen],
            findings=tuple(self.findings[row] for row in chosen),
            groups=tuple(self.groups[row] for row in chosen),
            subjects=tuple(self.subjects[row] for row in chosen),
        )


def of_cohort(cohort: Cohort, name: str, size: tuple[int, int]) -> Candidate:
    """The samples of a cohort, stretched to (H, W)."""
    return of_samples(cohort, name, cohort.body, size)


def of_samples(samples: object, name: str, body: Body, size: tuple[int, int]) -> Candidate:
    """Any samples of one body region, stretched to (H, W); masks only if every sample has one."""
    layer = DECIDING[body]
    held: list[Sample] = list(samples)  # type: ignore[call-overload]
    masked = all(layer in sample.masks for sample in held)
    return Candidate(
        name=name,
        body=body,
        images=np.stack([to_bytes(sample.image, size) for sample in held]),
        masks=np.stack([stretch_mask(sample.masks[layer], size) for sample in held]) if masked else None,
        findings=tuple(frozenset(sample.record.findings) for sample in held),
        groups=tuple({"source": sample.record.source, **sample.record.groups} for sample in held),
        subjects=tuple(subject_of(sample.record) for sample in held),
    )


def blurred(real: Candidate, seed: int, pixels: float = SMEAR) -> Candidate:
    """The same images out of focus."""
    from scipy.ndimage import gaussian_filter

    del seed
    smooth = gaussian_filter(real.images.astype(np.float32), (0, pixels, pixels), mode="nearest")
    return anew(real, "blurred", as_bytes(smooth))


def noisy(real: Candidate, seed: int, grain: float = GRAIN) -> Candidate:
    """The same images under white noise."""
    noise = np.random.default_rng(seed).normal(0, grain, real.images.shape)
    return anew(real, "noisy", as_bytes(real.images + noise))


def shuffled(real: Candidate, seed: int) -> Candidate:
    """The same images, each with the mask and the findings of another subject."""
    order = derangement(real.subjects, np.random.default_rng(seed))
    masks = None if real.masks is None else real.masks[order]
    return replace(real, name="shuffled pairs", masks=masks, findings=tuple(real.findings[i] for i in order))


def collapsed(real: Candidate, seed: int, share: float = 0.0) -> Candidate:
    """A few of the images, or this share of them, over and over, with a trace of noise."""
    chance = np.random.default_rng(seed)
    kept = max(TWINS, round(share * len(real)))
    rows = chance.choice(len(real), min(kept, len(real)), replace=False)
    few = real.part(np.resize(rows, len(real)))
    return anew(few, "collapsed", as_bytes(few.images + chance.normal(0, 1, few.images.shape)))


def mirrored(real: Candidate, seed: int) -> Candidate:
    """The images mirrored, the masks left as they are."""
    del seed
    return anew(real, "mirrored", real.images[:, :, ::-1].copy())


def upside_down(real: Candidate, seed: int) -> Candidate:
    """Images and masks stood on their heads."""
    del seed
    masks = None if real.masks is None else real.masks[:, ::-1].copy()
    return replace(anew(real, "upside down", real.images[:, ::-1].copy()), masks=masks)


def copied(train: Candidate, seed: int) -> Candidate:
    """Training images passed off as new, with a trace of noise."""
    noise = np.random.default_rng(seed).normal(0, 1, train.images.shape)
    return anew(train, COPIES, as_bytes(train.images + noise))


def anew(real: Candidate, name: str, images: NDArray[np.uint8]) -> Candidate:
    """Other images in the same places: part of nothing."""
    return replace(real, name=name, images=images, whole=None, rows=())


def as_bytes(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Grey values of any range as pixels."""
    whole: NDArray[np.uint8] = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return whole


def check_stack(pixels: object, name: str, what: str) -> None:
    """Refuse what is not one array (N, H, W) of bytes, by the first image or mask at fault."""
    if isinstance(pixels, np.ndarray) and pixels.dtype == np.uint8:
        check_shape(pixels, name, least=0)
        return
    each = [np.asarray(one) for one in pixels] if isinstance(pixels, Iterable) else []
    for faulty, says, remedy in _FAULTS:
        for row, one in enumerate(each):
            if faulty(one, each[0]):
                raise DiptychError.of(f"{name}, {what} {row}", says.format(one=one, first=each[0]), remedy)
    raise DiptychError.of(name, f"the {what}s are no array", "give an array (images, height, width)")


_Array = NDArray[np.generic]
_FAULTS: tuple[tuple[Callable[[_Array, _Array], bool], str, str], ...] = (
    (
        lambda one, first: one.shape != first.shape,
        "has shape {one.shape}, the first {first.shape}",
        "bring all to one size",
    ),
    (
        lambda one, _: one.dtype.kind == "f" and not np.isfinite(one).all(),
        "has pixels that are not finite (NaN)",
        "repair it or leave it out",
    ),
    (
        lambda one, _: one.dtype != np.uint8,
        "has pixels of type {one.dtype}",
        "give bytes (uint8), 0 to 255",
    ),
)
"""What an image can have, beside the first of its stack; what to say of it; the remedy."""


def check_alike(sides: Sequence[Candidate]) -> None:
    """Refuse candidates of other body regions or sizes than the first."""
    first = sides[0]
    for side in sides[1:]:
        if side.body != first.body:
            found = f"shows {side.body}, {first.name} {first.body}"
            raise DiptychError.of(side.name, found, "compare one body region")
        if side.images.shape[1:] != first.images.shape[1:]:
            sizes = [" x ".join(map(str, each.images.shape[1:])) for each in (side, first)]
            found = f"images are {sizes[0]} pixels, those of {first.name} {sizes[1]}"
            raise DiptychError.of(side.name, found, "bring all to one size")

"""Left and right: does a judge tell them apart, and do the masks of a cohort have them right?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.metrics.bootstrap import interval
from diptych.metrics.checks import alike, images
from diptych.metrics.clusters import clustered_rate
from diptych.metrics.dice import dice_table, label_mean, missing_note, per_label, weighted_means
from diptych.metrics.estimate import Estimate
from diptych.records.labels import LabelSpace

_OTHER = {"right": "left", "left": "right"}


def mirror_codes(space: LabelSpace) -> NDArray[np.uint8]:
    """A table (256,) from each code to that of the same structure on the other side.

    Read off the names: "upper right canine" becomes "upper left canine"; names without a side
    stay, and so do codes that the space does not know. Raises `DiptychError` when a structure
    with a side has no counterpart.
    """
    table = np.arange(256, dtype=np.uint8)
    for label in space.labels:
        twin = " ".join(_OTHER.get(word, word) for word in label.name.split())
        table[label.code] = space.named(twin).code
    return table


def mirrored(masks: NDArray[np.uint8], codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Masks (N, H, W) of the mirrored patients: flipped left to right, sides exchanged by `codes`."""
    turned: NDArray[np.uint8] = codes[images(masks, "masks")[:, :, ::-1].astype(np.uint8)]
    return turned


def swap_agreement(
    judged: NDArray[np.uint8],
    judged_mirrored: NDArray[np.uint8],
    labels: Sequence[int],
    codes: NDArray[np.uint8],
    subjects: Sequence[str] = (),
    seed: int = 0,
) -> Estimate:
    """Dice of a judge's masks of images with its masks of the mirrored images, turned back.

    Both stacks are (N, H, W); `codes` is a table of `mirror_codes`. 1 is a judge to whom left
    and right are alike but for their names; a judge that prefers one side, or leaves the names
    where they were, scores less. Mean over labels of the mean over images, subject bootstrap.
    It says nothing of the cohort's own masks, and a judge that looks at places alone passes.
    """
    back = mirrored(judged_mirrored, codes)
    table = dice_table(judged, back, labels)
    names = subjects or [str(i) for i in range(len(table))]
    low, high = interval(lambda weights: label_mean(weighted_means(table, weights)), names, seed)
    value = float(label_mean(per_label(table)[None])[0])
    return Estimate(value=value, low=low, high=high, n=len(table), notes=missing_note(table))


def named_side_rate(
    judged: NDArray[np.uint8],
    masks: NDArray[np.uint8],
    labels: Sequence[int],
    codes: NDArray[np.uint8],
    subjects: Sequence[str] = (),
) -> Estimate:
    """Share of pairs whose mask fits the judge's better as it is than with left and right renamed.

    Shapes stay where they are, only their codes are exchanged: 1 when the sides are named as
    the judge names them, 0 when they are the wrong way round. Both stacks are (N, H, W); a tie,
    as when the judge sees nothing, counts half. Wilson interval, clustered by subject.
    """
    return _preferred(judged, masks, codes[masks], labels, subjects)


def drawn_side_rate(
    judged: NDArray[np.uint8],
    masks: NDArray[np.uint8],
    labels: Sequence[int],
    codes: NDArray[np.uint8],
    subjects: Sequence[str] = (),
) -> Estimate:
    """Share of pairs whose mask fits the judge's better than the mask of the mirrored patient does.

    Finds images that were flipped without their masks, where every name is at its usual place
    and only what is uneven in the patient tells the sides apart (a missing tooth, the heart's
    side): 1 when masks follow their images, 0 when all are flipped, 0.5 when nothing is uneven.
    Read it beside the same on real pairs. Ties count half; Wilson interval, clustered by subject.
    """
    return _preferred(judged, masks, mirrored(masks, codes), labels, subjects)


def _preferred(
    judged: NDArray[np.uint8],
    masks: NDArray[np.uint8],
    swapped: NDArray[np.uint8],
    labels: Sequence[int],
    subjects: Sequence[str],
) -> Estimate:
    alike(images(judged, "masks"), masks, "masks")
    own, other = (_image_dice(judged, stack, labels) for stack in (masks, swapped))
    if not np.isfinite(own).any():
        raise DiptychError.of("masks", "none of them has any of the labels", "name the labels that they have")
    hits = np.where(own > other, 1.0, np.where(own < other, 0.0, 0.5))
    ties = int((hits == 0.5).sum())
    notes = (f"{ties} of {len(hits)} pairs fit equally well both ways",) if ties else ()
    return clustered_rate(hits, subjects, notes)


def _image_dice(
    first: NDArray[np.uint8], second: NDArray[np.uint8], labels: Sequence[int]
) -> NDArray[np.float64]:
    """Mean Dice of each image over the labels that either mask has, (N,); NaN where none has any."""
    return label_mean(dice_table(first, second, labels))

"""Could this panoramic radiograph, with its map of teeth, be of a person?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from diptych.metrics.adherence import LEAST
from diptych.metrics.checks import alike, images
from diptych.metrics.ranges import Values
from diptych.metrics.symmetry import pixel_symmetry
from diptych.records.labels import DECIDUOUS, FDI

FEWEST = 3
"""Teeth, or pairs of teeth, that a shape can be read from."""

RUN = 4
"""Neighbours in a row that a rhythm can be read from."""

STEPS = 12
"""Points sampled between the centres of two neighbours."""

BAND = 0.03
"""The row is read over this share of the image height above and below the centres of the teeth."""

NEAR = 0.06
"""Teeth of opposite jaws closer than this, in image widths, stand one above the other."""


def panoramic_scores(pixels: NDArray[np.generic], masks: NDArray[np.uint8]) -> dict[str, Values]:
    """Scores of every image (N, H, W) with its mask of FDI numbers (N, H, W), each (N,).

    Compare them with those of real images by `ranges.plausible_rates`; no direction is better.

    - `image symmetry`: match of the pixels with their mirror image, -1 to 1.
    - `row asymmetry`: median distance between a tooth and the reflection of its twin on the
      other side, in image heights; 0 is an even row.
    - `row rhythm`: how regularly the picture along the rows of teeth turns bright and dark with
      one period a tooth, -1 to 1; about 0 when the teeth are not where the mask has them.
    - `tooth spacing`: median distance of neighbours along the row, in image widths; negative
      when they are numbered the wrong way round.
    - `tooth count`; `tooth size`: median area, as a share of the image.
    - `tooth order`: share of pairs of teeth of one jaw that stand from the patient's right to
      left as their numbers say, 0 to 1.
    - `occlusal line`: median distance of the teeth's biting edges from a smooth curve, one for
      each jaw with a common shape, in image heights.
    - `upper above lower`: yes when no upper tooth stands below a lower one near its column.

    NaN where there are too few teeth to tell; a flat image scores 0 in what is read from pixels.
    A tooth is a code that fills at least 0.06 % of the image, as in `adherence.presence`.
    """
    alike(images(pixels, "images"), masks, "images and masks")
    rows = [_row(image, mask) for image, mask in zip(pixels, masks, strict=True)]
    table = np.array([[float(value) for value in row.values()] for row in rows])
    scores: dict[str, Values] = {"image symmetry": pixel_symmetry(pixels)}
    scores |= dict(zip(rows[0], table.T, strict=True))
    scores["upper above lower"] = scores["upper above lower"] == 1
    return scores


@dataclass(frozen=True, eq=False)
class _Teeth:
    """The teeth of one mask in the order of their places, upper jaw first; all (teeth,)."""

    place: NDArray[np.int64]
    """..., -2, -1 on the patient's right, 0, 1, ... on the left: neighbours differ by 1."""
    upper: NDArray[np.bool_]
    area: NDArray[np.float64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    half: NDArray[np.float64]
    """Half the extent from top to bottom, taken from the spread of rows so that crumbs do not matter."""


def _row(image: NDArray[np.generic], mask: NDArray[np.uint8]) -> dict[str, float]:
    height, width = mask.shape
    teeth = _teeth(mask)
    return {
        "row asymmetry": _asymmetry(teeth) / height,
        "row rhythm": _rhythm(image.astype(np.float64), teeth),
        "tooth spacing": _spacing(teeth) / width,
        "tooth count": len(teeth.x),
        "tooth size": float(np.median(teeth.area)) / mask.size if len(teeth.x) else math.nan,
        "tooth order": _order(teeth),
        "occlusal line": _roughness(teeth, width) / height,
        "upper above lower": _upper_above(teeth, NEAR * width),
    }


def _teeth(mask: NDArray[np.uint8]) -> _Teeth:
    flat = mask.ravel()
    rows, columns = (grid.ravel().astype(np.float64) for grid in np.indices(mask.shape))
    counts = np.bincount(flat, minlength=256)
    codes = np.array([c for c in (*FDI, *DECIDUOUS) if counts[c] >= max(1.0, LEAST * mask.size)], dtype=int)
    area = counts[codes].astype(np.float64)
    x, y, squares = (np.bincount(flat, weights, 256)[codes] / area for weights in (columns, rows, rows**2))
    half = np.sqrt(3 * np.maximum(squares - y**2, 0))
    quadrant, number = codes // 10, codes % 10
    place = np.where(np.isin(quadrant, (1, 4, 5, 8)), -number, number - 1)
    upper = np.isin(quadrant, (1, 2, 5, 6))
    # Where a milk tooth stands with its successor, the larger of the two is taken first.
    order = np.lexsort((-area, place, ~upper))
    return _Teeth(place[order], upper[order], area[order], x[order], y[order], half[order])


def _asymmetry(teeth: _Teeth) -> float:
    pairs = [
        (first, second)
        for first, second in combinations(range(len(teeth.x)), 2)
        if teeth.upper[first] == teeth.upper[second] and teeth.place[first] == -1 - teeth.place[second]
    ]
    if len(pairs) < FEWEST:
        return math.nan
    left, right = np.array(pairs).T
    sums = teeth.x[left] + teeth.x[right]
    return float(np.median(np.hypot(sums - np.median(sums), teeth.y[left] - teeth.y[right])))


def _spacing(teeth: _Teeth) -> float:
    beside = (np.diff(teeth.place) == 1) & ~np.diff(teeth.upper)
    return float(np.median(np.diff(teeth.x)[beside])) if beside.sum() >= FEWEST else math.nan


def _order(teeth: _Teeth) -> float:
    before = (teeth.place[:, None] < teeth.place) & (teeth.upper[:, None] == teeth.upper)
    if not before.any():
        return math.nan
    return float((teeth.x[:, None] < teeth.x)[before].mean())


def _roughness(teeth: _Teeth, width: int) -> float:
    if min(teeth.upper.sum(), (~teeth.upper).sum()) < FEWEST:
        return math.nan
    edges = np.where(teeth.upper, teeth.y + teeth.half, teeth.y - teeth.half)
    across = teeth.x / width - 0.5
    curves = np.stack([np.ones_like(across), across, across**2, teeth.upper.astype(np.float64)], axis=1)
    rest = edges - curves @ np.linalg.lstsq(curves, edges, rcond=None)[0]
    return float(np.median(np.abs(rest)))


def _upper_above(teeth: _Teeth, near: float) -> bool:
    opposite = teeth.upper[:, None] & ~teeth.upper & (np.abs(teeth.x[:, None] - teeth.x) < near)
    return bool((teeth.y[:, None] < teeth.y)[opposite].all())


def _rhythm(image: NDArray[np.float64], teeth: _Teeth) -> float:
    """Correlation of the brightness along the rows with a wave that peaks at every tooth's centre."""
    runs = _runs(teeth)
    if not runs:
        return math.nan
    products = np.zeros(3)
    for run in runs:
        along = np.arange((len(run) - 1) * STEPS + 1) / STEPS
        light = _unrolled(image, teeth.x[run], teeth.y[run], along)
        wave = np.cos(2 * math.pi * along)
        light -= _trend(light)
        products += light @ wave, light @ light, wave @ wave
    both, light_power, wave_power = products
    return float(both / math.sqrt(light_power * wave_power)) if light_power > 0 else 0.0


def _runs(teeth: _Teeth) -> list[NDArray[np.int64]]:
    """Teeth that stand side by side without a gap, at least `RUN` of them."""
    single = np.flatnonzero(np.append(True, (np.diff(teeth.place) != 0) | (np.diff(teeth.upper) != 0)))
    single = single[: len(teeth.x)]
    apart = (np.diff(teeth.place[single]) != 1) | np.diff(teeth.upper[single])
    return [run for run in np.split(single, np.flatnonzero(apart) + 1) if len(run) >= RUN]


def _unrolled(
    image: NDArray[np.float64], x: NDArray[np.float64], y: NDArray[np.float64], along: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Mean brightness over a band around the line from centre to centre, one unit a tooth."""
    from scipy.ndimage import map_coordinates

    places = np.arange(len(x))
    rows, columns = np.interp(along, places, y), np.interp(along, places, x)
    offsets = np.linspace(-BAND, BAND, 7)[:, None] * len(image)
    where = np.stack(np.broadcast_arrays(rows + offsets, columns))
    light: NDArray[np.float64] = map_coordinates(image, where, order=1, mode="nearest").mean(axis=0)
    return light


def _trend(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """The moving mean over one tooth, which takes out everything slower than the rhythm."""
    kernel = np.full(STEPS + 1, 1 / STEPS)
    kernel[[0, -1]] /= 2
    longer = np.pad(light, STEPS // 2, mode="reflect", reflect_type="odd")
    trend: NDArray[np.float64] = np.convolve(longer, kernel, mode="valid")
    return trend

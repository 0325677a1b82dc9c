"""Whether caries that a label-map checkpoint paints is found as that of phantoms is.

python benchmarks/caries.py
python benchmarks/caries.py --checkpoint DIR --learn 3000 --steps 3000

Caries fills a few pixels of a whole radiograph, and a segmenter of whole radiographs gives none. This one
looks at teeth one by one, twice as large, as a dentist would; every other tooth it learns from is healthy. It
learns on phantoms, and is tested on other phantoms and on what the checkpoint painted of their maps.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diptych.base.progress import track
from diptych.downstream.arrays import Pairs
from diptych.downstream.fit import FitConfig
from diptych.downstream.segmenter import Segmenter, SegmenterConfig, fit_segmenter
from diptych.metrics.bootstrap import percentile_interval, subject_weights
from diptych.metrics.dice import dice_table
from diptych.phantoms import draw_many
from diptych.records.labels import FDI, LABELS
from diptych.records.pixels import stretch, stretch_mask
from diptych.records.sample import Sample
from label_maps import LEARN, TEST, Brush
from printing import print_lines

NAMES = ("caries", "deep caries")
CODES = tuple(LABELS["panoramic", "findings"].named(name).code for name in NAMES)
WINDOW, SIZE = 32, (64, 64)
"""Pixels about a tooth, at 128 x 256, and what the segmenter sees of them."""


@dataclass(frozen=True, kw_only=True)
class Caries:
    """Measure how caries is painted."""

    checkpoint: str = "panoramic-gan"
    learn: int = 2000
    """Phantoms that the segmenter learns from."""
    steps: int = 3000
    """Its steps."""
    count: int = 256
    """Phantoms to judge on."""

    def lines(self) -> Iterator[str]:
        """Measure and report."""
        brush = Brush(self.checkpoint)
        size = brush.config.size
        judge = _judge(
            list(track(draw_many("panoramic", self.learn, LEARN, size), "phantoms", self.learn)), self
        )
        tested = list(draw_many("panoramic", self.count, TEST, size))
        painted = brush.paint(brush.gather(tested), 0, phantom=True)
        for name, code in zip(NAMES, CODES, strict=True):
            yield from _found(judge, tested, painted, name, code)
        yield from _healthy(judge, tested, painted)


@dataclass(frozen=True, kw_only=True, eq=False)
class Teeth:
    """Windows about some teeth of a series of images: where each is, and in which image."""

    image_of: NDArray[np.int64]
    """(N,)."""
    corners: NDArray[np.int64]
    """Upper left pixel of every window, (N, 2)."""

    def cut(self, images: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The windows of images (M, H, W), as the segmenter sees them: (N, *SIZE)."""
        windows = self._windows(images)
        return np.stack([np.round(stretch(window, SIZE)).astype(np.uint8) for window in windows])

    def masks(self, masks: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The same of masks, with caries and nothing else."""
        windows = self._windows(np.where(np.isin(masks, CODES), masks, 0))
        return np.stack([stretch_mask(window, SIZE) for window in windows])

    def _windows(self, planes: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
        for number, (row, column) in zip(self.image_of, self.corners, strict=True):
            yield planes[number, row : row + WINDOW, column : column + WINDOW]


def _teeth(samples: Sequence[Sample], wanted: Sequence[str], decayed: bool) -> Teeth:
    """The teeth that have one of these findings, or a random healthy one of every image."""
    images, corners, chance = [], [], np.random.default_rng(7)
    for number, sample in enumerate(samples):
        teeth = sample.masks["teeth"]
        ill = {f.site for f in sample.record.findings if f.name in wanted}
        well = [code for code in FDI if str(code) not in ill and (teeth == code).any()]
        chosen = [int(s) for s in sorted(ill)] if decayed else list(chance.permutation(well)[:1])
        for code in chosen:
            corner = _corner(teeth == code)
            images.append(number)
            corners.append(corner)
    return Teeth(image_of=np.array(images), corners=np.array(corners))


def _corner(tooth: NDArray[np.bool_]) -> tuple[int, int]:
    """Of the window about a tooth's middle that lies inside the image."""
    middle = np.argwhere(tooth).mean(axis=0)
    found = [
        int(np.clip(round(m) - WINDOW // 2, 0, side - WINDOW))
        for m, side in zip(middle, tooth.shape, strict=True)
    ]
    return found[0], found[1]


def _judge(samples: list[Sample], asked: Caries) -> Segmenter:
    """Learned on teeth of phantoms; an eighth of the phantoms says when it is best."""
    images, findings = _stacks(samples)
    fold = len(samples) // 8
    parts = []
    for part in (range(fold, len(samples)), range(fold)):
        own = [samples[i] for i in part]
        cuts = [_teeth(own, NAMES, decayed=True), _teeth(own, NAMES, decayed=False)]
        rows = slice(part.start, part.stop)
        parts.append(
            Pairs(
                images=np.concatenate([cut.cut(images[rows]) for cut in cuts]),
                masks=np.concatenate([cut.masks(findings[rows]) for cut in cuts]),
                subjects=tuple(own[i].record.id for cut in cuts for i in cut.image_of),
            )
        )
    config = SegmenterConfig(
        body="panoramic", layer="findings", codes=CODES, twins=CODES, size=SIZE, widths=(24, 40, 64, 88)
    )
    return fit_segmenter(parts[0], parts[1], config, FitConfig(steps=asked.steps, batch=16))[0]


def _stacks(samples: Sequence[Sample]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    return np.stack([s.image for s in samples]), np.stack([s.masks["findings"] for s in samples])


def _found(
    judge: Segmenter, samples: Sequence[Sample], painted: NDArray[np.uint8], name: str, code: int
) -> Iterator[str]:
    """Dice on the teeth that have the finding, as phantoms and as painted."""
    teeth = _teeth(samples, (name,), decayed=True)
    images, findings = _stacks(samples)
    truth = teeth.masks(findings)
    shown = (truth == code).any((1, 2))
    real, made = (dice_table(judge(teeth.cut(x)), truth, (code,))[shown, 0] for x in (images, painted))
    weights = subject_weights([samples[i].record.id for i in teeth.image_of[shown]])
    low, high = percentile_interval((weights @ made) / (weights @ real))
    yield (
        f"{name}: Dice on phantoms {real.mean():.3f}, on painted {made.mean():.3f}, "
        f"share {made.mean() / real.mean():.2f} ({low:.2f}, {high:.2f}; n = {shown.sum()} teeth), "
        "wanted >= 0.8"
    )


def _healthy(judge: Segmenter, samples: Sequence[Sample], painted: NDArray[np.uint8]) -> Iterator[str]:
    """How often decay is seen in a window about a healthy tooth: painting must not add it."""
    teeth = _teeth(samples, NAMES, decayed=False)
    images, findings = _stacks(samples)
    clean = ~teeth.masks(findings).any((1, 2))
    real, made = (judge(teeth.cut(x))[clean].any((1, 2)).mean() for x in (images, painted))
    yield f"decay seen where none is: phantoms {real:.3f}, painted {made:.3f} (n = {clean.sum()} windows)"


if __name__ == "__main__":
    sys.exit(print_lines(Caries))

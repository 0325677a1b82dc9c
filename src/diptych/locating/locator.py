"""From findings of the whole image to their pixels, by multiple-instance learning.

A real image that names a finding shows it somewhere: its strongest pixels, within the area where such a
finding may lie, are held to "yes"; where it is not named every pixel is held to "no" (bags of instances,
Maron and Lozano-Perez 1998; the mean of the strongest few as in WILDCAT, Durand et al. 2017). Phantoms,
whose findings are drawn, say what shape it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from diptych.downstream.fit import FitConfig, FitResult, fit
from diptych.locating.lessons import Drawn, Named
from diptych.locating.network import FineUNet
from diptych.locating.places import Place
from diptych.metrics.auc import auc

MICRO_BATCH = 8
"""Images looked at together."""
EVIDENCE = 16
"""Strongest pixels whose mean says whether an image shows a finding: about one filling of 128 x 256."""
PHANTOMS = 4
"""Phantoms in a batch, beside one real image that names each finding and one that does not."""
DRAWN, RARE = 4.0, 3.0
"""Weight of the phantoms' pixels, and of those of them that show a finding."""
FIT = FitConfig(steps=600, rate=2e-3, check_every=100, average=0.98)
GAIN, OFFSET, NOISE = 0.25, 0.2, 0.2
"""How far contrast, brightness and noise vary, in deviations of a tooth's grey."""


@dataclass(frozen=True, eq=False)
class Locator:
    """A network with one plane a place; call it on the planes (N, 2, H, W) of lessons."""

    places: tuple[Place, ...]
    net: nn.Module

    @torch.inference_mode()
    def __call__(self, planes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log-odds (N, P, H, W) that a pixel shows a finding; the image and its mirror are both looked at."""
        parts = [
            self._look(torch.from_numpy(planes[i : i + MICRO_BATCH]))
            for i in range(0, len(planes), MICRO_BATCH)
        ]
        odds: NDArray[np.float32] = torch.cat(parts).numpy()
        return odds

    def _look(self, x: Tensor) -> Tensor:
        odds: Tensor = (self.net(x) + self.net(x.flip(-1)).flip(-1)) / 2
        return odds

    def evidence(self, lesson: Named) -> NDArray[np.float32]:
        """(N, P) log-odds that an image shows each finding at all."""
        odds = torch.from_numpy(self(lesson.planes))
        strongest: NDArray[np.float32] = _strongest(odds, torch.from_numpy(lesson.area)).numpy()
        return strongest

    def areas_under(self, lesson: Named) -> dict[str, float]:
        """AUC of the evidence for each finding that some of the images name and some do not."""
        columns = zip(self.places, self.evidence(lesson).T, lesson.named.T, strict=True)
        return {
            place.name: auc(evidence, named).value
            for place, evidence, named in columns
            if named.any() and not named.all()
        }


def fit_locator(
    real: Named, held: Named, phantoms: Drawn, places: Sequence[Place], config: FitConfig = FIT
) -> tuple[Locator, FitResult]:
    """Learn from `real` and `phantoms`; the check with the best mean AUC on `held` is kept."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        net = FineUNet(len(places))
    own = _Bags(real, phantoms)

    def loss(chance: torch.Generator) -> Tensor:
        return own.loss(net, chance)

    def score(judged: nn.Module) -> float:
        found = Locator(tuple(places), judged.eval()).areas_under(held)
        return float(np.mean(list(found.values()))) if found else 0.0

    result = fit(net, loss, score, config, "locator")
    return Locator(tuple(places), net), result


class _Bags:
    """Batches: of every finding an image with it and one without, and phantoms."""

    def __init__(self, real: Named, phantoms: Drawn) -> None:
        self.planes = torch.from_numpy(np.concatenate([real.planes, phantoms.planes]))
        # Where findings may lie (real images), or where they do (phantoms).
        self.maps = torch.from_numpy(np.concatenate([real.area, phantoms.where]))
        self.named = torch.from_numpy(real.named)
        self.groups = [torch.from_numpy(np.flatnonzero(v)) for k in real.named.T for v in (k, ~k)]

    def loss(self, net: nn.Module, chance: torch.Generator) -> Tensor:
        """Bags of real images, and pixels of phantoms."""
        real = torch.cat([self._one(group, chance) for group in self.groups])
        drawn = torch.randint(len(self.named), len(self.planes), (PHANTOMS,), generator=chance)
        rows = torch.cat([real, drawn])
        x, maps = _changed(self.planes[rows], self.maps[rows], chance)
        odds = net(x).float()
        count, said = len(real), self.named[real].float()
        bags = F.binary_cross_entropy_with_logits(_strongest(odds[:count], maps[:count]), said)
        silent = (F.softplus(odds[:count]).mean((2, 3)) * (1 - said)).mean()
        rare = torch.tensor(RARE)
        shapes = F.binary_cross_entropy_with_logits(odds[count:], maps[count:].float(), pos_weight=rare)
        return bags + silent + DRAWN * shapes

    def _one(self, group: Tensor, chance: torch.Generator) -> Tensor:
        return group[torch.randint(len(group), (1,), generator=chance)]


def _strongest(odds: Tensor, area: Tensor) -> Tensor:
    """Mean (N, P) of the strongest pixels of odds (N, P, H, W) within an area."""
    inside = torch.where(area, odds, -30.0).flatten(2)
    return inside.topk(EVIDENCE, 2).values.mean(2)


def _changed(planes: Tensor, maps: Tensor, chance: torch.Generator) -> tuple[Tensor, Tensor]:
    """Half of the rows mirrored; image planes with other contrast, brightness and noise."""
    count = (len(planes), 1, 1, 1)
    flip = torch.rand(count, generator=chance) < 0.5
    planes, maps = (torch.where(flip, x.flip(-1), x) for x in (planes, maps))
    gain, offset, level = (torch.rand(count, generator=chance) for _ in range(3))
    image = planes[:, :1] * (1 + GAIN * (2 * gain - 1)) + OFFSET * (2 * offset - 1)
    image = image + NOISE * level * torch.randn(image.shape, generator=chance)
    return torch.cat([image, planes[:, 1:]], 1), maps

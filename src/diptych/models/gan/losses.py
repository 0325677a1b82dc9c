"""What generator and critic are after, as pure functions of verdicts."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from diptych.models.gan.critic import Critic, Verdict
from diptych.models.gan.grown import GrownCritic

LIGHTEST, HEAVIEST = 0.5, 4.0
"""Bounds of a class's weight before they are brought to a mean of 1: raw inverse frequencies explode for
lesions of twenty pixels, and leave the ground, which is most of a radiograph, next to nothing."""


def class_weights(classes: Tensor, count: int) -> Tensor:
    """Inverse frequencies (count,) of the classes (B, H, W) in a batch, capped, of mean 1 a pixel."""
    seen = torch.bincount(classes.flatten(), minlength=count).float()
    weights = (seen.sum() / seen.clamp_min(1) / count).clamp(LIGHTEST, HEAVIEST)
    return weights * seen.sum() / (weights * seen).sum()


def relative(better: Tensor, worse: Tensor) -> Tensor:
    """Relativistic pairing loss softplus(worse - better) (arXiv:1807.00734; RpGAN, arXiv:2011.04926)."""
    return F.softplus(worse - better).mean()


def naming(pixels: Tensor, classes: Tensor, weights: Tensor) -> Tensor:
    """Cross-entropy of pixel logits (B, N + 1, H, W) for classes (B, H, W), mean a pixel."""
    each = F.cross_entropy(pixels, classes, reduction="none")
    return (each * weights[classes]).mean()


def calling_painted(pixels: Tensor) -> Tensor:
    """Cross-entropy of calling every pixel painted, the last class."""
    painted = torch.full_like(pixels[:, 0], pixels.shape[1] - 1, dtype=torch.long)
    return F.cross_entropy(pixels, painted)


def matching(real: Verdict, fake: Verdict) -> Tensor:
    """Mean absolute difference of features relative to their size (pix2pixHD, arXiv:1711.11585)."""
    terms = [
        (r.detach() - f).abs().mean() / r.detach().abs().mean()
        for r, f in zip(real.features, fake.features, strict=True)
    ]
    return torch.stack(terms).mean()


def steepness(critic: Critic | GrownCritic, image: Tensor, findings: Tensor) -> Tensor:
    """Squared slope of the critic at images: the zero-centred penalties R1 (real) and R2 (painted).

    Mescheder et al. 2018, arXiv:1801.04406, of the score plus the mean pixel's logit of being painted,
    so that both heads are held.
    """
    image = image.detach().clone().requires_grad_(True)
    verdict = critic(image, findings)
    said = verdict.score.sum() - verdict.pixels[:, -1].mean((1, 2)).sum()
    (slope,) = torch.autograd.grad(said, image, create_graph=True)
    return slope.pow(2).sum((1, 2, 3)).mean()

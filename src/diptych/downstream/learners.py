"""What learns: a registry of networks, all from MONAI, imported only when one is built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from diptych.base.errors import DiptychError
from diptych.base.optional import optional
from diptych.base.registry import Card, Registry
from diptych.downstream.tasks import Kind
from diptych.downstream.unet import coordinates

OWN = "own"
"""The name of this package's own small networks in the configs of judges; no registered learner."""

FOLD = 16
"""Image sides must be multiples of it: the segmenters halve them four times."""


@dataclass(frozen=True, kw_only=True)
class LearnerCard(Card):
    """A registered learner."""

    kind: Kind


LEARNERS: Registry[Callable[[int], nn.Module], LearnerCard] = Registry("learners")
"""By name; an entry takes the number of outputs and returns an untrained network: (N, `INPUTS`, H, W) to
(N, outputs, H, W) for a segmentation, (N, 1, H, W) to (N, outputs) for a classification."""


def network(name: str, kind: Kind, outputs: int) -> nn.Module:
    """An untrained network. Raises `DiptychError` for an unknown name and for one of the other kind."""
    card = LEARNERS.card(name)
    if card.kind != kind:
        fitting = ", ".join(one for one in LEARNERS if LEARNERS.card(one).kind == kind)
        raise DiptychError.of("learner", f"{name!r} learns no {kind}", f"choose from {fitting}")
    return LEARNERS[name](outputs)


INPUTS = 3
"""Channels that a segmenter sees: the image, and how far right and how far down a pixel lies."""


class Located(nn.Module):
    """Grey images (N, 1, H, W) -> fine logits (N, fine, H, W), coarse ones (N, rest, H/2, W/2).

    Two coordinate planes go in beside the image (Liu et al. 2018, arXiv 1807.03247): which tooth or lung
    it is hangs on where it is.
    """

    def __init__(self, net: nn.Module, fine: int) -> None:
        super().__init__()
        self.net, self.fine = net, fine

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """See the class."""
        x = torch.cat([images, coordinates(images)], dim=1).contiguous(memory_format=torch.channels_last)
        planes: Tensor = self.net(x).float()
        fine, coarse = planes[:, : self.fine], planes[:, self.fine :]
        return fine, F.avg_pool2d(coarse, 2) if coarse.shape[1] else coarse[..., ::2, ::2]


@LEARNERS.register(
    LearnerCard(
        name="unet",
        kind="segmentation",
        summary="MONAI BasicUNet, 16 to 96 channels",
        reference="Ronneberger et al. 2015 (arXiv 1505.04597); Falk et al. 2019 (Nat. Methods 16, 67)",
    )
)
def unet(outputs: int) -> nn.Module:
    """The U-Net: fast enough on one core for hundreds of trainings."""
    widths = (16, 16, 32, 64, 96, 16)
    net: nn.Module = _nets("unet").BasicUNet(2, INPUTS, outputs, features=widths, norm="batch", act="relu")
    return net


@LEARNERS.register(
    LearnerCard(
        name="segresnet",
        kind="segmentation",
        summary="MONAI SegResNet, 8 to 64 channels",
        reference="Myronenko 2018 (arXiv 1810.11654)",
    )
)
def segresnet(outputs: int) -> nn.Module:
    """The stronger and slower segmenter: residual blocks, group norm."""
    net: nn.Module = _nets("segresnet").SegResNet(2, 8, INPUTS, outputs)
    return net


@LEARNERS.register(
    LearnerCard(
        name="densenet",
        kind="classification",
        summary="MONAI DenseNet of 36 layers, growth 12",
        reference="Huang et al. 2017 (arXiv 1608.06993)",
    )
)
def densenet(outputs: int) -> nn.Module:
    """The usual classifier of chest radiographs, small."""
    blocks: dict[str, Any] = {"init_features": 24, "growth_rate": 12, "block_config": (3, 6, 12, 8)}
    net: nn.Module = _nets("densenet").DenseNet(2, 1, outputs, dropout_prob=0.1, **blocks)
    return net


@LEARNERS.register(
    LearnerCard(
        name="efficientnet",
        kind="classification",
        summary="MONAI EfficientNet-B0, untrained",
        reference="Tan and Le 2019 (arXiv 1905.11946)",
    )
)
def efficientnet(outputs: int) -> nn.Module:
    """EfficientNet-B0 from random weights; nothing is downloaded."""
    net: nn.Module = _nets("efficientnet").EfficientNetBN(
        "efficientnet-b0", pretrained=False, spatial_dims=2, in_channels=1, num_classes=outputs
    )
    return net


def _nets(name: str) -> Any:
    return optional("monai.networks.nets", f"the learner {name}", extra="downstream")

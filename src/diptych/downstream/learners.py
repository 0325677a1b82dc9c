"""What learns: a registry of networks, MONAI's or a head on somebody's encoder, loaded when one is built."""

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
from diptych.downstream.encoder_config import EncoderConfig
from diptych.downstream.tasks import Kind
from diptych.downstream.unet import coordinates

FROZEN = "frozen"
"""The name of the learner that is a head on somebody's encoder."""

OWN = "own"
"""The name of this package's own small networks in the configs of judges; no registered learner."""

FOLD = 16
"""Image sides must be multiples of it: the segmenters halve them four times."""


@dataclass(frozen=True, kw_only=True)
class LearnerCard(Card):
    """A registered learner."""

    kinds: tuple[Kind, ...]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a network is wanted for."""

    kind: Kind
    outputs: int
    encoder: EncoderConfig | None = None
    """For the learner `frozen`."""


LEARNERS: Registry[Callable[[Wanted], nn.Module], LearnerCard] = Registry("learners")
"""By name; an entry returns an untrained network: (N, `INPUTS`, H, W) to (N, outputs, H, W) for a
segmentation, (N, 1, H, W) to (N, outputs) for a classification."""


def network(name: str, wanted: Wanted) -> nn.Module:
    """An untrained network. Raises `DiptychError` for an unknown name and for one of the other kind."""
    check_learner(name, wanted)
    return LEARNERS[name](wanted)


def check_learner(name: str, wanted: Wanted) -> None:
    """Raise `DiptychError` for an unknown learner, one of another kind, an encoder too many or too few."""
    if wanted.kind not in LEARNERS.card(name).kinds:
        fitting = ", ".join(one for one in LEARNERS if wanted.kind in LEARNERS.card(one).kinds)
        raise DiptychError.of(f"learner {name}", f"learns no {wanted.kind}", f"choose from {fitting}")
    if (name == FROZEN) != (wanted.encoder is not None):
        what = "needs the weights of an encoder" if name == FROZEN else "takes no encoder"
        raise DiptychError.of(f"learner {name}", what, f"give an encoder with {FROZEN}, and only with it")


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
        kinds=("segmentation",),
        summary="MONAI BasicUNet, 16 to 96 channels",
        reference="Ronneberger et al. 2015 (arXiv 1505.04597); Falk et al. 2019 (Nat. Methods 16, 67)",
    )
)
def unet(wanted: Wanted) -> nn.Module:
    """The U-Net: fast enough on one core for hundreds of trainings."""
    widths = (16, 16, 32, 64, 96, 16)
    net: nn.Module = _nets("unet").BasicUNet(
        2, INPUTS, wanted.outputs, features=widths, norm="batch", act="relu"
    )
    return net


@LEARNERS.register(
    LearnerCard(
        name="segresnet",
        kinds=("segmentation",),
        summary="MONAI SegResNet, 8 to 64 channels",
        reference="Myronenko 2018 (arXiv 1810.11654)",
    )
)
def segresnet(wanted: Wanted) -> nn.Module:
    """The stronger and slower segmenter: residual blocks, group norm."""
    net: nn.Module = _nets("segresnet").SegResNet(2, 8, INPUTS, wanted.outputs)
    return net


@LEARNERS.register(
    LearnerCard(
        name="densenet",
        kinds=("classification",),
        summary="MONAI DenseNet of 36 layers, growth 12",
        reference="Huang et al. 2017 (arXiv 1608.06993)",
    )
)
def densenet(wanted: Wanted) -> nn.Module:
    """The usual classifier of chest radiographs, small."""
    blocks: dict[str, Any] = {"init_features": 24, "growth_rate": 12, "block_config": (3, 6, 12, 8)}
    net: nn.Module = _nets("densenet").DenseNet(2, 1, wanted.outputs, dropout_prob=0.1, **blocks)
    return net


@LEARNERS.register(
    LearnerCard(
        name="efficientnet",
        kinds=("classification",),
        summary="MONAI EfficientNet-B0, untrained",
        reference="Tan and Le 2019 (arXiv 1905.11946)",
    )
)
def efficientnet(wanted: Wanted) -> nn.Module:
    """EfficientNet-B0 from random weights; nothing is downloaded."""
    net: nn.Module = _nets("efficientnet").EfficientNetBN(
        "efficientnet-b0", pretrained=False, spatial_dims=2, in_channels=1, num_classes=wanted.outputs
    )
    return net


@LEARNERS.register(
    LearnerCard(
        name=FROZEN,
        kinds=("segmentation", "classification"),
        summary="a light head on an encoder that is given by file and SHA-256 and stays as it is",
        reference="Oquab et al. 2023 (arXiv 2304.07193); Alain and Bengio 2016 (arXiv 1610.01644)",
        licence="of the head Apache-2.0, of the encoder its publisher's",
    )
)
def frozen(wanted: Wanted) -> nn.Module:
    """Linear on the mean of the patches for labels, two convolutions on their grid for masks."""
    from diptych.downstream.frozen import GridHead, MeanHead

    assert wanted.encoder is not None
    encoder = wanted.encoder.build()
    return (GridHead if wanted.kind == "segmentation" else MeanHead)(encoder, wanted.outputs)


def _nets(name: str) -> Any:
    return optional("monai.networks.nets", f"the learner {name}", extra="downstream")

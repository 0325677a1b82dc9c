"""DenseNet-121 for grey images, up to its pooled features, to hold TorchXRayVision's weights."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from diptych.models.filling import filled

GROWTH = 32
BLOCKS = (6, 12, 24, 16)
"""Layers of the four blocks (Huang et al. 2017, table 1)."""


class Layer(nn.Module):
    """Norm, ReLU, 1 x 1, norm, ReLU, 3 x 3: what comes out is joined to what went in."""

    def __init__(self, before: int) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(before)
        self.conv1 = nn.Conv2d(before, 4 * GROWTH, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(4 * GROWTH)
        self.conv2 = nn.Conv2d(4 * GROWTH, GROWTH, 3, padding=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(N, before, H, W) -> (N, before + 32, H, W)."""
        y = self.conv1(F.relu(self.norm1(x)))
        return torch.cat([x, self.conv2(F.relu(self.norm2(y)))], dim=1)


class Transition(nn.Module):
    """Half the channels at half the resolution."""

    def __init__(self, before: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(before)
        self.conv = nn.Conv2d(before, before // 2, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(N, before, H, W) -> (N, before / 2, H / 2, W / 2)."""
        return F.avg_pool2d(self.conv(F.relu(self.norm(x))), 2)


class DenseNet(nn.Module):
    """Grey images (N, 1, 224, 224) in [-1024, 1024] -> features (N, 1024).

    Huang et al. 2017 (arXiv 1608.06993) with one input channel, as trained by Cohen et al. 2022
    (arXiv 2111.00595). Names are those of the published state dictionary.
    """

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential()
        self.features.add_module("conv0", nn.Conv2d(1, 64, 7, 2, 3, bias=False))
        self.features.add_module("norm0", nn.BatchNorm2d(64))
        self.features.add_module("relu0", nn.ReLU())
        self.features.add_module("pool0", nn.MaxPool2d(3, 2, 1))
        width = 64
        for block, layers in enumerate(BLOCKS, 1):
            dense = nn.Sequential()
            for layer in range(layers):
                dense.add_module(f"denselayer{layer + 1}", Layer(width + layer * GROWTH))
            self.features.add_module(f"denseblock{block}", dense)
            width += layers * GROWTH
            if block < len(BLOCKS):
                self.features.add_module(f"transition{block}", Transition(width))
                width //= 2
        self.features.add_module("norm5", nn.BatchNorm2d(width))

    def forward(self, x: Tensor) -> Tensor:
        """See the class."""
        return F.relu(self.features(x)).mean((2, 3))


def load_densenet(state: Mapping[str, Tensor]) -> DenseNet:
    """The network with a state dictionary of TorchXRayVision; its classifier and thresholds are left out."""
    return filled(DenseNet, state, "xrv-densenet121 weights", beside=("classifier.", "op_threshs"))

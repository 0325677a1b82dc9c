"""Inception-v3 as the Fréchet inception distance knows it, up to its pooled features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from diptych.models.filling import filled

Pool = Literal["mean", "max", "halve"]
"""What the pooling branch does: 3 x 3 mean without the padding, 3 x 3 maximum, or 3 x 3 maximum by 2
without a convolution after it."""


@dataclass(frozen=True)
class Conv:
    """A convolution by name: its channels, kernel (H, W) and stride; padded unless it strides."""

    name: str
    channels: int
    kernel: tuple[int, int] = (1, 1)
    stride: int = 1


class Unit(nn.Module):
    """Convolution without bias, batch norm, ReLU."""

    def __init__(self, before: int, spec: Conv, *, padded: bool = True) -> None:
        super().__init__()
        tall, wide = spec.kernel
        pad = (tall // 2, wide // 2) if padded and spec.stride == 1 else (0, 0)
        self.conv = nn.Conv2d(before, spec.channels, spec.kernel, spec.stride, pad, bias=False)
        self.bn = nn.BatchNorm2d(spec.channels, eps=1e-3)

    def forward(self, x: Tensor) -> Tensor:
        """(N, before, H, W) -> (N, channels, H', W')."""
        return F.relu(self.bn(self.conv(x)))


Chain = tuple[Conv | tuple[Conv, Conv], ...]
"""Convolutions one after the other; a pair looks at the same input, and its outputs are joined."""


class Mixed(nn.Module):
    """Chains of convolutions and a pooling branch side by side, joined along the channels."""

    def __init__(self, before: int, chains: tuple[Chain, ...], pool: Pool, pooled: int = 0) -> None:
        super().__init__()
        self.pool, self.chains, self.channels = pool, [], pooled or before
        for chain in chains:
            width, names = before, []
            for step in chain:
                specs = step if isinstance(step, tuple) else (step,)
                for spec in specs:
                    self.add_module(spec.name, Unit(width, spec))
                names.append([spec.name for spec in specs])
                width = sum(spec.channels for spec in specs)
            self.chains.append(names)
            self.channels += width
        if pooled:
            self.branch_pool = Unit(before, Conv("branch_pool", pooled))

    def forward(self, x: Tensor) -> Tensor:
        """(N, before, H, W) -> (N, channels, H', W')."""
        parts = []
        for chain in self.chains:
            y = x
            for names in chain:
                y = torch.cat([self.get_submodule(name)(y) for name in names], dim=1)
            parts.append(y)
        return torch.cat([*parts, self._pooled(x)], dim=1)

    def _pooled(self, x: Tensor) -> Tensor:
        if self.pool == "halve":
            return F.max_pool2d(x, 3, 2)
        if self.pool == "max":
            y: Tensor = self.branch_pool(F.max_pool2d(x, 3, 1, 1))
        else:
            y = self.branch_pool(F.avg_pool2d(x, 3, 1, 1, count_include_pad=False))
        return y


def _mixed_35(before: int, pooled: int) -> Mixed:
    """35 x 35 cells: figure 5 of Szegedy et al., with a 5 x 5 convolution kept."""
    five: Chain = (Conv("branch5x5_1", 48), Conv("branch5x5_2", 64, (5, 5)))
    twice: Chain = (
        Conv("branch3x3dbl_1", 64),
        Conv("branch3x3dbl_2", 96, (3, 3)),
        Conv("branch3x3dbl_3", 96, (3, 3)),
    )
    return Mixed(before, ((Conv("branch1x1", 64),), five, twice), "mean", pooled)


def _mixed_to_17() -> Mixed:
    twice: Chain = (
        Conv("branch3x3dbl_1", 64),
        Conv("branch3x3dbl_2", 96, (3, 3)),
        Conv("branch3x3dbl_3", 96, (3, 3), 2),
    )
    return Mixed(288, ((Conv("branch3x3", 384, (3, 3), 2),), twice), "halve")


def _mixed_17(width: int) -> Mixed:
    """17 x 17 cells: figure 6, n = 7."""
    row, column = (1, 7), (7, 1)
    once: Chain = (
        Conv("branch7x7_1", width),
        Conv("branch7x7_2", width, row),
        Conv("branch7x7_3", 192, column),
    )
    twice: Chain = (
        Conv("branch7x7dbl_1", width),
        Conv("branch7x7dbl_2", width, column),
        Conv("branch7x7dbl_3", width, row),
        Conv("branch7x7dbl_4", width, column),
        Conv("branch7x7dbl_5", 192, row),
    )
    return Mixed(768, ((Conv("branch1x1", 192),), once, twice), "mean", 192)


def _mixed_to_8() -> Mixed:
    three: Chain = (Conv("branch3x3_1", 192), Conv("branch3x3_2", 320, (3, 3), 2))
    seven: Chain = (
        Conv("branch7x7x3_1", 192),
        Conv("branch7x7x3_2", 192, (1, 7)),
        Conv("branch7x7x3_3", 192, (7, 1)),
        Conv("branch7x7x3_4", 192, (3, 3), 2),
    )
    return Mixed(768, (three, seven), "halve")


def _mixed_8(before: int, pool: Pool) -> Mixed:
    """8 x 8 cells: figure 7."""
    once: Chain = (
        Conv("branch3x3_1", 384),
        (Conv("branch3x3_2a", 384, (1, 3)), Conv("branch3x3_2b", 384, (3, 1))),
    )
    twice: Chain = (
        Conv("branch3x3dbl_1", 448),
        Conv("branch3x3dbl_2", 384, (3, 3)),
        (Conv("branch3x3dbl_3a", 384, (1, 3)), Conv("branch3x3dbl_3b", 384, (3, 1))),
    )
    return Mixed(before, ((Conv("branch1x1", 320),), once, twice), pool, 192)


class Inception(nn.Module):
    """RGB images (N, 3, 299, 299) in [-1, 1] -> features (N, 2048).

    Szegedy et al. 2016 (arXiv 1512.00567) as in TensorFlow's graph of 2015-12-05, which Heusel
    et al. 2017 (arXiv 1706.08500) took: means leave the padding out, and the last cell pools by
    maximum. Names are those of the published state dictionary.
    """

    def __init__(self) -> None:
        super().__init__()
        self.Conv2d_1a_3x3 = Unit(3, Conv("", 32, (3, 3), 2), padded=False)
        self.Conv2d_2a_3x3 = Unit(32, Conv("", 32, (3, 3)), padded=False)
        self.Conv2d_2b_3x3 = Unit(32, Conv("", 64, (3, 3)))
        self.Conv2d_3b_1x1 = Unit(64, Conv("", 80))
        self.Conv2d_4a_3x3 = Unit(80, Conv("", 192, (3, 3)), padded=False)
        for letter, before, pooled in (("b", 192, 32), ("c", 256, 64), ("d", 288, 64)):
            self.add_module(f"Mixed_5{letter}", _mixed_35(before, pooled))
        self.Mixed_6a = _mixed_to_17()
        for letter, width in (("b", 128), ("c", 160), ("d", 160), ("e", 192)):
            self.add_module(f"Mixed_6{letter}", _mixed_17(width))
        self.Mixed_7a = _mixed_to_8()
        self.Mixed_7b, self.Mixed_7c = _mixed_8(1280, "mean"), _mixed_8(2048, "max")

    def forward(self, x: Tensor) -> Tensor:
        """See the class."""
        x = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x)))
        x = self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(F.max_pool2d(x, 3, 2)))
        x = F.max_pool2d(x, 3, 2)
        for name in ("5b", "5c", "5d", "6a", "6b", "6c", "6d", "6e", "7a", "7b", "7c"):
            x = self.get_submodule(f"Mixed_{name}")(x)
        return x.mean((2, 3))


def load_inception(state: Mapping[str, Tensor]) -> Inception:
    """The network with the state dictionary of pytorch-fid or torch-fidelity; its classifier is left out."""
    return filled(Inception, state, "inception-fid weights", beside=("fc.",))

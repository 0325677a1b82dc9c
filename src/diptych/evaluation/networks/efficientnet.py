"""EfficientNet-Lite0 up to its pooled features, to hold published ImageNet weights."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import fuse_conv_bn_eval

BLOCKS = (
    # repeats, kernel, stride, expansion, channels (Tan and Le 2019, table 1, without squeeze-excitation)
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
WIDTH = 1280
"""Number of features."""


class SameConv(nn.Conv2d):
    """A convolution padded as TensorFlow's SAME does, where the weights come from: the odd
    row and column of zeros goes to the bottom and to the right."""

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C', ceil(H / stride), ceil(W / stride))."""
        pads = []
        for side, kernel, stride in zip(
            x.shape[:1:-1], self.kernel_size[::-1], self.stride[::-1], strict=True
        ):
            total = max((-(-side // stride) - 1) * stride + kernel - side, 0)
            pads += [total // 2, total - total // 2]
        left, right, top, bottom = pads
        if (left, top) == (right, bottom):
            # The same, without a copy of the image.
            return F.conv2d(x, self.weight, self.bias, self.stride, (top, left), 1, self.groups)
        y: Tensor = self._conv_forward(F.pad(x, pads), self.weight, self.bias)
        return y


def _relu6(x: Tensor) -> Tensor:
    """In place: what a convolution has just made belongs to nobody else."""
    return F.relu6(x, inplace=True)


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3)


class Block(nn.Module):
    """An inverted residual (Sandler et al. 2018, arXiv 1801.04381) with ReLU6."""

    def __init__(self, before: int, after: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        inner = before * expansion
        self.expands, self.adds = expansion > 1, stride == 1 and before == after
        if self.expands:
            self._expand_conv = nn.Conv2d(before, inner, 1, bias=False)
            self._bn0 = _norm(inner)
        self._depthwise_conv = SameConv(inner, inner, kernel, stride, groups=inner, bias=False)
        self._bn1 = _norm(inner)
        self._project_conv = nn.Conv2d(inner, after, 1, bias=False)
        self._bn2 = _norm(after)

    def forward(self, x: Tensor) -> Tensor:
        """(N, before, H, W) -> (N, after, H / stride, W / stride)."""
        y = _relu6(self._bn0(self._expand_conv(x))) if self.expands else x
        y = _relu6(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        z: Tensor = x + y if self.adds else y
        return z


class EfficientNetLite0(nn.Module):
    """RGB images (N, 3, H, W) in about [-1, 1] -> features (N, 1280).

    Tan and Le 2019 (arXiv 1905.11946) in the lite form: no squeeze-excitation, ReLU6, stem
    and head of fixed width. Module names are those of the published state dictionary.
    """

    def __init__(self) -> None:
        super().__init__()
        self._conv_stem = SameConv(3, 32, 3, 2, bias=False)
        self._bn0 = _norm(32)
        blocks: list[nn.Module] = []
        before = 32
        for repeats, kernel, stride, expansion, after in BLOCKS:
            for turn in range(repeats):
                blocks.append(Block(before, after, kernel, 1 if turn else stride, expansion))
                before = after
        self._blocks = nn.ModuleList(blocks)
        self._conv_head = nn.Conv2d(before, WIDTH, 1, bias=False)
        self._bn1 = _norm(WIDTH)
        self._fc = nn.Linear(WIDTH, 1000)

    def forward(self, x: Tensor) -> Tensor:
        """See the class."""
        x = _relu6(self._bn0(self._conv_stem(x)))
        for block in self._blocks:
            x = block(x)
        return _relu6(self._bn1(self._conv_head(x))).mean((2, 3))

    def classify(self, x: Tensor) -> Tensor:
        """ImageNet logits (N, 1000), to check that the weights see what they should."""
        logits: Tensor = self._fc(self(x))
        return logits


def load_lite0(state: dict[str, Tensor]) -> EfficientNetLite0:
    """The network with a published state dictionary, ready to be used."""
    with torch.random.fork_rng(devices=[]):
        net = EfficientNetLite0()
    net.load_state_dict(state)
    return _folded(net.eval().requires_grad_(False))


def _folded(net: EfficientNetLite0) -> EfficientNetLite0:
    """The same network with every norm inside the convolution before it, which is a third faster."""
    pairs: list[tuple[nn.Module, str, str]] = [(net, "_conv_stem", "_bn0"), (net, "_conv_head", "_bn1")]
    for block in net._blocks:
        pairs += [(block, "_depthwise_conv", "_bn1"), (block, "_project_conv", "_bn2")]
        pairs += [(block, "_expand_conv", "_bn0")] if hasattr(block, "_expand_conv") else []
    for owner, conv, norm in pairs:
        setattr(owner, conv, fuse_conv_bn_eval(getattr(owner, conv), getattr(owner, norm)))
        setattr(owner, norm, nn.Identity())
    return net

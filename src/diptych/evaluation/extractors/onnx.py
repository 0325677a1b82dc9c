"""ONNX networks as runs of batches, through onnxruntime."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.downstream.onnx import onnx_session
from diptych.evaluation.extractors.batched import MICRO_BATCH, Run
from diptych.evaluation.extractors.frame import Frame

LARGEST_BATCH = 256
"""A network that was exported for more images at once is not obeyed."""


def onnx_run(data: bytes, path: Path, frame: Frame) -> tuple[Run, int]:
    """The first output of the network in these bytes, and the batch that it is given.

    That is the network's own where its input has a fixed one. Maps (batch, C, H, W) are averaged to
    (batch, C). Raises `DiptychError` when onnxruntime is missing, the bytes are no ONNX network,
    weights lie in another file, or the input is not (batch, channels, H, W) of the frame's size.
    """
    session = onnx_session(data, path, f"extractor {path.name}")
    inputs = session.get_inputs()
    shape = inputs[0].shape if inputs else []
    wanted = (len(frame.offset), *frame.size)
    fits = len(inputs) == 1 and len(shape) == 4 and inputs[0].type == "tensor(float)"
    if not fits or any(isinstance(a, int) and a != b for a, b in zip(shape[1:], wanted, strict=True)):
        what = f"takes {[(i.type, i.shape) for i in inputs]}, not one float input (batch, {wanted})"
        raise DiptychError.of(str(path), what, "correct the frame, or export the network again")
    name, first = inputs[0].name, session.get_outputs()[0].name

    def run(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        found: NDArray[np.float32] = session.run([first], {name: batch})[0]
        return found.mean(axis=(2, 3)) if found.ndim == 4 else found

    own = shape[0]
    return run, own if isinstance(own, int) and 0 < own <= LARGEST_BATCH else MICRO_BATCH

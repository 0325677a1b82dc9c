"""Planes as COCO run lengths, packed into text as pycocotools packs them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def encode(plane: NDArray[np.bool_]) -> dict[str, object]:
    """A plane (H, W) as `{"size": [H, W], "counts": text}`: runs of 0 and 1 down the columns."""
    flat = plane.T.ravel()
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    runs = np.diff(np.concatenate([[0], edges, [flat.size]])).tolist()
    # The first run counts zeros, of which there may be none.
    return {"size": list(plane.shape), "counts": pack([0, *runs] if flat[0] else runs)}


def pack(runs: list[int]) -> str:
    """Run lengths as text: five bits a character, lowest first, from `0` up.

    From the fourth number on, each is written as the difference to the one two before it. A
    character's sixth bit says that more follow; the last one's fifth bit is the sign.
    """
    letters: list[str] = []
    for index, run in enumerate(runs):
        value = run - runs[index - 2] if index > 2 else run
        while True:
            bits = value & 0x1F
            value >>= 5
            done = value == (-1 if bits & 0x10 else 0)
            letters.append(chr(48 + (bits if done else bits | 0x20)))
            if done:
                break
    return "".join(letters)

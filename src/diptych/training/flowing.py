"""Learning the flow: between noise and an image with its mask, which way everything moves."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from diptych.models.diffusion.flow import Flow
from diptych.models.diffusion.rectified import between, miss, times
from diptych.training.loop import Assignment
from diptych.training.stages import StageConfig
from diptych.training.streaming import open_kinds, said, slot_tables
from diptych.training.tasks import Material

UNASKED = 0.1
"""Share of examples without a request, for guidance (Ho & Salimans 2022, arXiv:2207.12598)."""
PLANES = 2.0
"""Weight of the mask's planes, beside the image's: most of a plane is ground and easily said."""


def learn_flow(model: Flow, material: Material, config: StageConfig) -> Assignment:
    """Velocities at random times."""
    optional = open_kinds(model.config.kinds)

    def loss(seed: int) -> tuple[Tensor, dict[str, float]]:
        rng = np.random.default_rng(seed)
        batch = material.batch(config.batch, config.real, rng, sharp=True)
        asked = torch.from_numpy(rng.random(config.batch) > UNASKED).float()
        slots = slot_tables(batch, material) * said(optional, config.batch, rng)
        x1 = model.join(batch.image, batch.mask)
        x0, t = torch.randn_like(x1), times(len(x1))
        x = between(x0, x1, t)
        with torch.autocast("cpu", torch.bfloat16):
            expected = model.expected(x, t, slots, batch.phantom, asked)
        image, planes = (part.pow(2).mean() for part in model.part(miss(expected, x1, t)))
        return image + PLANES * planes, {"image": float(image.detach()), "planes": float(planes.detach())}

    return Assignment({"net": model.net}, loss, orthogonal=("unet.",))

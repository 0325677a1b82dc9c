"""Where new styles come from, counted once when the generator is done."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from diptych.models.gan.gan import Gan
from diptych.training.loop import address
from diptych.training.stages import StageConfig
from diptych.training.tasks import Material


@torch.no_grad()
def count_styles(model: Gan, material: Material, config: StageConfig, seed: int) -> Iterator[int]:
    """Read the styles of images and fit the prior to them and to what they are said to show.

    Yields after every batch. While the generator learned, the prior followed its styles; here none is old.
    """
    styles, claims = list[Tensor](), list[Tensor]()
    for step in range(config.steps):
        place = address(seed, "prior", step)
        torch.manual_seed(place)
        batch = material.batch(config.batch, config.real, np.random.default_rng(place), sharp=True)
        mean, spread = model.read_style(batch.image)
        styles.append(mean + (spread / 2).exp() * torch.randn_like(mean))
        claims.append(model.claims(batch.slots, batch.phantom))
        yield step
    model.prior.fit(torch.cat(styles), torch.cat(claims))

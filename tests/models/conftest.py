from __future__ import annotations

import pytest
import torch

from diptych.models.pair import Pair, PairConfig
from diptych.models.var.sampler import SamplerConfig

SCALES = ((1, 2), (2, 4), (3, 6))


@pytest.fixture
def small() -> Pair:
    """A generator small enough to try everything on, with open gates and busy weights."""
    torch.manual_seed(3)
    sampler = SamplerConfig(mask_temperatures=(1.0, 1.0, 0.5), image_temperatures=(1.0, 1.0, 0.0))
    config = PairConfig(
        body="panoramic",
        layer="teeth",
        size=(48, 96),
        scales=SCALES,
        words=("tooth", "missing", "11"),
        sites=("11", "12", ""),
        kinds=("missing", "caries"),
        sampler=sampler,
        image_latent=5,
        mask_latent=4,
        width=32,
        depth=4,
        micro_batch=4,
    )
    model = config.build().eval()
    for parameter in model.streams.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    return model

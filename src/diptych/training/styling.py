"""What a style is, before there is a critic.

Generator and encoder learn to paint each image from its label map and the few numbers that the encoder may
tell of it, as a variational autoencoder does (arXiv:1312.6114). What comes out is soft, but jaw, palate and
spine lie where they should, in a tenth of the time that a critic takes to say so; texture is the critic's.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from diptych.models.gan.gan import Gan
from diptych.training.easel import put_up, set_table
from diptych.training.loop import Assignment
from diptych.training.stages import StageConfig
from diptych.training.tasks import Material

COARSE, FINDINGS, DIVERGENCE = 2.0, 1.0, 0.0005
"""Weights of coarse grey levels, of findings and of what the style may tell, beside likeness."""
WITHHELD = 0.2
"""Share of examples that lack a layer, and whose findings are unsaid."""


def learn_styles(model: Gan, material: Material, config: StageConfig) -> Assignment:
    """Images from their maps and styles."""
    if not model.generator.table.weight.any():
        set_table(model, material)

    def loss(seed: int) -> tuple[Tensor, dict[str, float]]:
        batch = material.batch(config.batch, config.real, np.random.default_rng(seed), sharp=True)
        with torch.autocast("cpu", torch.bfloat16):
            easel = put_up(model, batch, own=config.batch, withheld=WITHHELD)
        coarse, near = easel.distances()
        told, findings = easel.told.mean(), easel.gap_of_findings()
        figures = {
            "near": float(near.detach()),
            "coarse": float(coarse.detach()),
            "findings": float(findings.detach()),
            "told": float(told.detach()),
        }
        return near + COARSE * coarse + FINDINGS * findings + DIVERGENCE * told, figures

    learners: dict[str, nn.Module] = {
        "generator": model.generator,
        "encoder": model.encoder,
        "prior": model.prior,
    }
    return Assignment(learners, loss, orthogonal=("generator.", "encoder."))

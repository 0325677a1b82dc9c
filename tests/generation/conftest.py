from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from diptych.models.diffusion.flow import FlowConfig
from diptych.models.gan.gan import GanConfig
from diptych.models.pair import Pair
from diptych.prompts.words import Vocabulary
from diptych.recipes import recipe
from diptych.training import checkpoint

SCALES = ((1, 2), (2, 4))


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained panoramic generator of 32 x 64 pixels: what it draws is noise, how it draws is real."""
    chosen = recipe("panoramic_nano").model
    sampler = replace(chosen.sampler, mask_temperatures=(1.0, 1.0), image_temperatures=(1.0, 1.0))
    words = Vocabulary.standard("panoramic").words
    config = replace(
        chosen, size=(32, 64), scales=SCALES, words=words, width=32, depth=2, micro_batch=4, sampler=sampler
    )
    torch.manual_seed(5)
    model: Pair = config.build()
    folder = tmp_path_factory.mktemp("checkpoints") / "tiny"
    seen = {"real": {"missing:18": 3}, "phantom": {"missing:18": 9, "caries:36": 4}}
    checkpoint.save(folder, model, {"seen": seen}, "# tiny\n")
    return folder


@pytest.fixture(scope="session")
def tiny_painter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained label-map generator of 64 x 128 pixels."""
    chosen = recipe("panoramic_gan_256").model
    assert isinstance(chosen, GanConfig)
    narrow = (16, 16, 16, 16)
    torch.manual_seed(6)
    model = replace(chosen, size=(64, 128), widths=narrow, critic_widths=narrow, style=8).build()
    for parameter in model.parameters():
        parameter.data += 0.05 * torch.randn_like(parameter)
    folder = tmp_path_factory.mktemp("checkpoints") / "painter"
    checkpoint.save(folder, model, {"seen": {"real": {}, "phantom": {}}}, "# painter\n")
    return folder


@pytest.fixture(scope="session")
def tiny_flow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained flow of 32 x 64 pixels."""
    chosen = recipe("panoramic_flow_nano").model
    assert isinstance(chosen, FlowConfig)
    torch.manual_seed(7)
    model = replace(chosen, size=(32, 64), widths=(16, 16, 32), steps=2, micro_batch=4).build()
    for parameter in model.parameters():
        parameter.data += 0.05 * torch.randn_like(parameter)
    folder = tmp_path_factory.mktemp("checkpoints") / "flow"
    seen = {"real": {"missing:18": 3}, "phantom": {"caries:36": 4}}
    checkpoint.save(folder, model, {"seen": seen}, "# flow\n")
    return folder

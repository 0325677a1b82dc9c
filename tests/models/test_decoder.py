from __future__ import annotations

import torch

from diptych.models.tokenizer.critic import PairCritic
from diptych.models.tokenizer.image import ImageTokenizerConfig


def test_a_deeper_decoder_begins_as_the_plain_one() -> None:
    torch.manual_seed(0)
    sizes = {"scales": ((1, 2), (2, 4)), "planes": 13, "latent": 4, "widths": (16, 16, 16, 16)}
    plain = ImageTokenizerConfig(**sizes).build().eval()
    deep = ImageTokenizerConfig(**sizes, deeper=2).build().eval()
    deep.load_state_dict(plain.state_dict(), strict=False)
    latent, planes = torch.randn(2, 4, 2, 4), torch.rand(2, 13, 32, 64)
    with torch.no_grad():
        assert torch.equal(plain.decode(latent, planes), deep.decode(latent, planes))
    assert sum(p.numel() for p in deep.parameters()) > sum(p.numel() for p in plain.parameters())


def test_the_critic_judges_patches_of_four_sizes() -> None:
    scores, features = PairCritic(13)(torch.randn(1, 1, 64, 128), torch.rand(1, 13, 64, 128))
    assert [score.shape[-1] for score in scores] == [32, 16, 8, 4]
    assert len(features) == 5

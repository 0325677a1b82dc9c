from __future__ import annotations

import torch

from diptych.models.pair import Pair
from diptych.models.var.sampler import _keep_top


def generators(*seeds: int) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def test_a_row_depends_on_its_own_seed_and_request_only(small: Pair) -> None:
    slots = torch.zeros(4, 3, 2)
    slots[:, 0, 0] = torch.tensor([1.0, 0.0, 1.0, 0.0])
    first = small.draw(slots, generators(1, 2, 3, 4))
    others = slots.clone()
    others[1:] = 1.0
    second = small.draw(others, generators(1, 8, 9, 10))
    for a, b in zip(first, second, strict=True):
        assert torch.equal(a[0], b[0])
        assert not torch.equal(a[1], b[1])


def test_the_request_reaches_the_pair(small: Pair) -> None:
    none, all_missing = torch.zeros(4, 3, 2), torch.ones(4, 3, 2)
    a = small.draw(none, generators(1, 2, 3, 4))[0]
    b = small.draw(all_missing, generators(1, 2, 3, 4))[0]
    assert not torch.allclose(a, b)


def test_painted_images_and_drawn_masks_have_the_size_of_the_config(small: Pair) -> None:
    latent, mask = small.draw(torch.zeros(4, 3, 2), generators(1, 2, 3, 4))
    assert mask.shape == (4, 48, 96)
    image = small.paint(latent, mask)
    assert image.shape == (4, 48, 96)
    assert image.dtype == torch.uint8


def test_nucleus_keeps_the_likeliest_and_at_least_one() -> None:
    chance = torch.tensor([[0.5, 0.3, 0.15, 0.05], [0.97, 0.01, 0.01, 0.01]])
    kept = _keep_top(chance, 0.9)
    assert torch.equal(kept > 0, torch.tensor([[True, True, True, False], [True, False, False, False]]))

from __future__ import annotations

import torch

from diptych.downstream.augment import AugmentConfig, mirror, photometric, spatial

STILL = AugmentConfig(rotate=0, scale=0, shift=0, gamma=0, contrast=0, brightness=0, noise=0, blur=0)


def picture(seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """A mask of blocks, and an image whose grey says the code."""
    codes = torch.randint(0, 5, (4, 4, 8), generator=torch.Generator().manual_seed(seed))
    masks = codes.repeat_interleave(8, 1).repeat_interleave(8, 2).to(torch.uint8)
    return masks[:, None].float() / 5, masks


def test_nothing_asked_nothing_done() -> None:
    images, masks = picture()
    moved, codes = spatial(images, masks, STILL, torch.Generator())
    assert torch.allclose(moved, images, atol=1e-5)
    assert torch.equal(codes, masks)
    assert torch.allclose(photometric(images, STILL, torch.Generator()), images)


def test_mask_moves_with_its_image() -> None:
    images, masks = picture()
    moved, codes = spatial(images, masks, AugmentConfig(warp=0.03), torch.Generator().manual_seed(1))
    assert set(codes.unique().tolist()) <= set(range(5))
    assert (codes != masks).float().mean() > 0.05
    flat = (moved[:, 0] * 5).round() == moved[:, 0] * 5
    inside = flat & (codes > 0)
    assert ((moved[:, 0] * 5).round() == codes)[inside].float().mean() > 0.99


def test_the_same_seed_gives_the_same_draw() -> None:
    images, masks = picture()
    first, second, third = (
        spatial(images, masks, AugmentConfig(), torch.Generator().manual_seed(seed))[0] for seed in (3, 3, 4)
    )
    assert torch.equal(first, second)
    assert not torch.equal(first, third)


def test_exposure_stays_in_range() -> None:
    images, _ = picture()
    wild = AugmentConfig(gamma=1, contrast=1, brightness=1, noise=0.5, blur=1)
    out = photometric(images, wild, torch.Generator().manual_seed(0))
    assert out.min() >= 0
    assert out.max() <= 1


def test_mirror_exchanges_twins() -> None:
    images, masks = picture()
    table = torch.tensor([0, 2, 1, 4, 3, *range(5, 256)])
    out, codes = mirror(images, masks, table, torch.Generator().manual_seed(0))
    flipped = [not torch.equal(a, b) for a, b in zip(out, images, strict=True)]
    assert 0 < sum(flipped) < len(flipped)
    for row, was in enumerate(flipped):
        assert torch.equal(codes[row], table[masks[row].long()].flip(-1) if was else masks[row])

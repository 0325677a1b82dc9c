from __future__ import annotations

from dataclasses import replace

import torch

from diptych.models.pair import Pair
from diptych.models.tokenizer.quantizer import LEVELS
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


def walks(small: Pair) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(5)
    return torch.rand(2, 1, 48, 96) * 2 - 1, torch.randint(0, 2, (2, 48, 96)) * 11


def test_what_is_drawn_anew_is_the_finest_grid_alone(small: Pair) -> None:
    small.config = replace(
        small.config, sampler=replace(small.config.sampler, image_temperatures=(1.0, 1.0, 1.0))
    )
    image, mask = walks(small)
    slots, domain = torch.zeros(2, 3, 2), torch.zeros(2, dtype=torch.long)
    first = small.redraw(image, mask, slots, domain, generators(1, 2))
    again = small.redraw(image[:1], mask[:1], slots[:1], domain[:1], generators(1))
    torch.testing.assert_close(first[:1], again)
    quantizer = small.image_tokenizer.quantizer
    before = quantizer.walk(small.image_tokenizer.latent(image)).before[-1]
    # What was added must be what some codes add: lifting is affine, so they can be told.
    zero, smooth = torch.zeros(1, 5, 3, 6), quantizer.smooth[2]
    basis = torch.eye(90).reshape(90, 5, 3, 6)
    columns = (0.5 * basis + 0.5 * (smooth(basis) - smooth(zero))).flatten(1)
    added = (first - before - 0.5 * smooth(zero)).flatten(1)
    values = torch.linalg.solve(columns.T, added.T).T
    assert torch.cdist(values.flatten()[:, None], torch.tensor(LEVELS)[:, None]).amin(1).max() < 1e-3


def test_codes_that_are_given_are_kept(small: Pair) -> None:
    image, mask = walks(small)
    tokenizers = small.image_tokenizer, small.mask_tokenizer
    own, held = (t.quantizer.walk(t.latent(x)) for t, x in zip(tokenizers, (image, mask), strict=True))
    slots, domain = torch.zeros(2, 3, 2), torch.zeros(2, dtype=torch.long)
    latent, mask_latent = small._drawn(slots, domain, generators(1, 2), (own.codes, held.codes))
    torch.testing.assert_close(latent, own.total)
    torch.testing.assert_close(mask_latent, held.total)
    drawn, mask_latent = small._drawn(slots, domain, generators(1, 2), ((), held.codes))
    torch.testing.assert_close(mask_latent, held.total)
    assert not torch.allclose(drawn, own.total)

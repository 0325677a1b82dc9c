from __future__ import annotations

import torch
from torch import Tensor

from diptych.models.pair import Pair
from diptych.models.var.dual import Step
from diptych.training.streaming import teacher_steps


def request(model: Pair, rows: int) -> tuple[Tensor, Tensor]:
    slots = torch.rand(rows, 3, 2).round()
    return model.streams.request(slots, torch.zeros(rows, dtype=torch.long), torch.ones(rows))


def all_steps(model: Pair, image: Tensor, mask: Tensor) -> list[Step]:
    quantizers = model.image_tokenizer.quantizer, model.mask_tokenizer.quantizer
    return teacher_steps(quantizers, quantizers[0].walk(image), quantizers[1].walk(mask))


def latents(rows: int = 2) -> tuple[Tensor, Tensor]:
    return torch.randn(rows, 5, 3, 6), torch.randn(rows, 4, 3, 6)


@torch.no_grad()
def test_all_steps_at_once_equal_step_by_step(small: Pair) -> None:
    steps = all_steps(small, *latents())
    vector, text = request(small, 2)
    masks, images = small.streams(steps, vector, text)
    alone = [small.streams([step], vector, text) for step in steps]
    for whole, part in zip(masks, [m for ms, _ in alone for m in ms], strict=True):
        assert torch.allclose(whole, part, atol=1e-4)
    for whole, part in zip(images, [i for _, js in alone for i in js], strict=True):
        assert torch.allclose(whole, part, atol=1e-4)


@torch.no_grad()
def test_closed_gates_are_two_independent_streams_to_the_bit(small: Pair) -> None:
    for exchange in small.streams.exchanges:
        exchange.to_mask.gate.zero_()
        exchange.to_image.gate.zero_()
    steps = all_steps(small, *latents())
    vector, text = request(small, 2)
    closed, apart = small.streams(steps, vector, text), small.streams(steps, vector, text, coupled=False)
    for a, b in zip([*closed[0], *closed[1]], [*apart[0], *apart[1]], strict=True):
        assert torch.equal(a, b)


@torch.no_grad()
def test_open_gates_carry_news_both_ways(small: Pair) -> None:
    image, mask = latents()
    vector, text = request(small, 2)
    base = small.streams(all_steps(small, image, mask), vector, text)
    other_mask = small.streams(all_steps(small, image, torch.randn_like(mask)), vector, text)
    other_image = small.streams(all_steps(small, torch.randn_like(image), mask), vector, text)
    assert not torch.allclose(base[1][-1], other_mask[1][-1], atol=1e-3)
    assert not torch.allclose(base[0][-1], other_image[0][-1], atol=1e-3)


@torch.no_grad()
def test_no_grid_sees_what_is_drawn_with_or_after_it(small: Pair) -> None:
    """Perturb the codes of one grid of one stream: only later logits may move."""
    image_q, mask_q = small.image_tokenizer.quantizer, small.mask_tokenizer.quantizer
    image, mask = latents(1)
    vector, text = request(small, 1)
    walks = image_q.walk(image), mask_q.walk(mask)
    base = small.streams(teacher_steps((image_q, mask_q), *walks), vector, text)
    for stream in ("mask", "image"):
        for k in range(3):
            moved = _perturbed(walks, stream, k, (image_q, mask_q))
            masks, images = small.streams(teacher_steps((image_q, mask_q), *moved), vector, text)
            # Step t holds mask grid t and image grid t - 1: mask codes k enter with step k + 1,
            # which is image grid k; image codes k enter with step k + 2, which is mask grid k + 2.
            first_mask, first_image = (k + 1, k) if stream == "mask" else (k + 2, k + 1)
            for t in range(3):
                assert torch.equal(masks[t], base[0][t]) == (t < first_mask)
                assert torch.equal(images[t], base[1][t]) == (t < first_image)


def _perturbed(walks, stream, k, quantizers):
    from dataclasses import replace

    index = 0 if stream == "image" else 1
    walk, quantizer = walks[index], quantizers[index]
    codes = [*walk.codes]
    codes[k] = (codes[k] + 1) % 5
    total, before = torch.zeros_like(walk.total), []
    for j, code in enumerate(codes):
        before.append(total)
        total = total + quantizer.lift(j, code)
    changed = replace(walk, codes=codes, before=before, total=total)
    return (changed, walks[1]) if index == 0 else (walks[0], changed)

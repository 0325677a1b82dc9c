from __future__ import annotations

import pytest
import torch

from diptych.base.errors import DiptychError
from diptych.downstream.planes import DigitPlanes, FlatPlanes, Planes
from diptych.prompts.laterality import mirror_tooth
from diptych.records.labels import FDI

TWINS = tuple(mirror_tooth(code) for code in FDI)
PLANES = {"flat": FlatPlanes((1, 2), (2, 1)), "digits": DigitPlanes(FDI, TWINS)}
CODES = {"flat": (0, 1, 2), "digits": (0, *FDI)}


def masks_of(kind: str) -> torch.Tensor:
    """Random codes in blocks of 4 x 4 pixels, so that half resolution can hold them."""
    chance = torch.Generator().manual_seed(0)
    codes = torch.tensor(CODES[kind], dtype=torch.uint8)
    blocks = codes[torch.randint(len(codes), (3, 8, 16), generator=chance)]
    return blocks.repeat_interleave(4, 1).repeat_interleave(4, 2)


def solve(planes: Planes, masks: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits that the loss itself leads to, by gradient descent."""
    count, height, width = masks.shape
    fine = torch.zeros(count, planes.fine, height, width, requires_grad=True)
    coarse = torch.zeros(count, planes.coarse, height // 2, width // 2, requires_grad=True)
    optimiser = torch.optim.Adam([fine, coarse] if planes.coarse else [fine], lr=0.5)
    for _ in range(40):
        optimiser.zero_grad()
        planes.loss(fine, coarse, masks).backward()
        optimiser.step()
    return fine.detach(), coarse.detach()


@pytest.mark.parametrize("kind", PLANES)
def test_the_loss_leads_to_the_codes(kind: str) -> None:
    planes, masks = PLANES[kind], masks_of(kind)
    fine, coarse = solve(planes, masks)
    found = planes.codes(fine, coarse)
    assert found.dtype == torch.uint8
    assert (found == masks).float().mean() > 0.93
    assert torch.equal(found > 0, masks > 0)


@pytest.mark.parametrize("kind", PLANES)
def test_mirrored_logits_say_mirrored_codes(kind: str) -> None:
    planes, masks = PLANES[kind], masks_of(kind)
    logits = solve(planes, masks)
    there = planes.mirrored(*logits)
    table = torch.arange(256, dtype=torch.uint8)
    twins = TWINS if kind == "digits" else (2, 1)
    table[list(CODES[kind][1:])] = torch.tensor(twins, dtype=torch.uint8)
    assert torch.equal(planes.codes(*there), table[planes.codes(*logits).long()].flip(-1))
    back = planes.mirrored(*there)
    assert all(torch.equal(a, b) for a, b in zip(back, logits, strict=True))


def test_rare_codes_outweigh_background() -> None:
    """With pixels of a code counted twentyfold, to find them is worth more than to answer background."""
    masks = torch.zeros(1, 16, 16, dtype=torch.uint8)
    masks[0, 4:6, 4:6] = 1
    fine = torch.zeros(1, 3, 16, 16)
    fine[:, 0] = 2.0
    cautious, bold = fine.clone(), fine.clone()
    bold[:, 1, 4:8, 4:8] = 4.0
    gains = []
    for weight in (1.0, 20.0):
        planes = FlatPlanes((1, 2), (2, 1), weight)
        nothing = torch.empty(0)
        gains.append(float(planes.loss(cautious, nothing, masks) - planes.loss(bold, nothing, masks)))
    assert gains[1] > 2 * gains[0]


def test_digits_must_fill_a_grid() -> None:
    with pytest.raises(DiptychError, match="grid"):
        DigitPlanes((11, 12, 21), ())

"""How logits stand for codes: one plane a code, or tooth numbers factorised into digits."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from diptych.base.errors import DiptychError


class Planes(Protocol):
    """The meaning of a network's output planes."""

    fine: int
    """Logit planes wanted at full resolution."""
    coarse: int
    """Logit planes wanted at half resolution."""

    def loss(self, fine: Tensor, coarse: Tensor, masks: Tensor) -> Tensor:
        """Scalar loss of (N, fine, H, W) and (N, coarse, H/2, W/2) against codes (N, H, W), uint8."""
        ...

    def codes(self, fine: Tensor, coarse: Tensor) -> Tensor:
        """The most fitting codes (N, H, W), uint8, 0 for background."""
        ...

    def mirrored(self, fine: Tensor, coarse: Tensor) -> tuple[Tensor, Tensor]:
        """The logits of mirrored images, mirrored back: columns and sides exchanged."""
        ...


class FlatPlanes:
    """Background and one fine plane for each code, softmax over all.

    Where codes fill a thousandth of the pixels, background alone is a good answer to the cross entropy, and
    soft Dice is flat there: with `weight` above 1 a pixel with a code counts so many times.
    """

    def __init__(self, codes: tuple[int, ...], twins: tuple[int, ...], weight: float = 1.0) -> None:
        self.fine, self.coarse = 1 + len(codes), 0
        self._weights = None if weight == 1 else torch.tensor([1.0, *[weight] * len(codes)])
        self._codes = torch.tensor([0, *codes], dtype=torch.uint8)
        self._index = _index_of((0, *codes))
        self._order = [0, *(1 + codes.index(twin) for twin in twins)]

    def loss(self, fine: Tensor, coarse: Tensor, masks: Tensor) -> Tensor:
        """Cross entropy plus one minus soft Dice of the foreground planes."""
        target = self._index[masks.long()]
        hard = F.one_hot(target, self.fine).movedim(-1, 1)
        soft = fine.softmax(dim=1)
        return F.cross_entropy(fine, target, self._weights) + soft_dice_loss(soft[:, 1:], hard[:, 1:])

    def codes(self, fine: Tensor, coarse: Tensor) -> Tensor:
        """See `Planes`."""
        return self._codes[fine.argmax(dim=1)]

    def mirrored(self, fine: Tensor, coarse: Tensor) -> tuple[Tensor, Tensor]:
        """See `Planes`."""
        return fine.flip(-1)[:, self._order], coarse


class DigitPlanes:
    """Two-digit codes, such as FDI numbers, as tooth or not, first digit, second digit.

    log p(code) = log p(foreground) + log p(tens) + log p(units): 1 + 4 + 8 planes stand
    for 32 teeth, and teeth of one kind share what is learned of them. Digits change slowly
    over the image, so half resolution does for them.
    """

    def __init__(self, codes: tuple[int, ...], twins: tuple[int, ...]) -> None:
        tens = tuple(sorted({code // 10 for code in codes}))
        units = tuple(sorted({code % 10 for code in codes}))
        if len(set(codes)) != len(tens) * len(units):
            raise DiptychError.of("codes", f"{list(codes)} do not fill a grid of digits", "use the flat head")
        self._tens, self._units = torch.tensor(tens), torch.tensor(units)
        self._parts = (len(tens), len(units))
        self.fine, self.coarse = 1, sum(self._parts)
        self._ten_index, self._unit_index = _index_of(tens), _index_of(units)
        self._order = _digit_order(codes, twins, tens, units)

    def loss(self, fine: Tensor, coarse: Tensor, masks: Tensor) -> Tensor:
        """Cross entropies of the three parts (digits on teeth only) and their soft Dice.

        The Dice of a digit is that of p(foreground) p(digit), so that 13 planes see what
        33 would.
        """
        inside = (masks > 0)[:, None].to(fine.dtype)
        tooth = fine.sigmoid()
        value = F.binary_cross_entropy_with_logits(fine, inside) + soft_dice_loss(tooth, inside)
        small = F.avg_pool2d(tooth, 2)
        for logits, hard in zip(self._split(coarse), self._targets(masks), strict=True):
            chances = logits.log_softmax(dim=1)
            value = value - (hard * chances).sum() / hard.sum().clamp(min=1)
            value = value + 0.5 * soft_dice_loss(small * chances.exp(), hard)
        return value

    def codes(self, fine: Tensor, coarse: Tensor) -> Tensor:
        """Foreground above one half, then the likeliest digits."""
        up = F.interpolate(coarse, scale_factor=2.0, mode="bilinear", align_corners=False)
        tens, units = self._split(up)
        number = 10 * self._tens[tens.argmax(dim=1)] + self._units[units.argmax(dim=1)]
        return torch.where(fine[:, 0] > 0, number, 0).to(torch.uint8)

    def mirrored(self, fine: Tensor, coarse: Tensor) -> tuple[Tensor, Tensor]:
        """See `Planes`."""
        return fine.flip(-1), coarse.flip(-1)[:, self._order]

    def _split(self, coarse: Tensor) -> tuple[Tensor, ...]:
        return coarse.split_with_sizes(self._parts, dim=1)

    def _targets(self, masks: Tensor) -> tuple[Tensor, Tensor]:
        """For each digit the share of every 2 x 2 block that has it, (N, digits, H/2, W/2)."""
        corners = [masks[:, row::2, column::2] for row in (0, 1) for column in (0, 1)]
        parts = ((self._ten_index, 10, self._parts[0]), (self._unit_index, 1, self._parts[1]))
        tens, units = (
            torch.stack([_one_hot(index[(c // scale % 10).long()], count, c > 0) for c in corners]).mean(0)
            for index, scale, count in parts
        )
        return tens, units


def soft_dice_loss(soft: Tensor, hard: Tensor) -> Tensor:
    """One minus the mean soft Dice of planes (N, C, H, W), pooled over the batch."""
    axes = (0, 2, 3)
    both = (soft * hard).sum(axes)
    total = soft.sum(axes) + hard.sum(axes)
    return 1 - ((2 * both + 1) / (total + 1)).mean()


def _one_hot(places: Tensor, count: int, inside: Tensor) -> Tensor:
    """(N, H, W) places as (N, count, H, W) of 0 and 1; all 0 outside."""
    return ((places[:, None] == torch.arange(count)[:, None, None]) & inside[:, None]).float()


def _digit_order(
    codes: tuple[int, ...], twins: tuple[int, ...], tens: tuple[int, ...], units: tuple[int, ...]
) -> list[int]:
    """The order of coarse planes after mirroring: twins exchange first digits only."""
    moved = {code // 10: twin // 10 for code, twin in zip(codes, twins, strict=False)}
    return [tens.index(moved.get(ten, ten)) for ten in tens] + [len(tens) + i for i in range(len(units))]


def _index_of(codes: tuple[int, ...]) -> Tensor:
    """A table (256,) from code to its place; codes that are not listed go to 0."""
    table = torch.zeros(256, dtype=torch.long)
    table[list(codes)] = torch.arange(len(codes))
    return table

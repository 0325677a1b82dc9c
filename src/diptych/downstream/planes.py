"""How logits stand for codes: one plane a code, or tooth numbers factorised into digits."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from diptych.base.errors import DiptychError


class Planes(Protocol):
    """The meaning of a network's output planes."""

    count: int
    """Number of logit planes that the network must give."""

    def loss(self, logits: Tensor, masks: Tensor) -> Tensor:
        """Scalar loss of logits (N, count, H, W) against codes (N, H, W), uint8."""
        ...

    def codes(self, logits: Tensor) -> Tensor:
        """The most fitting codes (N, H, W), uint8, 0 for background."""
        ...


class FlatPlanes:
    """Background and one plane for each code, softmax over all."""

    def __init__(self, codes: tuple[int, ...]) -> None:
        self.count = 1 + len(codes)
        self._codes = torch.tensor([0, *codes], dtype=torch.uint8)
        self._index = _index_of((0, *codes))

    def loss(self, logits: Tensor, masks: Tensor) -> Tensor:
        """Cross entropy plus one minus soft Dice of the foreground planes."""
        target = self._index[masks.long()]
        soft = logits.softmax(dim=1)
        hard = F.one_hot(target, self.count).movedim(-1, 1)
        return F.cross_entropy(logits, target) + soft_dice_loss(soft[:, 1:], hard[:, 1:])

    def codes(self, logits: Tensor) -> Tensor:
        """See `Planes`."""
        return self._codes[logits.argmax(dim=1)]


class DigitPlanes:
    """Two-digit codes, such as FDI numbers, as tooth or not, first digit, second digit.

    log p(code) = log p(foreground) + log p(tens) + log p(units): 1 + 4 + 8 planes stand
    for 32 teeth, and teeth of one kind share what is learned of them.
    """

    def __init__(self, codes: tuple[int, ...]) -> None:
        tens = tuple(sorted({code // 10 for code in codes}))
        units = tuple(sorted({code % 10 for code in codes}))
        if len(set(codes)) != len(tens) * len(units):
            remedy = "use the flat head"
            raise DiptychError.of("codes", f"{list(codes)} do not fill a grid of digits", remedy)
        self._tens, self._units = torch.tensor(tens), torch.tensor(units)
        self._parts = (1, len(tens), len(units))
        self.count = sum(self._parts)
        self._ten_index, self._unit_index = _index_of(tens), _index_of(units)

    def loss(self, logits: Tensor, masks: Tensor) -> Tensor:
        """Cross entropies of the three parts (digits on teeth only) and their soft Dice.

        The Dice of a digit is that of p(foreground) p(digit), so that 13 planes see what
        33 would.
        """
        tooth, tens, units = _parts(logits, self._parts)
        inside = masks > 0
        codes = masks.long()
        ten, unit = self._ten_index[codes // 10], self._unit_index[codes % 10]
        entropy = F.binary_cross_entropy_with_logits(tooth[:, 0], inside.to(tooth.dtype))
        overlap = tooth.new_zeros(())
        foreground = tooth.sigmoid()
        for part, target in ((tens, ten), (units, unit)):
            spread = F.cross_entropy(part, target, reduction="none")
            entropy = entropy + (spread * inside).sum() / inside.sum().clamp(min=1)
            hard = F.one_hot(target, part.shape[1]).movedim(-1, 1) * inside[:, None]
            overlap = overlap + soft_dice_loss(foreground * part.softmax(dim=1), hard)
        return entropy + 0.5 * overlap

    def codes(self, logits: Tensor) -> Tensor:
        """Foreground above one half, then the likeliest digits."""
        tooth, tens, units = _parts(logits, self._parts)
        number = 10 * self._tens[tens.argmax(dim=1)] + self._units[units.argmax(dim=1)]
        return torch.where(tooth[:, 0] > 0, number, 0).to(torch.uint8)


def _parts(logits: Tensor, sizes: tuple[int, ...]) -> tuple[Tensor, ...]:
    return tuple(logits.split_with_sizes(sizes, dim=1))


def soft_dice_loss(soft: Tensor, hard: Tensor) -> Tensor:
    """One minus the mean soft Dice of planes (N, C, H, W), pooled over the batch."""
    axes = (0, 2, 3)
    both = (soft * hard).sum(axes)
    total = soft.sum(axes) + hard.sum(axes)
    return 1 - ((2 * both + 1) / (total + 1)).mean()


def _index_of(codes: tuple[int, ...]) -> Tensor:
    """A table (256,) from code to its place; codes that are not listed go to 0."""
    table = torch.zeros(256, dtype=torch.long)
    table[list(codes)] = torch.arange(len(codes))
    return table

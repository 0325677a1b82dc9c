"""Drawing pairs in micro-batches: the same seed, the same pixels, whatever the company.

Libraries give different last bits for different batch shapes, and a row's place in a batch
may matter too. So every computation has the checkpoint's one micro-batch size, empty places
are filled with blanks, and a sample's place follows from its seed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from diptych.generation.cleaning import clean
from diptych.generation.drawn import Drawn
from diptych.generation.request import Request
from diptych.models.diffusion.flow import Flow
from diptych.models.pair import Pair
from diptych.training.loop import address


@dataclass(frozen=True)
class Order:
    """One sample to draw: what is asked, and its seed."""

    request: Request
    seed: int


class PairArtist:
    """Draws pairs for sentences, taken in turn."""

    def __init__(self, model: Pair | Flow, requests: Sequence[Request]) -> None:
        self.model, self.requests = model, requests

    def draw(self, numbers: Sequence[int], seeds: Sequence[int]) -> Iterator[Drawn]:
        """See `Artist.draw`."""
        asked = [self.requests[number % len(self.requests)] for number in numbers]
        orders = [Order(request, seed) for request, seed in zip(asked, seeds, strict=True)]
        for order, image, mask in draw(self.model, orders):
            yield Drawn(
                seed=order.seed,
                image=image,
                masks={self.model.config.layer: mask},
                text=order.request.text,
                findings=tuple(sorted(order.request.reading.findings)),
                groups=dict(order.request.reading.groups),
            )


def draw(
    model: Pair | Flow, orders: Sequence[Order]
) -> Iterator[tuple[Order, NDArray[np.uint8], NDArray[np.uint8]]]:
    """Image (H, W) uint8 and mask (H, W) uint8 of every order, in order."""
    for group in _groups(orders, model.config.micro_batch):
        images, masks = _draw_group(model, group)
        for order in group:
            place = order.seed % model.config.micro_batch
            yield order, images[place], masks[place]


def _groups(orders: Sequence[Order], size: int) -> Iterator[list[Order]]:
    """Runs of orders whose seeds want different places."""
    group: dict[int, Order] = {}
    for order in orders:
        if order.seed % size in group:
            yield list(group.values())
            group = {}
        group[order.seed % size] = order
    if group:
        yield list(group.values())


def _draw_group(model: Pair | Flow, group: list[Order]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    size = model.config.micro_batch
    slots = torch.zeros(size, len(model.config.sites), len(model.config.kinds))
    generators = [torch.Generator().manual_seed(0) for _ in range(size)]
    for order in group:
        slots[order.seed % size] = order.request.slots
        generators[order.seed % size].manual_seed(address("sample", order.seed))
    images, drawn = model.draw(slots, generators)
    masks = np.stack([clean(mask, model.config.layer) for mask in drawn.numpy().astype(np.uint8)])
    if isinstance(model, Pair):
        images = model.paint(images, torch.from_numpy(masks).long(), generators)
    return images.numpy(), masks

"""From a request or a label map to a radiograph, by the label-map family.

A sentence or a list of findings ("32 teeth, 36 missing, 46 periapical lesion") becomes a layout, composed by
the shape model that the checkpoint brings or else as phantoms are. The generator paints it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from diptych.base.errors import DiptychError, Problems
from diptych.generation.drawn import Drawn
from diptych.generation.request import unseen
from diptych.layouts import Layout, compose, load_model, read_request
from diptych.layouts.shown import code_of
from diptych.models.gan.gan import Gan, GanConfig
from diptych.models.gan.labels import UNKNOWN
from diptych.records.sample import Mask, Record
from diptych.training.checkpoint import SHAPES, Checkpoint
from diptych.training.loop import address
from diptych.training.sentences import wanted_slots
from diptych.training.slotgrid import SlotGrid

LayoutOf = Callable[[int, int], Layout]
"""The layout of a sample's number and seed."""
RowOf = Callable[[int], Record | None]
"""The row that a sample of this number is painted from, if there is one."""


class Painter:
    """Paints layouts with one checkpoint, in micro-batches of its one size."""

    def __init__(
        self, checkpoint: Checkpoint, layout_of: LayoutOf, row_of: RowOf = lambda number: None
    ) -> None:
        if not isinstance(checkpoint.model, Gan):
            raise DiptychError.of(checkpoint.name, "paints no label maps", "choose a checkpoint that does")
        self.model, self.layout_of, self.row_of = checkpoint.model, layout_of, row_of
        # A fifth faster on a CPU.
        self.model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.grid = SlotGrid.of(self.model.config.body)

    def draw(self, numbers: Sequence[int], seeds: Sequence[int]) -> Iterator[Drawn]:
        """See `Artist.draw`. Every sample is painted alone, so company changes nothing."""
        for number, seed in zip(numbers, seeds, strict=True):
            layout = self.layout_of(number, seed)
            yield Drawn(
                seed=seed,
                image=self._paint(layout, seed),
                masks=agreeing(layout, self.model.config),
                text=layout.text,
                findings=layout.findings,
                groups=layout.groups,
                row=self.row_of(number),
            )

    def _paint(self, layout: Layout, seed: int) -> NDArray[np.uint8]:
        maps = torch.from_numpy(shown(layout, self.model.config)).long().unsqueeze(0)
        asked = wanted_slots(self.grid, frozenset(layout.findings), dict(layout.groups))
        slots = torch.from_numpy(asked).unsqueeze(0)
        generator = torch.Generator().manual_seed(address("sample", seed))
        image: NDArray[np.uint8] = self.model.paint(maps, slots.float(), [generator])[0].numpy()
        return image


def painted_layers(config: GanConfig) -> tuple[str, ...]:
    """The layers that are painted: those of the real images, whose look is the one that is drawn.

    They were labelled in their first layer, and findings were located in some. What phantoms alone taught,
    anatomy, stays open as it was for them: palate and chin come from the style, wherever a map has them.
    """
    return tuple(layer.name for k, layer in enumerate(config.layers) if k == 0 or layer.name == "findings")


def shown(layout: Layout, config: GanConfig) -> NDArray[np.uint8]:
    """The maps (L, H, W) that the generator is shown: painted layers, findings only where some are drawn."""
    maps = np.full((len(config.layers), *layout.size), UNKNOWN, np.uint8)
    for k, layer in enumerate(config.layers):
        drawn = layout.layers.get(layer.name)
        if drawn is not None and layer.name in painted_layers(config) and (k == 0 or drawn.any()):
            maps[k] = drawn
    return maps


def agreeing(layout: Layout, config: GanConfig) -> dict[str, Mask]:
    """The layers that an image of this layout agrees with by construction: those that are shown.

    An empty layer of findings is one of them where the list of findings, which the generator is always told,
    names none that a mask could show.
    """
    told = {layer for layer in painted_layers(config) if layer in layout.layers}
    if not layout.layers.get("findings", np.zeros(1, np.uint8)).any():
        told -= {"findings"} if any(code_of(layout.body, f.name) for f in layout.findings) else set()
    return {name: mask for name, mask in layout.layers.items() if name in told}


def composed(checkpoint: Checkpoint, prompts: Sequence[str]) -> LayoutOf:
    """Layouts composed for sentences or lists, taken in turn; refuses all that cannot be read, at once.

    Says which of the findings the checkpoint has not seen, or on phantoms only.
    """
    config = checkpoint.model.config
    problems, requests = Problems(), []
    for prompt in prompts:
        with problems.collect():
            requests.append(read_request(prompt, config.body))
    problems.raise_any()
    for request in dict.fromkeys(requests):
        for note in unseen(request.findings, checkpoint):
            print(f"diptych: note on {request.text!r}: {note}", file=sys.stderr)
    shapes = load_model(checkpoint.folder / SHAPES) if (checkpoint.folder / SHAPES).is_file() else None
    name = "procedural" if shapes is None else "statistical"
    return lambda number, seed: compose(name, requests[number % len(requests)], config.size, seed, shapes)

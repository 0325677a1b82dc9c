"""What does the quality gate let through? Real pairs, wrong masks, wrong findings, copies, phantoms.

python benchmarks/gate.py --checkpoint NAME --cohort DIR
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from diptych.downstream.arrays import to_bytes
from diptych.generation.drawn import Drawn
from diptych.generation.gate import GateRequest
from diptych.generation.gate.gate import open_gate
from diptych.metrics.rates import rate
from diptych.phantoms import draw_many
from diptych.records.cohort import Cohort
from diptych.records.finding import Finding
from diptych.records.pixels import stretch_mask
from diptych.records.sample import Sample
from diptych.training import checkpoint as checkpoints
from printing import print_lines

COPIES, PHANTOMS = 40, 32


@dataclass(frozen=True, kw_only=True)
class Passing:
    """Open the gate of a checkpoint and put samples through it whose truth is known."""

    checkpoint: str
    """Its gate, thresholds and all."""
    cohort: Path
    """The real cohort that it learned from, with a split val that it never saw."""

    def lines(self) -> Iterator[str]:
        """A row of a table for each kind of sample: share that passes (95 % interval, n), and reasons."""
        model = checkpoints.load(self.checkpoint)
        gate = open_gate(GateRequest(train=self.cohort), model, Path("gate-benchmark"))
        config, cohort = model.model.config, Cohort.open(self.cohort)
        yield f"thresholds: {gate.tally.facts.thresholds}"
        val = [as_drawn(s, config.layer, config.size) for s in cohort.select(split="val")]
        train = cohort.select(split="train")
        chosen = np.random.default_rng(0).choice(len(train), min(COPIES, len(train)), replace=False)
        seen = [as_drawn(train.load(int(i)), config.layer, config.size) for i in chosen]
        phantoms = draw_many(config.body, PHANTOMS, 5, config.size)
        kinds = {
            "held-out real pairs": val,
            "held-out images, masks of others": [
                replace(a, masks=b.masks) for a, b in zip(val, val[1:] + val[:1], strict=True)
            ],
            "training images, shifted, mirrored, noisy": [spoilt(d, i) for i, d in enumerate(seen)],
            "phantoms": [as_drawn(s, config.layer, config.size) for s in phantoms],
        }
        if config.body == "chest":
            kinds["held-out images, pneumonia swapped"] = [swapped(d) for d in val]
        for name, drawn in kinds.items():
            reasons = [gate.tally.facts.thresholds.reasons(scores) for _, scores in gate.scorer(drawn)]
            counts = Counter(reason for found in reasons for reason in found)
            told = ", ".join(f"{reason} {count}" for reason, count in counts.most_common())
            yield f"| {name} | {rate(sum(not found for found in reasons), len(reasons))} | {told} |"


def as_drawn(sample: Sample, layer: str, size: tuple[int, int]) -> Drawn:
    """A real sample at the generator's size, as if it were drawn."""
    masks = {layer: stretch_mask(sample.masks[layer], size)}
    record = sample.record
    image = to_bytes(sample.image, size)
    return Drawn(seed=0, image=image, masks=masks, text="", findings=record.findings, groups=record.groups)


def spoilt(drawn: Drawn, seed: int) -> Drawn:
    """A copy that is moved by up to 4 pixels, mirrored (every other one), brightened and noisy."""
    chance = np.random.default_rng(seed)
    image = np.roll(drawn.image, chance.integers(-4, 5, 2), (0, 1)).astype(float)
    image = image[:, :: 1 - 2 * (seed % 2)]
    image = image * chance.uniform(0.8, 1.2) + chance.normal(0, 6, image.shape)
    return replace(drawn, image=np.clip(np.rint(image), 0, 255).astype(np.uint8))


def swapped(drawn: Drawn) -> Drawn:
    """The same image, asked for with pneumonia where it has none, and without where it has."""
    return replace(drawn, findings=() if drawn.findings else (Finding("pneumonia"),))


if __name__ == "__main__":
    sys.exit(print_lines(Passing, __doc__))

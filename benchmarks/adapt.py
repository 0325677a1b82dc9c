"""Thirty images of another look: does going on from a checkpoint beat starting from nothing?

python benchmarks/adapt.py --init panoramic-nano --cohort DIR --segmenter DIR

The look: inverted, other contrast, cropped field. Both arms see the same thirty images and the same
phantoms, on one thread, so that CPU minutes are minutes. The arm that starts from nothing is lent the
text encoder, which has nothing to do with looks, takes the recipe's first rates, and learns masks for
longer, since it has never seen one. A judge trained on real images, shown the images with inversion and
contrast undone, tells how well masks sit on images.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
import tyro
from numpy.typing import NDArray

from diptych.downstream.segmenter import Segmenter
from diptych.downstream.store import load_segmenter
from diptych.generation.drawing import Order, draw
from diptych.generation.request import read_requests
from diptych.metrics.agreement import Overlaps, agreement, overlaps
from diptych.prompts.grammar import render
from diptych.recipes import recipe
from diptych.recipes.train import make_material
from diptych.records.cohort import Cohort, CohortWriter
from diptych.records.finding import Finding
from diptych.records.labels import FDI
from diptych.records.pixels import stretch, stretch_mask
from diptych.records.sample import Sample
from diptych.training import checkpoint
from diptych.training.run import Training, describe
from diptych.training.stages import StageConfig

LOW, HIGH, GAMMA = 30.0, 220.0, 1.5
FIRST_MASKS = 400
"""Steps of the mask tokenizer that starts from nothing."""
Pairs = tuple[NDArray[np.uint8], NDArray[np.uint8]]


def other_look(sample: Sample) -> Sample:
    """Inverted, with less contrast and another gamma, the field cropped by a tenth on every side."""
    height, width = sample.image.shape
    field = slice(height // 10, height - height // 10), slice(width // 10, width - width // 10)
    grey = (sample.image[field] / 255.0) ** GAMMA
    image = np.rint(HIGH - (HIGH - LOW) * grey).astype(np.uint8)
    record = replace(sample.record, findings=_still_true(sample, sample.masks["teeth"][field]))
    return Sample(record=record, image=image, masks={"teeth": sample.masks["teeth"][field]})


def undo(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Grey levels as they were; the field stays cropped."""
    grey = np.clip((HIGH - images.astype(np.float64)) / (HIGH - LOW), 0, 1)
    return np.rint(255 * grey ** (1 / GAMMA)).astype(np.uint8)


def _still_true(sample: Sample, mask: NDArray[np.uint8]) -> tuple[Finding, ...]:
    gone = {str(code) for code in set(np.unique(sample.masks["teeth"])) - set(np.unique(mask))}
    missing = [f for f in sample.record.findings if f.name == "missing"]
    others = [f for f in sample.record.findings if f.name != "missing" and f.site not in gone]
    return (*missing, *others)


@dataclass(frozen=True, kw_only=True)
class Adapt:
    """Compare both arms and print agreement and time."""

    init: str = "panoramic-nano"
    """The checkpoint that one arm goes on from."""
    cohort: Path
    """A real panoramic cohort with the splits train and val."""
    segmenter: Path
    """Folder of a segmenter trained on the real training rows."""
    images: int = 30
    """How many images of the other look there are."""
    count: int = 64
    """How many pairs to draw with each arm."""

    def lines(self) -> Iterator[str]:
        """Train both arms and judge what they draw."""
        real, judge = Cohort.open(self.cohort), load_segmenter(self.segmenter)
        train, val = real.select(split="train"), real.select(split="val")
        chosen = np.random.default_rng(0).choice(len(train), self.images, replace=False)
        held = [other_look(sample) for sample in val]
        size = recipe("panoramic_nano").model.size
        yield f"real images of the other look: a {agreement(_judged(judge, _stack(held, size)))}"
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            with CohortWriter(folder / "thirty", body="panoramic") as writer:
                for row in sorted(chosen):
                    writer.add(other_look(train.load(int(row))))
            prompts = [render("panoramic", s.record.findings, {}) for s in held]
            for name in ("tuned", "from nothing"):
                start = time.process_time()
                trained = self._train(folder, name)
                minutes = (time.process_time() - start) / 60
                drawn = _draw(trained, prompts, self.count)
                yield f"{name}: a {agreement(_judged(judge, drawn))}, trained in {minutes:.1f} CPU minutes"

    def _train(self, folder: Path, name: str) -> checkpoint.Checkpoint:
        base = checkpoint.load(self.init)
        chosen = replace(recipe("panoramic_nano"), model=base.model.config)
        cohort = Cohort.open(folder / "thirty")
        material = make_material(chosen, cohort, adapting=True)
        out = folder / name.replace(" ", "-")
        stages = chosen.adapt if name == "tuned" else tuple(map(_from_nothing, chosen.adapt))
        training = Training(chosen, stages, material, out)
        if name == "tuned":
            training.start_from(base.model)
        else:
            training.model.text.load_state_dict(base.model.text.state_dict())
        checkpoint.save(out, training.run(), describe(training, cohort.fingerprint(), ""), f"# {name}\n")
        return checkpoint.load(str(out))


def _from_nothing(stage: StageConfig) -> StageConfig:
    first = {s.task: s.rate for s in recipe("panoramic_nano").stages}
    steps = FIRST_MASKS if stage.task == "mask_tokenizer" else stage.steps
    return replace(stage, rate=first[stage.task], steps=steps)


def _draw(trained: checkpoint.Checkpoint, prompts: list[str], count: int) -> Pairs:
    requests = read_requests(tuple(prompts), trained)
    orders = [Order(requests[i % len(requests)], i) for i in range(count)]
    images, masks = zip(*((image, mask) for _, image, mask in draw(trained.model, orders)), strict=True)
    return np.stack(images), np.stack(masks)


def _stack(samples: list[Sample], size: tuple[int, int]) -> Pairs:
    images = np.stack([stretch(sample.image, size) for sample in samples])
    return images, np.stack([stretch_mask(sample.masks["teeth"], size) for sample in samples])


def _judged(judge: Segmenter, pairs: Pairs) -> Overlaps:
    images, masks = pairs
    return overlaps(judge(undo(images)), masks, FDI)


def main() -> int:
    """Print the lines as they are measured."""
    torch.set_num_threads(1)
    for line in tyro.cli(Adapt).lines():
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

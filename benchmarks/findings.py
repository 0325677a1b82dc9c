"""Findings that only phantoms label: does the generator draw them when it is asked for a phantom?

python benchmarks/findings.py panoramic-nano
python benchmarks/findings.py chest-nano

A classifier learns the findings from phantoms of its own. It is then asked about other phantoms, and
about phantoms that the checkpoint drew for the same sentences: as much of the first AUC as is left in
the second, so much of the finding was learned. How well a finding carries over to drawings in the
manner of real radiographs is not measured: no real image here has the label.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
import tyro
from numpy.typing import NDArray

from diptych.downstream.arrays import Cases
from diptych.downstream.classifier import Classifier, fit_classifier
from diptych.downstream.recipes import findings_classifier
from diptych.metrics.auc import auc
from diptych.phantoms import draw_many
from diptych.records.finding import Finding
from diptych.records.sample import Body
from diptych.training import checkpoint
from diptych.training.loop import address
from diptych.training.sentences import wanted_slots
from diptych.training.slotgrid import SlotGrid

ASKED: dict[str, tuple[str, ...]] = {
    "panoramic": (
        "crown",
        "restoration",
        "root canal",
        "implant",
        "appliance",
        "impacted",
        "periapical lesion",
        "caries",
    ),
    "chest": ("opacity", "effusion", "pneumothorax", "cardiomegaly"),
}
SEEN = 0.6
"""The lower end of a judge's AUC below which it does not see a finding at all."""
LEARN, TEST = 40_000_000, 41_000_000
"""Seeds of phantoms that no recipe draws."""


@dataclass(frozen=True, kw_only=True)
class Findings:
    """Compare a judge's AUC on phantoms with that on drawn phantoms, finding by finding."""

    checkpoint: tyro.conf.Positional[str] = "panoramic-nano"
    learn: int = 1200
    """Phantoms that the judge learns from."""
    count: int = 256
    """Phantoms to test on, and as many drawings of their sentences."""

    def lines(self) -> Iterator[str]:
        """Train the judge, draw, and report each finding."""
        loaded = checkpoint.load(self.checkpoint)
        body = loaded.model.config.body
        judge = _judge(body, self.learn, loaded.model.config.size)
        test = list(draw_many(body, self.count, TEST, loaded.model.config.size))
        images = np.stack([sample.image for sample in test])
        drawn = _drawn(loaded, [frozenset(sample.record.findings) for sample in test])
        present = _present([sample.record.findings for sample in test], judge.config.findings)
        ceiling, made = judge(images), judge(drawn)
        for column, name in enumerate(judge.config.findings):
            real, ours = (auc(found[:, column], present[:, column]) for found in (ceiling, made))
            share = f"{(ours.value - 0.5) / (real.value - 0.5):.2f}" if real.low > SEEN else "not estimable"
            yield f"{name}: AUC on phantoms {real}, on drawings {ours}, share of (AUC - 0.5) {share}"


def _judge(body: Body, count: int, size: tuple[int, int]) -> Classifier:
    config, fit_config = findings_classifier(body, ASKED[body])
    samples = list(draw_many(body, count, LEARN, size))
    cases = Cases(
        images=np.stack([sample.image for sample in samples]),
        present=_present([sample.record.findings for sample in samples], config.findings),
        subjects=tuple(sample.record.id for sample in samples),
    )
    fold = count // 6
    return fit_classifier(_rows(cases, slice(fold, None)), _rows(cases, slice(fold)), config, fit_config)[0]


def _rows(cases: Cases, rows: slice) -> Cases:
    return Cases(images=cases.images[rows], present=cases.present[rows], subjects=cases.subjects[rows])


def _present(findings: list[tuple[Finding, ...]], names: tuple[str, ...]) -> NDArray[np.bool_]:
    return np.array([[any(f.name == name for f in held) for name in names] for held in findings])


@torch.no_grad()
def _drawn(loaded: checkpoint.Checkpoint, findings: list[frozenset[Finding]]) -> NDArray[np.uint8]:
    model = loaded.model
    grid, size = SlotGrid.of(model.config.body), model.config.micro_batch
    table = torch.from_numpy(
        np.stack([grid.table(wanted_slots(grid, held, {})) for held in findings])
    ).float()
    images = []
    for start in range(0, len(table), size):
        chance = [torch.Generator().manual_seed(address("findings", start + i)) for i in range(size)]
        slots = table[torch.arange(start, start + size).clamp_max(len(table) - 1)]
        latent, mask = model.draw(slots, chance, phantom=True)
        images.append(model.paint(latent, mask, chance).numpy())
    return np.concatenate(images)[: len(table)]


def main() -> int:
    """Print one line a finding."""
    for line in tyro.cli(Findings).lines():
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

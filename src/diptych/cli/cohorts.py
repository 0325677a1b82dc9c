"""Verbs that make a cohort, or write one out: `phantom`, `generate`, `export`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from tyro.conf import Positional, arg

from diptych.base.errors import DiptychError, Problems
from diptych.cli.flags import MOST, Checkpoint, Folder, at_least, at_most

if TYPE_CHECKING:
    from diptych.generation.gate.request import GateRequest


@dataclass(frozen=True, kw_only=True)
class Phantom:
    """Draw procedural radiographs with exact masks, findings and sentences.

    Nothing is needed but a seed: the same seed draws the same images, 128 x 128 pixels (chest) or 128 x 256
    (panoramic), 8 bits. Phantoms are for trying things out, for tests, and for teaching a model anatomy
    before it sees its first real image.

    Example: diptych phantom panoramic --count 100 --seed 1 --out phantoms
    """

    body: Positional[Literal["chest", "panoramic"]]
    """Which radiograph to draw."""
    count: int = 16
    """How many samples."""
    seed: int = 0
    """Seed of the first sample; the next ones follow it."""
    out: Folder
    """The cohort folder to make; it must not exist yet, or be empty."""

    def __post_init__(self) -> None:
        at_least(1, count=self.count)
        at_most(MOST, count=self.count)
        at_least(0, seed=self.seed)

    def __call__(self) -> None:
        """Write the cohort."""
        from diptych.phantoms import write_cohort

        write_cohort(self.body, count=self.count, seed=self.seed, out=self.out)


@dataclass(frozen=True, kw_only=True)
class Generate:
    """Turn sentences into pairs of radiograph and mask.

    The seed is an address: sample i depends on the checkpoint, its sentence and seed + i only, never on
    the batch size or the order. Every image says in its own metadata that it is synthetic.

    Example: diptych generate --checkpoint panoramic-nano --prompt "Panoramic radiograph, teeth 18, 28, 38
    and 48 missing, restorations." --count 8 --seed 1 --out pairs
    """

    checkpoint: Checkpoint
    """A packaged checkpoint (chest-nano, panoramic-nano, panoramic-gan) or a checkpoint folder."""
    prompt: Annotated[str | None, arg(metavar="TEXT", help_behavior_hint="(this or --prompts)")] = None
    """The sentence to draw. A label-map checkpoint also reads lists: "32 teeth, 36 missing, 26 crown"."""
    prompts: Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="(this or --prompt)")] = None
    """A text file with one sentence a line, taken in turn until --count samples are made."""
    labels: Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="(instead of sentences)")] = None
    """A cohort whose label maps a label-map checkpoint paints, row after row."""
    repair: bool = False
    """With --labels: mend maps that are unlawful, such as a tooth in two pieces, instead of refusing them."""
    count: int = 8
    """How many samples."""
    seed: int = 0
    """Seed of the first sample."""
    batch_size: int = 8
    """How many samples to compute together; changes the speed, never the result."""
    gate: Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="(default: no gate)")] = None
    """The cohort that the checkpoint learned from: samples are scored and those that fall short, by the
    checkpoint's thresholds, are drawn again with the next seeds. Only its train part is used."""
    judge: Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="(with --gate)")] = None
    """A segmenter for the gate; a new folder is filled with one that is trained on the gate's images. Without
    it the packaged one is taken if it learned from this very cohort, else one is trained into OUT-judge."""
    classifier: Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="(with --gate)")] = None
    """A classifier for the gate, to hold findings against. Without it a packaged one is taken if it learned
    from this very cohort."""
    score_only: bool = False
    """With --gate: keep samples that fall short, too; their scores tell."""
    out: Folder
    """The cohort folder to make; it must not exist yet, or be empty."""

    def __post_init__(self) -> None:
        at_least(1, count=self.count, batch_size=self.batch_size)
        at_most(MOST, count=self.count, batch_size=self.batch_size)
        at_least(0, seed=self.seed)
        if [self.prompt, self.prompts, self.labels].count(None) != 2:
            what = "one of --prompt, --prompts and --labels is needed"
            raise DiptychError.of("--prompt", what, "give exactly one")
        if self.repair and self.labels is None:
            raise DiptychError.of("--repair", "belongs to --labels", "give both or none")
        self._check_gate()

    def _check_gate(self) -> None:
        problems = Problems()
        for flag in ("judge", "classifier", "score_only"):
            if self.gate is None and getattr(self, flag):
                problems.add(f"--{flag.replace('_', '-')}", "belongs to --gate", "give both or none")
        problems.raise_any()

    def __call__(self) -> None:
        """Write the cohort of pairs."""
        from diptych.generation import generate

        generate(
            checkpoint=self.checkpoint,
            prompts=self._sentences(),
            labels=self.labels,
            repair=self.repair,
            count=self.count,
            seed=self.seed,
            batch_size=self.batch_size,
            gate=self._gate(),
            out=self.out,
        )

    def _gate(self) -> GateRequest | None:
        from diptych.generation.gate.request import GateRequest

        if self.gate is None:
            return None
        return GateRequest(
            train=self.gate, judge=self.judge, classifier=self.classifier, only_score=self.score_only
        )

    def _sentences(self) -> tuple[str, ...]:
        if self.prompts is None:
            return () if self.prompt is None else (self.prompt,)
        try:
            text = self.prompts.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise DiptychError.of(str(self.prompts), "is no text in UTF-8", "save it as plain text") from None
        sentences = tuple(line.strip() for line in text.splitlines() if line.strip())
        if not sentences:
            raise DiptychError.of(str(self.prompts), "holds no sentence", "write one sentence a line")
        return sentences


@dataclass(frozen=True, kw_only=True)
class Export:
    """Write a cohort in a layout that other tools read.

    Example: diptych export --cohort pairs --to nnunet --out nnUNet_raw
    """

    cohort: Folder
    """The cohort to write out."""
    to: Annotated[str, arg(metavar="coco|nnunet")]
    """The layout: COCO instances, nnU-Net raw, or one that another package registered."""
    out: Folder
    """The folder to make."""

    def __call__(self) -> None:
        """Write the layout."""
        from diptych.publishing import export

        export(cohort=self.cohort, to=self.to, out=self.out)

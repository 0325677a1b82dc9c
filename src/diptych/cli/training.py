"""Verbs that learn from a cohort: `train` a generator, `encoder`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from tyro.conf import arg

from diptych.cli.flags import Folder, at_least


@dataclass(frozen=True, kw_only=True)
class Train:
    """Train a generator on a cohort, or go on training one on your own images.

    Everything that is tuned lives in the recipe; everything that is needed to use or resume the result
    lives in the checkpoint folder. It can be stopped at any time: run the same command with --resume.

    Example: diptych train --recipe panoramic_nano --cohort mine --out tuned --init panoramic-nano
    """

    recipe: Annotated[str, arg(metavar="NAME")]
    """Name of a recipe, such as chest_nano or panoramic_nano."""
    cohort: Folder
    """The cohort to learn from; only its train split is used."""
    out: Folder
    """The checkpoint folder to make."""
    init: Annotated[str, arg(metavar="NAME|DIR", help_behavior_hint="(default: from nothing)")] = ""
    """Go on from this checkpoint: a packaged name or a folder."""
    resume: bool = False
    """Go on where an interrupted run in --out stopped, to the same weights."""
    only: Annotated[tuple[str, ...], arg(metavar="STAGE ...", help_behavior_hint="(default: all)")] = ()
    """Run only these stages of the recipe, such as mask_tokenizer or image_tokenizer."""
    seed: int = 0
    """The same seed trains the same weights; another one trains another generator."""

    def __post_init__(self) -> None:
        at_least(0, seed=self.seed)

    def __call__(self) -> None:
        """Train, or resume."""
        from diptych.recipes.train import TrainRequest, train

        train(
            TrainRequest(
                recipe=self.recipe,
                cohort=self.cohort,
                out=self.out,
                init=self.init,
                resume=self.resume,
                only=self.only,
                seed=self.seed,
            )
        )


@dataclass(frozen=True, kw_only=True)
class Encoder:
    """Train an encoder of your own images, to judge synthetic ones of the same kind by it.

    Needs no labels: the encoder learns to know an image again after small turns, shifts and changes of
    exposure. The 1,500 steps of the recipe take about 5 minutes on 2 cores; an interrupted run starts anew.
    Only the train part of the cohort is used; the report refuses the encoder where it would judge images that
    it learned from. Writes OUT/config.json, OUT/weights.safetensors and OUT/card.md.

    Example: diptych encoder --cohort mine --out own, then diptych evaluate --encoder own ...
    """

    cohort: Folder
    """The real images to learn from, 50 or more; of a cohort with splits, its train part."""
    out: Folder
    """The folder to make; it must not exist yet, or be empty."""
    steps: Annotated[
        int | None, arg(metavar="N", help_behavior_hint="(default: 1500, as the recipe says)")
    ] = None
    """Batches of 32 images; fewer train faster and tell images apart less well."""
    seed: int = 0
    """The same images, steps and seed give the same encoder on one machine."""

    def __post_init__(self) -> None:
        at_least(0, seed=self.seed)
        if self.steps is not None:
            at_least(1, steps=self.steps)

    def __call__(self) -> None:
        """Train, and say how well images are known again."""
        from diptych.evaluation.encoder_training import make_encoder

        about = make_encoder(self.cohort, self.out, steps=self.steps, seed=self.seed).about
        print(f"{self.out}: {about.twins:.0%} of {about.held} other images known again after a change")

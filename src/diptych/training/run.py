"""From a cohort to a checkpoint: the stages of a recipe, one after the other."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from diptych.base.config import encode
from diptych.base.errors import DiptychError
from diptych.base.progress import track
from diptych.models.diffusion.flow import Flow
from diptych.models.families import Model
from diptych.models.gan.gan import Gan
from diptych.models.pair import Pair
from diptych.training import state
from diptych.training.adversaries import learn_gan
from diptych.training.copulas import fit_copulas
from diptych.training.flowing import learn_flow
from diptych.training.loop import Assignment, Ledger, address, run_stage
from diptych.training.polishing import learn_polish
from diptych.training.priors import count_styles
from diptych.training.sentences import learn_text
from diptych.training.stages import Recipe, StageConfig
from diptych.training.streaming import Latents, encode_all, learn_streams
from diptych.training.styling import learn_styles
from diptych.training.tasks import Material, learn_image_tokenizer, learn_mask_tokenizer


class Training:
    """A run of stages in a folder; what is done is done, what is not is resumed."""

    def __init__(
        self, recipe: Recipe, stages: tuple[StageConfig, ...], material: Material, folder: Path
    ) -> None:
        self.recipe, self.stages, self.material, self.folder = recipe, stages, material, folder
        torch.manual_seed(address(recipe.seed, "weights"))
        self.model: Model = recipe.model.build()
        if isinstance(self.model, Gan):
            self.model.add_critic()
        elif isinstance(self.model, Pair):
            torch.manual_seed(address(recipe.seed, "critic"))
            self.model.add_critic()
        self.ledger = Ledger()
        self.spent: dict[str, float] = {}
        self._latents: Latents | None = None

    def start_from(self, model: Model) -> None:
        """Take over the weights of a trained model of the same shape; a critic starts afresh."""
        match self.model, model:
            case Gan() as gan, Gan() as trained:
                gan.take_over(trained)
            case Pair() as pair, Pair() as drawing:
                pair.take_over(drawing)
            case _:
                self.model.load_state_dict(model.state_dict())

    def resume(self) -> None:
        """Go back to the last saved state, if there is one."""
        if not (self.folder / "state" / "model.safetensors").exists():
            return
        between = state.load_between(self.folder, self.model)
        self.ledger = Ledger(**between)  # type: ignore[arg-type]
        if (self.folder / state.FILE).exists():
            _, within = state.read(self.folder)
            if within["stage"] == self.ledger.stage:
                self.ledger = Ledger(**within)  # type: ignore[arg-type]

    def run(self) -> Model:
        """Run what is left of the stages; returns the trained model."""
        while self.ledger.stage < len(self.stages):
            number = self.ledger.stage
            if not self.ledger.step:
                state.save_between(self.folder, self.ledger, self.model)
            config = self.stages[number]
            # Only a stage's learners are to train: a quantizer in training mode tracks its spread.
            self.model.eval()
            name = f"{number + 1}/{len(self.stages)} {config.task.replace('_', ' ')}"
            if config.task in ("copula", "prior"):
                deque(track(self._counted(config), name, config.steps), maxlen=0)
            else:
                work = self._assign(config)
                run_stage(name, config, work, self.ledger, seed=self.recipe.seed, folder=self.folder)
            if config.task in ("mask_tokenizer", "image_tokenizer"):
                self._latents = None
            self.ledger.stage, self.ledger.step = number + 1, 0
        state.save_between(self.folder, self.ledger, self.model)
        (self.folder / state.FILE).unlink(missing_ok=True)
        return self.model.eval()

    def _counted(self, config: StageConfig) -> Iterator[int]:
        """Stages that learn nothing by steps, but count: they end in no time and are begun anew."""
        if isinstance(self.model, Gan):
            return count_styles(self.model, self.material, config, self.recipe.seed)
        return fit_copulas(self._pair, self._encoded(), config, self.recipe.seed)

    @property
    def _pair(self) -> Pair:
        if not isinstance(self.model, Pair):
            raise DiptychError.of(self.recipe.name, "has a stage of another family", "correct the recipe")
        return self.model

    def _assign(self, config: StageConfig) -> Assignment:
        material = self.material
        if isinstance(self.model, Gan):
            learn = learn_styles if config.task == "styles" else learn_gan
            return learn(self.model, material, config)
        if isinstance(self.model, Flow):
            return learn_flow(self.model, material, config)
        model = self._pair
        if config.task == "text":
            return learn_text(model, material.grid, config)
        if config.task == "mask_tokenizer":
            return learn_mask_tokenizer(model, material, config)
        if config.task == "image_tokenizer":
            return learn_image_tokenizer(model, material, config)
        if config.task == "polish":
            return learn_polish(model, material, config)
        return learn_streams(model, material, self._encoded(), config)

    def _encoded(self) -> Latents:
        if self._latents is None:
            self._latents = encode_all(self._pair, self.material, self.recipe.variants, self.recipe.seed)
        return self._latents


def seen_findings(material: Material) -> dict[str, dict[str, int]]:
    """How many real images and phantoms carry each slot, names with none left out."""
    names = material.grid.space.names
    counts = {}
    for kind, examples in (("real", material.real), ("phantom", material.phantoms)):
        sums = (examples.slots > 0.75).sum(0)
        counts[kind] = {name: int(n) for name, n in zip(names, sums, strict=True) if n}
    return counts


def describe(training: Training, fingerprint: str, init: str) -> dict[str, Any]:
    """What `config.json` says about a training."""
    return {
        "recipe": training.recipe.name,
        "seed": training.recipe.seed,
        "init": init,
        "data": {
            "fingerprint": fingerprint,
            "images": len(training.material.real),
            "phantoms": len(training.material.phantoms),
        },
        "stages": [encode(stage) for stage in training.stages],
        "gate": encode(training.recipe.gate),
        "skipped_steps": training.ledger.skipped,
        "seen": seen_findings(training.material),
    }


def clean_state(folder: Path) -> None:
    """Forget an earlier run's state."""
    shutil.rmtree(folder / "state", ignore_errors=True)

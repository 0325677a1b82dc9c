"""Training by recipe: from a cohort, phantoms and perhaps a checkpoint to a new checkpoint."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from diptych.base.errors import DiptychError
from diptych.base.progress import track
from diptych.layouts import ShapeModel
from diptych.layouts.shapes import LEAST_ROWS
from diptych.layouts.store import to_bytes
from diptych.models.diffusion.flow import FlowConfig
from diptych.models.diffusion.unet import parts
from diptych.models.families import ModelConfig
from diptych.models.gan.gan import Gan, GanConfig
from diptych.phantoms import draw_many
from diptych.recipes import recipe as recipe_of
from diptych.recipes.card import write_card
from diptych.records.cohort import Cohort
from diptych.records.foreign import check_codes, unheard
from diptych.training import checkpoint
from diptych.training.examples import Examples, gather
from diptych.training.run import Training, clean_state, describe
from diptych.training.slotgrid import SlotGrid
from diptych.training.stages import Recipe, StageConfig
from diptych.training.tasks import Material

PHANTOM_SEED = 1_000_000
"""Phantoms for training are drawn from here on; tests and demos use small seeds."""


@dataclass(frozen=True, kw_only=True)
class TrainRequest:
    """What `diptych train` is asked for."""

    recipe: str
    cohort: Path
    out: Path
    init: str = ""
    resume: bool = False
    only: tuple[str, ...] = ()
    """Run only the stages of these tasks, such as `image_tokenizer`."""
    seed: int = 0
    """Of weights, batches and phantoms: another seed is another generator of the same recipe."""
    share: float = 1.0
    """Share of every stage's steps, for rehearsals and for studies that train many generators."""


def train(request: TrainRequest) -> Path:
    """Train and write a checkpoint folder; returns it.

    Only rows with `split` = "train" are learned from. Raises `DiptychError` when the cohort
    does not fit the recipe, or when `out` holds something and `resume` is not set.
    """
    chosen = replace(recipe_of(request.recipe), seed=request.seed)
    start = checkpoint.load(request.init) if request.init else None
    if start is not None:
        chosen = replace(chosen, model=_model_to_tune(chosen, start))
    cohort = Cohort.open(request.cohort)
    _check(request, chosen, cohort)
    training = Training(
        chosen, _stages(chosen, request), make_material(chosen, cohort, adapting=bool(start)), request.out
    )
    if start is not None:
        training.start_from(start.model)
    if request.resume:
        training.resume()
    else:
        clean_state(request.out)
    model = training.run()
    init = f"{start.name} {start.hash}" if start else ""
    about = describe(training, cohort.fingerprint(), init)
    about["licence"] = "; ".join(
        sorted({r.licence for r in cohort.select(split="train").records if r.licence})
    )
    shapes = _shapes(model, training.material) if isinstance(model, Gan) else b""
    checkpoint.save(request.out, model, about, write_card(training, cohort, about), shapes)
    return request.out


def _shapes(model: Gan, material: Material) -> bytes:
    """The shape model of the training masks, for layouts; too few masks are composed as phantoms are."""
    if len(material.real) < LEAST_ROWS:
        return b""
    return to_bytes(ShapeModel.fit(material.real.masks, model.config.body))


def _check(request: TrainRequest, chosen: Recipe, cohort: Cohort) -> None:
    if cohort.body != chosen.model.body:
        remedy = f"{request.recipe} wants a {chosen.model.body} cohort"
        raise DiptychError.of(str(request.cohort), f"holds {cohort.body} radiographs", remedy)
    check_codes(cohort, layers_of(chosen.model), request.recipe, "learns")
    for strange in unheard(cohort, layers_of(chosen.model)):
        told = f"{request.recipe} has no place for {strange}, and learns it as background"
        print(f"diptych: note on {request.cohort}: {told}", file=sys.stderr)
    if not request.resume and request.out.exists() and any(request.out.iterdir()):
        raise DiptychError.of(
            str(request.out), "exists and is not empty", "add --resume or choose another --out"
        )
    if isinstance(chosen.model, FlowConfig):
        parts()


def _model_to_tune(chosen: Recipe, start: checkpoint.Checkpoint) -> ModelConfig:
    """The checkpoint's own shape, unless the recipe grows it; raises `DiptychError` for another family."""
    mine, given = chosen.model, start.model.config
    if type(mine) is not type(given):
        raise DiptychError.of("--init", f"{start.name} is of another family", "choose a fitting recipe")
    if isinstance(mine, GanConfig) and isinstance(given, GanConfig) and mine.grown:
        return replace(given, size=mine.size, grown=True)
    return given


def _stages(chosen: Recipe, request: TrainRequest) -> tuple[StageConfig, ...]:
    stages = chosen.adapt if request.init else chosen.stages
    stages = tuple(replace(stage, steps=max(1, round(stage.steps * request.share))) for stage in stages)
    if not request.only:
        return stages
    tasks = [stage.task for stage in stages]
    for task in request.only:
        if task not in tasks:
            raise DiptychError.of("--only", f"unknown stage {task!r}", f"choose from {', '.join(tasks)}")
    return tuple(stage for stage in stages if stage.task in request.only)


def make_material(chosen: Recipe, cohort: Cohort, *, adapting: bool) -> Material:
    """The training rows of a cohort and the recipe's phantoms, at the recipe's size."""
    model = chosen.model
    grid = SlotGrid.of(model.body)
    rows = cohort.select(split="train")
    layers = layers_of(model)
    real = gather(track(rows, "reading", len(rows)), layers, model.size, grid)
    count = chosen.adapt_phantoms if adapting else chosen.phantoms
    drawn = draw_many(model.body, count, PHANTOM_SEED + chosen.seed * count, model.size)
    phantoms = (
        gather(track(drawn, "phantoms", count), layers, model.size, grid, phantom=True)
        if count
        else _none(real)
    )
    return Material(real, phantoms, grid, chosen.augment)


def layers_of(model: ModelConfig) -> tuple[str, ...]:
    """The mask layers that a model learns from; the first is the one that no image may lack."""
    return tuple(x.name for x in model.layers) if isinstance(model, GanConfig) else (model.layer,)


def _none(like: Examples) -> Examples:
    rows = np.zeros(0, np.int64)
    return Examples(
        like.images[rows], like.masks[rows], like.slots[rows], like.phantom[rows], like.others[rows]
    )

"""Stages of a training, as data. A recipe lists them; the loop runs them in that order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from diptych.models.families import ModelConfig
from diptych.records.gate import GateConfig
from diptych.training.augment import AugmentConfig

Task = Literal[
    "text",
    "mask_tokenizer",
    "image_tokenizer",
    "streams",
    "coupling",
    "joint",
    "polish",
    "copula",
    "prior",
    "styles",
    "gan",
    "flow",
]


@dataclass(frozen=True, kw_only=True)
class StageConfig:
    """One stage: what is learned, for how long, on which share of real images.

    - `text`: the text encoder, on sentences of the grammar;
    - `mask_tokenizer`, `image_tokenizer`: codes and back;
    - `streams`: each stream alone (first stage of the two-stage fine-tuning);
    - `coupling`: the exchange between the streams only, the rest frozen;
    - `joint`: both streams, coupled (second stage);
    - `polish`: the image decoder against a critic, codes frozen;
    - `styles`: the label-map generator and its style encoder, without a critic;
    - `gan`: the label-map generator against its critic;
    - `flow`: the flow of image and mask together;
    - `prior`: where new styles of the label-map generator come from, counted over `steps` batches;
    - `copula`: how the codes of a grid hang together, counted over `steps` batches (no rate, no average).
    """

    task: Task
    steps: int
    batch: int = 16
    rate: float = 1e-3
    """Peak learning rate; 5 % warm-up, then a cosine down to a twentieth."""
    real: float = 0.5
    """Share of real images in a batch; the others are phantoms."""
    slips: float = 0.0
    """Largest share of codes moved by one level in the history (self-correction)."""
    redrawn: float = 0.0
    """Share of a polish's rows whose finest grid of codes the streams draw; needs copulas."""
    decay: float = 0.01
    ema: float = 0.995


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A complete training: the model, its stages, and how much it sees."""

    name: str
    model: ModelConfig
    stages: tuple[StageConfig, ...]
    adapt: tuple[StageConfig, ...]
    """The stages of `--init`: from a trained checkpoint to a user's own images."""
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    phantoms: int = 3000
    """Phantoms drawn for pretraining."""
    adapt_phantoms: int = 300
    variants: int = 10
    """Augmented variants of each real image whose latents the stream stages learn from."""
    seed: int = 0
    gate: GateConfig = field(default_factory=GateConfig)
    """How strict the gate is with the samples of what was trained."""

"""The one training loop: every stage, every family.

Step s of a stage depends on (seed, stage, s) and on the weights alone: the data order and
every random number are drawn from that address. So a training that was killed goes on from
its last saved state to the same weights.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from diptych.base.errors import DiptychError
from diptych.base.progress import bar
from diptych.training import state
from diptych.training.muon import Muon
from diptych.training.stages import StageConfig

SAVE_EVERY_SECONDS = 120.0
NARROW = 16
"""Matrices with fewer rows or columns are left to AdamW."""
PATIENCE_NONFINITE = 20
"""Steps in a row that may be skipped for a loss that is not finite."""


@dataclass(frozen=True)
class Assignment:
    """What a stage does: which modules learn, and the loss of a step.

    `loss(seed)` builds the batch of that seed and returns the loss and figures for the log.
    """

    learners: dict[str, nn.Module]
    loss: Callable[[int], tuple[Tensor, dict[str, float]]]
    betas: tuple[float, float] = (0.9, 0.99)
    steady: tuple[str, ...] = ()
    """Learners whose average is not kept (critics)."""
    orthogonal: tuple[str, ...] = ()
    """Parts of the names of matrices and convolutions that Muon moves; AdamW moves everything else."""
    momentum: float = 0.95
    """Muon's."""
    paces: dict[str, float] = field(default_factory=dict)
    """Learners that learn at a multiple of the stage's rate."""


@dataclass
class Ledger:
    """Where a training stands."""

    stage: int = 0
    step: int = 0
    skipped: int = 0
    seconds: float = 0.0
    log: list[dict[str, float]] = field(default_factory=list)


def address(*parts: object) -> int:
    """A seed of 63 bits made from any parts, the same everywhere."""
    digest = hashlib.sha256(repr(parts).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def rate_at(step: int, config: StageConfig) -> float:
    """Learning rate of a step: linear warm-up over 5 %, then cosine to a twentieth."""
    warm = max(1, config.steps // 20)
    if step < warm:
        return config.rate * (step + 1) / warm
    along = (step - warm) / max(1, config.steps - warm)
    return config.rate * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * along)))


def run_stage(
    title: str, config: StageConfig, work: Assignment, ledger: Ledger, *, seed: int, folder: Path
) -> None:
    """Run a stage from `ledger.step` to its end; the learners end as their averages."""
    run = _Run(config, work)
    if ledger.step:
        run.load(folder)
    saved = time.monotonic()
    start = saved - ledger.seconds
    with bar(title, config.steps, ledger.step) as shown:
        while ledger.step < config.steps:
            figures = run.step(ledger, address(seed, ledger.stage, config.task, ledger.step))
            ledger.step += 1
            ledger.seconds = time.monotonic() - start
            shown.advance()
            if ledger.step % 20 == 0:
                shown.say(" ".join(f"{k} {v:.3f}" for k, v in figures.items()))
                ledger.log.append(
                    {"stage": ledger.stage, "step": ledger.step, "seconds": ledger.seconds, **figures}
                )
            if time.monotonic() - saved > SAVE_EVERY_SECONDS:
                run.save(folder, ledger)
                saved = time.monotonic()
    run.finish()


def _optimisers(
    named: dict[str, nn.Parameter], config: StageConfig, work: Assignment
) -> list[torch.optim.Optimizer]:
    """AdamW, and Muon for the matrices that the assignment names."""
    adam: list[dict[str, Any]] = []
    muon: list[dict[str, Any]] = []
    for learner in work.learners:
        own = {n: p for n, p in named.items() if n.startswith(f"{learner}.")}
        inside = {n for n, p in own.items() if _is_wide(p) and any(part in n for part in work.orthogonal)}
        rest = [p for n, p in own.items() if n not in inside]
        pace = {"pace": work.paces.get(learner, 1.0)}
        adam.append({"params": [p for p in rest if p.ndim > 1], "weight_decay": config.decay, **pace})
        adam.append({"params": [p for p in rest if p.ndim <= 1], "weight_decay": 0.0, **pace})
        if inside:
            muon.append({"params": [own[n] for n in sorted(inside)], **pace})
    optimisers: list[torch.optim.Optimizer] = [torch.optim.AdamW(adam, lr=config.rate, betas=work.betas)]
    if muon:
        optimisers.append(Muon(muon, config.rate, config.decay, work.momentum))
    return optimisers


def _is_wide(parameter: nn.Parameter) -> bool:
    """Whether a weight has directions enough to be made orthogonal (a head with a few outputs has not)."""
    return parameter.ndim > 1 and min(parameter.shape[0], parameter[0].numel()) >= NARROW


class _Run:
    """The learners of a stage with their optimiser and their running averages."""

    def __init__(self, config: StageConfig, work: Assignment) -> None:
        self.config, self.work = config, work
        self.named = {
            f"{m}.{n}": p for m, module in work.learners.items() for n, p in module.named_parameters()
        }
        self.optimisers = _optimisers(self.named, config, work)
        self.average = {n: p.detach().clone() for n, p in self.named.items()}
        self.misses = 0

    def step(self, ledger: Ledger, seed: int) -> dict[str, float]:
        torch.manual_seed(seed)
        for module in self.work.learners.values():
            module.train()
        for optimiser in self.optimisers:
            optimiser.zero_grad(set_to_none=True)
        loss, figures = self.work.loss(seed)
        loss.backward()  # type: ignore[no-untyped-call]
        norm = nn.utils.clip_grad_norm_(self.named.values(), 1.0)
        if not (torch.isfinite(loss) and torch.isfinite(norm)):
            return self._skip(ledger)
        self.misses = 0
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = rate_at(ledger.step, self.config) * group["pace"]
            optimiser.step()
        self._follow(ledger.step)
        return {"loss": float(loss.detach()), **figures}

    def _skip(self, ledger: Ledger) -> dict[str, float]:
        ledger.skipped += 1
        self.misses += 1
        if self.misses > PATIENCE_NONFINITE:
            remedy = "lower the stage's rate or look for broken images"
            raise DiptychError.of(self.config.task, "the loss stays not finite", remedy)
        return {"loss": float("nan")}

    @torch.no_grad()
    def _follow(self, step: int) -> None:
        keep = min(self.config.ema, (1 + step) / (10 + step))
        for name, parameter in self.named.items():
            self.average[name].lerp_(parameter, 1 - keep)

    @torch.no_grad()
    def finish(self) -> None:
        for name, parameter in self.named.items():
            if not (self.work.steady and name.startswith(self.work.steady)):
                parameter.copy_(self.average[name])
        for module in self.work.learners.values():
            module.eval()

    def save(self, folder: Path, ledger: Ledger) -> None:
        state.save_run(folder, ledger, self._held())

    def load(self, folder: Path) -> None:
        state.load_run(folder, self._held())

    def _held(self) -> state.Held:
        return state.Held(self.work.learners, self.average, self.optimisers, self.named)

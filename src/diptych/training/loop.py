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

import torch
from torch import Tensor, nn

from diptych.base.errors import DiptychError
from diptych.base.progress import bar
from diptych.training import state
from diptych.training.muon import Muon
from diptych.training.stages import StageConfig

SAVE_EVERY_SECONDS = 120.0
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
    """Parts of the names of matrices that Muon moves; AdamW moves everything else."""


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
            figures = run.step(ledger, address(seed, config.task, ledger.step))
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
    """AdamW, and Muon for the matrices inside the blocks that the assignment names."""
    inside = {n for n, p in named.items() if p.ndim == 2 and any(part in n for part in work.orthogonal)}
    rest = [p for n, p in named.items() if n not in inside]
    groups = [
        {"params": [p for p in rest if p.ndim > 1], "weight_decay": config.decay},
        {"params": [p for p in rest if p.ndim <= 1], "weight_decay": 0.0},
    ]
    optimisers: list[torch.optim.Optimizer] = [torch.optim.AdamW(groups, lr=config.rate, betas=work.betas)]
    if inside:
        optimisers.append(Muon([named[n] for n in sorted(inside)], config.rate, config.decay))
    return optimisers


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
                group["lr"] = rate_at(ledger.step, self.config)
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

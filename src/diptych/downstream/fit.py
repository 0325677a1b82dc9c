"""The one small training loop of judges: AdamW, cosine rate, averaged weights, early stop."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor, nn

from diptych.base.errors import DiptychError
from diptych.base.progress import bar
from diptych.downstream.augment import AugmentConfig


@dataclass(frozen=True, kw_only=True)
class FitConfig:
    """How a judge is trained. Everything counts in steps, so a seed fixes the result."""

    steps: int
    batch: int = 8
    rate: float = 3e-3
    """Peak learning rate; it rises over the first twentieth and falls along a cosine."""
    decay: float = 1e-2
    average: float = 0.995
    """Decay of the running average of the weights, which is what is scored and kept."""
    check_every: int = 250
    patience: int = 8
    """Checks without a better score before training stops."""
    precision: Literal["bfloat16", "float32"] = "bfloat16"
    seed: int = 0
    augment: AugmentConfig = field(default_factory=AugmentConfig)


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How a training of several stretches departs from the plain one."""

    factor: Callable[[int], float] = lambda step: 1.0
    """On the learning rate at a step."""
    settle: int = 0
    """Checks up to this step take nothing from the patience."""


@dataclass(frozen=True, kw_only=True)
class FitResult:
    """What became of a fit: the best validation score, where, and all checks."""

    score: float
    step: int
    history: tuple[tuple[int, float], ...]


PLAIN = Pace()


def fit(
    net: nn.Module,
    loss: Callable[[torch.Generator], Tensor],
    score: Callable[[nn.Module], float],
    config: FitConfig,
    title: str,
    pace: Pace = PLAIN,
) -> FitResult:
    """Train `net` in place and leave the averaged weights of the best check in it.

    `loss` draws one batch from the generator that it is given and returns its loss;
    `score` judges a network on validation rows, higher is better. Kernels end rounded to
    half precision, which is how they are stored; the result's score is that of the
    rounded network. Whatever else draws by chance, such as dropout, hangs on the seed too.
    Raises `DiptychError` for a loss that is not finite, and where no check gives a score (NaN).
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        return _fit(net, loss, score, config, title, pace)


def _fit(
    net: nn.Module,
    loss: Callable[[torch.Generator], Tensor],
    score: Callable[[nn.Module], float],
    config: FitConfig,
    title: str,
    pace: Pace,
) -> FitResult:
    chance = torch.Generator().manual_seed(config.seed)
    optimiser = torch.optim.AdamW(_groups(net, config.decay), lr=config.rate)
    mean, best = copy.deepcopy(net).eval(), _Best()
    with bar(title, config.steps) as running:
        for step in range(1, config.steps + 1):
            for group in optimiser.param_groups:
                group["lr"] = rate_at(step, config) * pace.factor(step)
            net.train()
            with torch.autocast("cpu", torch.bfloat16, enabled=config.precision == "bfloat16"):
                value = loss(chance)
            _descend(net, value, optimiser)
            _average(mean, net, min(config.average, (1 + step) / (10 + step)))
            running.advance()
            if step % config.check_every and step < config.steps:
                continue
            best.check(step, score(mean), mean)
            if step <= pace.settle:
                best.stale = 0
            running.say(f"validation {best.history[-1][1]:.4f}, best {best.score:.4f}")
            if best.stale >= config.patience:
                break
    if not best.weights:
        what = f"gave no score at any of {len(best.history)} checks: they show nothing that is to be learned"
        raise DiptychError.of(f"validation rows of {title}", what, "hold out rows that do")
    net.load_state_dict(best.weights)
    _round(net.eval())
    return FitResult(score=score(net), step=best.step, history=tuple(best.history))


class _Best:
    """The best check so far, with its weights."""

    def __init__(self) -> None:
        self.score, self.step, self.stale = -math.inf, 0, 0
        self.weights: dict[str, Tensor] = {}
        self.history: list[tuple[int, float]] = []

    def check(self, step: int, score: float, net: nn.Module) -> None:
        self.history.append((step, score))
        self.stale += 1
        if score > self.score:
            self.score, self.step, self.stale = score, step, 0
            self.weights = copy.deepcopy(net.state_dict())


def rate_at(step: int, config: FitConfig) -> float:
    """Learning rate at `step` in 1..steps."""
    warm = max(1, config.steps // 20)
    if step <= warm:
        return config.rate * step / warm
    done = (step - warm) / max(1, config.steps - warm)
    return config.rate * 0.5 * (1 + math.cos(math.pi * done))


def _descend(net: nn.Module, loss: Tensor, optimiser: torch.optim.Optimizer) -> None:
    if not torch.isfinite(loss):
        raise DiptychError.of("training", "the loss is not finite", "lower the learning rate")
    optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    optimiser.step()


def _groups(net: nn.Module, decay: float) -> list[dict[str, object]]:
    """Weight decay for matrices and kernels, none for biases and norms."""
    heavy = [p for p in net.parameters() if p.ndim > 1]
    light = [p for p in net.parameters() if p.ndim <= 1]
    return [{"params": heavy, "weight_decay": decay}, {"params": light, "weight_decay": 0.0}]


@torch.no_grad()
def _average(mean: nn.Module, net: nn.Module, decay: float) -> None:
    """Move every weight and running statistic of `mean` towards those of `net`."""
    current = net.state_dict()
    for name, value in mean.state_dict().items():
        if value.is_floating_point():
            value.lerp_(current[name], 1 - decay)
        else:
            value.copy_(current[name])


@torch.no_grad()
def _round(net: nn.Module) -> None:
    """Kernels and matrices to the nearest half-precision number, kept as float32."""
    for parameter in net.parameters():
        if parameter.ndim > 1:
            parameter.copy_(parameter.half().float())

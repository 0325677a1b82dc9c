"""Muon: momentum, made orthogonal.

Matrices inside transformer blocks and convolutions learn in fewer steps when every direction
of the update gets the same length (Jordan et al. 2024, "Muon: an optimizer for hidden layers in
neural networks"; Liu et al. 2025, arXiv:2502.16982, for the scale that lets it share a learning
rate with AdamW).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

QUINTIC = (3.4445, -4.7750, 2.0315)
"""Coefficients of the Newton-Schulz iteration that Jordan et al. tuned for speed."""
ITERATIONS = 5
MATCH = 0.2
"""Root mean square of an AdamW update, as measured by Liu et al."""


def orthogonal(matrix: Tensor) -> Tensor:
    """The nearest matrix (R, C) whose singular values are all about one."""
    a, b, c = QUINTIC
    wide = matrix.shape[0] <= matrix.shape[1]
    x: Tensor = matrix if wide else matrix.T
    x = x / (x.norm() + 1e-7)
    for _ in range(ITERATIONS):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x if wide else x.T


class Muon(torch.optim.Optimizer):
    """For matrices and convolutions (each output channel is a row); `lr` and `weight_decay` as for AdamW."""

    def __init__(
        self,
        parameters: Iterable[nn.Parameter] | Iterable[dict[str, Any]],
        lr: float,
        weight_decay: float,
        momentum: float = 0.95,
    ) -> None:
        super().__init__(parameters, {"lr": lr, "weight_decay": weight_decay, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Nesterov momentum, made orthogonal, scaled to the length of an AdamW update."""
        del closure
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, group)

    def _move(self, parameter: nn.Parameter, group: dict[str, Any]) -> None:
        assert parameter.grad is not None
        held = self.state[parameter]
        moment = held.setdefault("momentum_buffer", torch.zeros_like(parameter))
        moment.lerp_(parameter.grad, 1 - group["momentum"])
        update = orthogonal(parameter.grad.lerp(moment, group["momentum"]).flatten(1))
        parameter.mul_(1 - group["lr"] * group["weight_decay"])
        parameter.sub_(update.view_as(parameter), alpha=group["lr"] * MATCH * max(update.shape) ** 0.5)

"""Filling a network with somebody's weights: everything must fit, and the error says what does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import torch
from torch import Tensor, nn

from diptych.base.errors import DiptychError

Net = TypeVar("Net", bound=nn.Module)


def filled(
    build: Callable[[], Net], state: Mapping[str, Tensor], where: str, beside: tuple[str, ...] = ()
) -> Net:
    """The network that `build` makes, with these weights, ready to be used.

    Names that begin with one of `beside` belong to parts that the network leaves out. Raises
    `DiptychError` when a weight is missing, unknown, of another shape or not finite.
    """
    with torch.random.fork_rng(devices=[]):
        net = build()
    fill(net, {name: value for name, value in state.items() if not name.startswith(beside)}, where)
    return net.eval().requires_grad_(False)


def fill(net: nn.Module, state: Mapping[str, Tensor], where: str) -> None:
    """Put the weights into `net` as they are; raises as `filled` does."""
    # A counter of training steps: some publishers keep it, and nothing here reads it.
    wanted = {k: v for k, v in net.state_dict().items() if not k.endswith("num_batches_tracked")}
    found = {k: v for k, v in state.items() if not k.endswith("num_batches_tracked")}
    _refuse(where, "lacks", [name for name in wanted if name not in found])
    _refuse(where, "has unknown", [name for name in found if name not in wanted])
    _refuse(where, "has misshapen", [k for k, v in found.items() if v.shape != wanted[k].shape])
    _refuse(where, "has non-finite", [k for k, v in found.items() if not v.isfinite().all()])
    with torch.no_grad():
        for name, value in wanted.items():
            value.copy_(found[name])


def _refuse(where: str, verb: str, names: list[str]) -> None:
    if names:
        what = f"{verb} weights: {len(names)}, such as {names[0][:80]!r}"
        raise DiptychError.of(where, what, "give weights of the network that was named")

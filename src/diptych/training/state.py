"""What a training needs in order to go on: one file, replaced whole.

`state/training.safetensors` holds every weight, the running averages and the optimiser's
moments as 32-bit floats; where the training stands is in its header.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from diptych.base.atomic import write_bytes
from diptych.base.errors import DiptychError

if TYPE_CHECKING:
    from diptych.training.loop import Ledger

FILE = Path("state") / "training.safetensors"
MOMENTS = ("exp_avg", "exp_avg_sq", "step", "momentum_buffer")


@dataclass(frozen=True)
class Held:
    """What a stage holds in memory: learners, their averages, optimisers, parameters by name."""

    learners: Mapping[str, nn.Module]
    average: Mapping[str, Tensor]
    optimisers: Sequence[torch.optim.Optimizer]
    named: Mapping[str, nn.Parameter]


def save_run(folder: Path, ledger: Ledger, held: Held) -> None:
    """Save a stage in mid-run."""
    tensors = {
        f"now.{m}.{n}": t for m, module in held.learners.items() for n, t in module.state_dict().items()
    }
    tensors |= {f"average.{n}": t for n, t in held.average.items()}
    for name, parameter in held.named.items():
        for optimiser in held.optimisers:
            moments = optimiser.state.get(parameter, {})
            tensors |= {f"{moment}.{name}": moments[moment] for moment in MOMENTS if moment in moments}
    write_bytes(folder / FILE, _pack(tensors, asdict(ledger)))


def load_run(folder: Path, held: Held) -> None:
    """Bring a stage back to where `save_run` left it."""
    tensors, _ = read(folder)
    for m, module in held.learners.items():
        prefix = f"now.{m}."
        module.load_state_dict({k[len(prefix) :]: v for k, v in tensors.items() if k.startswith(prefix)})
    for name, parameter in held.named.items():
        held.average[name].copy_(tensors[f"average.{name}"])
        moments = {m: tensors[f"{m}.{name}"] for m in MOMENTS if f"{m}.{name}" in tensors}
        for optimiser in held.optimisers:
            if moments and any(parameter is p for group in optimiser.param_groups for p in group["params"]):
                optimiser.state[parameter] = moments


def save_between(folder: Path, ledger: Ledger, model: nn.Module) -> None:
    """Save the whole model between two stages."""
    write_bytes(folder / "state" / "model.safetensors", _pack(dict(model.state_dict()), asdict(ledger)))


def load_between(folder: Path, model: nn.Module) -> dict[str, object]:
    """Load what `save_between` wrote; returns the ledger's values.

    Raises `DiptychError` when it cannot be read or holds another model.
    """
    tensors, ledger = read(folder, "model.safetensors")
    try:
        model.load_state_dict(tensors)
    except RuntimeError as error:
        what = "holds another model than this recipe's, or one of another version"
        raise DiptychError.of(str(folder / "state"), what, "train again without --resume") from error
    return ledger


def read(folder: Path, name: str = FILE.name) -> tuple[dict[str, Tensor], dict[str, object]]:
    """Tensors and ledger of a state file. Raises `DiptychError` when it cannot be read."""
    from safetensors import SafetensorError, safe_open

    path = folder / "state" / name
    try:
        with safe_open(path, "pt") as file:
            ledger = json.loads((file.metadata() or {})["ledger"])
            return {key: file.get_tensor(key) for key in file.keys()}, ledger  # noqa: SIM118
    except (OSError, SafetensorError, KeyError, ValueError, RecursionError) as error:
        remedy = "train again without --resume"
        raise DiptychError.of(str(path), f"cannot be read ({error})", remedy) from error


def _pack(tensors: Mapping[str, Tensor], ledger: Mapping[str, object]) -> bytes:
    from safetensors.torch import save

    plain = {name: tensor.detach().contiguous().clone() for name, tensor in tensors.items()}
    return save(plain, metadata={"ledger": json.dumps(ledger)})

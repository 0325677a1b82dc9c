"""A checkpoint: one folder that says everything about itself and loads with nothing else."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch

from diptych.base.atomic import write_bytes, write_json, write_text
from diptych.base.config import decode, encode
from diptych.base.errors import DiptychError, Problems
from diptych.models.pair import Pair, PairConfig
from diptych.training.packing import pack, unpack
from diptych.training.slotgrid import SlotGrid

FORMAT = 1
PACKAGED = Path(__file__).parent.parent / "weights"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """How often a training has seen each finding: slot name to number of images."""

    real: dict[str, int]
    phantom: dict[str, int]


@dataclass(frozen=True)
class Checkpoint:
    """A trained generator and what is known of its training."""

    name: str
    model: Pair
    about: dict[str, Any]
    """`config.json` without the model's own part: recipe, data fingerprint, steps, seen findings."""
    hash: str
    """First 16 digits of the SHA-256 of the weights file."""


def find(name: str) -> Path:
    """The folder of a packaged checkpoint's name or of a path."""
    packaged = PACKAGED / name
    if (packaged / "config.json").is_file() and Path(name).name == name:
        return packaged
    if (Path(name) / "config.json").is_file():
        return Path(name)
    known = ", ".join(sorted(p.parent.name for p in PACKAGED.glob("*/config.json"))) or "none"
    raise DiptychError.of(
        name, "is no checkpoint", f"give a folder with config.json or a packaged name ({known})"
    )


def save(folder: Path, model: Pair, about: dict[str, Any], card: str) -> None:
    """Write `weights.safetensors` (packed, see `packing`), `config.json` and `card.md`, each whole."""
    from safetensors.torch import save as to_bytes

    data = to_bytes(pack(model.state_dict()))
    write_bytes(folder / "weights.safetensors", data)
    body = {
        "format": FORMAT,
        "weights_sha256": hashlib.sha256(data).hexdigest(),
        "model": encode(model.config),
    }
    write_json(folder / "config.json", {**body, **about})
    write_text(folder / "card.md", card)


def load(name: str) -> Checkpoint:
    """Load a checkpoint by packaged name or path.

    Raises `DiptychError` when a file is missing, truncated, changed or of another format.
    """
    folder = find(name)
    return _load(
        folder,
        (folder / "weights.safetensors").stat().st_mtime_ns
        if (folder / "weights.safetensors").exists()
        else 0,
    )


@lru_cache(maxsize=2)
def _load(folder: Path, _stamp: int) -> Checkpoint:
    about = _read_config(folder / "config.json")
    data, digest = _read_weights(folder / "weights.safetensors", about.pop("weights_sha256", ""))
    where = f"{folder / 'config.json'}, field model"
    config = decode(PairConfig, about.pop("model", None), where)
    _check_model(config, where)
    _check_seen(about.get("seen"), f"{folder / 'config.json'}, field seen")
    model = config.build()
    try:
        model.load_state_dict(data)
    except RuntimeError as error:
        first = " ".join(str(error).splitlines()[-1].split())[:120]
        raise DiptychError.of(
            str(folder), f"weights do not fit config.json ({first})", "copy it again"
        ) from error
    if not all(value.isfinite().all() for value in model.state_dict().values()):
        raise DiptychError.of(str(folder), "has weights that are no numbers", "train it again")
    return Checkpoint(folder.name, model.eval(), about, digest[:16])


def _check_model(config: PairConfig, where: str) -> None:
    """Raise `DiptychError` with every size that no checkpoint has, before anything is allocated."""
    problems, grid = Problems(), SlotGrid.of(config.body)
    rows, columns = config.size
    cells = [side for scale in config.scales for side in scale]
    sampler = config.sampler
    warm = (*sampler.mask_temperatures, *sampler.image_temperatures, sampler.guidance)
    lawful = {
        "layer": config.layer == ("teeth" if config.body == "panoramic" else "lungs"),
        "size": all(32 <= side <= 1024 and side % 16 == 0 for side in config.size),
        "scales": 2 <= len(config.scales) <= 16
        and all(0 < side <= 64 for side in cells)
        and config.scales[-1] == (rows // 16, columns // 16),
        "words": len(set(config.words)) == len(config.words) <= 100_000,
        "sites": config.sites == grid.sites,
        "kinds": config.kinds == grid.kinds,
        "image_latent": 0 < config.image_latent <= 256,
        "mask_latent": 0 < config.mask_latent <= 256,
        "width": 0 < config.width <= 2048 and config.width % 8 == 0,
        "depth": 0 < config.depth <= 64,
        "micro_batch": 0 < config.micro_batch <= 256,
        "sampler": len(sampler.mask_temperatures) == len(sampler.image_temperatures) == len(config.scales)
        and all(0 <= value <= 100 for value in warm)
        and 0 < sampler.top_p <= 1,
    }
    for field in (name for name, good in lawful.items() if not good):
        problems.add(f"{where}.{field}", "is not what diptych writes", "copy the checkpoint again")
    problems.raise_any()


def _check_seen(seen: object, where: str) -> None:
    """Raise `DiptychError` unless it is {"real": {slot: count}, "phantom": {slot: count}}."""
    parts = [seen.get("real"), seen.get("phantom")] if isinstance(seen, dict) else [None]
    if not all(isinstance(part, dict) for part in parts):
        raise DiptychError.of(
            where, "does not say how often each finding was seen", "copy the checkpoint again"
        )


def _read_config(path: Path) -> dict[str, Any]:
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DiptychError.of(str(path), f"cannot be read ({error})", "copy the checkpoint again") from error
    if not isinstance(about, dict) or about.pop("format", None) != FORMAT:
        raise DiptychError.of(
            str(path), f"is not of format {FORMAT}", "use the diptych that wrote it, or train again"
        )
    return about


def _read_weights(path: Path, wanted: str) -> tuple[dict[str, torch.Tensor], str]:
    from safetensors import SafetensorError
    from safetensors.torch import load as from_bytes

    remedy = "copy the checkpoint again"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DiptychError.of(str(path), f"cannot be read ({error.strerror})", remedy) from error
    digest = hashlib.sha256(data).hexdigest()
    if digest != wanted:
        raise DiptychError.of(
            str(path), "is truncated or changed (its SHA-256 is not that of config.json)", remedy
        )
    try:
        return unpack(from_bytes(data)), digest
    except (SafetensorError, RuntimeError) as error:
        raise DiptychError.of(str(path), f"is no safetensors file ({error})", remedy) from error

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
from diptych.base.errors import DiptychError
from diptych.models.diffusion.flow import Flow
from diptych.models.families import FAMILIES, Model, family_of
from diptych.models.pair import Pair
from diptych.training.lawful import check_model
from diptych.training.packing import pack, unpack

FORMAT = 1
SHAPES = "shapes.npz"
"""The shape model of a checkpoint's layouts, beside its weights."""
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
    model: Model
    about: dict[str, Any]
    """`config.json` without the model's own part: recipe, data fingerprint, steps, seen findings."""
    hash: str
    """First 16 digits of the SHA-256 of the weights file."""
    folder: Path

    @property
    def pair(self) -> Pair | Flow:
        """The model, if it draws pairs from sentences; raises `DiptychError` if it does not."""
        if not isinstance(self.model, Pair | Flow):
            remedy = "choose a checkpoint that draws its own masks, such as panoramic-nano"
            raise DiptychError.of(self.name, "paints label maps and reads no sentence by itself", remedy)
        return self.model


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


def save(folder: Path, model: Model, about: dict[str, Any], card: str, shapes: bytes = b"") -> None:
    """Write `weights.safetensors` (packed, see `packing`), `config.json` and `card.md`, each whole.

    `shapes` is the file of a shape model, if there is one; its SHA-256 stands in the config beside that of
    the weights.
    """
    from safetensors.torch import save as to_bytes

    data = to_bytes(pack(model.packaged()))
    write_bytes(folder / "weights.safetensors", data)
    if shapes:
        write_bytes(folder / SHAPES, shapes)
    body = {
        "format": FORMAT,
        "weights_sha256": hashlib.sha256(data).hexdigest(),
        **({"shapes_sha256": hashlib.sha256(shapes).hexdigest()} if shapes else {}),
        "family": family_of(model.config),
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
    name = about.pop("family", "pair")
    family = FAMILIES.get(name) if isinstance(name, str) else None
    if family is None:
        what = f"{folder / 'config.json'}, field family"
        raise DiptychError.of(what, "is none that is known", "use the diptych that wrote it")
    _check_shapes(folder / SHAPES, about.pop("shapes_sha256", None))
    config = decode(family, about.pop("model", None), where)
    check_model(config, where)
    _check_seen(about.get("seen"), f"{folder / 'config.json'}, field seen")
    if not isinstance(about.get("data", {}), dict):
        where = f"{folder / 'config.json'}, field data"
        raise DiptychError.of(where, "does not say what was learned from", "copy the checkpoint again")
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
    return Checkpoint(folder.name, model.eval(), about, digest[:16], folder)


def _check_shapes(path: Path, wanted: object) -> None:
    """Raise `DiptychError` unless the shape model is the one that the config tells of.

    Older configs tell of none, whether there is one or not.
    """
    remedy = "copy the checkpoint again"
    if not path.exists() and wanted is None:
        return
    if not path.is_file():
        what = "is no file" if path.exists() else "is missing"
        raise DiptychError.of(str(path), what, remedy)
    if wanted is None:
        return
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != wanted:
        what = "is truncated or changed (its SHA-256 is not that of config.json)"
        raise DiptychError.of(str(path), what, remedy)


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

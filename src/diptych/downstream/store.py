"""Judges on disk: a folder with `config.json`, `weights.safetensors` and, of trained learners, `card.md`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from diptych.base.atomic import new_folder, write_bytes, write_json, write_text
from diptych.base.config import decode, encode
from diptych.base.errors import DiptychError
from diptych.downstream.classifier import Classifier, ClassifierConfig
from diptych.downstream.segmenter import Segmenter, SegmenterConfig
from diptych.records.vocabulary import SITES

SCHEMA = 1
KINDS: dict[str, type[SegmenterConfig] | type[ClassifierConfig]] = {
    "segmenter": SegmenterConfig,
    "classifier": ClassifierConfig,
}


def save_judge(
    judge: Segmenter | Classifier, folder: Path, about: Mapping[str, Any] | None = None, card: str = ""
) -> None:
    """Write a judge; `about` is kept beside its config (data fingerprint, scores, licence), as is a card.

    Kernels are stored in half precision, to which training has rounded them, so a judge
    read back gives the same bits.
    """
    from safetensors.torch import save

    kind = next(name for name, config in KINDS.items() if isinstance(judge.config, config))
    weights = save({name: _packed(value) for name, value in judge.net.state_dict().items()})
    with new_folder(folder) as part:
        write_bytes(part / "weights.safetensors", weights)
        description = {
            "schema": SCHEMA,
            "kind": kind,
            "weights_sha256": hashlib.sha256(weights).hexdigest(),
            "config": encode(judge.config),
            "about": dict(about or {}),
        }
        write_json(part / "config.json", description)
        if card:
            write_text(part / "card.md", card)


def load_judge(folder: Path) -> Segmenter | Classifier:
    """Read a judge back. Raises `DiptychError` naming the file that is missing or damaged."""
    description = _description(folder / "config.json")
    if description.get("kind") not in KINDS:
        what = f"unknown kind {description.get('kind')!r}"
        raise DiptychError.of(f"{folder / 'config.json'}: kind", what, f"known are {', '.join(KINDS)}")
    config = decode(KINDS[description["kind"]], description.get("config"), str(folder / "config.json"))
    judge = config.build()
    wanted, digest = judge.net.state_dict(), description.get("weights_sha256", "")
    judge.net.load_state_dict(_weights(folder / "weights.safetensors", wanted, digest))
    return judge


def load_segmenter(folder: Path) -> Segmenter:
    """A judge that must be a segmenter."""
    judge = load_judge(folder)
    if not isinstance(judge, Segmenter):
        raise DiptychError.of(str(folder), "is a classifier", "give the folder of a segmenter")
    return judge


def load_classifier(folder: Path) -> Classifier:
    """A judge that must be a classifier of findings."""
    judge = load_judge(folder)
    if not isinstance(judge, Classifier):
        raise DiptychError.of(str(folder), "is a segmenter", "give the folder of a classifier")
    if odd := [name for name in judge.config.findings if name not in SITES[judge.config.body]]:
        what = f"tells {odd[0]!r}, which is no finding of {judge.config.body} radiographs"
        raise DiptychError.of(str(folder), what, "give the folder of a classifier of findings")
    return judge


def read_about(folder: Path) -> dict[str, Any]:
    """What was kept beside a judge's config. Raises `DiptychError` when the file is missing or damaged."""
    about = _description(folder / "config.json").get("about")
    return about if isinstance(about, dict) else {}


def _packed(value: torch.Tensor) -> torch.Tensor:
    return (value.half() if value.ndim > 1 else value).contiguous()


def _description(path: Path) -> dict[str, Any]:
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DiptychError.of(str(path), "is missing", "give the folder of a judge") from None
    except (OSError, ValueError, RecursionError) as error:
        raise DiptychError.of(str(path), f"cannot be read ({error})", "train the judge again") from None
    if not isinstance(description, dict) or description.get("schema") != SCHEMA:
        raise DiptychError.of(str(path), f"is not schema {SCHEMA}", "train the judge with this version")
    return description


def _weights(path: Path, wanted: Mapping[str, torch.Tensor], digest: str) -> dict[str, torch.Tensor]:
    """The tensors of a file that must be the one of `digest`; judges of old come without one."""
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        data = path.read_bytes()
        found = load(data)
    except (OSError, SafetensorError) as error:
        raise DiptychError.of(str(path), f"cannot be read ({error})", "train the judge again") from None
    if digest and hashlib.sha256(data).hexdigest() != digest:
        raise DiptychError.of(str(path), "is not the file that config.json names", "copy the folder again")
    if {k: v.shape for k, v in found.items()} != {k: v.shape for k, v in wanted.items()}:
        raise DiptychError.of(str(path), "does not fit the config", "keep config.json and weights together")
    return {name: value.to(wanted[name].dtype) for name, value in found.items()}

"""An encoder of the user's own images as an extractor, on disk and in memory."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from torch import Tensor

from diptych.base.atomic import new_folder, write_bytes, write_json
from diptych.base.config import decode, encode
from diptych.base.errors import DiptychError
from diptych.evaluation.extractors.batched import Batched, torch_run
from diptych.evaluation.extractors.card import ExtractorCard
from diptych.evaluation.extractors.frame import Frame
from diptych.evaluation.extractors.weights import read_pinned, state_of
from diptych.evaluation.networks.encoder import Encoder, EncoderConfig
from diptych.evaluation.networks.filling import filled

SCHEMA = 1


@dataclass(frozen=True, kw_only=True)
class About:
    """What is known of an encoder's training."""

    rows: str
    """Content hash of the images that it saw, as it saw them."""
    images: int
    seed: int
    steps: int
    twins: float
    """Share of held-out images whose changed twin was found again among all of them."""


@dataclass(frozen=True, kw_only=True, eq=False)
class OwnEncoder:
    """A trained encoder with its history."""

    config: EncoderConfig
    net: Encoder
    about: About

    @cached_property
    def extractor(self) -> Batched:
        """The encoder as an extractor: images (N, H, W) -> features (N, widths[-1])."""
        frame = _frame(self.config)
        card = ExtractorCard(
            name="own",
            summary=f"an encoder trained without labels on {self.about.images} images of the user",
            reference=f"rows {self.about.rows}, seed {self.about.seed}, {self.about.steps} steps; "
            "Chen et al. 2020, arXiv 2002.05709",
            licence="the user's own",
            features=self.config.widths[-1],
            sha256=hashlib.sha256(_packed(self.net)).hexdigest(),
            preprocessing=str(frame),
            blind_to="small turns, shifts and changes of exposure, which it was trained to overlook, faint "
            "noise, and whatever its training rows never show. It knows those rows: never use it to tell "
            "them from others",
        )
        return Batched(card=card, frame=frame, run=torch_run(self.net))


def save_encoder(encoder: OwnEncoder, folder: Path) -> None:
    """Write `weights.safetensors` and `config.json`; the folder must be new or empty."""
    data = _packed(encoder.net)
    description = {
        "schema": SCHEMA,
        "kind": "encoder",
        "weights_sha256": hashlib.sha256(data).hexdigest(),
        "config": encode(encoder.config),
        "about": encode(encoder.about),
    }
    with new_folder(folder) as part:
        write_bytes(part / "weights.safetensors", data)
        write_json(part / "config.json", description)


def load_encoder(folder: Path, sha256: str = "") -> OwnEncoder:
    """Read an encoder back, to the same bits.

    `sha256` pins the weights; otherwise they must be those that `config.json` names. Raises
    `DiptychError` when a file is missing, damaged, changed or of another schema.
    """
    where = folder / "config.json"
    description = _description(where)
    config = decode(EncoderConfig, description.get("config"), f"{where}, field config")
    about = decode(About, description.get("about"), f"{where}, field about")
    weights = folder / "weights.safetensors"
    state = state_of(read_pinned(weights, sha256 or str(description.get("weights_sha256", ""))), weights)
    floats = {name: value.float() for name, value in state.items()}
    return OwnEncoder(config=config, net=filled(config.build, floats, str(weights)), about=about)


def _frame(config: EncoderConfig) -> Frame:
    return Frame(size=config.size, offset=(127.5,), scale=(63.75,))


def _packed(net: Encoder) -> bytes:
    """Kernels in half precision, to which training has rounded them."""
    from safetensors.torch import save

    return save({name: _half(value).contiguous() for name, value in net.state_dict().items()})


def _half(value: Tensor) -> Tensor:
    return value.half() if value.ndim > 1 else value


def _description(path: Path) -> dict[str, object]:
    remedy = "give the folder of an encoder"
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise DiptychError.of(str(path), f"cannot be read ({reason})", remedy) from None
    if (
        not isinstance(description, dict)
        or description.get("schema") != SCHEMA
        or description.get("kind") != "encoder"
    ):
        raise DiptychError.of(str(path), f"is no encoder of schema {SCHEMA}", remedy)
    return description

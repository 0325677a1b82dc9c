"""An encoder of the user's own images as an extractor, on disk and in memory."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from diptych.base.atomic import new_folder, write_bytes, write_json, write_text
from diptych.base.config import decode, encode
from diptych.base.errors import DiptychError
from diptych.downstream.pinned import read_pinned, state_of
from diptych.evaluation.extractors.batched import Batched, torch_run
from diptych.evaluation.extractors.card import ExtractorCard
from diptych.evaluation.extractors.frame import Frame
from diptych.evaluation.networks.encoder import Encoder, EncoderConfig
from diptych.models.filling import filled
from diptych.records.pixels import content_hash

SCHEMA = 1
NAME = 16
"""Letters of an image's hash that are kept: a million images share one by a chance of one in ten million."""


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
    held: int
    """How many these were."""
    seen: tuple[str, ...]
    """Names, see `image_names`, of all images that it saw or was scored on: it judges none of them."""
    cohort: str = ""
    """Name of the cohort that they come from, and its body region."""
    body: str = ""
    fingerprint: str = ""
    """Of the part of the cohort that was used."""


def image_names(images: NDArray[np.uint8]) -> tuple[str, ...]:
    """A name for each image (N, H, W), made of its pixels: the same pixels, the same name."""
    return tuple(content_hash(image)[:NAME] for image in images)


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
    """Write `weights.safetensors`, `config.json` and `card.md`; the folder must be new or empty."""
    with new_folder(folder) as part:
        fill_folder(encoder, part)


def fill_folder(encoder: OwnEncoder, part: Path) -> None:
    """The three files of an encoder, into a folder that is there."""
    data = _packed(encoder.net)
    description = {
        "schema": SCHEMA,
        "kind": "encoder",
        "weights_sha256": hashlib.sha256(data).hexdigest(),
        "config": encode(encoder.config),
        "about": encode(encoder.about),
    }
    write_bytes(part / "weights.safetensors", data)
    write_json(part / "config.json", description)
    write_text(part / "card.md", _card(encoder))


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


def _card(encoder: OwnEncoder) -> str:
    """What a person should know of an encoder before judging images by it, in Markdown."""
    about, card = encoder.about, encoder.extractor.card
    height, width = encoder.config.size
    source = f"`{about.cohort}` (fingerprint `{about.fingerprint[:16]}`)" if about.cohort else "arrays"
    lines = [
        "# An encoder of your own images",
        "",
        f"Grey {about.body} radiographs, {height} x {width} pixels, to {card.features} features. "
        f"Weights SHA-256 `{card.sha256}`.",
        "",
        "## Training",
        f"- {about.images} images of {source}, without labels; {about.steps} steps, seed {about.seed}.",
        f"- {about.twins:.0%} of {about.held} images of other subjects were known again after a change "
        f"(chance: {1 / about.held:.1%}).",
        f"- {card.reference}.",
        "",
        "## Use",
        "`diptych evaluate --encoder` adds its rows to a report. Compare numbers of one encoder only: its "
        "features mean nothing to another.",
        "",
        "## Limits",
        f"- It is blind to {card.blind_to}.",
        "- `config.json` holds hashes of the images that it saw, by which a report refuses it where it "
        "would judge one of them. No pixel can be computed from them.",
        "- The images are the user's; whether the weights may be passed on is decided by their licence.",
        "",
    ]
    return "\n".join(lines)


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

"""Features that were once extracted are kept, under a name made of everything they depend on."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import diptych
from diptych.base.atomic import write_bytes
from diptych.base.cache import cache_folder
from diptych.base.errors import DiptychError
from diptych.base.progress import bar
from diptych.evaluation.extractors.card import EXTRACTORS, CardedExtractor, ExtractorCard
from diptych.evaluation.extractors.frame import grey_stack
from diptych.records.pixels import content_hash
from diptych.records.sample import Grey

BLOCK = 256
"""Images of one entry: what is lost when a long extraction is stopped."""

_DIGEST = hashlib.sha256().digest_size


def features_of(
    images: NDArray[np.uint8] | NDArray[np.uint16],
    extractor: str | CardedExtractor,
    cache: Path | None = None,
) -> NDArray[np.float32]:
    """Features (N, d), float32, of grey images (N, H, W), 8 or 16 bit: extracted once, then read.

    `extractor` is a registered name, or an extractor with a card. `cache` is the folder of the
    entries: unless given, `$DIPTYCH_CACHE` or `~/.cache/diptych`. An entry holds the features of
    256 images; its name is a hash of their pixels and shape, of the extractor's card and of
    Diptych's version, so that nothing ever has to be cleared. Several processes may share a folder,
    and a damaged entry is made again.

    Raises `DiptychError` for other pixels, an unknown name, an extractor without a card or at odds
    with it, and a folder that cannot be written to.
    """
    whole = grey_stack(images)
    card = _card(extractor)
    folder = (cache or cache_folder()) / "features"
    blocks = [whole[start : start + BLOCK] for start in range(0, len(whole), BLOCK)]
    places = [folder / _name(block, card) for block in blocks]
    kept = {i: _read(places[i], (len(block), card.features)) for i, block in enumerate(blocks)}
    missing = [i for i, rows in kept.items() if rows is None]
    if missing:
        load = EXTRACTORS[extractor]() if isinstance(extractor, str) else extractor
        with bar(f"features, {card.name}", sum(len(blocks[i]) for i in missing)) as running:
            for i in missing:
                kept[i] = rows = _extract(load, blocks[i], card)
                write_bytes(places[i], _packed(rows))
                running.advance(len(blocks[i]))
    return np.concatenate([rows for rows in kept.values() if rows is not None])


def _card(extractor: str | CardedExtractor) -> ExtractorCard:
    if isinstance(extractor, str):
        return EXTRACTORS.card(extractor)
    card = getattr(extractor, "card", None)
    if not isinstance(card, ExtractorCard):
        raise DiptychError.of("extractor", "has no card to know its features by", "call it yourself")
    return card


def _name(block: Grey, card: ExtractorCard) -> str:
    parts = (content_hash(block), card.fingerprint(), diptych.__version__)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest() + ".npy"


def _extract(extractor: CardedExtractor, block: Grey, card: ExtractorCard) -> NDArray[np.float32]:
    rows = extractor(block)
    if rows.shape != (len(block), card.features) or rows.dtype != np.float32:
        what = f"gave {rows.dtype} of shape {rows.shape}, its card promises {card.features} float32"
        raise DiptychError.of(f"extractor {card.name}", what, "correct the card")
    return rows


def _packed(rows: NDArray[np.float32]) -> bytes:
    """A `.npy` file, as numpy reads it, and behind it the SHA-256 of its bytes."""
    buffer = io.BytesIO()
    np.save(buffer, rows, allow_pickle=False)
    data = buffer.getvalue()
    return data + hashlib.sha256(data).digest()


def _read(place: Path, shape: tuple[int, int]) -> NDArray[np.float32] | None:
    """The rows of an entry; None where there is none, or none that is whole."""
    try:
        packed = place.read_bytes()
    except OSError:
        return None
    data = packed[:-_DIGEST]
    if hashlib.sha256(data).digest() != packed[-_DIGEST:]:
        return None
    try:
        rows: NDArray[np.float32] = np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError, OSError):
        return None
    return rows if rows.shape == shape and rows.dtype == np.float32 else None

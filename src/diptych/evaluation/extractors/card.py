"""What an extractor is, and what its card says of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from diptych.base.registry import Card, Registry


class Extractor(Protocol):
    """Images (N, H, W), 8 or 16 bit, of any one size -> features (N, d), float32."""

    def __call__(self, images: NDArray[np.uint8] | NDArray[np.uint16]) -> NDArray[np.float32]:
        """See the class."""


@dataclass(frozen=True, kw_only=True)
class ExtractorCard(Card):
    """What a reader must know before comparing numbers made with an extractor."""

    features: int
    sha256: str
    """Of the weights' file; empty where there are no weights, or where the user brings them."""
    preprocessing: str
    blind_to: str

    def fingerprint(self) -> str:
        """SHA-256 over everything the card says: another value, another extractor."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


class CardedExtractor(Extractor, Protocol):
    """An extractor that knows its card, so that its features can be kept and compared."""

    @property
    def card(self) -> ExtractorCard:
        """See `ExtractorCard`."""


EXTRACTORS: Registry[Callable[[], CardedExtractor], ExtractorCard] = Registry("extractors")
"""Extractors that need nothing but an installed package; `load_extractor` also reads files."""

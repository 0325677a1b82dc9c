"""A closed list of words, and sentences as numbers for a small text encoder."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.prompts import lexicon, tokens
from diptych.records.vocabulary import BODIES

PAD, UNKNOWN = 0, 1
OLDEST = 120


class Vocabulary:
    """Words with numbers: 0 pads, 1 is any word that is not on the list, the rest follow the list.

    The list is plain strings, so a checkpoint can keep it (`words`) and come back with
    `Vocabulary(words)` to the identical numbers, whatever the package has learned since.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self.words: tuple[str, ...] = tuple(words)
        self._index = {word: number for number, word in enumerate(self.words, start=2)}
        if len(self._index) != len(self.words):
            raise DiptychError.of("vocabulary", "names a word twice", "write the list again")

    @classmethod
    def standard(cls, body: str = "") -> Vocabulary:
        """Every word the grammar writes or the parser knows, of one body region or of both ("")."""
        bodies = (body,) if body else BODIES
        known = set[str]().union(*(lexicon.words(name) for name in bodies))
        numbers = tuple(str(number) for number in range(OLDEST + 1))
        stops = (*sorted(tokens.STOPS), tokens.RANGE)
        return cls((*stops, *numbers, *sorted(known.difference(numbers, stops))))

    def __len__(self) -> int:
        """How many numbers there are, padding and unknown included: rows of an embedding."""
        return len(self.words) + 2

    def encode(self, text: str, length: int = tokens.ENOUGH) -> NDArray[np.int64]:
        """The sentence as (length,) numbers, padded with 0; what does not fit is cut off (see `overflow`)."""
        numbers = [self._index.get(word, UNKNOWN) for word in tokens.split(text)[:length]]
        return np.array(numbers + [PAD] * (length - len(numbers)), np.int64)

    def overflow(self, text: str, length: int = tokens.ENOUGH) -> tuple[str, ...]:
        """The words at the end of the sentence that `encode` cuts off; empty when all fit."""
        return tokens.split(text)[length:]

    def unknown(self, text: str) -> tuple[str, ...]:
        """The words of the sentence that are not on the list, each once, in order."""
        return tuple(dict.fromkeys(word for word in tokens.split(text) if word not in self._index))

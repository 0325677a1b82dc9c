"""What the search in the browser looks through: the words of a record, and other words for the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from diptych.catalogue.entry import Entry
from diptych.catalogue.synonyms import CONCEPTS, index_tokens, words
from diptych.catalogue.writing import plain

_SILENT = frozenset({"url", "code_url", "source", "seen", "verified", "read_in"})
"""Fields of addresses and days: their pieces would be found by chance."""
_SAID = {concept.tokens[0]: " ".join(concept.phrases) for concept in CONCEPTS}
"""A concept's token -> all phrases that say it."""


def searchable(entry: Entry) -> str:
    """Every word of the entry once, in order of the alphabet, a space before and after each.

    With a chest X-ray come the words radiograph and CXR, as in the index of `search`, so that the page needs
    no table of synonyms.
    """
    found: set[str] = set()
    for text in (*_texts(plain(entry)), *entry.modality_groups, *entry.axes, entry.licence_class):
        for token in index_tokens(text):
            found.update(words(_SAID[token]) if token in _SAID else (token,))
    return f" {' '.join(sorted(found))} "


def _texts(value: Any) -> Iterator[str]:
    """All texts and numbers below a value."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from () if key in _SILENT else _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif not isinstance(value, bool):
        yield str(value)

"""Names of samples: safe as file names, and never mistaken for the name of a split."""

from __future__ import annotations

import re

_LONGEST = 120

ID_RULE = f"use up to {_LONGEST} letters, digits, '.', '_', '-', and no word such as 'train' or 'test'"

_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?")
_SPLIT_WORDS = {
    "train",
    "training",
    "validation",
    "valid",
    "val",
    "dev",
    "test",
    "testing",
    "eval",
    "evaluation",
}
"""Hugging Face's `imagefolder` loader takes a file whose name has one of these between separators
for a split, whatever the metadata say."""


def is_id(text: str) -> bool:
    """Whether a text can name a sample.

    Letters, digits, `.`, `_`, `-`, at most 120 characters, and no name of a split as a word of its own.
    """
    return len(text) <= _LONGEST and bool(_ID.fullmatch(text)) and ".." not in text and not _split_words(text)


def safe_id(text: str) -> str:
    """A text made fit to name a sample: `kerm_train_1` becomes `kerm_tr_1`, `my model` `my-model`.

    Different texts may become the same id. Raises nothing; an empty text becomes `x`.
    """
    # Cut first: a cut may leave `eval` of `evaluate`.
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", text)[:_LONGEST]
    for word in sorted(_split_words(name), key=len, reverse=True):
        name = re.sub(rf"(?<![A-Za-z]){word}(?![A-Za-z])", word[:2], name, flags=re.IGNORECASE)
    return re.sub(r"\.\.+", ".", name).strip(".-_") or "x"


def _split_words(text: str) -> set[str]:
    return _SPLIT_WORDS & set(re.split(r"[^a-z]", text.lower()))

"""The one table of phrases that parser, renderer and text encoder share, read from `lexicon.toml`.

The table maps each meaning to its wordings; a trailing `*` marks a plural. A wording is matched on
whole words (see `tokens.split`), the longest first, so "deep caries" wins over "caries". Nothing else
in the package knows a synonym: to teach the parser a word, add it to the table.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from diptych.prompts import tokens
from diptych.records.vocabulary import BODIES


@dataclass(frozen=True)
class Term:
    """What a phrase means: its kind (`finding`, `side`, ...), its value, and whether it is a plural."""

    kind: str
    value: str
    plural: bool = False


@cache
def table() -> Mapping[str, Mapping[str, Any]]:
    """The sections `shared`, `panoramic` and `chest`, as they stand in the file."""
    return tomllib.loads(files("diptych.prompts").joinpath("lexicon.toml").read_text("utf-8"))


@cache
def number_words() -> Mapping[int, str]:
    """The numbers that are written as words, 1 to 12."""
    return {int(value): wordings[0] for value, wordings in table()["shared"]["number"].items()}


def phrases(body: str) -> Iterator[tuple[tuple[str, ...], Term]]:
    """Every phrase of one body region, as words, with its meaning.

    Where the shared section has the same phrase, that of the region comes later and wins.
    """
    for section in ("shared", body):
        for kind, entry in table()[section].items():
            values = {"": entry} if isinstance(entry, list) else entry
            for value, wordings in values.items():
                for wording in wordings:
                    words = tokens.split(wording.removesuffix("*")) or (wording,)
                    yield words, Term(kind, value, plural=wording.endswith("*"))


@cache
def index(body: str) -> Mapping[str, tuple[tuple[tuple[str, ...], Term], ...]]:
    """The phrases by their first word, longest first."""
    found: dict[str, list[tuple[tuple[str, ...], Term]]] = {}
    for words, term in sorted(dict(phrases(body)).items(), key=lambda item: -len(item[0])):
        found.setdefault(words[0], []).append((words, term))
    return {first: tuple(options) for first, options in found.items()}


@cache
def words(body: str) -> frozenset[str]:
    """Every word that some phrase of the body region uses."""
    return frozenset(word for phrase, _ in phrases(body) for word in phrase)


@cache
def telling(body: str) -> frozenset[str]:
    """The words that only this body region uses, and that so tell what a sentence is about."""
    others = (words(other) for other in BODIES if other != body)
    return words(body).difference(*others)

"""Findings to sentences and back: the grammar, its parser, and sentences as numbers.

Names are loaded on first use: what only parses a prompt never waits for numpy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from diptych.prompts.grammar import render as render
    from diptych.prompts.parser import parse as parse
    from diptych.prompts.reading import Reading as Reading
    from diptych.prompts.slots import SlotSpace as SlotSpace
    from diptych.prompts.words import Vocabulary as Vocabulary

_HOME = {
    "Reading": "reading",
    "SlotSpace": "slots",
    "Vocabulary": "words",
    "parse": "parser",
    "render": "grammar",
}


def __getattr__(name: str) -> Any:
    """Load a public name from its file on first use (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names, loaded or not."""
    return sorted(_HOME)

"""Findings to sentences and back: the grammar, its parser, and sentences as numbers.

Names are loaded on first use: what only parses a prompt never waits for numpy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from diptych.base.lazy import lazy

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

__getattr__, __dir__ = lazy(__name__, _HOME)

"""YAML without its traps: no aliases, no tags, no key twice, bounded in size and depth.

Only what JSON could say is read: mappings with text keys, lists, texts, whole numbers, decimals, true,
false and null. `yes`, `0o17` and `2026-11-22` are texts. Every problem of the syntax names its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from diptych.base.errors import DiptychError

MOST_LETTERS, MOST_NODES, MOST_DEPTH = 100_000, 5_000, 12
"""Bounds of one file. The longest entry has about 4,000 letters and 120 nodes in 5 levels."""

_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?[0-9]{1,30}(\.[0-9]{0,30})?([eE][-+]?[0-9]{1,3})?")
_WORDS = {"null": None, "~": None, "": None, "true": True, "false": False}
_REPAIR = "write plain YAML"

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Read:
    """What a file says, and on which line each of its nodes begins."""

    data: Any
    lines: dict[Path, int]


def read_yaml(text: str, where: str) -> Read:
    """Read one document; `where` names the file in errors. Raises `DiptychError` at the first trap."""
    if len(text) > MOST_LETTERS:
        what = f"has {len(text):,} letters, more than the {MOST_LETTERS:,} that are read"
        raise DiptychError.of(where, what, "shorten it")
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise DiptychError.of(where, "holds halves of characters (surrogates)", "save it as UTF-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Builder(where, yaml.parse(text, Loader=loader)).document()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = where if mark is None else f"{where} line {mark.line + 1}"
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
        raise DiptychError.of(place, f"is no YAML ({reason})", "correct the syntax") from None


@dataclass
class _Builder:
    """Turns the parser's events into values, so that a trap is refused before anything is made of it."""

    where: str
    events: Iterator[Any]
    lines: dict[Path, int] = field(default_factory=dict)

    def document(self) -> Read:
        value, started = None, False
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent) and started:
                raise self._error(event, "holds a second document", "keep one document a file")
            if isinstance(event, yaml.NodeEvent):
                value, started = self._node(event, ()), True
        return Read(value, self.lines)

    def _node(self, event: Any, path: Path) -> Any:
        self._check(event, path)
        self.lines[path] = int(event.start_mark.line) + 1
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        return self._mapping(path) if isinstance(event, yaml.MappingStartEvent) else self._sequence(path)

    def _mapping(self, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            if not isinstance(event, yaml.ScalarEvent):
                raise self._error(event, "has a key that is no text", _REPAIR)
            self._check(event, path)
            if event.value in found:
                raise self._error(event, f"says {event.value[:60]!r} twice", "keep one of them")
            found[event.value] = self._node(next(self.events), (*path, event.value))
        return found

    def _sequence(self, path: Path) -> list[Any]:
        found: list[Any] = []
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            found.append(self._node(event, (*path, len(found))))
        return found

    def _check(self, event: Any, path: Path) -> None:
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise self._error(event, "uses an anchor or alias", "write the value out")
        if event.tag is not None:
            raise self._error(event, f"uses the tag {event.tag[:60]!r}", "write plain values without tags")
        if len(path) > MOST_DEPTH:
            raise self._error(event, f"is nested deeper than {MOST_DEPTH} levels", _REPAIR)
        if len(self.lines) >= MOST_NODES:
            raise self._error(event, f"has more than {MOST_NODES:,} values", "shorten it")

    def _error(self, event: Any, what: str, remedy: str) -> DiptychError:
        return DiptychError.of(f"{self.where} line {event.start_mark.line + 1}", what, remedy)


def _scalar(event: Any) -> Any:
    """The value of a scalar; quoted ones and block texts are always texts."""
    text: str = event.value
    if not event.implicit[0]:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text

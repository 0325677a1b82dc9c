"""Registries: decorators on constructors, each entry with a small card."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.metadata import entry_points
from typing import Generic, TypeVar

from diptych.base.errors import DiptychError


@dataclass(frozen=True, kw_only=True)
class Card:
    """What a reader should know of a registered thing before using it."""

    name: str
    summary: str
    reference: str = ""
    licence: str = "Apache-2.0"


T = TypeVar("T")
C = TypeVar("C", bound=Card)


class Registry(Generic[T, C]):
    """Named constructors with cards; other packages add theirs by entry point.

    `kind` is the plural of what is registered. The entry-point group is `diptych.<kind>`; loading an
    entry must register it.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._entries: dict[str, tuple[T, C]] = {}
        self._plugins_loaded = False

    def register(self, card: C) -> Callable[[T], T]:
        """Decorator: put a constructor into the registry under its card's name."""

        def keep(entry: T) -> T:
            if card.name in self._entries:
                raise ValueError(f"{self.kind} {card.name!r} is registered twice")
            self._entries[card.name] = (entry, card)
            return entry

        return keep

    def __getitem__(self, name: str) -> T:
        self._load_plugins()
        if name in self._entries:
            return self._entries[name][0]
        near = get_close_matches(name, self._entries, n=1)
        known = f"did you mean {near[0]!r}?" if near else f"choose from {', '.join(sorted(self))}"
        raise DiptychError.of(self.kind.removesuffix("s"), f"unknown name {name!r}", known)

    def card(self, name: str) -> C:
        """The card of one entry."""
        self[name]
        return self._entries[name][1]

    def __iter__(self) -> Iterator[str]:
        self._load_plugins()
        return iter(tuple(self._entries))

    def _load_plugins(self) -> None:
        if not self._plugins_loaded:
            self._plugins_loaded = True
            for point in entry_points(group=f"diptych.{self.kind}"):
                point.load()

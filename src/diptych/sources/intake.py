"""What a source hands to the importer, and the registry of sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from diptych.base.registry import Card, Registry

if TYPE_CHECKING:
    from diptych.records.labels import LabelSpace
    from diptych.records.sample import Body, Sample


@dataclass(frozen=True, kw_only=True)
class Intake:
    """A cohort in the making.

    `jobs` read one sample each and raise `DiptychError` with every problem of that sample;
    nothing is read before they run, so a source of any size fits into memory.
    """

    body: Body
    name: str
    note: str = ""
    """Where the data are from and what to cite; goes into `cohort.json`."""
    jobs: tuple[Callable[[], Sample], ...]
    spaces: Mapping[str, LabelSpace] = field(default_factory=dict)
    """Label spaces of layers that have labels of their own."""
    warnings: tuple[str, ...] = ()
    """What a reader should know, though it keeps nothing from being imported."""


class Source(Protocol):
    """A frozen dataclass of options; `build` looks at the input and plans the work."""

    def build(self) -> Intake:
        """Plan the import. Raises `DiptychError` when the input as a whole cannot be read."""


@dataclass(frozen=True, kw_only=True)
class SourceCard(Card):
    """What a reader should know of a source: `licence` is that of its data."""

    cite: str = ""
    """How to name the data's authors; empty for a user's own files."""


SOURCES: Registry[type[Source], SourceCard] = Registry("sources")
"""Every source by its name on the command line."""

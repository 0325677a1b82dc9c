"""The sources as commands: each source's own options and `--out`."""

from __future__ import annotations

from dataclasses import fields, make_dataclass
from pathlib import Path
from typing import Annotated, Any

from tyro.conf import arg

from diptych.sources.importing import import_cohort
from diptych.sources.intake import SOURCES

_OUT = Annotated[
    Path, arg(metavar="DIR", help="The cohort folder to make; it must not exist yet, or be empty.")
]


def verbs() -> dict[str, type]:
    """For every source a frozen dataclass with its options and `out`; calling an instance imports."""
    return {name: _verb(SOURCES[name]) for name in SOURCES}


def _verb(source: type) -> type:
    """A subclass of the source's config: tyro reads the help of its fields off the source itself."""

    def call(self: Any) -> None:
        """Import, and print one line of what came in."""
        values = {field.name: getattr(self, field.name) for field in fields(source)}
        cohort = import_cohort(source(**values), self.out)
        shares = ", ".join(f"{len(cohort.select(split=name))} {name}" for name in cohort.splits)
        layers = ", ".join(cohort.layers) or "no masks"
        print(f"{self.out}: {len(cohort)} samples ({shares}), {layers}")

    verb = make_dataclass(
        f"Import{source.__name__}",
        [("out", _OUT)],
        bases=(source,),
        frozen=True,
        kw_only=True,
        namespace={"__call__": call, "__doc__": source.__doc__},
    )
    return verb

"""The catalogue's own history: which version of the records says what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from diptych.base.errors import DiptychError
from diptych.catalogue.plain_yaml import read_yaml

_FILE = Path(__file__).with_name("changes.yaml")


@dataclass(frozen=True, kw_only=True)
class Version:
    """A state of the records: its number, its day (ISO 8601) and what changed."""

    version: str
    date: str
    changes: tuple[str, ...]


@lru_cache(maxsize=1)
def catalogue_versions() -> tuple[Version, ...]:
    """All versions of the packaged records, newest first. Raises `DiptychError` where the file is broken."""
    where = _FILE.name
    rows = read_yaml(_FILE.read_text(encoding="utf-8"), where).data
    try:
        found = tuple(
            Version(version=row["version"], date=row["date"], changes=tuple(row["changes"])) for row in rows
        )
    except (KeyError, TypeError):
        what = "has a version without its number, its date or its changes"
        raise DiptychError.of(where, what, "give all three") from None
    return found

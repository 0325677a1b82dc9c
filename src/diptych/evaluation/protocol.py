"""Protocols: frozen, named, hashable lists of what is measured and how."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from diptych.base.config import decode, encode
from diptych.base.errors import DiptychError, Problems
from diptych.evaluation.evidence import Settings
from diptych.evaluation.extractors import EXTRACTORS
from diptych.evaluation.measures import MEASURES

DEFAULT = "radiograph-2d-v1"
HOME = files("diptych") / "evaluation" / "protocols"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One measure of a protocol, taken once for each extractor."""

    name: str
    extractors: tuple[str, ...] = ()
    primary: bool = False
    """Whether it decides the verdict of its axis."""


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """(H, W) at which images of a body region are compared."""

    panoramic: tuple[int, int]
    chest: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """What is measured: the same file, the same hash, comparable numbers."""

    name: str
    summary: str
    size: Sizes
    measures: tuple[Item, ...]
    seed: int = 0
    most: int = 5000
    """Images a side; larger cohorts are subsampled."""
    settings: Settings = field(default_factory=Settings)

    @property
    def hash(self) -> str:
        """SHA-256 over all that the file says, layout and comments aside."""
        text = json.dumps(encode(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def load(name: str) -> Protocol:
    """A packaged protocol by name, or any by the path of its file.

    Raises `DiptychError` for a file that is missing or not TOML, and for every unknown field,
    measure and extractor at once.
    """
    path = Path(name)
    packaged = HOME / f"{name}.toml"
    try:
        raw = path.read_bytes() if path.suffix == ".toml" else packaged.read_bytes()
        data = tomllib.loads(raw.decode())
    except FileNotFoundError:
        remedy = f"choose from {', '.join(names())}, or give the path of a .toml file"
        raise DiptychError.of("protocol", f"unknown name {name!r}", remedy) from None
    except (OSError, ValueError, RecursionError) as error:
        raise DiptychError.of(name, f"cannot be read ({error})", "write it as TOML") from None
    protocol = decode(Protocol, data, name)
    _check(protocol, name)
    return protocol


def names() -> tuple[str, ...]:
    """The packaged protocols."""
    return tuple(sorted(f.name.removesuffix(".toml") for f in HOME.iterdir() if f.name.endswith(".toml")))


def _check(protocol: Protocol, where: str) -> None:
    problems = Problems()
    for item in protocol.measures:
        with problems.collect():
            card = MEASURES.card(item.name)
            wants = "features" in card.needs
            if wants != bool(item.extractors):
                what = "needs an extractor" if wants else "takes no extractor"
                raise DiptychError.of(f"{where}, measure {item.name}", what, "correct its line")
        for name in item.extractors:
            with problems.collect():
                EXTRACTORS[name]
    problems.raise_any()

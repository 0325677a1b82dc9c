"""From a folder of YAML files to a catalogue. All problems of all files are reported at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from diptych.base.errors import DiptychError, Problem, Problems
from diptych.catalogue.entry import Entry
from diptych.catalogue.plain_yaml import MOST_LETTERS, Read, read_yaml

PACKAGED = Path(__file__).with_name("entries")
"""The folder of the entries that come with the package."""
_REMEDY = "see docs/reference/catalogue.md for what the field may hold"


@dataclass(frozen=True)
class Catalogue:
    """Entries by id, in the order of their ids."""

    entries: tuple[Entry, ...]
    _by_id: Mapping[str, Entry] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {entry.id: entry for entry in self.entries})

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __getitem__(self, name: str) -> Entry:
        """The entry of that id. Raises `DiptychError` with the nearest ids when there is none."""
        from difflib import get_close_matches

        if name in self._by_id:
            return self._by_id[name]
        near = get_close_matches(name, self._by_id, n=3, cutoff=0.5)
        remedy = f"did you mean {', '.join(near)}?" if near else "search for it first"
        raise DiptychError.of("catalogue", f"has no entry {name!r}", remedy)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all entries as hex: equal catalogues have equal digests."""
        digest = hashlib.sha256()
        for entry in self.entries:
            digest.update(entry.model_dump_json(exclude_defaults=True).encode())
        return digest.hexdigest()


def load_catalogue(folder: str | Path | None = None) -> Catalogue:
    """The catalogue of a folder of `ID.yaml` files; without one, that of the package.

    Raises one `DiptychError` with every problem of every file: file, line, field, remedy.
    """
    return _packaged() if folder is None else _load(Path(folder))


@lru_cache(maxsize=1)
def _packaged() -> Catalogue:
    return _load(PACKAGED)


def _load(folder: Path) -> Catalogue:
    if not folder.is_dir():
        raise DiptychError.of(str(folder), "is not a folder", "give the folder that holds the entries")
    problems, found, seen = Problems(), list[Entry](), dict[str, Path]()
    for path in sorted(folder.glob("*.yaml")) + sorted(folder.glob("*.yml")):
        with problems.collect():
            entry = read_entry(path)
            if entry.id in seen:
                what = f"repeats the id {entry.id!r} of {seen[entry.id].name}"
                raise DiptychError.of(str(path), what, "give one of them another id, or drop it")
            seen[entry.id] = path
            found.append(entry)
            if path.stem != entry.id:
                raise DiptychError.of(str(path), f"holds the id {entry.id!r}", f"name it {entry.id}.yaml")
    problems.raise_any()
    if not found:
        raise DiptychError.of(str(folder), "holds no entry", "give a folder of ID.yaml files")
    return Catalogue(tuple(sorted(found, key=lambda entry: entry.id)))


def read_entry(path: Path) -> Entry:
    """The entry of one file. Raises `DiptychError` with all its problems."""
    where = str(path)
    if not path.is_file():  # a pipe would keep the reader waiting, a device never ends
        raise DiptychError.of(where, "cannot be read (no file)", "check the path")
    try:
        with path.open("rb") as file:
            data = file.read(4 * MOST_LETTERS + 1)
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DiptychError.of(where, "is no text in UTF-8", "save it as UTF-8") from None
    except OSError as error:
        raise DiptychError.of(where, f"cannot be read ({error.strerror})", "check the file") from None
    return parse_entry(text, where)


def parse_entry(text: str, where: str = "entry") -> Entry:
    """The entry that a YAML text describes; `where` names it in errors.

    Raises `DiptychError` with every problem of its fields, each with its line.
    """
    read = read_yaml(text, where)
    if not isinstance(read.data, dict):
        raise DiptychError.of(where, "is no mapping of fields to values", "write `id: ...` and so on")
    try:
        # JSON mode takes lists for tuples and texts for dates, and converts nothing else.
        return Entry.model_validate_json(json.dumps(read.data))
    except ValidationError as error:
        raise DiptychError(_problems(error.errors(include_url=False), read, where)) from None


def _problems(errors: Sequence[Any], read: Read, where: str) -> list[Problem]:
    """Each fault with the line of the node that it is about, or of the nearest one above."""
    found = []
    for error in errors:
        path: tuple[str | int, ...] = error["loc"]
        if any(other["loc"][: len(path)] == path != other["loc"] for other in errors):
            continue  # a list is called too short where its items are at fault
        known = next(path[:n] for n in range(len(path), -1, -1) if path[:n] in read.lines)
        place = f"{where} line {read.lines[known]}"
        if path:
            place += f", field {_dotted(path)}"
        found.append(Problem(place, _what(error), _REMEDY))
    return found


def _dotted(path: tuple[str | int, ...]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def _what(error: Mapping[str, Any]) -> str:
    """Pydantic's message in the words of the house, with the start of the wrong value."""
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "missing":
        return "is missing"
    if error["type"] == "extra_forbidden":
        return "is no field of an entry"
    message = message.replace("a valid array", "a list").replace("an object", "a mapping of fields")
    shown = repr(error["input"])
    shown = shown if len(shown) <= 60 else f"{shown[:60]}..."
    return f"{message[:1].lower()}{message[1:]}, found {shown}"

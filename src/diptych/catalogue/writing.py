"""An entry as a YAML file that reads back to the same entry; what is not reported is left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from diptych.base.atomic import write_text
from diptych.catalogue.entry import Entry

_FOR_EDITORS = "# yaml-language-server: $schema=../entry.schema.json"
"""Tells editors where the schema of an entry lies."""


def entry_yaml(entry: Entry) -> str:
    """The entry as YAML in the order of the schema, without absent fields."""
    text = yaml.dump(plain(entry), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110)
    return f"{_FOR_EDITORS}\n{text}"


def plain(entry: Entry) -> dict[str, Any]:
    """The entry as JSON values; what is as the schema assumes, such as absent fields, is left out."""
    values: dict[str, Any] = entry.model_dump(mode="json", exclude_defaults=True)
    return values


def write_entry(entry: Entry, folder: Path) -> Path:
    """Write `folder/ID.yaml` whole or not at all, over what stands there, and return its path."""
    path = folder / f"{entry.id}.yaml"
    write_text(path, entry_yaml(entry))
    return path


class _Plain(yaml.SafeDumper):
    """Writes no anchors: the reader refuses them."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write every value out, also one that stands elsewhere."""
        return True

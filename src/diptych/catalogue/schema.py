"""JSON Schema of an entry, for editors that complete and check YAML while one writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SCHEMA = Path(__file__).with_name("entry.schema.json")
"""The committed schema, made by `python -m diptych.catalogue.schema`; a test holds it equal to the models."""


def entry_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) that the models of an entry give."""
    from diptych.catalogue.entry import Entry

    schema = Entry.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def schema_text() -> str:
    """The schema as it is committed."""
    return json.dumps(entry_schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    from diptych.base.atomic import write_text

    write_text(SCHEMA, schema_text())

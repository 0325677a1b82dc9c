"""JSON Schema of an entry, for editors that complete and check YAML while one writes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
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


def field_lines() -> list[str]:
    """Every field with its dotted path, its form and what it holds: rows of a table for the reference."""
    schema = entry_schema()
    return [f"| `{path}` | {form} | {text} |" for path, form, text in _fields(schema, schema["$defs"], "")]


def _fields(
    model: Mapping[str, Any], models: Mapping[str, Any], above: str
) -> Iterator[tuple[str, str, str]]:
    for name, field in model["properties"].items():
        form = _form(field)
        needed = " (needed)" if name in model.get("required", ()) else ""
        inner = models.get(form.removeprefix("list of "))
        shown = form if inner is None else form.replace(inner["title"], "fields")
        yield f"{above}{name}", f"{shown}{needed}", field.get("description", "")
        if inner is not None:
            yield from _fields(inner, models, f"{above}{name}.")


def _form(field: Mapping[str, Any]) -> str:
    """What stands in a field, in one or two words."""
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    if "anyOf" in field:
        return next(_form(option) for option in field["anyOf"] if option.get("type") != "null")
    if field.get("type") == "array":
        return f"list of {_form(field['items'])}"
    if "enum" in field:
        return "term"
    names = {"string": "text", "integer": "whole number", "boolean": "true or false", "uri": "address"}
    kind = str(field.get("format") or field["type"])
    return names.get(kind, kind)


if __name__ == "__main__":
    from diptych.base.atomic import write_text

    write_text(SCHEMA, schema_text())

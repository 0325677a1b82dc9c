"""A plan on disk: `fusion.json` says what the arm is, `manifest.jsonl` why each row is there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from diptych.base.atomic import write_json, write_text
from diptych.base.config import decode, encode
from diptych.base.errors import DiptychError, Problems
from diptych.fusion.arm import Arm
from diptych.fusion.plan import Phase, Plan, PlanRow

ARM_FILE = "fusion.json"
MANIFEST_FILE = "manifest.jsonl"
_AGAIN = "fuse the cohorts again"


@dataclass(frozen=True, kw_only=True)
class Source:
    """A cohort that rows were taken from."""

    name: str
    fingerprint: str
    """SHA-256 over those of its rows that the arm uses."""


@dataclass(frozen=True, kw_only=True)
class _File:
    """What stands in `fusion.json`; the phases stand there without their rows."""

    arm: Arm
    phases: tuple[Phase, ...]
    notes: tuple[str, ...]
    real: Source
    synthetic: Source | None = None
    phantom: Source | None = None


def write_manifest(
    folder: Path, plan: Plan, sources: Mapping[str, Source], splits: Mapping[str, str]
) -> None:
    """Write both files; `splits` says for every held-out row, by name, in which split it stands."""
    phases = tuple(replace(phase, rows=()) for phase in plan.phases)
    write_json(
        folder / ARM_FILE, encode(_File(arm=plan.arm, phases=phases, notes=plan.notes, **dict(sources)))
    )
    lines = [{"phase": phase.name, **encode(row)} for phase, row in plan.training()]
    lines += [{"phase": splits[row.name], **encode(row)} for row in plan.held]
    write_text(folder / MANIFEST_FILE, "".join(json.dumps(x, ensure_ascii=False) + "\n" for x in lines))


def read_manifest(folder: Path) -> tuple[Plan, dict[str, Source]]:
    """The plan of a fused cohort, and where its rows are from.

    Raises `DiptychError` when a file is missing or is not what diptych writes.
    """
    path = folder / ARM_FILE
    told = decode(_File, _json(_text(path), str(path)), str(path))
    rows: dict[str, list[PlanRow]] = {}
    problems = Problems()
    for where, line in _lines(folder / MANIFEST_FILE):
        with problems.collect():
            phase, row = _row(line, where)
            rows.setdefault(phase, []).append(row)
    problems.raise_any()
    phases = tuple(replace(phase, rows=tuple(rows.pop(phase.name, []))) for phase in told.phases)
    held = tuple(row for part in rows.values() for row in part)
    plan = Plan(arm=told.arm, phases=phases, held=held, notes=told.notes)
    sources = {"real": told.real, "synthetic": told.synthetic, "phantom": told.phantom}
    return plan, {name: source for name, source in sources.items() if source is not None}


def _row(line: Any, where: str) -> tuple[str, PlanRow]:
    if not isinstance(line, dict) or not isinstance(line.get("phase"), str):
        raise DiptychError.of(where, "names no phase", _AGAIN)
    return line["phase"], decode(PlanRow, {key: line[key] for key in line if key != "phase"}, where)


def _lines(path: Path) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if line.strip():
            where = f"{path} line {number}"
            yield where, _json(line, where)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DiptychError.of(str(path), "file is missing", "give a folder that diptych fuse made") from None
    except (OSError, ValueError) as error:
        raise DiptychError.of(str(path), f"cannot be read ({error})", _AGAIN) from None


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DiptychError.of(where, f"is not JSON ({error})", _AGAIN) from None

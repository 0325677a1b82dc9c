"""What a study's folder says of the study: another one, or another version, must not go on in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from diptych import __version__
from diptych.base.alone import LOCK
from diptych.base.atomic import check_outside
from diptych.base.config import decode, encode
from diptych.base.errors import DiptychError, Problems
from diptych.base.wording import few
from diptych.phantoms.writing import ENGINE
from diptych.recipes import recipe
from diptych.records.cohort import Cohort
from diptych.studies.design import Study
from diptych.studies.jobs import Given

STUDY = "study.json"
HASH = 12
"""Hexadecimal digits that stand for the recipes."""
SHOWN = 3
"""Fields that differ, of which a line tells."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What stands in `study.json`."""

    study: Study
    real: str
    """Fingerprint of the real cohort."""
    transfer: str
    version: str = ""
    """Of the package that began the study; empty, as the next two, in files of before it was written."""
    engine: str = ""
    """Of the phantoms."""
    recipes: str = ""
    """A hash of the recipes of the families, in their order."""


def claim(given: Given) -> Claim:
    """What is to stand in the study's folder: this study, and what began it.

    Raises `DiptychError` where the folder holds something else, with the fields that differ: more seeds,
    sizes, arms and learners than before are the same study.
    """
    now = Claim(
        study=given.study,
        real=Cohort.open(given.real).fingerprint(),
        transfer=Cohort.open(given.transfer).fingerprint() if given.transfer else "",
        **_makers(given.study),
    )
    check_outside(given.out)
    path = given.out / STUDY
    if not path.is_file():
        if given.out.exists() and any(path.name != LOCK for path in given.out.iterdir()):
            raise DiptychError.of(str(given.out), "exists and is not empty", "choose another --out")
        return now
    then = _read(path)
    _check_same(then, now, str(given.out))
    # An encoder that is left out for a while must not come back as another one.
    study = replace(now.study, encoder=now.study.encoder or then.study.encoder)
    return replace(now, study=study, version=then.version, engine=then.engine, recipes=then.recipes)


def check_makers(begun: Claim, where: str) -> None:
    """Raise `DiptychError` where another version began the study: its cells would be made of other things."""
    makers = _makers(begun.study)
    if found := list(_differing({name: getattr(begun, name) for name in makers}, makers)):
        remedy = "choose another --out, or go on with the version that began it"
        raise DiptychError.of(where, f"holds a study that another version began: {few(found, SHOWN)}", remedy)


def _makers(study: Study) -> dict[str, str]:
    plain = json.dumps([encode(recipe(family.recipe)) for family in study.families], sort_keys=True)
    recipes = hashlib.sha256(plain.encode()).hexdigest()[:HASH]
    return {"version": __version__, "engine": ENGINE, "recipes": recipes}


def _read(path: Path) -> Claim:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        reason = str(error).partition("\n")[0]
        remedy = "restore it from a copy, or choose another --out"
        raise DiptychError.of(str(path), f"cannot be read ({reason})", remedy) from None
    return decode(Claim, found, str(path))


def _check_same(then: Claim, now: Claim, where: str) -> None:
    problems, remedy = Problems(), "choose another --out, or run the study that lies there"
    if found := list(_differing(*(encode(one.study) for one in _growing(then, now)))):
        problems.add(where, f"holds another study: {few(found, SHOWN)}", remedy)
    for flag in ("real", "transfer"):
        if getattr(then, flag) != getattr(now, flag):
            problems.add(where, f"holds a study of other images: --{flag} differs", remedy)
    problems.raise_any()


def _growing(*claims: Claim) -> Iterator[Claim]:
    """Without what may be added to later: cells of other seeds, sizes, arms and learners stay as they are."""
    encoders = [claim.study.encoder for claim in claims]
    for one, encoder in zip(claims, encoders, strict=True):
        kept = replace(encoder, path="") if encoder and all(encoders) else None
        same = replace(one.study, seeds=1, generator_seeds=1, sizes=(), arms=(), learners=(), encoder=kept)
        yield replace(one, study=same)


def _differing(then: Any, now: Any, name: str = "") -> Iterator[str]:
    """The fields of two plain values that differ, with both."""
    if isinstance(then, dict) and isinstance(now, dict):
        for key in now:
            yield from _differing(then[key], now[key], f"{name}.{key}" if name else key)
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for place, (old, new) in enumerate(zip(then, now, strict=True)):
            yield from _differing(old, new, f"{name}[{place}]")
    elif then != now:
        yield f"{name} is {_short(then)} there and {_short(now)} here"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False) if value != "" else "not told"
    return text if len(text) <= 40 else f"{text[:40]}..."

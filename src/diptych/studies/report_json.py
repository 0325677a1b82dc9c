"""`table.json`: every number of an answer as strict JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from diptych.studies.answered import Answer
from diptych.studies.cells import DIGITS
from diptych.studies.outcomes import Outcome
from diptych.studies.placed import Contender, Placed


def answer_json(answer: Answer) -> str:
    """The answer as text; numbers are rounded to six decimals, and what is not finite is null."""
    return json.dumps(_plain(answer), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, Placed):
        return value.study.name
    if isinstance(value, Contender):
        return value.label
    if isinstance(value, Outcome):
        return {"name": value.name, "over": value.over, "better": value.better}
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return round(value, DIGITS) if math.isfinite(value) else None
    return value

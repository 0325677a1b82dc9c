"""Where things are kept that can be made again."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """`$DIPTYCH_CACHE`, or `~/.cache/diptych`; what lies in it may be deleted at any time."""
    named = os.environ.get("DIPTYCH_CACHE", "")
    return Path(named) if named else Path.home() / ".cache" / "diptych"

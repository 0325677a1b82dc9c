"""A verb in a process of its own that has begun to write."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path


def begun(folder: Path) -> subprocess.Popen[bytes]:
    """Thousands of phantoms on their way into `folder/out`, the first of which are there."""
    command = [sys.executable, "-m", "diptych", "phantom", "chest", "--count", "10000", "--out", "out"]
    running = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE)
    until = time.monotonic() + 60
    while not any(folder.glob(".out.*.part/images/*.png")) and time.monotonic() < until:
        time.sleep(0.05)
    return running

"""What generation costs: seconds, memory, parameters."""

from __future__ import annotations

import platform
import sys
from time import perf_counter

import torch

from diptych.records.cost import Cost
from diptych.training.checkpoint import Checkpoint


class Meter:
    """A clock that is stopped after every stretch of samples."""

    def __init__(self) -> None:
        self._samples: list[int] = []
        self._seconds: list[float] = []
        self._since = perf_counter()

    def stretch(self, samples: int) -> None:
        """So many samples are done since the last call."""
        now = perf_counter()
        self._samples.append(samples)
        self._seconds.append(round(now - self._since, 4))
        self._since = now

    def cost(self, checkpoint: Checkpoint) -> Cost:
        """All that was timed."""
        return Cost(
            maker=f"{checkpoint.name} {checkpoint.hash}",
            samples=tuple(self._samples),
            seconds=tuple(self._seconds),
            peak_mib=_peak_mib(),
            parameters=sum(p.numel() for p in checkpoint.model.parameters()),
            machine=_machine(),
        )


def _machine() -> str:
    threads = torch.get_num_threads()
    return f"{platform.machine()}, {threads} thread{'s' if threads > 1 else ''}"


def _peak_mib() -> float:
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    # Bytes on macOS, KiB elsewhere (getrusage(2)).
    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20, 1)

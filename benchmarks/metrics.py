"""Our metrics beside torchmetrics and prdc on the same features: seconds and memory. Not a test; Linux only.

python benchmarks/metrics.py [--n 5000 20000] [--only prdc] [--cores 2] [--type float32] [--cpu] [--kept FILE]

Every entry runs in a process of its own, bound to the same cores. Times are of the clock on the wall; on a
busy machine `--cpu`, the time on the processor, says more, but then only with one core. Memory is the highest
resident size during the call less what was resident before it, with the features loaded, the modules imported
and the metric tried on 100 rows. `--kept` remembers what was measured: a run can be stopped and goes on.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import platform
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FEW = 5000
"""Samples up to which a time is the median of three calls."""

Features = NDArray[np.floating]
Metric = Callable[[Features, Features], Mapping[str, float]]


def our_frechet() -> Metric:
    """With its interval, like all of ours."""
    from diptych.metrics.frechet import frechet

    return lambda x, y: {"value": frechet(x, y).value}


def our_kid() -> Metric:
    """Over all pairs."""
    from diptych.metrics.kid import kid

    return lambda x, y: {"value": kid(x, y).value}


def our_mmd() -> Metric:
    """Gaussian kernel, median distance."""
    from diptych.metrics.mmd import mmd

    return lambda x, y: {"value": mmd(x, y).value}


def our_prdc() -> Metric:
    """All four shares, k = 5."""
    from diptych.metrics.coverage import prdc

    def shares(x: Features, y: Features) -> Mapping[str, float]:
        found = prdc(x, y, 5)
        return {name: getattr(found, name).value for name in ("precision", "recall", "density", "coverage")}

    return shares


def our_vendi() -> Metric:
    """Ratio of two."""
    from diptych.metrics.vendi import vendi_ratio

    return lambda x, y: {"value": vendi_ratio(x, y).value}


def our_support() -> Metric:
    """Alpha-precision and beta-recall."""
    from diptych.metrics.support import alpha_precision, beta_recall

    return lambda x, y: {"alpha": alpha_precision(x, y).value, "beta": beta_recall(x, y).value}


def their_frechet() -> Metric:
    """Of torchmetrics, features handed through."""
    from torchmetrics.image.fid import FrechetInceptionDistance

    return _filled(FrechetInceptionDistance)


def their_kid() -> Metric:
    """Of torchmetrics, one subset of all samples."""
    from torchmetrics.image.kid import KernelInceptionDistance

    return _filled(KernelInceptionDistance)


def their_prdc() -> Metric:
    """Of its authors; it prints the sizes."""
    from prdc import compute_prdc

    def shares(x: Features, y: Features) -> Mapping[str, float]:
        with contextlib.redirect_stdout(io.StringIO()):
            return {name: float(value) for name, value in compute_prdc(y, x, 5).items()}

    return shares


def _filled(kind: Any) -> Metric:
    import torch

    class Pass(torch.nn.Module):
        num_features = 0

        def forward(self, rows: Any) -> Any:
            return rows

    def value(x: Features, y: Features) -> Mapping[str, float]:
        through = Pass()
        through.num_features = x.shape[1]
        options = {"subsets": 1, "subset_size": len(x)} if kind.__name__.startswith("Kernel") else {}
        metric = kind(through, **options).set_dtype(torch.from_numpy(x[:1]).dtype)
        metric.update(torch.from_numpy(y), real=True)
        metric.update(torch.from_numpy(x), real=False)
        found = metric.compute()
        return {"value": float(found[0] if isinstance(found, tuple) else found)}

    return value


PAIRS: dict[str, tuple[Callable[[], Metric], Callable[[], Metric] | None, str]] = {
    "frechet": (our_frechet, their_frechet, "torchmetrics"),
    "kid": (our_kid, their_kid, "torchmetrics"),
    "prdc": (our_prdc, their_prdc, "prdc"),
    "mmd": (our_mmd, None, ""),
    "vendi-ratio": (our_vendi, None, ""),
    "alpha-beta": (our_support, None, ""),
}


def features(n: int, wide: int, kind: str) -> tuple[Features, Features]:
    """Two cohorts of correlated features, made in parts so that nothing larger was ever resident."""
    chance = np.random.default_rng(0)
    mix = chance.normal(size=(wide, wide)) / np.sqrt(wide)
    sets = np.empty((2, n, wide), dtype=kind)
    for rows, mean in zip(sets, (0.05, 0.0), strict=True):
        for start in range(0, n, 1000):
            part = rows[start : start + 1000]
            part[:] = chance.normal(mean, 1, size=part.shape) @ mix
    return sets[0], sets[1]


def resident(field: str) -> float:
    """Megabytes that this process has now (VmRSS), or had at most (VmHWM)."""
    found = re.search(rf"{field}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) / 1024


def alone(name: str, ours: bool, n: int, wide: int, kind: str) -> dict[str, Any]:
    """What the child process measures: seconds of both kinds, growth of memory, values."""
    make = PAIRS[name][0 if ours else 1]
    assert make is not None
    metric, (x, y), clocks = make(), features(n, wide, kind), []
    metric(x[:100], y[:100])
    Path("/proc/self/clear_refs").write_text("5")  # the highest resident size starts anew
    before = resident("VmRSS")
    for _ in range(3 if n <= FEW else 1):
        start = np.array([time.perf_counter(), time.process_time()])
        values = metric(x, y)
        clocks.append(np.array([time.perf_counter(), time.process_time()]) - start)
    grown = resident("VmHWM") - before
    wall, cpu = np.median(clocks, axis=0).tolist()
    return {"wall": wall, "cpu": cpu, "megabytes": grown, "values": dict(values)}


def measured(call: list[Any], cores: int, limit: float) -> dict[str, Any] | None:
    """The same in a fresh process on so many cores; None where it outgrows `limit` gigabytes."""

    def bounded() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (int(limit * 2**30),) * 2)
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])

    threads = {name: str(cores) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
    command = [sys.executable, __file__, "--child", json.dumps(call)]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, preexec_fn=bounded, env=os.environ | threads
    )
    if done.returncode == 0:
        return dict(json.loads(done.stdout.splitlines()[-1]))
    if any(word in done.stderr for word in ("MemoryError", "allocate", "out of memory")):
        return None
    raise SystemExit(done.stderr)


class Measurements:
    """Measures each entry once; a file, where there is one, remembers it for the next run."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self.asked = asked
        self.file: Path | None = asked.kept
        lines = self.file.read_text().splitlines() if self.file and self.file.exists() else []
        self.known: dict[str, Any] = dict(json.loads(line) for line in lines)

    def of(self, name: str, ours: bool, n: int) -> dict[str, Any] | None:
        """Times, megabytes and values; None where memory did not suffice."""
        call = [name, ours, n, self.asked.wide, self.asked.type]
        key = json.dumps([*call, self.asked.cores, self.asked.limit])
        if key not in self.known:
            self.known[key] = measured(call, self.asked.cores, self.asked.limit)
            if self.file:
                with self.file.open("a") as file:
                    file.write(json.dumps([key, self.known[key]]) + "\n")
        return self.known[key]


def differ(first: Mapping[str, float], second: Mapping[str, float]) -> float:
    """The greatest relative difference of two sets of values."""
    return max(abs(first[key] - second[key]) / max(abs(second[key]), 1e-12) for key in first)


def row(name: str, n: int, take: Measurements) -> str:
    """One line of the table: ours, theirs, how many times as much theirs is, and whether they agree."""
    peer, limit = PAIRS[name][2], take.asked.limit
    ours, theirs = take.of(name, True, n), take.of(name, False, n) if peer else None
    cells = [name, str(n), peer or "none"]
    if ours is None:
        return " | ".join([*cells, f"ours more than {limit:g} GB"])
    for key, form in (("cpu" if take.asked.cpu else "wall", ".2f"), ("megabytes", ".0f")):
        one = ours[key]
        cells.append(format(one, form))
        if theirs:
            cells += [format(theirs[key], form), f"{theirs[key] / max(one, 1e-3):.2f}"]
        elif not peer or key != "megabytes":
            cells += ["", ""]
        else:
            cells += [f"> {1024 * limit:.0f}", f"> {1024 * limit / one:.0f}"]
    cells.append(f"{differ(ours['values'], theirs['values']):.0e}" if theirs else "")
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """The table, or one measurement of the child process."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--n", type=int, nargs="+", default=[5000, 20000], help="samples a set")
    parser.add_argument("--only", nargs="+", choices=PAIRS, default=list(PAIRS), help="these metrics")
    parser.add_argument("--wide", type=int, default=512, help="features")
    parser.add_argument("--type", choices=("float64", "float32"), default="float64", help="of the features")
    parser.add_argument("--cores", type=int, default=2, help="that every process is bound to")
    parser.add_argument(
        "--limit", type=float, default=16, help="gigabytes of address space a process may use"
    )
    parser.add_argument("--cpu", action="store_true", help="compare seconds on the processor")
    parser.add_argument("--kept", type=Path, help="file of what was measured already")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        print(json.dumps(alone(*json.loads(asked.child))))
        return
    cores = f"{asked.cores} of {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before"
    print(f"python {platform.python_version()}, {platform.machine()}, {cores}")
    clock = f"seconds on the {'processor' if asked.cpu else 'wall'}, median of 3 up to n = {FEW}"
    print(f"{asked.wide} features of {asked.type}; {clock}\n")
    print("| metric | n | peer | s | peer | times | MB | peer | times | values differ |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    take = Measurements(asked)
    for n in asked.n:
        for name in asked.only:
            print(row(name, n, take), flush=True)


if __name__ == "__main__":
    main()

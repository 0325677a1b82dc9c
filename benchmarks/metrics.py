"""Our metrics beside torchmetrics and prdc on the same features: seconds, and memory. Not a test.

python benchmarks/metrics.py [--n 5000] [--large 20000] [--wide 512] [--limit GIGABYTES]
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

REPEATS = 3
Features = NDArray[np.float64]
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
        metric = kind(through, **options).set_dtype(torch.float64)
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
    "vendi ratio": (our_vendi, None, ""),
    "alpha and beta": (our_support, None, ""),
}


def features(n: int, wide: int) -> tuple[Features, Features]:
    """Two cohorts of correlated features."""
    chance = np.random.default_rng(0)
    mix = chance.normal(size=(wide, wide)) / np.sqrt(wide)
    return chance.normal(0.05, 1, size=(n, wide)) @ mix, chance.normal(size=(n, wide)) @ mix


def peak() -> float:
    """Most memory that this process has had, in megabytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 2**10)


def alone(name: str, ours: bool, n: int, wide: int, repeats: int) -> dict[str, Any]:
    """What the child process measures: median seconds, growth of memory, values."""
    make = PAIRS[name][0 if ours else 1]
    assert make is not None
    metric, (x, y), times = make(), features(n, wide), []
    metric(x[:100], y[:100])
    before = peak()
    for _ in range(repeats):
        start = time.perf_counter()
        values = metric(x, y)
        times.append(time.perf_counter() - start)
    return {"seconds": statistics.median(times), "megabytes": peak() - before, "values": dict(values)}


def measured(name: str, ours: bool, n: int, wide: int, repeats: int, limit: float) -> dict[str, Any] | None:
    """The same in a fresh process that may not grow beyond `limit` gigabytes; None where it would."""

    def bounded() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (int(limit * 2**30),) * 2)

    call = json.dumps([name, ours, n, wide, repeats])
    command = [sys.executable, __file__, "--child", call]
    done = subprocess.run(command, check=False, capture_output=True, text=True, preexec_fn=bounded)
    if done.returncode == 0:
        return dict(json.loads(done.stdout.splitlines()[-1]))
    if any(word in done.stderr for word in ("MemoryError", "allocate", "out of memory")):
        return None
    raise SystemExit(done.stderr)


def differ(first: Mapping[str, float], second: Mapping[str, float]) -> float:
    """The greatest relative difference of two sets of values."""
    return max(abs(first[key] - second[key]) / max(abs(second[key]), 1e-12) for key in first)


def table(n: int, wide: int, repeats: int, limit: float, key: str) -> None:
    """One line a metric: ours, theirs, how many times as much theirs is, and whether they agree."""
    print(f"\n{key} at n = {n}, d = {wide}, median of {repeats}")
    for name, (_, theirs, whose) in PAIRS.items():
        one = measured(name, True, n, wide, repeats, limit)
        two = measured(name, False, n, wide, repeats, limit) if theirs else None
        line = f"{name:<16} ours {one[key]:9.2f}" if one else f"{name:<16} ours > {limit:g} GB"
        if theirs and two is None:
            line += f"   {whose} more than {limit:g} GB"
        if one and two:
            ratio, apart = two[key] / max(one[key], 1e-9), differ(one["values"], two["values"])
            line += f"   {whose} {two[key]:9.2f}   x {ratio:6.2f}   values differ by {apart:.1e}"
        print(line, flush=True)


def main() -> None:
    """Both tables, or one measurement of the child process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=5000, help="samples a set for the times")
    parser.add_argument("--large", type=int, default=20000, help="samples a set for the memory")
    parser.add_argument("--wide", type=int, default=512, help="features")
    parser.add_argument(
        "--limit", type=float, default=16.0, help="gigabytes of address space a process may use"
    )
    parser.add_argument("--child", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        print(json.dumps(alone(*json.loads(asked.child))))
        return
    print(f"python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")
    table(asked.n, asked.wide, REPEATS, asked.limit, "seconds")
    table(asked.large, asked.wide, 1, asked.limit, "megabytes")


if __name__ == "__main__":
    main()

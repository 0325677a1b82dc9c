"""How quick it is here: start-up, phantoms, features, sampling. Prints one line a number; not a test.

python benchmarks/speed.py [--checkpoint NAME|DIR ...]
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

REPEATS = 5
PROMPTS = {
    "chest-nano": "AP chest radiograph of a child, normal.",
    "panoramic-nano": "Panoramic radiograph, teeth 18, 28, 38 and 48 missing, restorations.",
}


def seconds(act: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def say(name: str, times: list[float], per: int = 1, unit: str = "ms", limit: str = "") -> None:
    """Print median, least and most, each divided by `per`."""
    low, middle, high = (1000 * f(times) / per for f in (min, statistics.median, max))
    print(f"{name:<46} {middle:8.1f} {unit} [{low:.1f}, {high:.1f}]  {limit}", flush=True)


def start_up() -> None:
    """Fresh processes: the import and the help."""

    def fresh(*arguments: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, *arguments], check=True, capture_output=True)

    bare = statistics.median(seconds(fresh("-c", "pass")) for _ in range(REPEATS))
    print(f"{'python itself':<46} {1000 * bare:8.1f} ms")
    say("import diptych", [seconds(fresh("-c", "import diptych")) for _ in range(REPEATS)], limit="< 300")
    say("diptych --help", [seconds(fresh("-m", "diptych", "--help")) for _ in range(REPEATS)], limit="< 500")


def phantoms() -> None:
    """One core, 128 x 256 and 128 x 128."""
    from diptych.phantoms import draw

    for body, count in (("panoramic", 50), ("chest", 50)):
        draw(body, 0)
        times = [seconds(lambda: [draw(body, seed) for seed in range(count)]) for _ in range(REPEATS)]  # noqa: B023
        rate = count / statistics.median(times)
        print(f"{f'phantom {body}':<46} {rate:8.1f} images/s a core  >= 50")


def features() -> None:
    """The general extractor at 128 x 128, nothing kept from earlier runs."""
    import numpy as np
    import torch

    from diptych.evaluation.extractors import lite0

    extract, count = lite0(), 64
    images = np.random.default_rng(0).integers(0, 256, (count, 128, 128), dtype=np.uint8)
    extract(images[:4])
    rate = count / statistics.median(seconds(lambda: extract(images)) for _ in range(REPEATS))
    name = f"features, {extract.card.name}, {torch.get_num_threads()} threads"
    print(f"{name:<46} {rate:8.1f} images/s  >= 40")


def sampling(checkpoint: str, threads: int) -> None:
    """Milliseconds a pair, decoders, marks and files included, batch 8."""
    from diptych.generation import generate

    prompt, count = PROMPTS.get(Path(checkpoint).name, ""), 32
    with tempfile.TemporaryDirectory() as scratch:

        def draw(index: int, samples: int) -> float:
            out = Path(scratch) / str(index)
            return seconds(
                lambda: generate(
                    checkpoint=checkpoint, prompts=(prompt,), count=samples, seed=0, batch_size=8, out=out
                )
            )

        few = draw(0, 8)
        times = [draw(index, 8 + count) - few for index in range(1, REPEATS + 1)]
    limit = {"chest-nano": "<= 150", "panoramic-nano": "<= 300"}.get(Path(checkpoint).name, "")
    say(f"{checkpoint}, a pair, {threads} threads", times, per=count, limit=limit)
    print(f"{f'{checkpoint}, load and first 8':<46} {few:8.2f} s")


def painting(checkpoint: str, threads: int) -> None:
    """Milliseconds an image of a label-map checkpoint, eight layouts at a time, the network alone."""
    import numpy as np
    import torch

    from diptych.generation.painting import Painter, composed, shown
    from diptych.training import checkpoint as checkpoints

    painter = Painter(checkpoints.load(checkpoint), composed(checkpoints.load(checkpoint), ("32 teeth",)))
    maps = np.stack([shown(painter.layout_of(seed, seed), painter.model.config) for seed in range(8)])
    slots = torch.zeros(8, len(painter.grid.space.names))

    def paint() -> None:
        generators = [torch.Generator().manual_seed(seed) for seed in range(8)]
        painter.model.paint(torch.from_numpy(maps).long(), slots, generators)

    paint()
    limit = {"panoramic-gan": "<= 40"}.get(Path(checkpoint).name, "")
    times = [seconds(paint) for _ in range(REPEATS)]
    say(f"{checkpoint}, an image painted, {threads} threads", times, per=8, limit=limit)


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", action="append", default=[], help="also time sampling from this one")
    asked = parser.parse_args()
    print(f"python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")
    start_up()
    phantoms()
    features()
    if asked.checkpoint:
        import torch

        from diptych.models.gan.gan import Gan
        from diptych.training import checkpoint as checkpoints

        for checkpoint in asked.checkpoint:
            timed = painting if isinstance(checkpoints.load(checkpoint).model, Gan) else sampling
            timed(checkpoint, torch.get_num_threads())


if __name__ == "__main__":
    main()

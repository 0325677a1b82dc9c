"""`kill -9` in every stage of a recipe, and `--resume`, end in the weights of a run that was left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from diptych.phantoms import write_cohort

STEPS = 2
SCRIPT = """
import os, signal, sys
from dataclasses import replace
from pathlib import Path
from diptych.recipes import recipe, train as training
from diptych.training import loop

def tiny(name):
    whole = recipe(name)
    model = replace(
        whole.model, size=(32, 32), scales=((1, 1), (2, 2)), width=32, depth=2, micro_batch=4,
        sampler=replace(whole.model.sampler, mask_temperatures=(1.0, 1.0), image_temperatures=(1.0, 1.0)),
    )
    stages = tuple(replace(s, steps=int(sys.argv[4]), batch=4) for s in whole.stages)
    return replace(whole, model=model, stages=stages, phantoms=6, variants=1)

training.recipe_of = tiny
loop.SAVE_EVERY_SECONDS = 0.0
left, step = int(sys.argv[3]), loop._Run.step

def mortal(self, ledger, seed):
    global left
    left -= 1
    figures = step(self, ledger, seed)
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return figures

loop._Run.step = mortal
data, out = Path(sys.argv[1]), Path(sys.argv[2])
training.train(training.TrainRequest(recipe="chest_nano", cohort=data, out=out, resume=out.exists()))
"""


def run(data: Path, out: Path, dies_at: int) -> int:
    """Train until the end, or until the process kills itself in its n-th step, before that is saved."""
    arguments = [sys.executable, "-c", SCRIPT, str(data), str(out), str(dies_at), str(STEPS)]
    alone = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run(arguments, env=alone, stderr=subprocess.DEVNULL, check=False).returncode


def test_a_recipe_killed_again_and_again_ends_in_the_same_weights(tmp_path: Path) -> None:
    data = tmp_path / "data"
    write_cohort("chest", count=6, seed=0, out=data)
    assert run(data, tmp_path / "left-alone", 0) == 0
    killed = tmp_path / "killed"
    deaths = 0
    # A step that dies is done again, so every third step is a death, in one stage after the other.
    while (code := run(data, killed, 1 + STEPS)) == -signal.SIGKILL:
        deaths += 1
        assert not (killed / "weights.safetensors").exists()
    assert code == 0
    assert deaths >= 5
    whole, pieced = (
        (folder / "weights.safetensors").read_bytes() for folder in (tmp_path / "left-alone", killed)
    )
    assert whole == pieced

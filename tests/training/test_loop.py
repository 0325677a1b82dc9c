from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from diptych.base.errors import DiptychError
from diptych.training.loop import Assignment, Ledger, address, rate_at, run_stage
from diptych.training.stages import StageConfig

SCRIPT = """
import sys, time
from pathlib import Path
import torch
from diptych.training import loop, state
from diptych.training.stages import StageConfig
loop.SAVE_EVERY_SECONDS = 0.0
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.Dropout(0.5), torch.nn.Linear(4, 1))
folder, resume, pause = Path(sys.argv[1]), sys.argv[2] == "resume", float(sys.argv[3])
def loss(seed):
    time.sleep(pause)
    x = torch.randn(8, 4)
    return (model(x) - x.sum(1, keepdim=True)).pow(2).mean(), {}
ledger = loop.Ledger()
if resume:
    ledger = loop.Ledger(**state.read(folder)[1])
work = loop.Assignment({"m": model}, loss)
loop.run_stage("t", StageConfig(task="text", steps=60), work, ledger, seed=1, folder=folder)
torch.save([p.detach() for p in model.parameters()], folder / "end.pt")
"""


def _start(folder: Path, how: str, pause: float) -> subprocess.Popen[bytes]:
    folder.mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder), how, str(pause)],
        stderr=subprocess.DEVNULL,
        env=os.environ,
    )


def test_a_killed_training_resumes_to_the_same_weights(tmp_path: Path) -> None:
    assert _start(tmp_path / "whole", "fresh", 0.0).wait() == 0
    killed = _start(tmp_path / "killed", "fresh", 0.05)
    state = tmp_path / "killed" / "state" / "training.safetensors"
    deadline = time.monotonic() + 60
    while not state.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert state.exists()
    assert not (tmp_path / "killed" / "end.pt").exists()
    assert _start(tmp_path / "killed", "resume", 0.0).wait() == 0
    ends = [torch.load(tmp_path / n / "end.pt", weights_only=True) for n in ("whole", "killed")]
    for a, b in zip(*ends, strict=True):
        assert torch.equal(a, b)


def test_learners_end_as_their_running_average(tmp_path: Path) -> None:
    model = torch.nn.Linear(1, 1, bias=False)
    seen = []

    def loss(_: int) -> tuple[torch.Tensor, dict[str, float]]:
        seen.append(float(model.weight))
        return (model.weight - 3).pow(2).sum(), {}

    config = StageConfig(task="text", steps=30, rate=0.1, ema=0.9, decay=0.0)
    start = float(model.weight)
    run_stage("t", config, Assignment({"m": model}, loss), Ledger(), seed=0, folder=tmp_path)
    # Closed form: a weighted mean of the weights after each step, the start included.
    average, weights = start, [*seen[1:]]
    for step, weight in enumerate(weights):
        keep = min(0.9, (1 + step) / (10 + step))
        average = keep * average + (1 - keep) * weight
    assert float(model.weight) == pytest.approx(average, abs=0.1)
    assert min(start, 3) <= float(model.weight) <= max(start, 3)


def test_a_loss_that_is_not_finite_is_skipped_and_then_refused(tmp_path: Path) -> None:
    model = torch.nn.Linear(1, 1)
    before = model.weight.detach().clone()

    def loss(_: int) -> tuple[torch.Tensor, dict[str, float]]:
        return model.weight.sum() * float("nan"), {}

    ledger = Ledger()
    few = StageConfig(task="text", steps=5)
    run_stage("t", few, Assignment({"m": model}, loss), ledger, seed=0, folder=tmp_path)
    assert ledger.skipped == 5
    assert torch.equal(model.weight, before)
    with pytest.raises(DiptychError, match="not finite"):
        many = StageConfig(task="text", steps=50)
        run_stage("t", many, Assignment({"m": model}, loss), Ledger(), seed=0, folder=tmp_path)


def test_the_rate_warms_up_and_decays() -> None:
    config = StageConfig(task="text", steps=100, rate=1.0)
    rates = [rate_at(step, config) for step in range(100)]
    assert rates[0] < rates[4] == pytest.approx(1.0)
    assert rates[-1] == pytest.approx(0.05, abs=0.01)
    assert all(np.diff(rates[5:]) <= 0)


def test_addresses_are_stable_and_differ() -> None:
    assert address(0, "text", 1) == address(0, "text", 1)
    assert len({address(0, "text", step) for step in range(1000)}) == 1000
    assert 0 <= address("x") < 2**63

"""Cohorts with a known truth, and a judge that cannot err."""

from __future__ import annotations

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.evaluation import acceptance, stacks
from diptych.evaluation.acceptance import Parts
from diptych.evaluation.lines import Line
from diptych.metrics.estimate import Estimate

from .conftest import Builder, oracle


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare at the size of the test's images, where nothing is stretched."""
    monkeypatch.setitem(stacks.SIZES, "panoramic", (64, 128))


def plain(images: np.ndarray) -> np.ndarray:
    """A stand-in extractor: means and gradients of 8 x 8 blocks."""
    blocks = images.reshape(len(images), 8, 8, 16, 8).astype(np.float32) / 255
    edges = np.abs(np.diff(blocks, axis=2)).mean(axis=(2, 4))
    return np.concatenate([blocks.mean(axis=(2, 4)), 10 * edges], axis=1).reshape(len(images), -1)


def of(lines: list[Line], name: str) -> Line:
    (line,) = (line for line in lines if line.name == name)
    return line


def test_agreement_of_true_and_of_strange_masks(build: Builder) -> None:
    real = build("real", range(20), split="val")
    good = Parts(synthetic=build("good", range(50, 70)), train=real, val=real)
    line = of(acceptance.agreement_lines(good, oracle), "teeth agreement, synthetic / real")
    assert line.met
    assert line.estimate.value == pytest.approx(1, abs=0.02)
    bad = Parts(
        synthetic=build("bad", range(50, 70), change=lambda x: np.roll(x, 40, 0)), train=real, val=real
    )
    line = of(acceptance.agreement_lines(bad, oracle), "teeth agreement, synthetic / real")
    assert line.met is False
    assert line.estimate.value < 0.3


def test_adherence(build: Builder) -> None:
    obeyed = acceptance.adherence_lines(build("made", range(10), missing=(18, 28)), oracle)
    assert of(obeyed, "named absent, in masks").estimate.value == 1
    assert of(obeyed, "named absent, as the judge sees images").estimate.value == 1
    # 2 of the 30 others are drawn by this fixture.
    assert of(obeyed, "others present, in masks").estimate.value == pytest.approx(2 / 30)
    ignored = build(
        "ignored", range(10), missing=(18,), change=lambda x: np.where(x > 200, 150, x).astype(np.uint8)
    )
    lines = acceptance.adherence_lines(ignored, oracle)
    assert of(lines, "named absent, in masks").estimate.value == 1
    assert of(lines, "named absent, as the judge sees images").met is False


def test_fidelity_ranks_real_before_blurred_before_noise(build: Builder) -> None:
    train, val = build("train", range(40)), build("val", range(100, 140), split="val")
    good = Parts(synthetic=build("good", range(200, 240)), train=train, val=val, phantoms=train)
    lines = acceptance.fidelity_lines(good, plain)
    assert of(lines, "KID, synthetic").met
    blurred = of(lines, "KID, real train blurred by 1 px").estimate.value
    assert of(lines, "KID, real train (floor)").estimate.value < blurred
    assert of(lines, "KID, phantoms").estimate.n == 40
    noise = np.random.default_rng(0)
    noisy = build("noisy", range(200, 240), change=lambda x: noise.integers(0, 255, x.shape).astype(np.uint8))
    bad = acceptance.fidelity_lines(Parts(synthetic=noisy, train=train, val=val), plain)
    assert of(bad, "KID, synthetic").met is False


def test_spread_sees_a_collapse(build: Builder) -> None:
    train, val = build("train", range(20)), build("val", range(100, 120), split="val")
    fine = Parts(synthetic=build("fine", range(200, 220)), train=train, val=val)
    assert all(line.met for line in acceptance.spread_lines(fine, plain))
    flat = build("flat", range(200, 220), change=lambda x: (x // 4 + 90).astype(np.uint8))
    collapsed = Parts(synthetic=flat, train=train, val=val)
    assert not any(line.met for line in acceptance.spread_lines(collapsed, plain))


def test_separation(build: Builder) -> None:
    val = build("val", range(10), missing=(18,), split="val")
    with pytest.raises(DiptychError, match="10 of 10"):
        acceptance.separation_lines(Parts(synthetic=val, train=val, val=val), plain, "missing")


def test_body_regions_are_not_mixed(build: Builder) -> None:
    cohort = build("a", range(3))
    object.__setattr__(other := build("b", range(3)), "body", "chest")
    with pytest.raises(DiptychError, match="one body region"):
        Parts(synthetic=cohort, train=cohort, val=other)


def test_lines_say_whether() -> None:
    estimate = Estimate(value=0.5, low=0.4, high=0.6, n=9)
    assert str(Line(name="x", estimate=estimate)) == "x: 0.5 [0.4, 0.6] (n = 9)"
    assert str(Line(name="x", estimate=estimate, least=0.6)).endswith("wanted >= 0.6: NO")
    assert str(Line(name="x", estimate=estimate, most=0.6)).endswith("wanted <= 0.6: yes")

from __future__ import annotations

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.metrics.ms_ssim import ms_ssim, ms_ssim_diversity, ms_ssim_excess, scales_note, ssim


def scenes(n: int, seed: int, size: int = 32, likeness: float = 0.0) -> np.ndarray:
    """Blocks of random brightness, (n, size, size) uint8; a share `likeness` is common to all."""
    chance = np.random.default_rng(seed)
    blocks = (1 - likeness) * chance.random((n, 8, 8)) + likeness * np.random.default_rng(0).random((8, 8))
    return np.rint(255 * np.kron(blocks, np.ones((1, size // 8, size // 8)))).astype(np.uint8)


def test_the_same_image() -> None:
    stack = scenes(20, 1)
    assert ssim(stack, stack) == pytest.approx(1)
    assert ms_ssim(stack, stack) == pytest.approx(1)
    assert ssim(stack[:10], stack[10:]) == pytest.approx(ssim(stack[10:], stack[:10]), rel=1e-12)


def test_flat_images() -> None:
    """Only light is left: (2 a b + C1) / (a^2 + b^2 + C1), at the coarsest scale of the three."""
    dark, bright = np.full((1, 48, 48), 50, np.uint8), np.full((1, 48, 48), 200, np.uint8)
    light = (2 * 50 * 200 + 2.55**2) / (50**2 + 200**2 + 2.55**2)
    assert ssim(dark, bright)[0] == pytest.approx(light)
    assert ms_ssim(dark, bright)[0] == pytest.approx(light ** (1.0001 * 0.3001 / (0.0448 + 0.2856 + 0.3001)))


def test_a_negative_is_unlike() -> None:
    stack = scenes(5, 2)
    assert (ssim(stack, 255 - stack) < 0).all()
    assert (ms_ssim(stack, 255 - stack) == 0).all()


def test_noise_lowers_it_step_by_step() -> None:
    stack = scenes(4, 3, 64).astype(np.float64) / 255
    noise = np.random.default_rng(4).normal(size=stack.shape)
    found = [ms_ssim(stack, np.clip(stack + much * noise, 0, 1)).mean() for much in (0, 0.05, 0.1, 0.3)]
    assert found == sorted(found, reverse=True)


def test_units_do_not_matter() -> None:
    one, two = scenes(6, 5), scenes(6, 6)
    fine = [stack.astype(np.uint16) * 257 for stack in (one, two)]
    unit = [stack / 255 for stack in (one, two)]
    assert ssim(*fine) == pytest.approx(ssim(one, two))
    assert ms_ssim(*unit) == pytest.approx(ms_ssim(one, two))
    assert ms_ssim(one, two, span=255) == pytest.approx(ms_ssim(one, two))


@pytest.mark.parametrize(
    ("short", "scales"), [(11, 1), (21, 1), (22, 2), (128, 4), (175, 4), (176, 5), (400, 5)]
)
def test_scales_follow_the_short_side(short: int, scales: int) -> None:
    notes = scales_note(np.zeros((1, 500, short)))
    assert notes == (
        () if scales == 5 else (f"{scales} scales instead of 5: the short side has {short} pixels",)
    )


def test_all_pairs_of_a_few_images() -> None:
    stack = scenes(11, 7)
    pairs = [(i, j) for i in range(11) for j in range(i)]
    found = ms_ssim_diversity(stack)
    every = ms_ssim(stack[[i for i, _ in pairs]], stack[[j for _, j in pairs]])
    assert found.value == pytest.approx(every.mean())
    assert found.n == 11
    assert "scales" in found.notes[0]


def test_likeness_is_seen() -> None:
    real, alike = scenes(40, 8), scenes(40, 9, likeness=0.5)
    found = ms_ssim_excess(alike, real, pairs=80)
    assert found.low > 0.1
    single = [ms_ssim_diversity(stack, pairs=80).value for stack in (alike, real)]
    assert found.value == pytest.approx(single[0] - single[1], abs=0.03)
    fair = ms_ssim_excess(scenes(40, 10), real, pairs=80)
    assert fair.low < 0 < fair.high
    assert fair.notes[0].startswith("real 0.")


def test_intervals_cover() -> None:
    found = [ms_ssim_diversity(scenes(30, seed, 16), pairs=60) for seed in range(100, 250)]
    assert {estimate.n for estimate in found} == {30}
    truth = np.mean([estimate.value for estimate in found])
    assert 0.88 < np.mean([estimate.low <= truth <= estimate.high for estimate in found]) <= 0.99


def test_refusals() -> None:
    good = scenes(12, 11)
    with pytest.raises(DiptychError, match="11"):
        ssim(good[:, :10], good[:, :10])
    with pytest.raises(DiptychError, match="uint8 and uint16"):
        ssim(good, good.astype(np.uint16))
    with pytest.raises(DiptychError, match="reach 255; give their span"):
        ssim(good.astype(float), good.astype(float))
    with pytest.raises(DiptychError, match="reach -0.5; give their span"):
        ssim(np.full((1, 16, 16), -0.5), np.zeros((1, 16, 16)))
    with pytest.raises(DiptychError, match="type complex128"):
        ssim(good + 0j, good + 0j)
    with pytest.raises(DiptychError, match="span: 0 is no range"):
        ms_ssim(good, good, span=0)
    with pytest.raises(DiptychError, match="finite"):
        ssim(np.full((1, 16, 16), np.nan), np.zeros((1, 16, 16)))
    with pytest.raises(DiptychError, match="too few"):
        ms_ssim_diversity(good[:9])
    with pytest.raises(DiptychError, match="differ"):
        ms_ssim_excess(good, good[:, :16])

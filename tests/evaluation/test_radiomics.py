from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import gaussian_filter

from diptych.evaluation.extractors.first_order import FIRST_ORDER, entropy, first_order
from diptych.evaluation.extractors.runs import RUNS, run_features, run_lengths
from diptych.evaluation.extractors.texture import LEVELS, NAMES, RADIOMICS, radiomics


def textures(n: int, sigma: float = 2.0) -> np.ndarray:
    noise = np.random.default_rng(0).normal(size=(n, 128, 128))
    smooth = gaussian_filter(noise, (0, sigma, sigma), mode="wrap")
    return np.clip(128 + 40 * smooth / smooth.std(), 0, 255).astype(np.uint8)


def column(name: str) -> int:
    return NAMES.index(name)


def test_every_column_has_a_name() -> None:
    assert len(set(NAMES)) == len(NAMES) == RADIOMICS.features
    assert radiomics()(textures(2)).shape == (2, len(NAMES))
    assert NAMES[:3] == ("first_mean", "first_deviation", "first_skewness")
    assert NAMES[-1] == "diagonals1_correlation"


def test_blur_noise_and_darkness_move_what_is_named_after_them() -> None:
    extract, plain = radiomics(), textures(4)
    blurred = np.rint(gaussian_filter(plain.astype(float), (0, 1, 1))).astype(np.uint8)
    chance = np.random.default_rng(1)
    noisy = np.clip(plain + chance.normal(0, 8, plain.shape), 0, 255).astype(np.uint8)
    base, soft, rough, dark = (
        extract(x).mean(axis=0) for x in (plain, blurred, noisy, (plain * 0.7).astype(np.uint8))
    )
    for fine in ("rows1_log_energy", "columns1_log_energy", "diagonals1_log_energy", "pairs1_contrast"):
        assert soft[column(fine)] < base[column(fine)] < rough[column(fine)]
    for long in ("runs_long_emphasis", "pairs1_homogeneity"):
        assert soft[column(long)] > base[column(long)] > rough[column(long)]
    assert dark[column("first_mean")] == pytest.approx(0.7 * base[column("first_mean")], rel=0.02)
    assert dark[column("first_log_kurtosis")] == pytest.approx(base[column("first_log_kurtosis")], abs=0.02)


def test_a_turn_by_a_right_angle_swaps_rows_and_columns() -> None:
    extract, plain = radiomics(), textures(2)
    before, after = extract(plain), extract(np.rot90(plain, axes=(1, 2)).copy())
    for level in (1, 2):
        rows, columns = column(f"rows{level}_log_energy"), column(f"columns{level}_log_energy")
        np.testing.assert_allclose(before[:, rows], after[:, columns], rtol=0.02)
    np.testing.assert_allclose(before[:, column("runs_percentage")], after[:, column("runs_percentage")])
    np.testing.assert_allclose(
        before[:, column("pairs1_contrast")], after[:, column("pairs1_contrast")], 1e-5
    )


def test_edges_along_rows_are_in_the_band_that_says_so() -> None:
    striped = np.zeros((1, 128, 128), np.uint8)
    striped[:, ::2] = 200
    row = radiomics()(striped)[0]
    assert row[column("rows1_log_energy")] > row[column("columns1_log_energy")] + 5


def test_scale_is_fixed_and_shape_is_kept() -> None:
    extract = radiomics()
    small = textures(1, 4.0)
    large = np.kron(small, np.ones((1, 3, 3), np.uint8))
    np.testing.assert_allclose(extract(large)[0, :12], extract(small)[0, :12], rtol=0.03, atol=0.01)
    assert np.isfinite(extract(np.zeros((1, 4, 900), np.uint8))).all()


def test_twenty_images_a_second() -> None:
    extract, images = radiomics(), textures(20)
    extract(images[:2])
    start = time.process_time()
    extract(images)
    assert len(images) / (time.process_time() - start) >= 20


def test_first_order_of_known_distributions() -> None:
    chance = np.random.default_rng(0)
    gauss = dict(zip(FIRST_ORDER, first_order(chance.normal(0.5, 0.05, (400, 400)), 32), strict=True))
    assert gauss["log_kurtosis"] == pytest.approx(np.log(3), abs=0.02)
    assert gauss["skewness"] == pytest.approx(0, abs=0.02)
    assert gauss["quartile_range"] == pytest.approx(2 * 0.6745 * 0.05, rel=0.02)
    assert gauss["mean_absolute_deviation"] == pytest.approx(0.05 * np.sqrt(2 / np.pi), rel=0.02)
    halves = dict(zip(FIRST_ORDER, first_order(np.array([[0.0, 1.0]] * 8), 32), strict=True))
    assert (halves["entropy"], halves["uniformity"], halves["log_kurtosis"]) == (1.0, 0.5, 0.0)
    assert entropy(np.linspace(0, 1, 3200, endpoint=False), 32) == pytest.approx(5)


def test_runs_of_galloways_example() -> None:
    """The 4 x 4 picture of Galloway 1975, along rows and along diagonals that rise to the right."""
    picture = np.array([[0, 1, 2, 3], [0, 2, 3, 3], [2, 1, 1, 1], [3, 0, 3, 0]], np.uint8)
    assert run_lengths(picture, 4, 0).tolist() == [[4, 0, 0, 0], [1, 0, 1, 0], [3, 0, 0, 0], [3, 1, 0, 0]]
    assert run_lengths(picture, 4, 2).tolist() == [[4, 0, 0, 0], [4, 0, 0, 0], [0, 0, 1, 0], [3, 1, 0, 0]]
    assert run_lengths(np.eye(3, dtype=np.uint8), 2, 3).tolist() == [[2, 2, 0], [0, 0, 1]]
    assert run_lengths(np.eye(3, dtype=np.uint8), 2, 2).tolist() == [[2, 2, 0], [3, 0, 0]]


@settings(max_examples=40, deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(1, 7), st.integers(1, 9)), elements=st.integers(0, 3)))
def test_runs_are_counted_as_a_child_would(picture: np.ndarray) -> None:
    height, width = picture.shape
    flipped = picture[:, ::-1]
    ways = [
        list(picture),
        list(picture.T),
        [flipped.diagonal(k) for k in range(1 - height, width)],
        [picture.diagonal(k) for k in range(1 - height, width)],
    ]
    for way, lines in enumerate(ways):
        table = np.zeros((4, max(height, width)), int)
        for line in lines:
            start = 0
            for stop in range(1, len(line) + 1):
                if stop == len(line) or line[stop] != line[start]:
                    table[line[start], stop - start - 1] += 1
                    start = stop
        np.testing.assert_array_equal(run_lengths(picture, 4, way), table)
        assert (table * np.arange(1, table.shape[1] + 1)).sum() == picture.size


def test_run_features_of_extremes() -> None:
    flat = dict(zip(RUNS, run_features(np.full((8, 8), 3, np.uint8), LEVELS), strict=True))
    assert flat["grey_nonuniformity"] == 1
    assert flat["low_grey_emphasis"] == pytest.approx(1 / 16)
    assert flat["high_grey_emphasis"] == 16
    board = (np.indices((8, 8)).sum(axis=0) % 2).astype(np.uint8)
    rough = dict(zip(RUNS, run_features(board, LEVELS), strict=True))
    assert rough["percentage"] == pytest.approx((64 + 64 + 15 + 15) / 4 / 64)
    assert rough["grey_nonuniformity"] == pytest.approx(0.5, abs=0.01)
    assert rough["short_emphasis"] > flat["short_emphasis"]
    assert rough["long_emphasis"] < flat["long_emphasis"]

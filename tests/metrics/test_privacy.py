"""Known truths for every privacy metric at once: copies of training images among new ones."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter, rotate

from diptych.metrics.authenticity import authenticity, authenticity_gap
from diptych.metrics.copying import TILTS, Search, copy_rate, nearest
from diptych.metrics.data_copying import data_copying
from diptych.metrics.dcr import dcr_share
from diptych.metrics.estimate import Estimate
from diptych.metrics.membership import membership
from diptych.metrics.nndr import nndr_share

Metric = Callable[[np.ndarray, np.ndarray, np.ndarray], Estimate]

METRICS: dict[str, tuple[Metric, int, float | None]] = {
    # What to call, where copying drives the value to, and what new records score.
    "dcr": (dcr_share, 1, 0.5),
    "nndr": (nndr_share, 1, 0.05),
    "authenticity": (authenticity, -1, None),
    "authenticity gap": (authenticity_gap, -1, 0.0),
    "data copying": (lambda s, t, h: data_copying(s, t, h, cells=2), -1, 0.0),
    "membership": (lambda s, t, h: membership(s, t, h).auc, 1, 0.5),
    "membership hits": (lambda s, t, h: membership(s, t, h).hits, 1, 0.1),
}


def pictures(count: int, seed: int) -> np.ndarray:
    """Smooth fields about one common picture, as radiographs are: (count, 64, 96) uint8."""
    common = np.random.default_rng(1000).normal(size=(64, 96))
    noise = np.random.default_rng(seed).normal(size=(count, 64, 96))
    fields = gaussian_filter(common, 4) + gaussian_filter(noise, (0, 3, 3))
    return np.clip(128 + 700 * fields, 0, 255).astype(np.uint8)


def jpeg(stack: np.ndarray) -> np.ndarray:
    return np.stack([np.asarray(Image.open(_saved(picture))) for picture in stack])


def _saved(picture: np.ndarray) -> io.BytesIO:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=40)
    return file


def noisy(stack: np.ndarray) -> np.ndarray:
    return np.clip(stack + np.random.default_rng(9).normal(0, 6, stack.shape), 0, 255).astype(np.uint8)


WAYS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "the same": lambda x: x,
    "flipped": lambda x: x[:, :, ::-1],
    "shifted": lambda x: np.roll(x, (2, -2), (1, 2)),
    "rotated": lambda x: rotate(x, 3, axes=(1, 2), reshape=False, order=1, mode="constant"),
    "re-encoded": lambda x: jpeg(noisy(x)),
}


def features(stack: np.ndarray) -> np.ndarray:
    """Spectral lengths, which neither a flip nor a shift changes much."""
    spectrum = np.abs(np.fft.fft2(stack - stack.mean(axis=(1, 2), keepdims=True)))
    right, left = spectrum[:, :6, 1:7], spectrum[:, -np.arange(6), 1:7]
    pairs = np.concatenate([np.maximum(right, left), np.minimum(right, left)], axis=1)
    return np.log1p(pairs.reshape(len(stack), -1))


def near(found: Estimate, truth: float) -> bool:
    """Within twice the interval: of a dozen at 95 %, one may well miss by less."""
    return 2 * found.low - found.value <= truth <= 2 * found.high - found.value


@pytest.fixture(scope="module")
def real() -> tuple[np.ndarray, np.ndarray]:
    return pictures(160, 0), pictures(160, 1)


@pytest.fixture(scope="module")
def planted(real: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """200 pictures, of which 10 are copies: two of each kind."""
    copies = [change(real[0][2 * i : 2 * i + 2]) for i, change in enumerate(WAYS.values())]
    return np.concatenate([pictures(190, 2), *copies])


def test_the_copy_rate_finds_the_true_share(real: tuple[np.ndarray, np.ndarray], planted: np.ndarray) -> None:
    train, heldout = real
    search = Search(pool=4, shift=1, rotations=TILTS)
    ours, theirs = nearest(planted, train, search), nearest(heldout, train, search)
    found = copy_rate(ours.distance, theirs.distance)
    assert found.low <= 0.05 <= found.high
    assert found.value >= 0.05
    assert ours.index[190:].tolist() == list(range(10))
    assert ours.distance[190:].max() < theirs.distance.min()
    new = copy_rate(ours.distance[:190], theirs.distance)
    assert new.low <= 0.01


@pytest.mark.parametrize("name", METRICS)
def test_copies_are_seen_and_new_records_are_not(
    name: str, real: tuple[np.ndarray, np.ndarray], planted: np.ndarray
) -> None:
    metric, direction, nothing = METRICS[name]
    train, heldout, made = features(real[0]), features(real[1]), features(planted)
    clean, some, all_of_it = (metric(rows, train, heldout) for rows in (made[:190], made, train))
    assert direction * (some.value - clean.value) > 0
    assert direction * (all_of_it.value - some.value) > 0
    if nothing is not None:
        assert near(clean, nothing)
        worst = all_of_it.low if direction > 0 else -all_of_it.high
        assert worst > direction * nothing


@pytest.fixture(scope="module")
def cohort() -> np.ndarray:
    return features(pictures(360, 3))


@pytest.mark.parametrize("name", METRICS)
def test_thirds_of_one_cohort_show_nothing(name: str, cohort: np.ndarray) -> None:
    metric, _, nothing = METRICS[name]
    found = metric(cohort[:120], cohort[120:240], cohort[240:])
    assert nothing is None or near(found, nothing)
    assert found.n == (240 if name == "membership" else 120)

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from diptych.metrics import blocks
from diptych.metrics.blocks import row_blocks
from diptych.metrics.coverage import prdc
from diptych.metrics.frechet import frechet
from diptych.metrics.kid import kid
from diptych.metrics.mmd import mmd
from diptych.metrics.neighbours import knn_distances


@pytest.mark.parametrize(("rows", "columns"), [(0, 5), (1, 1), (513, 3), (10, 2**30), (3, 2**22)])
def test_every_row_once(rows: int, columns: int) -> None:
    parts = list(row_blocks(rows, columns))
    assert [i for part in parts for i in range(rows)[part]] == list(range(rows))
    assert all(part.stop - part.start <= blocks.MOST for part in parts)
    assert all((part.stop - part.start) * columns <= max(blocks.HELD, columns) for part in parts)


def peak(call: Callable[[], Any]) -> int:
    """Bytes that numpy holds at most during the call."""
    tracemalloc.start()
    call()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


@pytest.mark.parametrize("metric", [prdc, kid, mmd, frechet, lambda x, y: knn_distances(x, y, 5)])
def test_no_matrix_of_all_pairs(metric: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice the samples take at most about twice the memory, and far less than their pairs would."""
    monkeypatch.setattr(blocks, "HELD", 2**17)
    monkeypatch.setattr("diptych.metrics.mmd.ROWS", 200)
    x, y = np.random.default_rng(0).normal(size=(2, 2000, 4))
    half, whole = (peak(lambda n=n: metric(x[:n], y[:n])) for n in (1000, 2000))
    assert whole < min(2.3 * half, 2000**2 * 8 / 3)


def test_float64_features_are_not_copied() -> None:
    x, y = np.random.default_rng(1).normal(size=(2, 4000, 64))
    assert peak(lambda: frechet(x, y)) < 2 * x.nbytes + 2**20
    assert peak(lambda: knn_distances(x[:10], y, 1)) < 1.2 * y.nbytes + 2**20

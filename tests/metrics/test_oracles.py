"""Our metrics against independent implementations, on the same features and images."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import pytest

from diptych.metrics.coverage import prdc
from diptych.metrics.frechet import frechet
from diptych.metrics.kid import kid
from diptych.metrics.ms_ssim import WEIGHTS, ms_ssim, ssim
from diptych.metrics.vendi import vendi


def cohorts(seed: int, n: int = 120, wide: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """Correlated features that are not normal, of two cohorts of n and n - 20."""
    chance = np.random.default_rng(seed)
    mix = chance.normal(size=(wide, wide)) / np.sqrt(wide)
    real = np.maximum(chance.normal(size=(n - 20, wide)) @ mix, -0.2)
    return np.maximum(0.2 + 1.2 * chance.normal(size=(n, wide)) @ mix, -0.2), real


def passing(wide: int) -> Any:
    """An "extractor" for torchmetrics that hands features through."""
    torch = import_module("torch")

    class Pass(torch.nn.Module):
        num_features = wide

        def forward(self, rows: Any) -> Any:
            return rows

    return Pass()


def filled(metric: Any, x: np.ndarray, y: np.ndarray) -> Any:
    torch = import_module("torch")
    metric.set_dtype(torch.from_numpy(x).dtype)
    metric.update(torch.from_numpy(y), real=True)
    metric.update(torch.from_numpy(x), real=False)
    return metric.compute()


@pytest.mark.parametrize("seed", [0, 1])
def test_frechet(seed: int) -> None:
    module = import_module("torchmetrics.image.fid")
    x, y = cohorts(seed)
    theirs = filled(module.FrechetInceptionDistance(passing(12)), x, y)
    assert frechet(x, y).value == pytest.approx(float(theirs), rel=1e-6)


@pytest.mark.parametrize("seed", [0, 1])
def test_kid(seed: int) -> None:
    module = import_module("torchmetrics.image.kid")
    x, y = cohorts(seed)
    x = x[:100]
    theirs = filled(module.KernelInceptionDistance(passing(12), subsets=1, subset_size=100), x, y)
    assert kid(x, y).value == pytest.approx(float(theirs[0]), rel=1e-6)


@pytest.mark.parametrize("name", ["frechet", "kid", "prdc"])
def test_in_single_precision(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """As the peers are mostly run: ours computes in double precision all the same."""
    x, y = (rows[:100].astype(np.float32) for rows in cohorts(2))
    if name == "prdc":
        found, theirs = prdc(x, y, 5), import_module("prdc").compute_prdc(y, x, 5)
        assert {part: getattr(found, part).value for part in theirs} == pytest.approx(theirs, rel=1e-3)
    elif name == "frechet":
        fid = import_module("torchmetrics.image.fid").FrechetInceptionDistance(passing(12))
        assert frechet(x, y).value == pytest.approx(float(filled(fid, x, y)), rel=1e-3)
    else:
        module = import_module("torchmetrics.image.kid")
        theirs = filled(module.KernelInceptionDistance(passing(12), subsets=1, subset_size=100), x, y)
        assert kid(x, y).value == pytest.approx(float(theirs[0]), rel=1e-3)


@pytest.mark.parametrize(("k", "wide"), [(3, 12), (5, 12), (5, 200)])
def test_prdc(k: int, wide: int, capsys: pytest.CaptureFixture[str]) -> None:
    module = import_module("prdc")
    x, y = cohorts(k, wide=wide)
    found, theirs = prdc(x, y, k), module.compute_prdc(y, x, k)
    assert {name: getattr(found, name).value for name in theirs} == pytest.approx(theirs, rel=1e-6)


@pytest.mark.parametrize("shape", [(40, 8), (20, 50)])
@pytest.mark.filterwarnings("ignore:Please import `csr_matrix`:DeprecationWarning")
def test_vendi(shape: tuple[int, int]) -> None:
    module = import_module("vendi_score.vendi")
    rows = np.random.default_rng(6).normal(0.3, 1, size=shape)
    assert vendi(rows).value == pytest.approx(module.score_X(rows), rel=1e-6)
    assert vendi(rows).value == pytest.approx(module.score_dual(rows), rel=1e-6)


def scenes(n: int, seed: int) -> np.ndarray:
    chance = np.random.default_rng(seed)
    smooth = np.kron(chance.random((n, 22, 24)), np.ones((1, 8, 8)))
    return 0.8 * smooth + 0.2 * chance.random((n, 176, 192))


def test_ssim() -> None:
    """Theirs also averages over a mirrored border, which is cut off here."""
    module, torch = import_module("torchmetrics.functional.image"), import_module("torch")
    one, two = scenes(3, 7), scenes(3, 8)
    pair = (torch.from_numpy(stack[:, None]) for stack in (one, two))
    options = {"data_range": 1.0, "reduction": "none", "return_full_image": True}
    _, every = module.structural_similarity_index_measure(*pair, **options)
    assert ssim(one, two) == pytest.approx(every[:, 0, 5:-5, 5:-5].mean((1, 2)).numpy(), rel=1e-6)


def test_ms_ssim() -> None:
    """Theirs takes a mirrored border into the coarsest scale: that, and nothing else, is the difference.

    Wang et al. 2003, as their program, leave out the places where the window does not fit.
    """
    module, torch = import_module("torchmetrics.functional.image"), import_module("torch")
    one = scenes(3, 9)
    two = 0.5 * one + 0.5 * scenes(3, 10)
    first, second = (torch.from_numpy(stack[:, None]) for stack in (one, two))
    whole = module.multiscale_structural_similarity_index_measure(
        first, second, data_range=1.0, reduction="none"
    )
    product = np.ones(3)
    for scale, weight in enumerate(WEIGHTS):
        options = {"data_range": 1.0, "reduction": "none"}
        if scale == len(WEIGHTS) - 1:
            _, every = module.structural_similarity_index_measure(
                first, second, return_full_image=True, **options
            )
            factor = every[:, 0, 5:-5, 5:-5].mean((1, 2))
            border = every.mean((1, 2, 3)) / factor
        else:
            _, factor = module.structural_similarity_index_measure(
                first, second, return_contrast_sensitivity=True, **options
            )
        product *= factor.numpy() ** weight
        first, second = (torch.nn.functional.avg_pool2d(stack, 2) for stack in (first, second))
    assert ms_ssim(one, two) == pytest.approx(product, rel=1e-6)
    assert ms_ssim(one, two) * border.numpy() ** WEIGHTS[-1] == pytest.approx(whole.numpy(), rel=1e-6)

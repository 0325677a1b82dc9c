from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from diptych.evaluation.candidates import Candidate, of_samples
from diptych.evaluation.evidence import Evidence, Settings
from diptych.evaluation.measures import MEASURES, paired
from diptych.metrics.coverage import Prdc, prdc
from diptych.metrics.kid import kid
from diptych.phantoms import draw_many

SHARES = ("precision", "density", "recall", "coverage")


def pixels(images: np.ndarray) -> np.ndarray:
    return images[:, ::8, ::8].reshape(len(images), -1).astype(np.float32)


@pytest.fixture(scope="module")
def phantoms() -> Candidate:
    return of_samples(draw_many("chest", 45, 0, (64, 64)), "phantoms", "chest", (64, 64))


def evidence(reference: Candidate) -> Evidence:
    return Evidence(reference=reference, extract=pixels, extractor="pixels")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The k of every computation of the four shares."""
    seen: list[int] = []

    def counted(synthetic: np.ndarray, real: np.ndarray, k: int) -> Prdc:
        seen.append(k)
        return prdc(synthetic, real, k)

    monkeypatch.setattr(paired, "prdc", counted)
    return seen


def test_four_shares_come_from_one_computation(phantoms: Candidate, calls: list[int]) -> None:
    made, real = phantoms.part(range(15)), phantoms.part(range(15, 30))
    ground = evidence(real)
    found = [MEASURES[name](made, ground) for name in SHARES]
    assert calls == [5]
    direct = prdc(pixels(made.images), pixels(real.images), 5)
    assert found == [getattr(direct, name) for name in SHARES]


def test_another_candidate_reference_extractor_or_k_is_computed_anew(
    phantoms: Candidate, calls: list[int]
) -> None:
    made, real, other = (phantoms.part(range(i, i + 15)) for i in (0, 15, 30))
    ground = evidence(real)
    rounds = (
        (made, ground),
        (other, ground),
        (made, replace(ground, reference=other)),
        (made, replace(ground, extract=lambda x: pixels(x)[:, :9], extractor="nine")),
        (made, replace(ground, settings=Settings(k=3))),
    )
    for candidate, held in rounds:
        MEASURES["recall"](candidate, held)
        MEASURES["coverage"](candidate, held)
    assert calls == [5, 5, 5, 5, 3]


def test_a_measure_of_the_table_is_its_metric(phantoms: Candidate) -> None:
    made, real = phantoms.part(range(15)), phantoms.part(range(15, 45))
    assert MEASURES["kid"](made, evidence(real)) == kid(pixels(made.images), pixels(real.images))

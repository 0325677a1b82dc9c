"""Perturbed masks keep their labels: a finding stays on its tooth, a lesion comes with its tooth's place."""

from __future__ import annotations

import numpy as np

from diptych.layouts import Layout, compose, make_request
from diptych.layouts.perturb import bend
from diptych.layouts.shown import code_of, tooth_centres
from diptych.phantoms import draw
from diptych.records import FDI, Finding

SIZE = (128, 256)


def phantom(seed: int, *findings: tuple[str, str]) -> Layout:
    found = frozenset(Finding(name, site) for name, site in findings)
    return Layout.of_sample(draw("panoramic", seed, SIZE, found))


def test_a_bent_layout_is_another_and_keeps_its_teeth():
    source = phantom(1, ("crown", "16"))
    bent = bend(source, SIZE, np.random.default_rng(0))
    assert set(np.unique(bent.layers["teeth"])) == set(np.unique(source.layers["teeth"]))
    assert (bent.layers["teeth"] != source.layers["teeth"]).mean() > 0.05
    crown = code_of("panoramic", "crown")
    assert (bent.layers["teeth"][bent.layers["findings"] == crown] == 16).all()
    before, after = tooth_centres(source.layers["teeth"]), tooth_centres(bent.layers["teeth"])
    moved = np.array([np.subtract(after[fdi], before[fdi]) for fdi in FDI])
    assert 0.5 < np.abs(moved).mean() < 20


def test_a_tooth_and_its_finding_are_taken_out():
    rows = (phantom(1, ("crown", "16"), ("crown", "26")),)
    request = make_request("panoramic", [Finding("missing", "16"), Finding("crown", "26")])
    layout = compose("perturbed", request, SIZE, 3, rows)
    assert not (layout.layers["teeth"] == 16).any()
    crown = layout.layers["findings"] == code_of("panoramic", "crown")
    assert crown.any() and (layout.layers["teeth"][crown] == 26).all()


def test_a_lesion_comes_from_another_row():
    """The donor's caries fills the whole crown, which no painter does."""
    donor = phantom(2, ("caries", "36"))
    tooth, caries = donor.layers["teeth"] == 36, code_of("panoramic", "caries")
    rows = np.nonzero(tooth)[0]
    upper = tooth & (np.arange(SIZE[0])[:, None] < rows.min() + 0.45 * np.ptp(rows))
    donor.layers["findings"][:] = np.where(upper, caries, 0)
    full = [Finding("missing", "18")]
    source = phantom(5, ("missing", "18"))
    request = make_request("panoramic", [*full, Finding("caries", "36")])
    taken = compose("perturbed", request, SIZE, 0, (source, donor))
    painted = compose("perturbed", request, SIZE, 0, (source,))
    share = [
        (own.layers["findings"] == caries).sum() / (own.layers["teeth"] == 36).sum()
        for own in (taken, painted)
    ]
    assert share[0] > 0.25 > 0.2 > share[1]

"""The pictures of an evaluation: maps, histograms, and galleries of best, worst and nearest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diptych.evaluation.candidates import DECIDING, Candidate
from diptych.evaluation.compare import Outcome
from diptych.metrics.copying import nearest
from diptych.metrics.dice import dice_table
from diptych.records.finding import Finding
from diptych.records.labels import LABELS
from diptych.reports import Block, Figure, Figures, Legend, Panel, Plots, Prose, overlay, radiograph
from diptych.reports.blocks import Plot
from diptych.reports.plots import curve, histogram, scatter

SHOWN = 6
"""Images in each gallery."""
FEW_COLOURS = 8
"""Labels whose colours are explained; those of 32 teeth would explain nothing."""
NEAREST = (
    "Synthetic images with the smallest distance to a training image, beside it. The distance is 0 for equal "
    "images and about 1.4 for unrelated ones, over flips and small shifts. These are real images of "
    "patients: pass this page on only where you may pass those on."
)


def plots(outcome: Outcome) -> tuple[Block, ...]:
    """Where the images lie in feature space, how bright they are, how large their masks."""
    sets = {"real": outcome.reference, "synthetic": outcome.synthetic}
    drawn: list[Plot] = []
    if outcome.features is not None:
        drawn.append(_map({name: outcome.features(c) for name, c in sets.items()}))
    drawn.append(_grey(sets))
    if all(c.masks is not None for c in sets.values()):
        drawn.append(_areas(sets))
    if outcome.roc is not None:
        drawn.append(_roc(outcome.roc))
    return (Plots(plots=tuple(drawn)),)


def galleries(outcome: Outcome) -> tuple[Block, ...]:
    """Pairs on which a judge agrees best and worst with the mask, and the nearest training images."""
    blocks: list[Block] = []
    if outcome.judged is not None and outcome.synthetic.masks is not None:
        dice = _agreement(outcome.judged, outcome.synthetic)
        order = np.argsort(dice)
        blocks += _legend(outcome.synthetic)
        for title, rows in (("best", order[::-1][:SHOWN]), ("worst", order[:SHOWN])):
            blocks.append(Prose(f"Pairs whose mask the judge confirms {title}; Dice is 1 where both agree:"))
            blocks.append(_pairs(outcome.synthetic, rows, dice))
    if outcome.train is not None:
        blocks.append(Prose(NEAREST))
        blocks.append(_nearest(outcome.synthetic, outcome.train))
    return tuple(blocks) or (Prose("Neither a judge nor training images were given."),)


def _map(features: dict[str, NDArray[np.generic]]) -> Plot:
    real = features["real"].astype(np.float64)
    centre = real.mean(axis=0)
    axes = np.linalg.svd(real - centre, full_matrices=False)[2][:2].T
    flat = {name: (values.astype(np.float64) - centre) @ axes for name, values in features.items()}
    return scatter(
        flat,
        title="Map of features",
        alt="scatter plot of real and synthetic images on the two main axes of the real ones",
        caption="Each point is an image, on the first two principal axes of the real ones. Clouds that cover "
        "each other are alike as the extractor sees them.",
    )


def _grey(sets: dict[str, Candidate]) -> Plot:
    means = {name: c.images.reshape(len(c), -1).mean(axis=1) for name, c in sets.items()}
    return histogram(means, title="Brightness", axis="mean grey level", alt="histogram of mean grey levels")


def _areas(sets: dict[str, Candidate]) -> Plot:
    shares = {
        name: 100 * (c.masks.reshape(len(c), -1) > 0).mean(axis=1)
        for name, c in sets.items()
        if c.masks is not None
    }
    return histogram(shares, title="Mask area", axis="per cent of the image", alt="histogram of mask areas")


def _roc(roc: tuple[NDArray[np.float64], NDArray[np.float64]]) -> Plot:
    return curve(
        {"attack": (roc[0].tolist(), roc[1].tolist())},
        title="Membership attack",
        axes_names=("held-out images called members", "training images found"),
        alt="receiver operating characteristic of the membership attack",
        caption="On the dotted line the attack learns nothing from the synthetic images.",
        diagonal=True,
    )


def _agreement(judged: NDArray[np.uint8], candidate: Candidate) -> NDArray[np.float64]:
    assert candidate.masks is not None
    codes = [label.code for label in LABELS[candidate.body, DECIDING[candidate.body]].labels]
    table = dice_table(judged, candidate.masks, codes)
    known = np.isfinite(table)
    total = np.where(known, table, 0).sum(axis=1)
    mean: NDArray[np.float64] = np.divide(
        total, known.sum(axis=1), out=np.zeros(len(table)), where=known.any(axis=1)
    )
    return mean


def _legend(candidate: Candidate) -> list[Block]:
    labels = LABELS[candidate.body, DECIDING[candidate.body]].labels
    if len(labels) > FEW_COLOURS:
        return []
    return [Legend(title="Masks", entries=tuple((label.name, label.colour) for label in labels))]


def _pairs(candidate: Candidate, rows: NDArray[np.int64], dice: NDArray[np.float64]) -> Figures:
    assert candidate.masks is not None
    colours = {label.code: label.colour for label in LABELS[candidate.body, DECIDING[candidate.body]].labels}
    figures = []
    for row in rows:
        film = radiograph(candidate.images[row])
        cover = overlay(candidate.masks[row], colours)
        panels = (
            Panel(layers=(film,), alt="synthetic image", caption="synthetic image"),
            Panel(layers=(film, cover), alt="the image with its mask", caption="with its mask"),
        )
        details = (("Dice", f"{dice[row]:.2f}"), ("findings", _said(candidate.findings[row])))
        figures.append(
            Figure(panels=panels, title=candidate.subjects[row], details=details, tone="synthetic")
        )
    return _gallery(figures, candidate)


def _gallery(figures: list[Figure], candidate: Candidate) -> Figures:
    """Wide images one pair a row and, on narrow screens, one above the other, so that teeth can be seen."""
    wide = candidate.body == "panoramic"
    return Figures(figures=tuple(figures), columns=1 if wide else 2, beside=not wide)


def _said(findings: frozenset[Finding]) -> str:
    return ", ".join(str(finding) for finding in sorted(findings)) or "none"


def _nearest(candidate: Candidate, train: Candidate) -> Figures:
    found = nearest(candidate.images, train.images)
    figures = []
    for row in np.argsort(found.distance)[:SHOWN]:
        ours, theirs = radiograph(candidate.images[row]), radiograph(train.images[found.index[row]])
        panels = (
            Panel(layers=(ours,), alt="synthetic image", caption="synthetic"),
            Panel(layers=(theirs,), alt="its nearest training image", caption="nearest training image"),
        )
        details = (("distance", f"{found.distance[row]:.2f}"),)
        figures.append(Figure(panels=panels, title=candidate.subjects[row], details=details))
    return _gallery(figures, candidate)

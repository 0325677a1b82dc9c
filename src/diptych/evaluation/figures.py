"""The pictures of an evaluation: maps, histograms, and galleries of best, worst and nearest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from diptych.evaluation.candidates import DECIDING, Candidate
from diptych.evaluation.compare import Outcome
from diptych.metrics.copying import nearest
from diptych.metrics.dice import dice_table
from diptych.records.labels import LABELS
from diptych.reports import Block, Figure, Figures, Panel, Plots, Prose, overlay, radiograph
from diptych.reports.blocks import Plot
from diptych.reports.plots import curve, histogram, scatter

SHOWN = 6
"""Images in each gallery."""
BINS = 64


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
        order = np.argsort(_agreement(outcome.judged, outcome.synthetic))
        for title, rows in (("best", order[::-1][:SHOWN]), ("worst", order[:SHOWN])):
            blocks.append(Prose(f"Pairs whose mask the judge confirms {title}:"))
            blocks.append(_pairs(outcome.synthetic, rows))
    if outcome.train is not None:
        blocks.append(Prose("Synthetic images with the smallest distance to a training image, beside it:"))
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


def _pairs(candidate: Candidate, rows: Sequence[int] | NDArray[np.int64]) -> Figures:
    assert candidate.masks is not None
    colours = {label.code: label.colour for label in LABELS[candidate.body, DECIDING[candidate.body]].labels}
    figures = []
    for row in rows:
        film = radiograph(candidate.images[row])
        cover = overlay(candidate.masks[row], colours)
        panels = (Panel(layers=(film,), alt="image"), Panel(layers=(film, cover), alt="image with its mask"))
        figures.append(Figure(panels=panels, title=f"sample {int(row)}", tone="synthetic"))
    return Figures(figures=tuple(figures), columns=2 if candidate.body == "panoramic" else 3)


def _nearest(candidate: Candidate, train: Candidate) -> Figures:
    found = nearest(candidate.images, train.images)
    figures = []
    for row in np.argsort(found.distance)[:SHOWN]:
        ours, theirs = radiograph(candidate.images[row]), radiograph(train.images[found.index[row]])
        panels = (
            Panel(layers=(ours,), alt="synthetic image", caption="synthetic"),
            Panel(layers=(theirs,), alt="its nearest training image", caption="nearest training image"),
        )
        figures.append(Figure(panels=panels, title=f"distance {found.distance[row]:.2f}"))
    return Figures(figures=tuple(figures), columns=2 if candidate.body == "panoramic" else 3)

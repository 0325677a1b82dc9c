"""What the measures are called on a page, in which unit they are, and the words that need explaining."""

from __future__ import annotations

from collections.abc import Mapping

from diptych.evaluation.measures import MeasureCard
from diptych.metrics.estimate import Estimate

TITLES: Mapping[str, tuple[str, str]] = {
    "frechet": ("Fréchet distance", "squared feature units"),
    "kid": ("Kernel distance (KID)", ""),
    "mmd": ("Kernel distance, Gaussian (MMD)", ""),
    "frechet-radiomic": ("Radiomic Fréchet distance", "log"),
    "precision": ("Precision", "share"),
    "density": ("Density", "neighbourhoods"),
    "recall": ("Recall", "share"),
    "coverage": ("Coverage", "share"),
    "beta-recall": ("Beta-recall", "share"),
    "vendi-ratio": ("Different images (Vendi ratio)", "ratio"),
    "ms-ssim": ("Likeness of two images (MS-SSIM)", "0 to 1"),
    "mask-agreement": ("Mask agreement (Dice)", "chance 0, perfect 1"),
    "surface-dice": ("Outline agreement (surface Dice)", "chance 0, perfect 1"),
    "hd95": ("Outline distance (HD95)", "px"),
    "prompt-adherence": ("Teeth as asked for", "share"),
    "label-agreement": ("Findings as asked for (AUC)", "chance 0.5"),
    "left-right": ("Left and right as in the mask", "share"),
    "dcr-share": ("Nearer to training images (DCR)", "share"),
    "nndr": ("Beside one training image alone (NNDR)", "share"),
    "authenticity": ("Authenticity", "difference of shares"),
    "data-copying": ("Data copying (C_T)", "standard score"),
    "copy-rate": ("Copies of training images", "share"),
    "membership": ("Membership attack (AUC)", "chance 0.5"),
    "plausibility": ("Plausible anatomy", "share"),
    "seconds": ("Time", "s a sample"),
    "memory": ("Peak memory", "MiB"),
    "parameters": ("Parameters", "numbers"),
}
"""Measure -> its name on a page, and its unit where neither the value nor its card has one."""

GLOSSARY = (
    ("Floor", "other real images, measured just as the synthetic ones: no generator needs to be nearer."),
    ("Bad reference", "real images spoilt on purpose (blurred, noisy, repeated, exchanged, turned, copied)."),
    ("95 % interval", "where the value would lie, in 95 of 100 cases, had other images been drawn."),
    ("Numbers without a unit", "have none; a share is between 0 and 1."),
    ("n", "how many images the number rests on."),
    ("Extractor", "a network or program that turns an image into numbers, in brackets behind a measure."),
    ("Judge", "a network trained on real images only that draws the mask of any image it is shown."),
    ("Classifier", "a network trained on real images only that says how likely an image shows a finding."),
    ("Phantoms", "drawn by a program without any patient: exact masks, simple pictures."),
    ("Shuffled pairs", "images beside the mask and the findings of another subject."),
    ("Held-out images", "real images that the generator never saw."),
    (
        "Verdict",
        "within floor, between, or at bad reference, by whether the intervals meet; none where "
        "floor and bad reference cannot be told apart with so few images.",
    ),
)


def title(metric: str, extractor: str = "") -> str:
    """A measure's name on a page; one that another package registered keeps its own."""
    name = TITLES.get(metric, (metric, ""))[0]
    return f"{name} · {extractor}" if extractor else name


def unit(card: MeasureCard, found: Estimate) -> str:
    """The unit of an estimate: its own, its card's, or the one told here."""
    return found.unit or card.unit or TITLES.get(card.name, ("", ""))[1]

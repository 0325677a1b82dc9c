"""What every measure must say of images whose faults are known: tests over the registry.

A newly registered measure is tested by being registered: against itself, between other real-like
images and its own bad reference, and, by its axis, under blur, noise, collapse and copies.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import rotate

from diptych.evaluation import candidates as spoilt
from diptych.evaluation.candidates import Candidate, of_samples
from diptych.evaluation.compare import COPIES, SPOIL
from diptych.evaluation.evidence import Evidence
from diptych.evaluation.measures import MEASURES
from diptych.evaluation.rows import Verdict, verdict
from diptych.metrics.estimate import Estimate
from diptych.metrics.laterality import mirror_codes
from diptych.phantoms import draw_many
from diptych.records.labels import LABELS

NAMES = tuple(MEASURES)
SIZES = {"chest": (64, 64), "panoramic": (64, 128)}
COUNTS = {"chest": 52, "panoramic": 24}
"""Images of each role."""
LAYERS = {"chest": "lungs", "panoramic": "teeth"}


def sketch(known: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Features (N, 96) in units of what known images vary by."""
    rows = raw(known)
    return lambda images: (raw(images) - rows.mean(axis=0)) / rows.std(axis=0)


def raw(images: np.ndarray) -> np.ndarray:
    """Brightness and contrast of sixteen squares, the same for an image and its mirror image."""
    values = images.reshape(len(images), images.shape[1] // 2, 2, -1, 2).mean(axis=(2, 4)) / 255
    across, down = np.abs(np.diff(values, axis=2))[:, :-1], np.abs(np.diff(values, axis=1))[:, :, :-1]
    parts = np.stack([squares(values), squares(across), squares(down)], axis=3)
    twins = parts[:, :, ::-1]
    return np.concatenate([parts + twins, np.abs(parts - twins)], axis=3).reshape(len(images), -1)


def squares(stack: np.ndarray) -> np.ndarray:
    cells = [np.array_split(rows, 4, axis=2) for rows in np.array_split(stack, 4, axis=1)]
    return np.stack([np.stack([cell.mean(axis=(1, 2)) for cell in row], axis=1) for row in cells], axis=1)


@dataclass(frozen=True, eq=False)
class World:
    """Four sets of phantoms of one body region, none in two of them, and judges that know the truth."""

    fresh: Candidate
    other: Candidate
    train: Candidate
    evidence: Evidence

    def take(self, name: str, candidate: Candidate) -> Estimate:
        return MEASURES[name](candidate, self.evidence)

    def verdict(self, name: str, candidate: Candidate) -> Verdict:
        floor, bad = _ends(self, name)
        return verdict(self.take(name, candidate), floor, bad, MEASURES.card(name).better)

    def spoil(self, name: str, candidate: Candidate) -> Candidate:
        """As the bad reference of a measure is made."""
        kind = MEASURES.card(name).bad
        return spoilt.copied(self.train, 0) if kind == COPIES else SPOIL[kind](candidate, 0)


@cache
def _ends(here: World, name: str) -> tuple[Estimate, Estimate]:
    return here.take(name, here.other), here.take(name, here.spoil(name, here.other))


@cache
def world(body: str) -> World:
    size, count = SIZES[body], COUNTS[body]
    everything = of_samples(draw_many(body, 4 * count, 0, size), "phantoms", body, size)
    fresh, other, train, reference = (everything.part(range(i * count, (i + 1) * count)) for i in range(4))
    evidence = Evidence(
        reference=reference,
        train=train,
        judge=judge_of(everything),
        scorer=scorer_of(everything),
        finding="pneumonia",
        extract=sketch(train.images),
        extractor="sketch",
    )
    return World(fresh, other, train, evidence)


def judge_of(known: Candidate) -> Callable[[np.ndarray], np.ndarray]:
    """Sees the true mask of every image that it knows, mirrored or not, and nothing in others."""
    codes = mirror_codes(LABELS[known.body, LAYERS[known.body]])
    seen = {}
    for image, mask in zip(known.images, known.masks, strict=True):
        seen[image.tobytes()] = mask
        seen[image[:, ::-1].tobytes()] = codes[mask[:, ::-1]]
    nothing = np.zeros(known.images.shape[1:], np.uint8)
    return lambda images: np.stack([seen.get(image.tobytes(), nothing) for image in images])


def scorer_of(known: Candidate) -> Callable[[np.ndarray], np.ndarray]:
    """Right about pneumonia in most images that it knows."""
    chance = np.random.default_rng(0)
    ill = [any(f.name == "pneumonia" for f in found) for found in known.findings]
    scores = {i.tobytes(): y + chance.normal(0, 0.4) for i, y in zip(known.images, ill, strict=True)}
    return lambda images: np.array([[scores.get(image.tobytes(), 0.5)] for image in images])


def world_of(name: str) -> World:
    """Teeth for measures that ask for missing ones, else the chest."""
    return world("panoramic" if "missing" in MEASURES.card(name).needs else "chest")


def faults(name: str, found: list[Estimate]) -> np.ndarray:
    """Values turned so that more is worse."""
    values, better = np.array([estimate.value for estimate in found]), MEASURES.card(name).better
    return np.abs(values - values[0]) if better == "middle" else values * (1 if better == "lower" else -1)


def rises(name: str, found: list[Estimate]) -> bool:
    """From best to worst, with no step back that its interval does not excuse."""
    worse = faults(name, found)
    halves = np.nan_to_num([(estimate.high - estimate.low) / 2 for estimate in found])
    return bool(worse[-1] > worse[0] and (np.diff(worse) >= -halves[1:]).all())


def mixed(good: Candidate, bad: Candidate, share: float) -> Candidate:
    """The first samples of one with the last of another."""
    rows = np.arange(len(good)) < round(share * len(good))
    images = np.where(rows[:, None, None], bad.images[: len(good)], good.images)
    masks = np.where(rows[:, None, None], bad.masks[: len(good)], good.masks)
    findings = tuple(b if r else g for r, g, b in zip(rows, good.findings, bad.findings, strict=False))
    return replace(good, images=images, masks=masks, findings=findings, whole=None, rows=())


def apart(first: Estimate, second: Estimate) -> bool:
    """Whether their intervals do not meet."""
    return first.low > second.high or second.low > first.high


FAULTY = ("between", "at bad reference")


@pytest.mark.parametrize("name", NAMES)
def test_the_same_set_twice(name: str) -> None:
    """No measure finds fault with the reference itself, and none puts it behind other images."""
    here = world_of(name)
    twice, floor = here.take(name, here.evidence.reference), _ends(here, name)[0]
    assert here.verdict(name, here.evidence.reference) not in FAULTY
    if MEASURES.card(name).better != "middle":
        assert not apart(twice, floor) or np.diff(faults(name, [twice, floor])) > 0


@pytest.mark.parametrize("name", NAMES)
def test_disjoint_halves_are_at_the_floor(name: str) -> None:
    here = world_of(name)
    assert here.verdict(name, here.fresh) not in FAULTY
    assert not apart(here.take(name, here.fresh), _ends(here, name)[0])


@pytest.mark.parametrize("name", NAMES)
def test_more_of_its_bad_reference_is_worse(name: str) -> None:
    here = world_of(name)
    bad = here.spoil(name, here.fresh)
    found = [here.take(name, mixed(here.fresh, bad, share)) for share in (0, 1 / 3, 2 / 3, 1)]
    assert rises(name, found)
    floor = _ends(here, name)[0]
    assert not floor.low <= found[-1].value <= floor.high or MEASURES.card(name).interval


SEVERITIES: dict[str, list[Callable[[Candidate], Candidate]]] = {
    "blur": [lambda c, s=s: spoilt.blurred(c, 0, pixels=s) for s in (0.5, 1, 2, 4)],
    "noise": [lambda c, s=s: spoilt.noisy(c, 0, grain=s) for s in (8, 16, 32, 48)],
    "collapse": [lambda c, s=s: spoilt.collapsed(c, 0, share=s) for s in (0.5, 0.25, 0.15, 0)],
}
SEEN_BY = {"fidelity": ("blur", "noise"), "diversity": ("collapse",)}
ORDERED = [(name, fault) for name in NAMES for fault in SEEN_BY.get(MEASURES.card(name).axis, ())]


@pytest.mark.parametrize(("name", "fault"), ORDERED)
def test_faults_are_ranked_by_severity(name: str, fault: str) -> None:
    here = world_of(name)
    steps = [here.fresh, *(spoil(here.fresh) for spoil in SEVERITIES[fault])]
    assert rises(name, [here.take(name, step) for step in steps])


PRIVATE = [name for name in NAMES if MEASURES.card(name).axis == "privacy"]


@pytest.mark.parametrize("name", PRIVATE)
def test_duplicates_are_found_by_every_privacy_measure(name: str) -> None:
    here = world_of(name)
    assert here.verdict(name, here.train) == "at bad reference"


def jpeg(stack: np.ndarray) -> np.ndarray:
    files = [io.BytesIO() for _ in stack]
    for picture, file in zip(stack, files, strict=True):
        Image.fromarray(picture).save(file, "JPEG", quality=40)
    return np.stack([np.asarray(Image.open(file)) for file in files])


WAYS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "the same": lambda x: x,
    "flipped": lambda x: x[:, :, ::-1],
    "shifted": lambda x: np.roll(x, (2, -2), (1, 2)),
    "rotated": lambda x: rotate(x, 3, axes=(1, 2), reshape=False, order=1, mode="constant"),
    "re-encoded": jpeg,
}


@pytest.mark.parametrize("way", WAYS)
def test_a_few_copies_among_new_images_are_counted(way: str) -> None:
    here = world("chest")
    images = here.fresh.images.copy()
    images[:3] = WAYS[way](here.train.images[:3])
    clean = here.take("copy-rate", here.fresh)
    found = here.take("copy-rate", replace(here.fresh, images=images, whole=None, rows=()))
    share = 3 / len(images)
    assert found.low <= share <= found.high
    assert found.value == pytest.approx(share + clean.value, abs=0.02)
    assert clean.low <= 0.01

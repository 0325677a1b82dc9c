"""What `evaluate` asks when it is given no judge and no classifier."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.downstream.store import load_classifier, load_judge
from diptych.evaluation.candidates import Candidate, of_samples
from diptych.evaluation.evaluate import CLASSIFIERS, JUDGES
from diptych.evaluation.evidence import Evidence
from diptych.evaluation.measures import MEASURES
from diptych.phantoms import draw_many
from diptych.records.cohort import Cohort

HOME = Path(str(files("diptych")))
FOLDERS = [(body, name) for kinds in (JUDGES, CLASSIFIERS) for body, name in kinds.items()]


@pytest.mark.parametrize(("body", "name"), FOLDERS)
def test_each_is_small_and_of_its_body_region(body: str, name: str) -> None:
    folder = HOME / "weights" / "judges" / name
    assert load_judge(folder).config.body == body
    assert (folder / "weights.safetensors").stat().st_size < 1_500_000


@pytest.mark.parametrize(("body", "name"), list(CLASSIFIERS.items()))
def test_a_classifier_tells_the_sample_images_apart(body: str, name: str) -> None:
    """They are of its training rows: this says that images and weights belong together, and no more."""
    classifier = load_classifier(HOME / "weights" / "judges" / name)
    assert classifier.config.findings[0] == name
    samples = list(Cohort.open(HOME / "samples" / body))
    ill = np.array([any(f.name == name for f in sample.record.findings) for sample in samples])
    scores = np.concatenate([classifier(sample.image[None])[:, 0] for sample in samples])
    assert scores[ill].min() > scores[~ill].max()


@pytest.mark.parametrize("name", CLASSIFIERS.values())
def test_the_card_names_data_licence_and_limits(name: str) -> None:
    card = (HOME / "weights" / "judges" / name / "card.md").read_text("utf-8")
    for word in ("Licence", "split `train`", "AUC", "## Limits"):
        assert word in card


@pytest.fixture(scope="module")
def chests() -> Candidate:
    return of_samples(draw_many("chest", 120, 0, (32, 32)), "phantoms", "chest", (32, 32))


def test_a_classifier_that_guesses_is_asked_nothing(chests: Candidate) -> None:
    """One that learned elsewhere: its number of synthetic images would mean nothing."""
    ill = [[any(f.name == "pneumonia" for f in found)] for found in chests.findings]
    seen = {image.tobytes(): float(is_ill) for image, (is_ill,) in zip(chests.images, ill, strict=True)}
    chance = np.random.default_rng(0)
    made, reference = chests.part(range(60)), chests.part(range(60, 120))
    knows = Evidence(
        reference=reference,
        scorer=lambda images: np.array([[seen[image.tobytes()]] for image in images]),
        finding="pneumonia",
    )
    found = MEASURES["label-agreement"](made, knows)
    assert found.value == 1 and found.notes == ("the classifier's pneumonia",)
    guesses = replace(knows, scorer=lambda images: chance.random((len(images), 1)), kept={})
    with pytest.raises(DiptychError, match="no better than chance"):
        MEASURES["label-agreement"](made, guesses)
